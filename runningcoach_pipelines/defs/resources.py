"""The one resource: the stores. Settings come from the process's environment, clients load on first use."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import Lakehouse, open_lakehouse


class LakehouseResource(dg.ConfigurableResource[Lakehouse]):
    """Opens the database, the blobs and the lake for a run and closes them after it."""

    @contextmanager
    def yield_for_execution(
        self,
        context: dg.InitResourceContext,  # noqa: ARG002 - the signature is Dagster's
    ) -> Iterator[Lakehouse]:
        with open_lakehouse(Settings()) as lakehouse:
            yield lakehouse
