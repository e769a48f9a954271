"""Gold: metrics of each activity, and fitness day by day."""

import dagster as dg

from runningcoach_pipelines.defs.automation import follow_any_change, follow_in_the_same_run
from runningcoach_pipelines.defs.metadata import OWNERS, stopwatch, table
from runningcoach_pipelines.defs.partitions import MONTH, MONTHS_PER_RUN, window_of
from runningcoach_pipelines.derive import activity_metrics as metrics
from runningcoach_pipelines.derive import fitness
from runningcoach_pipelines.store.lakehouse import Lakehouse


@dg.asset(
    deps=["activities", "activity_samples"],
    partitions_def=MONTH,
    backfill_policy=dg.BackfillPolicy.multi_run(MONTHS_PER_RUN),
    automation_condition=follow_in_the_same_run(),
    group_name="gold",
    kinds={"postgres", "polars"},
    owners=OWNERS,
    code_version=metrics.CODE_VERSION,
)
def activity_metrics(
    context: dg.AssetExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
) -> dg.MaterializeResult[None]:
    """Loads and aggregates of each activity, from its samples and the settings valid on its day."""
    with stopwatch() as watch:
        report = metrics.derive_activity_metrics(lakehouse, window_of(context))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.activities,
            "imputed_loads": report.imputed,
            "activities_per_s": watch.per_second(report.activities),
        }
    )


@dg.asset(
    deps=[
        dg.AssetDep("activity_metrics", partition_mapping=dg.AllPartitionMapping()),
        dg.AssetDep("health_metrics", partition_mapping=dg.AllPartitionMapping()),
    ],
    automation_condition=follow_any_change(),
    group_name="gold",
    kinds={"postgres", "polars"},
    owners=OWNERS,
    code_version=fitness.CODE_VERSION,
)
def fitness_metrics_daily(lakehouse: dg.ResourceParam[Lakehouse]) -> dg.MaterializeResult[None]:
    """Load, form, thresholds, race predictions and readiness of every day, the whole history at once."""
    report = fitness.derive_fitness(lakehouse, lakehouse.settings.today())
    latest: list[dict[str, str | float]] = [
        {
            "athlete": row.athlete_id,
            "day": str(row.day),
            "ctl": row.ctl,
            "atl": row.atl,
            "tsb": row.tsb,
            "readiness": row.readiness or "unknown",
        }
        for row in report.latest
    ]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.days,
            "race_predictions": report.predictions,
            "latest": table(latest),
        }
    )
