"""Whether an asset is being made already: a sensor that asked for it as well would have everything made twice."""

from collections.abc import Collection

import dagster as dg
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus

_UNFINISHED_RUNS = dg.RunsFilter(
    statuses=[
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ]
)
_UNFINISHED_BACKFILLS = BulkActionsFilter(statuses=[BulkActionStatus.REQUESTED, BulkActionStatus.CANCELING])


def is_under_way(instance: dg.DagsterInstance, asset: dg.AssetKey, jobs: Collection[str]) -> bool:
    """Whether a run or a backfill that is not finished makes partitions of the asset, any of them.

    A backfill counts from its launch on, half a minute before it has a run.

    Args:
        jobs: names of all jobs that make the asset; their runs need not name it.
    """
    backfills = instance.get_backfills(_UNFINISHED_BACKFILLS)
    runs = instance.get_runs(_UNFINISHED_RUNS)
    if any(backfill.job_name in jobs or asset in (backfill.asset_selection or ()) for backfill in backfills):
        return True
    return any(run.job_name in jobs or asset in (run.asset_selection or ()) for run in runs)
