"""Rows put into tables by hand: what a test does not name is empty, or something harmless where it may not be."""

import datetime as dt
from typing import Any

import polars as pl

from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.frames import copy_frame, frame_schema
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Base

type Row = dict[str, Any]

_HARMLESS: dict[type[pl.DataType], Any] = {
    pl.Float64: 0.0,
    pl.Int16: 0,
    pl.Int32: 0,
    pl.Int64: 0,
    pl.Boolean: False,
    pl.String: "",
    pl.Date: dt.date(2025, 1, 1),
    pl.Datetime: dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
}
_USUAL: Row = {"athlete_id": "me", "sport": "running", "counted": True, "counts": True, "code_version": "9"}


def put(lakehouse: Lakehouse, described: type[Base], *rows: Row) -> None:
    """Append rows to a table; its athletes are made."""
    table = described.table()
    schema = frame_schema(table)
    must = {column.name: _HARMLESS[schema[column.name].base_type()] for column in table.columns if not column.nullable}
    usual = must | {name: value for name, value in _USUAL.items() if name in schema}
    frame = pl.DataFrame([usual | row for row in rows], schema=schema)
    for athlete_id in frame["athlete_id"].unique():
        ensure_athlete(lakehouse.engine, athlete_id)
    with lakehouse.engine.begin() as connection:
        copy_frame(connection, table, frame)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
