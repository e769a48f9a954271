"""Single values of days: resting heart rate, heart rate variability, stress, weight, VO2max."""

from collections.abc import Iterable
from typing import Any

import polars as pl
from pydantic import Field

from runningcoach_pipelines.garmin_payloads.shape import Day, Drifts, Number, Payload, Text, each, read

DAY_VALUES = pl.Schema(
    {
        "day": pl.Date(),
        "resting_hr_bpm": pl.Float64(),
        "hrv_rmssd_ms": pl.Float64(),
        "hrv_device_status": pl.String(),
        "avg_stress": pl.Float64(),
        "weight_kg": pl.Float64(),
        "vo2max": pl.Float64(),
    }
)
"""One row per day of which the answer tells something, null in the columns that it says nothing of."""

_POSSIBLE_BPM = (20, 150)
_WEIGHT_KG = (1, 600)
_STRESS = (0, 100)
"""Below are reasons why there is no value."""

type Row = dict[str, Any]


class _Resting(Payload):
    day: Day = Field(alias="calendarDate")
    bpm: Number | None = Field(alias="value")


class _Hrv(Payload):
    day: Day = Field(alias="calendarDate")
    night_ms: Number | None = Field(alias="lastNightAvg")
    status: Text | None = None


class _Summary(Payload):
    day: Day = Field(alias="calendarDate")
    resting_bpm: Number | None = Field(alias="restingHeartRate")
    stress: Number | None = Field(default=None, alias="averageStressLevel")


class _Weighing(Payload):
    day: Day = Field(alias="calendarDate")
    at_ms: Number | None = Field(default=None, alias="timestampGMT")
    grams: Number | None = Field(alias="weight")


class _Generic(Payload):
    day: Day = Field(alias="calendarDate")
    precise: Number | None = Field(default=None, alias="vo2MaxPreciseValue")
    whole: Number | None = Field(alias="vo2MaxValue")


class _MaxMet(Payload):
    generic: _Generic | None
    """Of running and walking; an entry may tell of cycling alone."""


def resting_heart_rate(payload: object, drifts: Drifts) -> pl.DataFrame:
    """`resting_heart_rate`. A range without a value lacks the list, too."""

    def row(entry: object, at: str) -> Row:
        found = read(_Resting, entry, at)
        return {"day": found.day, "resting_hr_bpm": _within(found.bpm, _POSSIBLE_BPM)}

    keys = ["allMetrics", "metricsMap"]
    metrics = payload.get(keys[0]) if isinstance(payload, dict) else None
    known = metrics.get(keys[1]) if isinstance(metrics, dict) else None
    if known == {}:
        return _frame([])
    return _frame(each(payload, *keys, "WELLNESS_RESTING_HEART_RATE", drifts=drifts, then=row))


def variability(payload: object, drifts: Drifts) -> pl.DataFrame:
    """`hrv`: nights' means. A device that does not measure it has no entries."""

    def row(entry: object, at: str) -> Row:
        found = read(_Hrv, entry, at)
        status = (found.status or "none").lower()
        return {
            "day": found.day,
            "hrv_rmssd_ms": found.night_ms if found.night_ms and found.night_ms > 0 else None,
            "hrv_device_status": None if status == "none" else status,
        }

    return _frame(each(payload, "hrvSummaries", drifts=drifts, then=row))


def summaries(payload: object, drifts: Drifts) -> pl.DataFrame:
    """`daily_summary`: resting heart rate and stress."""

    def row(entry: object, at: str) -> Row:
        found = read(_Summary, entry, at)
        return {
            "day": found.day,
            "resting_hr_bpm": _within(found.resting_bpm, _POSSIBLE_BPM),
            "avg_stress": _within(found.stress, _STRESS),
        }

    return _frame(each(payload, "data", drifts=drifts, then=row))


def weight(payload: object, drifts: Drifts) -> pl.DataFrame:
    """`weight`: grams to kilograms; of several weighings of a day the last."""

    def row(entry: object, at: str) -> tuple[float, Row]:
        found = read(_Weighing, entry, at)
        kg = None if found.grams is None else found.grams / 1000
        return found.at_ms or 0.0, {"day": found.day, "weight_kg": _within(kg, _WEIGHT_KG)}

    weighings = sorted(each(payload, "dateWeightList", drifts=drifts, then=row), key=lambda one: one[0])
    return _frame(row for _, row in weighings)


def vo2max(payload: object, drifts: Drifts) -> pl.DataFrame:
    """`vo2max`: of running, with its decimal where there is one."""

    def row(entry: object, at: str) -> Row | None:
        found = read(_MaxMet, entry, at).generic
        if found is None:
            return None
        value = found.precise if found.precise is not None else found.whole
        return {"day": found.day, "vo2max": value if value and value > 0 else None}

    return _frame(each(payload, drifts=drifts, then=row))


def _within(value: float | None, limits: tuple[float, float]) -> float | None:
    return value if value is not None and limits[0] <= value <= limits[1] else None


def _frame(rows: Iterable[Row]) -> pl.DataFrame:
    """With the schema `DAY_VALUES`, a row a day: of several the last known value of each column."""
    values = [name for name in DAY_VALUES.names() if name != "day"]
    frame = pl.DataFrame(list(rows), schema=DAY_VALUES)
    known = frame.filter(pl.any_horizontal(pl.col(values).is_not_null()))
    return known.group_by("day", maintain_order=True).agg(pl.col(values).drop_nulls().last()).sort("day")
