"""Writing down which answers could not be read."""

from collections.abc import Collection

import polars as pl
from sqlalchemy import ColumnElement, Connection, delete

from runningcoach_pipelines.store.frames import copy_frame
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.tables import GarminDrift
from runningcoach_pipelines.store.windows import Window


def replace_drifts(
    connection: Connection, rows: pl.DataFrame, endpoints: Collection[str], window: Window | None = None
) -> None:
    """Make `rows` all that is known of these endpoints (in the window), in the connection's transaction."""
    table = GarminDrift.table()
    lock(connection, table.name)
    stale: ColumnElement[bool] = table.c.endpoint.in_(sorted(endpoints))
    if window is not None:
        stale &= (table.c.day >= window.start) & (table.c.day < window.end)
    connection.execute(delete(table).where(stale))
    copy_frame(connection, table, rows)
