"""Locks by name, in the database: one process at a time, whichever machine it runs on."""

from sqlalchemy import Connection, func, select


def lock(connection: Connection, name: str) -> None:
    """Hold the lock `name` until the transaction ends; whoever else wants it waits."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
