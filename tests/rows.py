"""Rows put into tables by hand: what a test does not name is empty, or something harmless where it may not be."""

import datetime as dt
from typing import Any

from sqlalchemy import Column, insert

from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Base

type Row = dict[str, Any]

_HARMLESS: dict[type, Any] = {
    float: 0.0,
    int: 0,
    bool: False,
    str: "",
    dt.date: dt.date(2025, 1, 1),
    dt.datetime: dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
}
_USUAL: Row = {
    "athlete_id": "me",
    "sport": "running",
    "counted": True,
    "counts": True,
    "code_version": "9",
    "compression_type": "none",
    "fit_file_status": "decoded",
    "load": 0.0,
    "load_source": "",
}


def put(lakehouse: Lakehouse, described: type[Base], *rows: Row) -> None:
    """Append rows to a table; their athletes are made."""
    table = described.table()
    usual = {column.name: _usual(column) for column in table.columns if _must(column) or column.name in _USUAL}
    for athlete_id in {str(row.get("athlete_id", "me")) for row in rows}:
        ensure_athlete(lakehouse.engine, athlete_id)
    named = sorted({name for row in rows for name in row})
    with lakehouse.engine.begin() as connection:
        connection.execute(insert(table), [dict.fromkeys(named) | usual | row for row in rows])


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _must(column: Column[Any]) -> bool:
    return not column.nullable and column.identity is None and column.server_default is None


def _usual(column: Column[Any]) -> Any:
    return _USUAL[column.name] if column.name in _USUAL else _HARMLESS[column.type.python_type]
