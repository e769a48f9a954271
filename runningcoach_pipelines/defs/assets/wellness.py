"""Silver: days and nights by month, from one look at the months' wellness files and Garmin's answers; and what an
athlete has at Garmin.
"""

from collections.abc import Iterator

import dagster as dg

from runningcoach_pipelines.defs.assets.garmin import garmin_raw_events
from runningcoach_pipelines.defs.assets.raw import garmin_raw_files
from runningcoach_pipelines.defs.metadata import OWNERS, stopwatch, table
from runningcoach_pipelines.defs.partitions import MONTH, MONTHS_OF_NIGHTS_PER_RUN, window_of
from runningcoach_pipelines.derive import wellness
from runningcoach_pipelines.derive.garmin import belongings
from runningcoach_pipelines.store.lakehouse import Lakehouse


def _spec(name: str, description: str, code_version: str, *more: dg.AssetsDefinition) -> dg.AssetSpec:
    return dg.AssetSpec(
        name,
        deps=[garmin_raw_events, *more],
        description=description,
        group_name="silver",
        kinds={"postgres"},
        owners=OWNERS,
        code_version=code_version,
    )


@dg.multi_asset(
    name="read_wellness",
    specs=[
        _spec(
            "health_metrics",
            "Resting heart rate, HRV, sleep, stress, weight and VO2max of each day: from wellness files, else from "
            "Garmin's answers.",
            wellness.CODE_VERSION,
            garmin_raw_files,
        ),
        _spec("sleep", "Each night with its stages, as Garmin tells it.", wellness.CODE_VERSION),
        _spec("hr_records", "The pulse of each day, a value every two minutes.", wellness.CODE_VERSION),
    ],
    partitions_def=MONTH,
    backfill_policy=dg.BackfillPolicy.multi_run(MONTHS_OF_NIGHTS_PER_RUN),
)
def read_wellness(
    context: dg.AssetExecutionContext, lakehouse: dg.ResourceParam[Lakehouse]
) -> Iterator[dg.MaterializeResult[None]]:
    """Read the months' wellness files and answers, and replace their days and nights."""
    with stopwatch() as watch:
        report = wellness.derive_wellness(lakehouse, window_of(context))
    yield dg.MaterializeResult(
        asset_key="health_metrics",
        metadata={
            "dagster/row_count": report.days,
            "files": report.files,
            "files_per_s": watch.per_second(report.files),
            "drifted": report.drifts,
            "failures": table([{"file": f.file_name or f.sha256, "reason": f.reason} for f in report.failures]),
        },
    )
    yield dg.MaterializeResult(asset_key="sleep", metadata={"dagster/row_count": report.nights})
    yield dg.MaterializeResult(asset_key="hr_records", metadata={"dagster/row_count": report.heart_rates})


@dg.multi_asset(
    name="read_belongings",
    specs=[
        _spec("gear", "Shoes and the like, with how far they have gone.", belongings.CODE_VERSION),
        _spec("personal_records", "Records as Garmin keeps them.", belongings.CODE_VERSION),
        _spec("races", "Races in the athlete's calendar.", belongings.CODE_VERSION),
    ],
)
def read_belongings(lakehouse: dg.ResourceParam[Lakehouse]) -> Iterator[dg.MaterializeResult[None]]:
    """Make them all anew: they are few."""
    report = belongings.derive_belongings(lakehouse)
    for name, count in report.rows.items():
        yield dg.MaterializeResult(asset_key=name, metadata={"dagster/row_count": count, "drifted": report.drifts})
