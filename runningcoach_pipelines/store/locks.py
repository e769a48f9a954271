"""Locks by name, in the database: one process at a time, whichever machine it runs on."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, Engine, func, select, text

_LONGEST_NAME = 63
"""PostgreSQL cuts names of applications here."""


class LockHeld(Exception):
    """Another process holds the lock; `holder` says which, and since when."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def lock(connection: Connection, name: str) -> None:
    """Hold the lock `name` until the transaction ends; whoever else wants it waits."""
    connection.execute(select(func.pg_advisory_xact_lock(_key(name))))


@contextmanager
def holding(engine: Engine, name: str, what: str) -> Iterator[None]:
    """Hold the lock `name` while the block runs, or while this process lives if it ends earlier.

    Args:
        what: the work, as whoever else wants the lock is told.

    Raises:
        LockHeld: another process holds it; nobody waits.
    """
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if not connection.execute(select(func.pg_try_advisory_lock(_key(name)))).scalar_one():
            raise LockHeld(_holder(connection, name))
        called = f"{what}, process {os.getpid()} on {platform.node()}"[:_LONGEST_NAME]
        connection.execute(select(func.set_config("application_name", called, False)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(_key(name))))
            connection.execute(text("reset application_name"))


def _key(name: str) -> ColumnElement[int]:
    return func.hashtextextended(name, 0)


def _holder(connection: Connection, name: str) -> str:
    row = connection.execute(
        text(
            "select application_name, state_change from pg_locks join pg_stat_activity using (pid) "
            "where locktype = 'advisory' and granted and objsubid = 1 "
            "and (classid::bigint << 32 | objid::bigint) = hashtextextended(:name, 0)"
        ),
        {"name": name},
    ).one_or_none()
    if row is None:
        return "a process that has just ended"
    return f"{row.application_name} (since {row.state_change:%Y-%m-%d %H:%M} UTC)"
