"""Dagster's storage in PostgreSQL with connections that are kept; `dagster.yaml` names it.

`dagster_postgres` makes a connection, and PostgreSQL a process, for each of thousands of events.
"""

from collections.abc import Mapping
from typing import Any, Self

from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage, PostgresEventLogStorage
from dagster_postgres.utils import create_pg_engine, pg_url_from_config

_KEPT = 5
_AT_ONCE = 25


class _EventLog(PostgresEventLogStorage):
    """Of the three storages the last that an instance closes: with it go the connections of all."""

    def dispose(self) -> None:
        super().dispose()
        self._engine.dispose()


class PooledPostgresStorage(DagsterPostgresStorage):
    """Runs, events and schedules over one pool of connections for each instance.

    An instance that is closed leaves none open: the embedded server, no longer in use, can be stopped.
    """

    def __init__(
        self,
        postgres_url: str,
        should_autocreate_tables: bool = True,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        super().__init__(postgres_url, should_autocreate_tables, inst_data)  # makes the tables that are missing
        self._event_log_storage = _EventLog(postgres_url, should_autocreate_tables=False)
        pool = create_pg_engine(
            postgres_url,
            isolation_level="AUTOCOMMIT",
            pool_size=_KEPT,
            max_overflow=_AT_ONCE - _KEPT,
            pool_pre_ping=True,  # a server that was started anew meanwhile costs no run
        )
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            storage._engine = pool

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        return cls(pg_url_from_config(config_value), config_value.get("should_autocreate_tables", True), inst_data)
