"""Stored rows as an explanation needs them."""

import datetime as dt
from collections.abc import Iterable

import polars as pl
from sqlalchemy import ColumnElement, Connection, select

from runningcoach_pipelines.explain.explanation import SourceFile, Value
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, Base, GarminRawFile

type Row = dict[str, Value]


def frame(connection: Connection, described: type[Base], *where: ColumnElement[bool]) -> pl.DataFrame:
    """Rows of a table by its key."""
    table = described.table()
    return read_frame(connection, select(table).where(*where).order_by(*table.primary_key.columns))


def activities_of(connection: Connection, athlete_id: str, first: dt.date, end: dt.date) -> pl.DataFrame:
    """Rows of `activity_metrics` of the days from `first` up to, not including, `end`, in order of start."""
    metrics, started = ActivityMetrics.table(), Activity.table()
    statement = (
        select(metrics)
        .join(started, started.c.activity_id == metrics.c.activity_id, isouter=True)
        .where(metrics.c.athlete_id == athlete_id, metrics.c.local_day >= first, metrics.c.local_day < end)
        .order_by(metrics.c.local_day, started.c.started_at, metrics.c.activity_id)
    )
    return read_frame(connection, statement)


def row_of(connection: Connection, described: type[Base], activity_id: str) -> Row:
    """The row of an activity in a table that has one for each; all None without it."""
    rows = frame(connection, described, described.table().c.activity_id == activity_id).to_dicts()
    return rows[0] if rows else dict.fromkeys(described.table().c.keys())


def files_of(connection: Connection, athlete_id: str, hashes: Iterable[str]) -> tuple[SourceFile, ...]:
    """The FIT files with these SHA-256, in their order; one that is not in the catalogue has no name."""
    wanted = list(dict.fromkeys(hashes))
    table = GarminRawFile.table()
    statement = select(table.c.sha256, table.c.file_name).where(
        table.c.athlete_id == athlete_id, table.c.sha256.in_(wanted)
    )
    names: dict[str, str | None] = {row.sha256: row.file_name for row in connection.execute(statement)}
    return tuple(SourceFile(names.get(sha256), sha256) for sha256 in wanted)
