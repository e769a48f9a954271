"""The Dagster instance of the settings, in this process."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dagster as dg


@contextmanager
def opened_instance(environment: Mapping[str, str]) -> Iterator[dg.DagsterInstance]:
    """The instance that `environment` names, from here on this process's own; its tables are made or migrated."""
    os.environ.update({name: value for name, value in environment.items() if name.startswith("DAGSTER_")})
    with dg.DagsterInstance.get() as instance:
        instance.upgrade()
        yield instance
