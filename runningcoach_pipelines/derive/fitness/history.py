"""What the days of all athletes are made of, as the tables hold it."""

import datetime as dt
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select

from runningcoach_pipelines.derive.terms import Observed, observed
from runningcoach_pipelines.store.athletes import read_settings
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, DeviceValues, HealthMetrics
from runningcoach_pipelines.store.windows import Window

_RUNNING = "running"


@dataclass(frozen=True, slots=True)
class History:
    """Rows of every athlete, in any order.

    activities: athlete_id, local_day, sport, distance_m, timer_s, load, load_source, hr_vo2max; those that count.
    device_vo2max: athlete_id, day, vo2max; at most one a day.
    nights: athlete_id, day, resting_hr_bpm, hrv_rmssd_ms, sleep_s; at most one a day.
    settings: all versions, as `store.athletes.read_settings` gives them.
    observed: what estimates of thresholds rest on; its `efforts` are the best efforts of the seasons too.
    """

    activities: pl.DataFrame
    device_vo2max: pl.DataFrame
    nights: pl.DataFrame
    settings: pl.DataFrame
    observed: Observed


def read_history(connection: Connection, today: dt.date) -> History:
    """Everything up to `today` and beyond: where it is tomorrow already, there may be an activity of tomorrow."""
    activities = _activities(connection)
    days = [*activities["local_day"], today]
    return History(
        activities=activities,
        device_vo2max=_device_vo2max(connection),
        nights=_nights(connection),
        settings=read_settings(connection),
        observed=observed(connection, Window(min(days), max(days) + dt.timedelta(days=1))),
    )


def _activities(connection: Connection) -> pl.DataFrame:
    table = ActivityMetrics.table()
    columns = ("athlete_id", "local_day", "sport", "distance_m", "timer_s", "load", "load_source", "hr_vo2max")
    return read_frame(connection, select(*(table.c[name] for name in columns)).where(table.c.counted))


def _device_vo2max(connection: Connection) -> pl.DataFrame:
    """The device's last word of each day: after the day's last run, else of the day itself."""
    values, activities, metrics, health = (
        table.table() for table in (DeviceValues, Activity, ActivityMetrics, HealthMetrics)
    )
    of_runs = (
        select(values.c.athlete_id, values.c.local_day, values.c.vo2max, activities.c.started_at, values.c.activity_id)
        .join_from(values, activities, values.c.activity_id == activities.c.activity_id)
        .join(metrics, metrics.c.activity_id == values.c.activity_id)
        .where(metrics.c.counted, metrics.c.sport == _RUNNING, values.c.vo2max > 0)
    )
    of_days = select(health.c.athlete_id, health.c.day, health.c.vo2max).where(health.c.vo2max > 0)
    after_runs = (
        read_frame(connection, of_runs)
        .sort("started_at", "activity_id")
        .select("athlete_id", "vo2max", day="local_day")
        .unique(["athlete_id", "day"], keep="last", maintain_order=True)
    )
    both = pl.concat([read_frame(connection, of_days), after_runs], how="diagonal")
    return both.unique(["athlete_id", "day"], keep="last", maintain_order=True)


def _nights(connection: Connection) -> pl.DataFrame:
    table = HealthMetrics.table()
    columns = ("athlete_id", "day", "resting_hr_bpm", "hrv_rmssd_ms", "sleep_s")
    return read_frame(connection, select(*(table.c[name] for name in columns)))
