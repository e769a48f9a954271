"""Silver: what the watch measured of each day and night."""

import dagster as dg

from runningcoach_pipelines.defs.assets.raw import garmin_raw_files
from runningcoach_pipelines.defs.metadata import OWNERS, stopwatch, table
from runningcoach_pipelines.defs.partitions import MONTH, MONTHS_OF_NIGHTS_PER_RUN, window_of
from runningcoach_pipelines.derive.wellness import CODE_VERSION, derive_wellness
from runningcoach_pipelines.store.lakehouse import Lakehouse


@dg.asset(
    deps=[garmin_raw_files],
    partitions_def=MONTH,
    backfill_policy=dg.BackfillPolicy.multi_run(MONTHS_OF_NIGHTS_PER_RUN),
    group_name="silver",
    kinds={"postgres"},
    owners=OWNERS,
    code_version=CODE_VERSION,
)
def health_metrics(
    context: dg.AssetExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
) -> dg.MaterializeResult[None]:
    """Resting heart rate, HRV, sleep, stress, weight and VO2max of each day, from the months' wellness files."""
    with stopwatch() as watch:
        report = derive_wellness(lakehouse, window_of(context))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.days,
            "files": report.files,
            "files_per_s": watch.per_second(report.files),
            "failures": table([{"file": f.file_name or f.sha256, "reason": f.reason} for f in report.failures]),
        }
    )
