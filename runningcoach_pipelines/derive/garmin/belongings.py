"""Shoes, personal records and races, as Garmin has them: few rows, made anew all at once."""

from dataclasses import dataclass

import polars as pl
from sqlalchemy import Table, delete

from runningcoach_pipelines.derive.garmin.answers import Answers
from runningcoach_pipelines.derive.garmin.drifts import replace_drifts
from runningcoach_pipelines.store import garmin_used
from runningcoach_pipelines.store.frames import copy_frame, frame_schema
from runningcoach_pipelines.store.garmin_used import Made, UsedFor
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.tables import Gear, PersonalRecord, Race

CODE_VERSION = "1"
"""Version of what is written here; raise it when the same answers would give other rows."""

_TABLES: dict[str, tuple[Table, str]] = {
    "gear": (Gear.table(), "gear_id"),
    "personal_records": (PersonalRecord.table(), "record_id"),
    "calendar": (Race.table(), "race_id"),
}
"""Tables and their keys by endpoint."""


@dataclass(frozen=True, slots=True)
class BelongingsReport:
    """Rows by table, and how many places in the answers could not be read."""

    rows: dict[str, int]
    drifts: int


def derive_belongings(lakehouse: Lakehouse) -> BelongingsReport:
    """Make `gear`, `personal_records` and `races` anew, for all athletes.

    A race that stands in several answers (they reach a year ahead) is what the last of them says.
    """
    rows: dict[str, int] = {}
    with lakehouse.engine.begin() as connection:
        lock(connection, Gear.table().name)
        made_of = garmin_used.digests(connection, _TABLES, UsedFor.BELONGINGS)
        answers = Answers(connection)
        for endpoint, (table, key) in _TABLES.items():
            schema = frame_schema(table)
            frame = answers.frame(endpoint).unique(["athlete_id", key], keep="last", maintain_order=True)
            frame = frame.with_columns(code_version=pl.lit(CODE_VERSION)).select(schema.names()).cast(schema)
            connection.execute(delete(table))
            copy_frame(connection, table, frame)
            rows[table.name] = frame.height
        drifts = answers.drift_rows()
        replace_drifts(connection, drifts, _TABLES)
        garmin_used.save_used(connection, UsedFor.BELONGINGS, made_of, code_version=CODE_VERSION)
    return BelongingsReport(rows, drifts.height)


def changed_belongings(lakehouse: Lakehouse) -> Made:
    """Athletes of whom Garmin's answers say something else than the tables."""
    with lakehouse.engine.connect() as connection:
        return garmin_used.changed(connection, _TABLES, UsedFor.BELONGINGS, CODE_VERSION)
