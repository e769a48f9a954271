"""A day whose row is asked about, and what is stored of the athlete around it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl
from sqlalchemy import Connection, func, select

from runningcoach_pipelines.derive.fitness import History, read_history
from runningcoach_pipelines.explain.catalogue import CATALOGUE
from runningcoach_pipelines.explain.explanation import Explanation, SourceFile, Trail, Value, explained
from runningcoach_pipelines.explain.rows import Row, activities_of, files_of, frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import ActivityMetrics, FitnessMetricsDaily

TABLE = FitnessMetricsDaily.__tablename__


@dataclass(frozen=True)
class OfDay:
    """A day whose row is asked about, and what is stored of the athlete around it."""

    lakehouse: Lakehouse
    connection: Connection
    athlete_id: str
    day: dt.date
    rows: pl.DataFrame
    """The athlete's days from the first to this one."""

    @cached_property
    def row(self) -> Row:
        return self.rows.row(-1, named=True)

    @cached_property
    def activities(self) -> pl.DataFrame:
        """Rows of `activity_metrics` of the day."""
        return activities_of(self.connection, self.athlete_id, self.day, self.day + dt.timedelta(days=1))

    @cached_property
    def history(self) -> History:
        """What the days of this athlete are made of."""
        days = FitnessMetricsDaily.table().c
        last = select(func.max(days.day)).where(days.athlete_id == self.athlete_id)
        everyone = read_history(self.connection, self.connection.execute(last).scalar_one())
        return replace(everyone, activities=everyone.activities.filter(pl.col("athlete_id") == self.athlete_id))

    def told(self, days_before: int) -> str:
        """A day some days before, as it is written."""
        return (self.day - dt.timedelta(days=days_before)).isoformat()

    def before(self, days: int) -> Row | None:
        """The row of some days before; None before the first."""
        return self.rows.row(-1 - days, named=True) if self.rows.height > days else None

    def explanation(self, metric: str, trail: Trail) -> Explanation:
        """The trail of a column with the files it begins with: of the day's activities, unless it names others."""
        return explained(TABLE, metric, of=self.day.isoformat(), row=self.row, trail=trail, files=self._files(trail))

    def _files(self, trail: Trail) -> tuple[SourceFile, ...]:
        activities = self.activities
        if trail.activity_ids is not None:
            named = ActivityMetrics.table().c.activity_id.in_(trail.activity_ids)
            activities = frame(self.connection, ActivityMetrics, named)
        return files_of(self.connection, self.athlete_id, activities["source_sha256"])


type DayTrail = Callable[[OfDay], Trail]
"""What makes a column of a day once more."""


def number(value: Value) -> float:
    """A value of a column that holds numbers; 0 for none."""
    return float(value) if isinstance(value, int | float) else 0.0


def unit(metric: str) -> str:
    """Unit of a column of days."""
    return CATALOGUE[TABLE][metric].unit
