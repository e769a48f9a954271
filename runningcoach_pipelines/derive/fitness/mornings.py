"""Readiness of each morning: every rule that has its data, the worst of them decides."""

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from runningcoach_pipelines.metrics import fitness, readiness, trailing
from runningcoach_pipelines.metrics.readiness import Level, Morning, Signal

_NIGHTS = 3
_TO_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_SCHEMA = pl.Schema({"readiness": pl.String, "readiness_signals": pl.String})


def mornings(load_series: pl.DataFrame, wellness: pl.DataFrame) -> pl.DataFrame:
    """`readiness` and `readiness_signals` of each day, before the day's own training.

    Args:
        load_series: `activities`, `ctl`, `tsb`, `monotony`, `warming_up`; the evening before is what a morning knows.
        wellness: as `wellness_baselines` gives it.
    """
    verdicts = [_verdict(readiness.signals(morning)) for morning in _known(load_series, wellness)]
    return pl.DataFrame(verdicts, schema=_SCHEMA, orient="row")


def _known(load_series: pl.DataFrame, wellness: pl.DataFrame) -> Iterator[Morning]:
    # While the averages warm up, form is low whatever one does; when nothing was done for long, it is a ratio of zeros.
    settled = ~pl.col("warming_up") & (trailing.total(pl.col("activities"), fitness.CTL_DAYS).shift(1) > 0)
    evenings = load_series.select(
        ctl=pl.when(settled).then(pl.col("ctl").shift(1)),
        tsb=pl.when(settled).then("tsb"),
        monotony=pl.col("monotony").shift(1),
    )
    nights = wellness.select(
        "hrv_nights",
        hrv_week="hrv_week_ln",
        hrv_low="hrv_low_ln",
        rhr_deltas=_last_three("resting_hr_delta_bpm"),
        rhr_zs=_last_three("resting_hr_z"),
        sleep_hours=_last_three("sleep_h"),
    )
    for row in pl.concat([evenings, nights], how="horizontal").select(Morning.__slots__).iter_rows():
        yield Morning(*row)


def _last_three(name: str) -> pl.Expr:
    return pl.concat_list(pl.col(name).shift(back) for back in reversed(range(_NIGHTS)))


def _verdict(signals: list[Signal]) -> tuple[str | None, str | None]:
    level = readiness.verdict(signals)
    if level is None:
        return None, None
    return _word(level), _TO_JSON.encode([_shown(signal) for signal in signals])


def _shown(signal: Signal) -> dict[str, Any]:
    return {
        "rule": signal.rule,
        "level": _word(signal.level),
        "value": signal.value,
        "threshold": signal.threshold,
        "source": signal.source,
    }


def _word(level: Level) -> str:
    return level.name.lower()
