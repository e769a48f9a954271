"""Replacing a window of days in a table: the only way derived rows are written.

A window is half-open. Replacing deletes what is in it and writes the new rows in the caller's transaction, so a
reader sees the old rows or the new ones; the same window written twice gives the same rows. Writers of one table
wait for each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import polars as pl
from sqlalchemy import ARRAY, ColumnElement, Connection, Table, any_, delete, literal, or_, select

from runningcoach_pipelines.store.frames import copy_frame, read_frame
from runningcoach_pipelines.store.locks import lock


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"empty window: {self.start} to {self.end} (the end is not included)")

    def padded(self, days: int) -> "Window":
        """The window with `days` more on both sides."""
        return Window(self.start - timedelta(days=days), self.end + timedelta(days=days))

    def months(self) -> Iterator["Window"]:
        """The calendar months that the window touches, each whole, in order."""
        start = self.start.replace(day=1)
        while start < self.end:
            end = next_month(start)
            yield Window(start, end)
            start = end


def next_month(day: date) -> date:
    """The 1st of the month after `day`'s."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def monday(day: date) -> date:
    """The Monday of `day`'s week."""
    return day - timedelta(days=day.weekday())


class Period(StrEnum):
    """What days are summed up by: weeks start on Monday, months on the 1st."""

    WEEK = "week"
    MONTH = "month"

    def start(self, day: date) -> date:
        """First day of the period that `day` is in."""
        return monday(day) if self is Period.WEEK else day.replace(day=1)

    def whole(self, window: Window) -> Window:
        """The window widened to whole periods."""
        last = self.start(window.end - timedelta(days=1))
        return Window(self.start(window.start), last + timedelta(days=7) if self is Period.WEEK else next_month(last))


def replace_window(
    connection: Connection,
    table: Table,
    frame: pl.DataFrame,
    *,
    day: str,
    window: Window,
    key: str | None = None,
) -> None:
    """Make `frame` all that `table` holds for `window`, in the connection's transaction.

    Args:
        day: the column that says which day a row belongs to.
        key: a column that is unique by itself: rows of `frame` that stood on a day outside the window (their day
            has changed) are taken from there.

    Raises:
        ValueError: a row of `frame` lies outside the window, or its schema is not the table's.
    """
    outside = frame.filter(~pl.col(day).is_between(window.start, window.end, closed="left"))
    if not outside.is_empty():
        raise ValueError(f"{table.name}: {outside.height} rows lie outside {window.start} to {window.end}")
    lock(connection, table.name)
    stale: ColumnElement[bool] = (table.c[day] >= window.start) & (table.c[day] < window.end)
    if key is not None and not frame.is_empty():
        keys = literal(frame[key].unique().to_list(), ARRAY(table.c[key].type))
        stale = or_(stale, table.c[key] == any_(keys))
    connection.execute(delete(table).where(stale))
    copy_frame(connection, table, frame)


def replace_all(connection: Connection, table: Table, frame: pl.DataFrame, *, day: str) -> None:
    """Make `frame` all that `table` holds, in the connection's transaction.

    Rows before the first day on which anything differs are as they should be and stay untouched.

    Args:
        day: the column that says which day a row belongs to.
    """
    lock(connection, table.name)
    first = _first_difference(read_frame(connection, select(table)), frame, day)
    if first is not None:
        connection.execute(delete(table).where(table.c[day] >= first))
        copy_frame(connection, table, frame.filter(pl.col(day) >= first))


def _first_difference(stored: pl.DataFrame, frame: pl.DataFrame, day: str) -> date | None:
    """The first day that has a row in one and not in the other; None if there is none."""
    columns = frame.columns
    gone = stored.join(frame, on=columns, how="anti", nulls_equal=True)
    come = frame.join(stored, on=columns, how="anti", nulls_equal=True)
    return min([*gone[day], *come[day]], default=None)
