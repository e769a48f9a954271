"""The code location: assets, checks, jobs, schedules and sensors over one lakehouse."""

from collections.abc import Mapping

import dagster as dg

from runningcoach_pipelines.defs.assets.activities import decode_activities
from runningcoach_pipelines.defs.assets.fitness import activity_metrics, fitness_metrics_daily
from runningcoach_pipelines.defs.assets.garmin import garmin_raw_events, sync_garmin
from runningcoach_pipelines.defs.assets.maintenance import samples_compaction
from runningcoach_pipelines.defs.assets.raw import garmin_raw_files
from runningcoach_pipelines.defs.assets.summaries import monthly_summaries, weekly_summaries
from runningcoach_pipelines.defs.assets.wellness import read_belongings, read_wellness
from runningcoach_pipelines.defs.checks import CHECKS
from runningcoach_pipelines.defs.jobs import JOBS
from runningcoach_pipelines.defs.resources import LakehouseResource
from runningcoach_pipelines.defs.schedules import SCHEDULES
from runningcoach_pipelines.defs.sensors import SENSORS

ASSETS = [
    garmin_raw_events,
    garmin_raw_files,
    decode_activities,
    read_wellness,
    read_belongings,
    activity_metrics,
    fitness_metrics_daily,
    weekly_summaries,
    monthly_summaries,
    samples_compaction,
]


def build_defs(resources: Mapping[str, object] | None = None) -> dg.Definitions:
    """All definitions; `resources` replaces the stores of the settings, as tests do.

    One process per run: a step of its own costs three seconds, and Polars uses every core anyway.
    """
    return dg.Definitions(
        assets=ASSETS,
        asset_checks=CHECKS,
        jobs=[sync_garmin, *JOBS],
        schedules=SCHEDULES,
        sensors=SENSORS,
        resources=dict(resources) if resources is not None else {"lakehouse": LakehouseResource()},
        executor=dg.in_process_executor,
    )


defs = build_defs()
