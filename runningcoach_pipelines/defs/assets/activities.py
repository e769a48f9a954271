"""Silver: activities, laps and samples, all three from one decode of a month's FIT files."""

from collections.abc import Iterator

import dagster as dg

from runningcoach_pipelines.defs.assets.raw import garmin_raw_files
from runningcoach_pipelines.defs.metadata import OWNERS, stopwatch, table
from runningcoach_pipelines.defs.partitions import MONTH, MONTHS_PER_RUN, window_of
from runningcoach_pipelines.derive.activities import CODE_VERSION, derive_activities
from runningcoach_pipelines.store.lakehouse import Lakehouse


def _spec(name: str, description: str, kinds: set[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        name,
        deps=[garmin_raw_files],
        description=description,
        group_name="silver",
        kinds=kinds,
        owners=OWNERS,
        code_version=CODE_VERSION,
    )


@dg.multi_asset(
    name="decode_activities",
    specs=[
        _spec(
            "activities", "One row per activity, whatever brought it; totals as the device gives them.", {"postgres"}
        ),
        _spec("laps", "Laps as the device wrote them.", {"postgres"}),
        _spec("activity_samples", "Second by second, a Delta table by athlete and month.", {"deltalake", "polars"}),
    ],
    partitions_def=MONTH,
    backfill_policy=dg.BackfillPolicy.multi_run(MONTHS_PER_RUN),
    pool="lake",
)
def decode_activities(
    context: dg.AssetExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
) -> Iterator[dg.MaterializeResult[None]]:
    """Decode the months' FIT files and replace their activities, laps and samples."""
    with stopwatch() as watch:
        report = derive_activities(lakehouse, window_of(context))
    failures = table([{"file": f.file_name or f.sha256, "reason": f.reason} for f in report.failures])
    yield dg.MaterializeResult(
        asset_key="activities",
        metadata={"dagster/row_count": report.activities, "files": report.files, "failures": failures},
    )
    yield dg.MaterializeResult(asset_key="laps", metadata={"dagster/row_count": report.laps})
    yield dg.MaterializeResult(
        asset_key="activity_samples",
        metadata={"dagster/row_count": report.samples, "samples_per_s": watch.per_second(report.samples)},
    )
