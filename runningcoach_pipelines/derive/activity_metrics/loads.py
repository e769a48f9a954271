"""The loads of an activity side by side, and which of them counts: the fallback chain, with its reasons."""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.activity_metrics.plans import collected
from runningcoach_pipelines.metrics import load, trimp
from runningcoach_pipelines.metrics.load import Source
from runningcoach_pipelines.metrics.quantity import Clean, positive, quotient
from runningcoach_pipelines.metrics.thresholds import Source as Origin

CONFIDENCE = {
    Source.HEART_RATE: 1.0,
    Source.PACE: 0.8,
    Source.POWER: 0.75,
    Source.PERCEIVED_EFFORT: 0.5,
    Source.DEVICE: 0.5,
    Source.IMPUTED: 0.2,
}
"""How far a load is to be trusted, 0 to 1: a convention of ours. A heart rate's is this times its coverage."""

CONFIDENCE_ESTIMATED = {Source.HEART_RATE: 0.85, Source.PACE: 0.65}
"""The same where a setting that the load rests on is estimated."""

LONGEST_S = 7 * 86_400.0
"""A timer that ran for longer says nothing of how long somebody trained."""

_COL = pl.col
_OUTDOOR_RUN = (_COL("sport") == "running") & ~_COL("indoor")
_TRAINED_S = Clean("trained_s")
_THRESHOLD_RESERVE = trimp.reserve_share(Clean("hr_threshold_bpm"), Clean("hr_rest_bpm"), Clean("hr_max_bpm"))
_THRESHOLD_RATE = trimp.points_per_minute(_COL("threshold_reserve"), _COL("sex"))
_SIDE_BY_SIDE = {
    "hr_load": load.scaled_to_threshold(Clean("trimp"), Clean("threshold_rate")),
    "pace_load": pl.when(_OUTDOOR_RUN).then(
        load.pace_load(Clean("weighted_flat_speed_mps"), Clean("threshold_speed_mps"), _TRAINED_S)
    ),
    "power_load": load.power_load(Clean("weighted_power_w"), Clean("threshold_power_w"), _TRAINED_S),
    "effort_load": load.perceived_effort_load(positive(Clean("perceived_effort")), _TRAINED_S),
    "device_load": positive(Clean("training_load_peak")),
}

_LOAD, _SOURCE = load.primary(
    {
        Source.HEART_RATE: Clean("counting_hr_load"),
        Source.PACE: Clean("pace_load"),
        Source.POWER: Clean("power_load"),
        Source.PERCEIVED_EFFORT: _COL("effort_load") * _COL("effort_factor"),
        Source.DEVICE: _COL("device_load") * _COL("device_factor"),
        Source.IMPUTED: quotient(_COL("trained_s"), load.SECONDS_PER_HOUR) * _COL("imputed_load_per_h"),
    }
)
_ESTIMATED = {
    Source.HEART_RATE: _COL("settings_estimated"),
    Source.PACE: terms.source_of("threshold_speed_mps") != Origin.ATHLETE.value,
}
"""Whether a setting that the load rests on is estimated."""


def _first(*reasons: tuple[str, pl.Expr]) -> pl.Expr:
    """The first reason that holds."""
    said = (pl.when(holds.fill_null(False)).then(pl.lit(reason)) for reason, holds in reasons)
    return pl.coalesce(*said, pl.lit("no_duration"))


_REASONS = {
    Source.HEART_RATE: pl.coalesce("heart_rate_problem", pl.lit("contradictory_settings")),
    Source.PACE: _first(
        ("not_an_outdoor_run", ~_OUTDOOR_RUN),
        ("no_speed", _COL("weighted_flat_speed_mps").is_null()),
        ("no_threshold_speed", _COL("threshold_speed_mps").is_null()),
    ),
    Source.POWER: _first(
        ("no_power", _COL("weighted_power_w").is_null()),
        ("no_threshold_power", _COL("threshold_power_w").is_null()),
    ),
    Source.PERCEIVED_EFFORT: _first(
        ("not_answered", positive(Clean("perceived_effort")).is_null()),
        ("no_personal_factor", _COL("effort_load").is_not_null()),
    ),
    Source.DEVICE: _first(
        ("not_written", _COL("device_load").is_null()), ("no_personal_factor", _COL("device_factor").is_null())
    ),
    Source.IMPUTED: pl.lit("no_duration"),
}
"""Why a source has no load, where it has none."""


def side_by_side(activities: pl.LazyFrame) -> pl.LazyFrame:
    """Every load that can be had by itself, none chosen yet.

    Args:
        activities: with `trimp`, `weighted_flat_speed_mps`, `weighted_power_w`, `timer_s`, `perceived_effort` and
            `training_load_peak` as the device has them, and the terms of their day; every number finite.

    Returns:
        The same with `hr_load`, `pace_load` (runs outdoors), `power_load`, as raw points `effort_load` and
        `device_load`, and `trained_s`.
    """
    trained_s = pl.when(_COL("timer_s") <= LONGEST_S).then("timer_s")
    # In stages: a nested formula names its inputs again and again, and takes as much longer to plan.
    return (
        activities.with_columns(trained_s=trained_s, threshold_reserve=_THRESHOLD_RESERVE)
        .with_columns(threshold_rate=_THRESHOLD_RATE)
        .with_columns(**_SIDE_BY_SIDE)
    )


def chosen(activities: pl.LazyFrame) -> pl.DataFrame:
    """The load that counts.

    Args:
        activities: as `side_by_side` gives them, with `heart_rate_problem`, `heart_rate_coverage` and the personal
            factors of their month.

    Returns:
        The same with `load`, `load_source`, `load_confidence` (null where not even a duration is known) and
        `load_fallbacks`.
    """
    with_load = collected(
        activities.with_columns(counting_hr_load=terms.COUNTING_HR_LOAD).with_columns(load=_LOAD, load_source=_SOURCE)
    )
    said = {source.value: reason for source, reason in _REASONS.items()}
    estimated = {f"{source.value}_estimated": holds for source, holds in _ESTIMATED.items()}
    rows = with_load.select("load_source", "heart_rate_coverage", **said, **estimated).to_dicts()
    return with_load.with_columns(
        pl.Series("load_confidence", [_confidence(row) for row in rows], dtype=pl.Float64),
        pl.Series("load_fallbacks", [_fallbacks(row) for row in rows], dtype=pl.String),
    )


def _confidence(row: Mapping[str, Any]) -> float | None:
    if row["load_source"] is None:
        return None
    source = Source(row["load_source"])
    figure = (CONFIDENCE_ESTIMATED if row.get(f"{source.value}_estimated") else CONFIDENCE)[source]
    share: float = row["heart_rate_coverage"] if source is Source.HEART_RATE else 1.0
    return figure * share


def _fallbacks(row: Mapping[str, Any]) -> str | None:
    """A JSON object of the sources before the chosen one, each with its reason; None if the first was chosen."""
    order = [source.value for source in Source]
    before = order if row["load_source"] is None else order[: order.index(row["load_source"])]
    said = {source: row[source] for source in before}
    return json.dumps(said, sort_keys=True, separators=(",", ":")) if said else None
