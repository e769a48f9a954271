"""Resting heart rate and heart-rate variability against the nights before, and what a morning's rules say of them."""

import datetime as dt
import json

import polars as pl

from runningcoach_pipelines.explain.day_asked import DayTrail, OfDay, unit
from runningcoach_pipelines.explain.explanation import Input, Trail
from runningcoach_pipelines.explain.rows import frame
from runningcoach_pipelines.metrics import hrv
from runningcoach_pipelines.metrics.readiness import Level
from runningcoach_pipelines.store.tables import HealthMetrics


def _nights(of: OfDay, column: str, days: int) -> pl.DataFrame:
    """`day` and a column of `health_metrics` of the last `days`, one row each, oldest first."""
    table = HealthMetrics.table()
    first = of.day - dt.timedelta(days=days - 1)
    known = frame(
        of.connection, HealthMetrics, table.c.athlete_id == of.athlete_id, table.c.day >= first, table.c.day <= of.day
    )
    calendar = pl.select(day=pl.date_range(pl.lit(first), pl.lit(of.day)))
    return calendar.join(known.select("day", column), on="day", how="left", maintain_order="left")


def _night(metric: str) -> DayTrail:
    def trail(of: OfDay) -> Trail:
        value = _nights(of, metric, 1)[metric][0]
        return Trail((Input(f"{metric} of the watch", value, unit(metric)),), value if value and value > 0 else None)

    return trail


def _resting(metric: str) -> DayTrail:
    def trail(of: OfDay) -> Trail:
        nights = _nights(of, "resting_hr_bpm", hrv.RESTING_NIGHTS + 1)
        figures = nights.select(**hrv.resting_change(pl.col("resting_hr_bpm"))).row(-1, named=True)
        earlier = nights["resting_hr_bpm"].head(hrv.RESTING_NIGHTS).drop_nulls()
        mean, deviation = _mean_and_deviation(earlier)
        inputs = (
            Input(f"resting heart rate of {of.day}", nights["resting_hr_bpm"][-1], "bpm"),
            Input("mean of the 28 days before", mean, "bpm", f"{earlier.len()} of them known"),
            Input("standard deviation", deviation, "bpm"),
        )
        again = figures["rhr_delta" if metric == "resting_hr_delta_bpm" else "rhr_z"]
        return Trail(inputs, again, "the nights of 28 days")

    return trail


def _variability(metric: str, figure: str) -> DayTrail:
    def trail(of: OfDay) -> Trail:
        nights = _nights(of, "hrv_rmssd_ms", hrv.BASELINE_NIGHTS)
        figures = nights.select(**hrv.baseline(pl.col("hrv_rmssd_ms"))).row(-1, named=True)
        logs = nights["hrv_rmssd_ms"].drop_nulls().log()
        mean, deviation = _mean_and_deviation(logs)
        week = nights.tail(hrv.WEEK_NIGHTS)
        inputs = (
            *(Input(f"rMSSD of {day}", value, "ms") for day, value in week.iter_rows()),
            Input("mean of 60 days", mean, "ln ms", f"{logs.len()} nights known"),
            Input("standard deviation of 60 days", deviation, "ln ms"),
            Input("nights of the week needed", hrv.NIGHTS_NEEDED),
        )
        measured = metric != "hrv_status" or figures["hrv_nights"]
        return Trail(inputs, figures[figure] if measured else None, "the nights of 60 days")

    return trail


def _readiness(of: OfDay) -> Trail:
    signals = json.loads(str(of.row["readiness_signals"] or "[]"))
    inputs = tuple(
        Input(one["rule"], one["value"], "", f"{one['level']}; threshold {one['threshold']:g}; {one['source']}")
        for one in signals
    )
    worst = min((Level[one["level"].upper()] for one in signals), default=None)
    return Trail(inputs, None if worst is None else worst.name.lower())


def _mean_and_deviation(values: pl.Series) -> tuple[float | None, float | None]:
    """Mean and sample standard deviation, as far as there are enough values."""
    known = values.to_numpy()
    return float(known.mean()) if known.size else None, float(known.std(ddof=1)) if known.size > 1 else None


TRAILS: dict[str, DayTrail] = {
    "resting_hr_bpm": _night("resting_hr_bpm"),
    "resting_hr_delta_bpm": _resting("resting_hr_delta_bpm"),
    "resting_hr_z": _resting("resting_hr_z"),
    "hrv_rmssd_ms": _night("hrv_rmssd_ms"),
    "hrv_week_ln": _variability("hrv_week_ln", "hrv_week"),
    "hrv_low_ln": _variability("hrv_low_ln", "hrv_low"),
    "hrv_high_ln": _variability("hrv_high_ln", "hrv_high"),
    "hrv_status": _variability("hrv_status", "hrv_status"),
    "readiness": _readiness,
}
