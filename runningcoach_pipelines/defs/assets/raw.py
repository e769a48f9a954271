"""Bronze: FIT files as they came. Imports and Garmin Connect fill the table; this asset looks again at what could not
be read.
"""

from collections import Counter
from collections.abc import Iterable

import dagster as dg

from runningcoach_pipelines.defs.assets.garmin import garmin_raw_events
from runningcoach_pipelines.defs.metadata import OWNERS, table
from runningcoach_pipelines.defs.partitions import DAY, DAYS_PER_RUN, window_of
from runningcoach_pipelines.derive.raw_files import CODE_VERSION, inspect_raw_files
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import RawFile


@dg.asset(
    deps=[garmin_raw_events],
    partitions_def=DAY,
    backfill_policy=dg.BackfillPolicy.multi_run(DAYS_PER_RUN),
    group_name="bronze",
    kinds={"postgres", "fit"},
    owners=OWNERS,
    code_version=CODE_VERSION,
)
def garmin_raw_files(
    context: dg.AssetExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
) -> dg.MaterializeResult[None]:
    """FIT files, bit for bit, by the day they were recorded on. Every file of the day is read back and re-hashed;
    files that another version of the parser may read are tried again.
    """
    report = inspect_raw_files(lakehouse, window_of(context), lakehouse.settings.today())
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.files,
            "bytes": report.raw_bytes,
            "read_again": report.read_again,
            "corrupt": len(report.corrupt),
            "failures": table([{"file": f.file_name or f.sha256, "reason": f.error or ""} for f in report.failed]),
        }
    )


def imported_days(files: Iterable[RawFile]) -> list[dg.AssetMaterialization]:
    """An event for each day that an import brought files of, for the asset's history in Dagster."""
    days = Counter(raw.first_day for raw in files if raw.first_day is not None)
    return [
        dg.AssetMaterialization(garmin_raw_files.key, partition=day.isoformat(), metadata={"dagster/row_count": count})
        for day, count in sorted(days.items())
        if DAY.has_partition_key(day.isoformat())
    ]
