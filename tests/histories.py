"""Histories of athletes made by hand: a row is a day's number and what a test wants to say of it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from runningcoach_pipelines.derive.fitness import History
from runningcoach_pipelines.derive.terms import Observed
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.tables import AthleteSettings

FIRST = dt.date(2025, 1, 6)

type Row = Mapping[str, Any]

_SCHEMAS = {
    "activities": {
        "athlete_id": pl.String,
        "local_day": pl.Date,
        "activity_id": pl.String,
        "counted": pl.Boolean,
        "sport": pl.String,
        "distance_m": pl.Float64,
        "timer_s": pl.Float64,
        "load": pl.Float64,
        "load_source": pl.String,
        "hr_vo2max": pl.Float64,
        "sustained_max_heart_rate_bpm": pl.Float64,
        "threshold_heart_rate_bpm": pl.Float64,
        "threshold_speed_mps": pl.Float64,
        "hr_zone_bounds_bpm": pl.String,
    },
    "device_vo2max": {"athlete_id": pl.String, "day": pl.Date, "vo2max": pl.Float64},
    "nights": {
        "athlete_id": pl.String,
        "day": pl.Date,
        "resting_hr_bpm": pl.Float64,
        "hrv_rmssd_ms": pl.Float64,
        "sleep_s": pl.Float64,
    },
    "efforts": {
        "athlete_id": pl.String,
        "local_day": pl.Date,
        "activity_id": pl.String,
        "distance_m": pl.Float64,
        "time_s": pl.Float64,
    },
}
_USUAL = {
    "athlete_id": "me",
    "activity_id": "a",
    "counted": True,
    "sport": "running",
    "distance_m": 10_000.0,
    "timer_s": 3600.0,
    "load": 50.0,
    "load_source": "heart_rate",
}


def day(number: int) -> dt.date:
    """The day so many days after the first."""
    return FIRST + dt.timedelta(days=number)


def history(
    activities: Sequence[Row] = (),
    *,
    efforts: Sequence[Row] = (),
    nights: Sequence[Row] = (),
    device_vo2max: Sequence[Row] = (),
    settings: Sequence[Row] = (),
) -> History:
    """Rows with the day's number as `on`; an activity is an easy hour's run of 10 km, unless told otherwise."""
    given = frame("activities", activities)
    return History(
        activities=given,
        device_vo2max=frame("device_vo2max", device_vo2max),
        nights=frame("nights", nights),
        settings=pl.DataFrame([{"athlete_id": "me", **row} for row in settings], frame_schema(AthleteSettings.table())),
        observed=Observed(given, frame("efforts", efforts), frame("nights", nights)),
    )


def frame(kind: str, rows: Sequence[Row]) -> pl.DataFrame:
    """One of the frames of a history."""
    schema = _SCHEMAS[kind]
    on = "day" if "day" in schema else "local_day"
    usual = _USUAL if kind == "activities" else {"athlete_id": "me", "activity_id": "a"}
    whole = [usual | {on: day(row["on"])} | row for row in rows]
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in whole], schema=schema)


def shuffled(one: History, seed: int) -> History:
    """The same rows in another order."""

    def other(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.sample(fraction=1.0, shuffle=True, seed=seed)

    seen = Observed(other(one.observed.activities), other(one.observed.efforts), other(one.observed.nights))
    names = ("activities", "device_vo2max", "nights", "settings")
    return replace(one, observed=seen, **{name: other(getattr(one, name)) for name in names})
