"""What bronze holds, for comparing states."""

from typing import Any

from sqlalchemy import select

from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Athlete, GarminRawFile, GarminRawFileName


def bronze(lakehouse: Lakehouse) -> dict[str, list[Any]]:
    """Every row and column of the tables that an import writes, content and times included."""
    with lakehouse.engine.connect() as connection:
        return {
            table.name: list(connection.execute(select(table).order_by(*table.primary_key.columns)))
            for table in (Athlete.table(), GarminRawFile.table(), GarminRawFileName.table())
        }


def contents(lakehouse: Lakehouse, athlete_id: str = "me") -> list[bytes]:
    """The athlete's files, by the order of their import."""
    own = [raw for raw in lakehouse.files.all() if raw.athlete_id == athlete_id]
    return [lakehouse.blobs.get(athlete_id, raw.sha256) for raw in own]
