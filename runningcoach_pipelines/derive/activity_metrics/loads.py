"""The loads of an activity side by side, and which of them counts: the fallback chain, with its reasons."""

import json

import polars as pl

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.metrics import load
from runningcoach_pipelines.metrics.load import Source
from runningcoach_pipelines.metrics.quantity import positive
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


def side_by_side(activities: pl.DataFrame) -> pl.DataFrame:
    """Every load that can be had by itself, none chosen yet.

    Args:
        activities: with `trimp`, `weighted_flat_speed_mps`, `weighted_power_w`, `timer_s`, `perceived_effort` and
            `training_load_peak` as the device has them, and the terms of their day.

    Returns:
        The same with `hr_load`, `pace_load` (runs outdoors), `power_load`, and as raw points `effort_load` and
        `device_load`.
    """
    pace = load.pace_load(_COL("weighted_flat_speed_mps"), _COL("threshold_speed_mps"), _trained_s())
    return activities.with_columns(
        hr_load=load.heart_rate_load(
            _COL("trimp"),
            hr_rest_bpm=_COL("hr_rest_bpm"),
            hr_max_bpm=_COL("hr_max_bpm"),
            lthr_bpm=_COL("hr_threshold_bpm"),
            sex=_COL("sex"),
        ),
        pace_load=pl.when(_outdoor_run()).then(pace),
        power_load=load.power_load(_COL("weighted_power_w"), _COL("threshold_power_w"), _trained_s()),
        effort_load=load.perceived_effort_load(positive(_COL("perceived_effort")), _trained_s()),
        device_load=positive(_COL("training_load_peak")),
    )


def chosen(activities: pl.DataFrame) -> pl.DataFrame:
    """The load that counts.

    Args:
        activities: as `side_by_side` gives them, with `heart_rate_problem`, `heart_rate_coverage` and the personal
            factors of their month.

    Returns:
        The same with `load` (0 where not even a duration is known), `load_source`, `load_confidence` and
        `load_fallbacks`.
    """
    measured = terms.loads(activities)["hr_load"]
    candidates = {
        Source.HEART_RATE: _COL("counting_hr_load"),
        Source.PACE: _COL("pace_load"),
        Source.POWER: _COL("power_load"),
        Source.PERCEIVED_EFFORT: _COL("effort_load") * _COL("effort_factor"),
        Source.DEVICE: _COL("device_load") * _COL("device_factor"),
        Source.IMPUTED: _trained_s() / load.SECONDS_PER_HOUR * _COL("imputed_load_per_h"),
    }
    value, source = load.primary(candidates)
    with_sources = activities.with_columns(counting_hr_load=measured).with_columns(
        load=value.fill_null(0.0), load_source=source.fill_null(Source.IMPUTED.value), known=value.is_not_null()
    )
    return with_sources.with_columns(
        load_confidence=pl.when("known").then(_confidence()).otherwise(0.0), load_fallbacks=_fallbacks(with_sources)
    ).drop("counting_hr_load", "known")


def _outdoor_run() -> pl.Expr:
    return (_COL("sport") == "running") & ~_COL("indoor")


def _trained_s() -> pl.Expr:
    return pl.when(_COL("timer_s") <= LONGEST_S).then("timer_s")


def _confidence() -> pl.Expr:
    estimated = {
        Source.HEART_RATE: _COL("settings_estimated"),
        Source.PACE: terms.source_of("threshold_speed_mps") != Origin.ATHLETE.value,
    }
    certainty = pl.lit(None, dtype=pl.Float64)
    for source, full in CONFIDENCE.items():
        figure = pl.lit(full)
        if source in estimated:
            figure = pl.when(estimated[source]).then(CONFIDENCE_ESTIMATED[source]).otherwise(full)
        certainty = pl.when(_COL("load_source") == source.value).then(figure).otherwise(certainty)
    by_heart_rate = _COL("load_source") == Source.HEART_RATE.value
    return certainty * pl.when(by_heart_rate).then("heart_rate_coverage").otherwise(1.0)


def _reasons() -> dict[Source, pl.Expr]:
    """Why a source has no load, where it has none."""

    def first(*reasons: tuple[str, pl.Expr]) -> pl.Expr:
        said = (pl.when(holds.fill_null(False)).then(pl.lit(reason)) for reason, holds in reasons)
        return pl.coalesce(*said, pl.lit("no_duration"))

    unknown = {name: _COL(name).is_null() for name in ("threshold_speed_mps", "threshold_power_w", "weighted_power_w")}
    return {
        Source.HEART_RATE: pl.coalesce("heart_rate_problem", pl.lit("contradictory_settings")),
        Source.PACE: first(
            ("not_an_outdoor_run", ~_outdoor_run()),
            ("no_speed", _COL("weighted_flat_speed_mps").is_null()),
            ("no_threshold_speed", unknown["threshold_speed_mps"]),
        ),
        Source.POWER: first(
            ("no_power", unknown["weighted_power_w"]), ("no_threshold_power", unknown["threshold_power_w"])
        ),
        Source.PERCEIVED_EFFORT: first(
            ("not_answered", positive(_COL("perceived_effort")).is_null()),
            ("no_personal_factor", _COL("effort_load").is_not_null()),
        ),
        Source.DEVICE: first(
            ("not_written", _COL("device_load").is_null()), ("no_personal_factor", _COL("device_factor").is_null())
        ),
        Source.IMPUTED: pl.lit("no_duration"),
    }


def _fallbacks(activities: pl.DataFrame) -> pl.Series:
    """A JSON object of the sources before the chosen one, each with its reason; null if the first was chosen."""
    order = [source.value for source in Source]
    rows = activities.select(
        "load_source", "known", **{source.value: reason for source, reason in _reasons().items()}
    ).iter_rows(named=True)
    texts = []
    for row in rows:
        before = order[: order.index(row["load_source"])] if row["known"] else order
        reasons = {source: row[source] for source in before}
        texts.append(json.dumps(reasons, sort_keys=True, separators=(",", ":")) if reasons else None)
    return pl.Series(texts, dtype=pl.String)
