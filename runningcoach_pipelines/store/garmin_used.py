"""Which of Garmin's answers derived rows were made of, so that only what has changed is made anew.

What an answer says of a day has its SHA-256 in the ledger; a digest sums them up for a month.
"""

import datetime as dt
from collections.abc import Collection
from enum import StrEnum

import polars as pl
from sqlalchemy import Connection, Date, cast, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from runningcoach_pipelines.store.frames import copy_frame, frame_schema
from runningcoach_pipelines.store.tables import GarminAnswersUsed, GarminCoverage
from runningcoach_pipelines.store.windows import Window

_COVERAGE = GarminCoverage.table()
_USED = GarminAnswersUsed.table()

WHOLE = dt.date(1970, 1, 1)
"""Stands for all there is where rows belong to no month."""

type Made = dict[tuple[str, dt.date], str]
"""Digests by athlete and month."""


class UsedFor(StrEnum):
    """What rows: those of days and nights by month, or all of what an athlete has."""

    WELLNESS = "wellness"
    BELONGINGS = "belongings"


def digests(
    connection: Connection, endpoints: Collection[str], used_for: UsedFor, window: Window | None = None
) -> Made:
    """What the answers of these endpoints say now, by athlete and month (of the window, if there is one)."""
    column = _COVERAGE.c
    month = cast(func.date_trunc("month", column.day), Date) if used_for is UsedFor.WELLNESS else literal(WHOLE)
    said = func.concat_ws(" ", column.endpoint, column.subject, column.day, column.content_sha256)
    together = func.string_agg(said, aggregate_order_by(literal("\n"), column.endpoint, column.subject, column.day))
    statement = (
        select(column.athlete_id, month.label("month"), func.md5(together).label("digest"))
        .where(column.endpoint.in_(sorted(endpoints)), column.content_sha256.is_not(None))
        .group_by(column.athlete_id, text("month"))
    )
    if window is not None:
        statement = statement.where(column.day >= window.start, column.day < window.end)
    return {(row.athlete_id, row.month): row.digest for row in connection.execute(statement)}


def days(connection: Connection, endpoints: Collection[str]) -> tuple[dt.date, dt.date] | None:
    """First and last day of which the answers of these endpoints say anything."""
    said = (_COVERAGE.c.endpoint.in_(sorted(endpoints))) & _COVERAGE.c.content_sha256.is_not(None)
    first, last = connection.execute(select(func.min(_COVERAGE.c.day), func.max(_COVERAGE.c.day)).where(said)).one()
    return None if first is None else (first, last)


def used(connection: Connection, used_for: UsedFor, code_version: str) -> Made:
    """What rows that this version made were made of."""
    column = _USED.c
    statement = select(column.athlete_id, column.month, column.digest).where(
        column.used_for == used_for.value, column.code_version == code_version
    )
    return {(row.athlete_id, row.month): row.digest for row in connection.execute(statement)}


def save_used(
    connection: Connection, used_for: UsedFor, made: Made, *, code_version: str, window: Window | None = None
) -> None:
    """Write down what the rows (of the window's months) are made of now, in the caller's transaction."""
    stale = _USED.c.used_for == used_for.value
    if window is not None:
        stale &= (_USED.c.month >= window.start) & (_USED.c.month < window.end)
    connection.execute(delete(_USED).where(stale))
    rows = [
        {
            "athlete_id": athlete_id,
            "used_for": used_for.value,
            "month": month,
            "digest": digest,
            "code_version": code_version,
        }
        for (athlete_id, month), digest in made.items()
    ]
    copy_frame(connection, _USED, pl.DataFrame(rows, schema=frame_schema(_USED)))


def changed(connection: Connection, endpoints: Collection[str], used_for: UsedFor, code_version: str) -> Made:
    """Athletes and months whose rows are made of other answers than there are now, or by another version, with the
    digest of what there is now; empty where there is nothing any more.
    """
    now, before = digests(connection, endpoints, used_for), used(connection, used_for, code_version)
    keys = sorted(now.keys() | before.keys())
    return {key: now.get(key, "") for key in keys if now.get(key) != before.get(key)}
