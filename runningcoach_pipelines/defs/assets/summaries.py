"""Gold: weeks and months, both into `analytics_summaries`."""

import dagster as dg

from runningcoach_pipelines.defs.automation import follow_upstream
from runningcoach_pipelines.defs.metadata import OWNERS
from runningcoach_pipelines.defs.partitions import MONTH, WEEK, window_of
from runningcoach_pipelines.derive.summaries import CODE_VERSION, derive_summaries
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.windows import Period


def _summaries(
    name: str, period: Period, partitions: dg.TimeWindowPartitionsDefinition, description: str
) -> dg.AssetsDefinition:
    @dg.asset(
        name=name,
        description=description,
        deps=["activity_metrics"],
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        automation_condition=follow_upstream(),
        group_name="gold",
        kinds={"postgres", "polars"},
        owners=OWNERS,
        code_version=CODE_VERSION,
    )
    def summaries(
        context: dg.AssetExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
    ) -> dg.MaterializeResult[None]:
        rows = derive_summaries(lakehouse, period, window_of(context))
        return dg.MaterializeResult(metadata={"dagster/row_count": rows})

    return summaries


weekly_summaries = _summaries(
    "weekly_summaries",
    Period.WEEK,
    WEEK,
    "Distance, time, ascent, load, runs and the longest run of each week, Monday to Sunday.",
)
monthly_summaries = _summaries(
    "monthly_summaries",
    Period.MONTH,
    MONTH,
    "Distance, time, ascent, load, runs and the longest run of each month.",
)
