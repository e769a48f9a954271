"""Gold: fitness, fatigue and form of every day, the whole series in one go.

A late, edited or deleted activity changes every later day by itself, because nothing is carried over from the last
time: ten years take milliseconds (docs/decisions/0006-fitness-in-one-piece.md).
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl
from sqlalchemy import select

from runningcoach_pipelines.metrics import days, fitness, load
from runningcoach_pipelines.store.frames import frame_schema, read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import ActivityMetrics, FitnessMetricsDaily
from runningcoach_pipelines.store.windows import lock, replace_all

CODE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Form:
    """Where an athlete stands on a day."""

    athlete_id: str
    day: dt.date
    ctl: float
    atl: float
    tsb: float


@dataclass(frozen=True, slots=True)
class FitnessReport:
    """Days written, and every athlete's last one."""

    days: int
    latest: tuple[Form, ...]


def derive_fitness(lakehouse: Lakehouse, today: dt.date) -> FitnessReport:
    """Make `fitness_metrics_daily` anew for all athletes, from their first activity to `today`."""
    table = ActivityMetrics.table()
    with lakehouse.engine.begin() as connection:
        # Before reading: a slower run must not write over a newer one's rows what it read before them.
        lock(connection, FitnessMetricsDaily.table().name)
        activities = read_frame(
            connection,
            select(table.c.athlete_id, table.c.local_day, table.c.load, table.c.load_source, table.c.counted).order_by(
                table.c.athlete_id, table.c.local_day, table.c.activity_id
            ),
        )
        rows = daily_fitness(activities, today)
        replace_all(connection, FitnessMetricsDaily.table(), rows)
    last = rows.group_by("athlete_id", maintain_order=True).last()
    latest = last.select("athlete_id", "day", "ctl", "atl", "tsb").iter_rows()
    return FitnessReport(days=rows.height, latest=tuple(Form(*row) for row in latest))


def daily_fitness(activities: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    """A dense row a day and athlete.

    Args:
        activities: `athlete_id`, `local_day`, `load`, `load_source`, `counted`, sorted by athlete and day.

    Returns:
        A frame with the schema of `fitness_metrics_daily`; rest days are rows with load 0.
    """
    imputed = pl.col("load").filter(pl.col("load_source") == load.Source.IMPUTED.value)
    sums = (
        activities.filter("counted")
        .group_by("athlete_id", "local_day", maintain_order=True)
        .agg(pl.col("load").sum(), activities=pl.len(), imputed_load=imputed.sum())
    )
    schema = frame_schema(FitnessMetricsDaily.table())
    series = [_series(own, today) for own in sums.partition_by("athlete_id", maintain_order=True)]
    if not series:
        return pl.DataFrame(schema=schema)
    return (
        pl.concat(series)
        .rename({"local_day": "day"})
        .with_columns(code_version=pl.lit(CODE_VERSION))
        .select(schema.names())
        .cast(schema)
    )


def _series(sums: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    athlete = pl.lit(sums["athlete_id"][0])
    dense = days.every_day(sums.drop("athlete_id"), last_day=max(today, sums["local_day"][-1]))
    measured = fitness.daily_table(dense.select("local_day", "load"))
    return dense.join(measured.drop("load"), on="local_day", how="left").with_columns(athlete_id=athlete)
