"""The Dagster instance of the settings, in this process."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dagster as dg
from sqlalchemy import Engine

_STATEMENT_LIMIT_MS = 600_000
_RECYCLE_S = 3600
_OVERFLOW = 20


@contextmanager
def opened_instance(environment: Mapping[str, str]) -> Iterator[dg.DagsterInstance]:
    """The instance that `environment` names, from here on this process's own; its tables are made or migrated.

    Its storages keep their connections while it is open: Dagster alone makes a connection, and PostgreSQL a process,
    for each of thousands of events.
    """
    os.environ.update({name: value for name, value in environment.items() if name.startswith("DAGSTER_")})
    with dg.DagsterInstance.get() as instance:
        instance.upgrade()
        instance.optimize_for_webserver(
            statement_timeout=_STATEMENT_LIMIT_MS, pool_recycle=_RECYCLE_S, max_overflow=_OVERFLOW
        )
        try:
            yield instance
        finally:
            # Left to Dagster they would stay open, and the embedded server, still in use, would not be stopped.
            for engine in _engines(instance):
                engine.dispose()


def _engines(instance: dg.DagsterInstance) -> list[Engine]:
    """The storages' engines, which Dagster has no public way to."""
    storages = (instance.run_storage, instance.event_log_storage, instance.schedule_storage)
    found = [getattr(storage, "_engine", None) for storage in storages]
    return [engine for engine in found if isinstance(engine, Engine)]
