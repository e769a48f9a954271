"""The Dagster instance of the settings, in this process."""

import os
from collections.abc import Mapping

import dagster as dg


def enter_instance(environment: Mapping[str, str]) -> None:
    """Make this process use the instance that `environment` names; its tables are made or migrated if need be."""
    os.environ.update({name: value for name, value in environment.items() if name.startswith("DAGSTER_")})
    with dg.DagsterInstance.get() as instance:
        instance.upgrade()
