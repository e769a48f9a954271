"""The Dagster instance of the settings, in this process."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dagster as dg
from dagster._core.storage.tags import GRPC_INFO_TAG


@contextmanager
def opened_instance(environment: Mapping[str, str]) -> Iterator[dg.DagsterInstance]:
    """The instance that `environment` names, from here on this process's own; its tables are made or migrated."""
    os.environ.update({name: value for name, value in environment.items() if name.startswith("DAGSTER_")})
    with dg.DagsterInstance.get() as instance:
        instance.upgrade()
        yield instance


_LAUNCHED = dg.RunsFilter(
    statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
)


def end_abandoned_runs(instance: dg.DagsterInstance) -> int:
    """Runs whose processes ended with the services that launched them are marked failed, so that they are tried
    again; how many. Dagster cannot see by itself that they are dead, and whatever waits for them would wait.

    To be called only while no service of the instance runs. Runs in a process of their own (`runningcoach materialize`)
    have no launcher and are left alone.
    """
    abandoned = [run for run in instance.get_runs(_LAUNCHED) if GRPC_INFO_TAG in run.tags]
    for run in abandoned:
        instance.report_run_failed(run, "its process ended together with the services that had launched it")
    return len(abandoned)
