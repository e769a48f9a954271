"""What an athlete has been capable of: loads by source, curves, records, predictions. Queries, no formulas.

Raises `DatabaseUnavailable` when the server does not answer.
"""

import datetime as dt

import polars as pl
from sqlalchemy import Date, DateTime, Engine, Float, and_, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from runningcoach_pipelines.store.database import reading
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import (
    Activity,
    ActivityMetrics,
    BestEffort,
    HealthMetrics,
    MeanMax,
    RacePrediction,
)
from runningcoach_pipelines.store.windows import Period, Window

_ACTIVITIES = Activity.table()
_METRICS = ActivityMetrics.table()
_EFFORTS = BestEffort.table()
_MEAN_MAX = MeanMax.table()
_PREDICTIONS = RacePrediction.table()
_HEALTH = HealthMetrics.table()
_INSTANT = DateTime(timezone=False)


def load_by_source(engine: Engine, athlete_id: str, period: Period, window: Window) -> pl.DataFrame:
    """`period_start`, `load_source`, `load`: what the load of each week or month was computed from."""
    start = cast(func.date_trunc(period.value, cast(_METRICS.c.local_day, _INSTANT)), Date).label("period_start")
    statement = (
        select(start, _METRICS.c.load_source, cast(func.sum(_METRICS.c.load), Float(53)).label("load"))
        .where(
            _METRICS.c.athlete_id == athlete_id,
            _METRICS.c.counted,
            _METRICS.c.load.is_not(None),
            _METRICS.c.local_day >= window.start,
            _METRICS.c.local_day < window.end,
        )
        .group_by(start, _METRICS.c.load_source)
        .order_by(start, _METRICS.c.load_source)
    )
    with reading(engine) as connection:
        rows = connection.execute(statement).all()
    schema = {"period_start": pl.Date, "load_source": pl.String, "load": pl.Float64}
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def curve(engine: Engine, athlete_id: str, channel: str, window: Window) -> pl.DataFrame:
    """`window_s`, `value`: the highest mean of a channel over each duration, of the runs of the window's days."""
    of_runs = and_(_METRICS.c.activity_id == _MEAN_MAX.c.activity_id, _METRICS.c.counted, _METRICS.c.sport == "running")
    statement = (
        select(_MEAN_MAX.c.window_s, func.max(_MEAN_MAX.c.value).label("value"))
        .join(_METRICS, of_runs)
        .where(
            _MEAN_MAX.c.athlete_id == athlete_id,
            _MEAN_MAX.c.channel == channel,
            _MEAN_MAX.c.local_day >= window.start,
            _MEAN_MAX.c.local_day < window.end,
        )
        .group_by(_MEAN_MAX.c.window_s)
        .order_by(_MEAN_MAX.c.window_s)
    )
    with reading(engine) as connection:
        return read_frame(connection, statement)


def records(engine: Engine, athlete_id: str) -> pl.DataFrame:
    """The fastest effort that counts over each distance: distance_m, time_s, local_day, activity_id."""
    statement = (
        select(_EFFORTS.c.distance_m, _EFFORTS.c.time_s, _EFFORTS.c.local_day, _EFFORTS.c.activity_id)
        .where(_EFFORTS.c.athlete_id == athlete_id, _EFFORTS.c.counts)
        .ext(distinct_on(_EFFORTS.c.distance_m))
        .order_by(_EFFORTS.c.distance_m, _EFFORTS.c.time_s, _EFFORTS.c.local_day, _EFFORTS.c.activity_id)
    )
    with reading(engine) as connection:
        return read_frame(connection, statement)


def best_by_month(engine: Engine, athlete_id: str, distance_m: float) -> pl.DataFrame:
    """`day` (the 1st of each month with one) and `time_s`, the month's fastest effort over the distance."""
    month = cast(func.date_trunc("month", cast(_EFFORTS.c.local_day, _INSTANT)), Date).label("day")
    statement = (
        select(month, func.min(_EFFORTS.c.time_s))
        .where(_EFFORTS.c.athlete_id == athlete_id, _EFFORTS.c.counts, _EFFORTS.c.distance_m == distance_m)
        .group_by(month)
        .order_by(month)
    )
    with reading(engine) as connection:
        rows = connection.execute(statement).all()
    return pl.DataFrame([tuple(row) for row in rows], schema={"day": pl.Date, "time_s": pl.Float64}, orient="row")


def predictions(engine: Engine, athlete_id: str, day: dt.date) -> pl.DataFrame:
    """Race times that the last day up to `day` promises: distance_m, time_s, fastest_s, slowest_s, models."""
    own = _PREDICTIONS.c.athlete_id == athlete_id
    last = select(func.max(_PREDICTIONS.c.day)).where(own, _PREDICTIONS.c.day <= day).scalar_subquery()
    columns = ("day", "distance_m", "time_s", "fastest_s", "slowest_s", "models")
    statement = (
        select(*(_PREDICTIONS.c[name] for name in columns))
        .where(own, _PREDICTIONS.c.day == last)
        .order_by(_PREDICTIONS.c.distance_m)
    )
    with reading(engine) as connection:
        return read_frame(connection, statement)


def predicted(engine: Engine, athlete_id: str, distance_m: float, since: dt.date) -> pl.DataFrame:
    """`day`, `time_s`, `fastest_s`, `slowest_s` of a race distance, day by day."""
    columns = ("day", "time_s", "fastest_s", "slowest_s")
    statement = (
        select(*(_PREDICTIONS.c[name] for name in columns))
        .where(
            _PREDICTIONS.c.athlete_id == athlete_id,
            _PREDICTIONS.c.distance_m == distance_m,
            _PREDICTIONS.c.day >= since,
        )
        .order_by(_PREDICTIONS.c.day)
    )
    with reading(engine) as connection:
        return read_frame(connection, statement)


def health(engine: Engine, athlete_id: str, window: Window) -> pl.DataFrame:
    """Rows of `health_metrics` by day."""
    statement = (
        select(_HEALTH)
        .where(_HEALTH.c.athlete_id == athlete_id, _HEALTH.c.day >= window.start, _HEALTH.c.day < window.end)
        .order_by(_HEALTH.c.day)
    )
    with reading(engine) as connection:
        return read_frame(connection, statement)


def years(engine: Engine, athlete_id: str) -> pl.DataFrame:
    """Every year with activities, newest first: year, runs, run_distance_m, timer_s, ascent_m, load."""
    year = cast(func.date_trunc("year", cast(_METRICS.c.local_day, _INSTANT)), Date).label("year")
    run = _METRICS.c.sport == "running"
    statement = (
        select(
            year,
            func.count().filter(run),
            func.sum(_METRICS.c.distance_m).filter(run),
            func.sum(_METRICS.c.timer_s),
            func.sum(_METRICS.c.ascent_m),
            func.sum(_METRICS.c.load),
        )
        .where(_METRICS.c.athlete_id == athlete_id, _METRICS.c.counted)
        .group_by(year)
        .order_by(year.desc())
    )
    with reading(engine) as connection:
        rows = connection.execute(statement).all()
    schema = pl.Schema(
        {
            "year": pl.Date,
            "runs": pl.Int64,
            **dict.fromkeys(("run_distance_m", "timer_s", "ascent_m", "load"), pl.Float64),
        }
    )
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
