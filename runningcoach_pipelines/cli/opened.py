"""What nearly every command begins with: settings, and the stores they name, migrated."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runningcoach_pipelines.services.stack import service_environment
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.database import libpq_url
from runningcoach_pipelines.store.lakehouse import Lakehouse, open_lakehouse

if TYPE_CHECKING:
    from dagster import DagsterInstance


@contextmanager
def opened_lakehouse(settings: Settings | None = None) -> Iterator[Lakehouse]:
    """The stores, the embedded PostgreSQL running, the schema up to date."""
    with open_lakehouse(settings or Settings(), migrate=True) as lakehouse:
        yield lakehouse


@contextmanager
def opened_dagster(lakehouse: Lakehouse) -> "Iterator[DagsterInstance]":
    """The Dagster instance of the settings, its tables made if need be."""
    from runningcoach_pipelines.defs.instance import opened_instance

    with opened_instance(service_environment(lakehouse.settings, libpq_url(lakehouse.engine))) as instance:
        yield instance
