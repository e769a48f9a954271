"""A plain importer to compare with: fitdecode, and rows into SQLite. What one would write in an afternoon.

python -m bench.plain_sqlite FOLDER DATABASE
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fitdecode

ACTIVITY = ("sport", "start_time", "total_elapsed_time", "total_timer_time", "total_distance", "avg_heart_rate")
LAP = ("start_time", "total_elapsed_time", "total_timer_time", "total_distance", "avg_heart_rate")
RECORD = (
    "timestamp",
    "position_lat",
    "position_long",
    "distance",
    "enhanced_speed",
    "enhanced_altitude",
    "heart_rate",
    "cadence",
    "power",
    "temperature",
)
_TABLES = {"session": ("activity", ACTIVITY), "lap": ("lap", LAP), "record": ("record", RECORD)}


def import_folder(folder: Path, database: Path) -> None:
    """Every FIT file of the folder, one transaction each."""
    connection = sqlite3.connect(database)
    for table, columns in _TABLES.values():
        connection.execute(f"create table {table} (file, number, {', '.join(columns)}, primary key (file, number))")
    for path in sorted(folder.glob("*.fit")):
        _import_file(connection, path)
    connection.close()


def _import_file(connection: sqlite3.Connection, path: Path) -> None:
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _TABLES}
    with fitdecode.FitReader(path) as reader:
        for frame in reader:
            if frame.frame_type == fitdecode.FIT_FRAME_DATA and frame.name in rows:
                found = rows[frame.name]
                found.append((path.name, len(found), *_values(frame, _TABLES[frame.name][1])))
    with connection:
        for name, (table, columns) in _TABLES.items():
            marks = ", ".join("?" * (len(columns) + 2))
            connection.executemany(f"insert into {table} values ({marks})", rows[name])


def _values(frame: fitdecode.FitDataMessage, columns: Sequence[str]) -> list[Any]:
    values = [frame.get_value(column, fallback=None) for column in columns]
    return [value.isoformat() if hasattr(value, "isoformat") else value for value in values]


if __name__ == "__main__":
    import_folder(Path(sys.argv[1]), Path(sys.argv[2]))
