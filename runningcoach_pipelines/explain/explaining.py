"""What is asked, looked up in the table that knows it."""

import datetime as dt

from sqlalchemy import Connection

from runningcoach_pipelines.explain import activity_asked, day_asked, periods
from runningcoach_pipelines.explain.activities import explain_activity
from runningcoach_pipelines.explain.catalogue import CATALOGUE
from runningcoach_pipelines.explain.days import explain_day
from runningcoach_pipelines.explain.explanation import Explanation, NothingThere, UnknownMetric
from runningcoach_pipelines.explain.keys import Key, OfDay, OfPeriod, read_key
from runningcoach_pipelines.explain.periods import explain_period
from runningcoach_pipelines.explain.rows import Row, activities_of, row_of
from runningcoach_pipelines.store.athletes import athlete_ids
from runningcoach_pipelines.store.database import reading
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import ActivityMetrics

_KEYS = frozenset(
    {
        "activity_id",
        "athlete_id",
        "local_day",
        "day",
        "period",
        "period_start",
        "code_version",
        "source_sha256",
        "sport",
    }
)
"""Columns that name a row: there is nothing to explain."""


def metrics_of(table: str) -> list[str]:
    """Columns of a table that can be explained."""
    return [name for name in CATALOGUE[table] if name not in _KEYS]


def explain(lakehouse: Lakehouse, athlete_id: str, metric: str, key: str) -> tuple[Explanation, ...]:
    """How a number came to be; several explanations if a day has several activities.

    Args:
        metric: a column of `fitness_metrics_daily`, `activity_metrics` or `analytics_summaries`.
        key: a day (`2025-06-01`: a column of days, else of the day's activities), a week (`2025-W22`), a month
            (`2025-06`), or the id of an activity.

    Raises:
        UnknownMetric: days, periods or activities have no such column; the message lists what they have.
        NothingThere: there is no row.
        ValueError: the key looks like a date and is none.
        DatabaseUnavailable, LakeUnavailable: a store does not answer.
    """
    asked = read_key(key)
    tables = _tables(asked)
    if not any(metric in metrics_of(table) for table in tables):
        known = "; ".join(f"{table}: {', '.join(metrics_of(table))}" for table in tables)
        raise UnknownMetric(f"{key} has no metric {metric!r}. Known are {known}")
    with reading(lakehouse.engine) as connection:
        found = _found(lakehouse, connection, athlete_id, asked, metric)
    if not found:
        raise NothingThere(
            f"there is no {metric} of {athlete_id} for {key}: {' and '.join(tables)} have no such row. "
            + _remedy(lakehouse, athlete_id)
        )
    return found


def _remedy(lakehouse: Lakehouse, athlete_id: str) -> str:
    others = [known for known in athlete_ids(lakehouse.engine) if known != athlete_id]
    if not others:
        return "`runningcoach status` shows which days are computed."
    return f"`runningcoach status` shows which days are computed; `--athlete` asks for another: {', '.join(others)}."


def _tables(asked: Key) -> tuple[str, ...]:
    if isinstance(asked, OfDay):
        return (day_asked.TABLE, activity_asked.TABLE)
    return (periods.TABLE,) if isinstance(asked, OfPeriod) else (activity_asked.TABLE,)


def _found(
    lakehouse: Lakehouse, connection: Connection, athlete_id: str, asked: Key, metric: str
) -> tuple[Explanation, ...]:
    if isinstance(asked, OfPeriod):
        return _some(explain_period(lakehouse, connection, athlete_id, asked, metric))
    if isinstance(asked, OfDay) and metric in metrics_of(day_asked.TABLE):
        return _some(explain_day(lakehouse, connection, athlete_id, asked.day, metric))
    if isinstance(asked, OfDay):
        next_day = asked.day + dt.timedelta(days=1)
        rows: list[Row] = activities_of(connection, athlete_id, asked.day, next_day).to_dicts()
    else:
        rows = [row_of(connection, ActivityMetrics, asked.activity_id)]
    own = [row for row in rows if row["athlete_id"] == athlete_id]
    return tuple(explain_activity(lakehouse, connection, row, metric) for row in own)


def _some(explanation: Explanation | None) -> tuple[Explanation, ...]:
    return () if explanation is None else (explanation,)
