"""Tables to Polars frames and back, typed by the table's own columns.

Reads give exactly the columns and dtypes of the statement's table columns, also when no row comes back. Writes
go through binary COPY. Which rows to read or replace is decided elsewhere (`windows.py`, read models).
"""

from typing import Any, cast

import polars as pl
import psycopg
from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Double,
    Integer,
    Select,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

_DTYPES: tuple[tuple[type[TypeEngine[Any]], pl.DataType | type[pl.DataType], str], ...] = (
    (BigInteger, pl.Int64, "int8"),
    (SmallInteger, pl.Int16, "int2"),
    (Integer, pl.Int32, "int4"),
    (Double, pl.Float64, "float8"),
    (Boolean, pl.Boolean, "bool"),
    (Date, pl.Date, "date"),
    (DateTime, pl.Datetime("us", "UTC"), "timestamptz"),
    (Text, pl.String, "text"),
    (String, pl.String, "varchar"),
)


def _mapping(kind: TypeEngine[Any]) -> tuple[pl.DataType | type[pl.DataType], str]:
    for sa_type, dtype, pg_type in _DTYPES:
        if isinstance(kind, sa_type):
            return dtype, pg_type
    raise TypeError(f"no frame dtype for the column type {kind!r}: add it to store/frames.py")


def frame_schema(table: Table) -> pl.Schema:
    """The Polars schema of a frame that holds whole rows of `table`."""
    return pl.Schema({column.name: _mapping(column.type)[0] for column in table.columns})


def read_frame(connection: Connection, statement: Select[Any]) -> pl.DataFrame:
    """Rows of `statement` as a frame whose schema follows from the selected columns, row or no row."""
    schema = pl.Schema({column.name: _mapping(column.type)[0] for column in statement.selected_columns if column.name})
    rows = connection.execute(statement, execution_options={"binary": True}).all()
    return pl.DataFrame(dict(zip(schema, zip(*rows, strict=True), strict=False)), schema=schema)


def copy_frame(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Append `frame` to `table` by binary COPY inside the connection's transaction.

    Raises:
        ValueError: a column is missing, unknown or of another dtype than the table's.
    """
    columns = [column for column in table.columns if column.name in frame.columns]
    expected = pl.Schema({column.name: _mapping(column.type)[0] for column in columns})
    unknown = set(frame.columns) - set(expected)
    missing = {
        c.name for c in table.columns if not c.nullable and c.server_default is None and c.identity is None
    } - set(frame.columns)
    if unknown or missing:
        raise ValueError(f"{table.name}: unknown columns {sorted(unknown)}, missing columns {sorted(missing)}")
    frame = frame.select(expected.names())
    if frame.schema != expected:
        wrong = {n: (frame.schema[n], t) for n, t in expected.items() if frame.schema[n] != t}
        raise ValueError(f"{table.name}: dtypes differ (given, wanted): {wrong}")
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table.schema or "public", table.name),
        sql.SQL(", ").join(sql.Identifier(name) for name in expected.names()),
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([_mapping(column.type)[1] for column in columns])
        for row in frame.iter_rows():
            copy.write_row(row)
