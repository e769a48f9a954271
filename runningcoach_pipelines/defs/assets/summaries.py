"""Gold: weeks and months, both into `analytics_summaries`."""

import dagster as dg

from runningcoach_pipelines.defs.automation import follow_upstream
from runningcoach_pipelines.defs.metadata import OWNERS
from runningcoach_pipelines.defs.partitions import MONTH, WEEK, window_of
from runningcoach_pipelines.derive.summaries import CODE_VERSION, derive_summaries
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.windows import Period


@dg.asset(
    deps=["activity_metrics"],
    partitions_def=WEEK,
    backfill_policy=dg.BackfillPolicy.single_run(),
    automation_condition=follow_upstream(),
    group_name="gold",
    kinds={"postgres", "polars"},
    owners=OWNERS,
    code_version=CODE_VERSION,
)
def weekly_summaries(
    context: dg.AssetExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
) -> dg.MaterializeResult[None]:
    """Distance, time, ascent, load, runs and the longest run of each week, Monday to Sunday."""
    rows = derive_summaries(lakehouse, Period.WEEK, window_of(context))
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})


@dg.asset(
    deps=["activity_metrics"],
    partitions_def=MONTH,
    backfill_policy=dg.BackfillPolicy.single_run(),
    automation_condition=follow_upstream(),
    group_name="gold",
    kinds={"postgres", "polars"},
    owners=OWNERS,
    code_version=CODE_VERSION,
)
def monthly_summaries(
    context: dg.AssetExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
) -> dg.MaterializeResult[None]:
    """Distance, time, ascent, load, runs and the longest run of each month."""
    rows = derive_summaries(lakehouse, Period.MONTH, window_of(context))
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
