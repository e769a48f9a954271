"""Sensors: new FIT files start a run of just their months; upstream changes carry on from there by themselves. Days
that Garmin Connect was to be asked for and has not answered are asked for again.

Which months, is decided by `derive/changes.py`. A failed read raises: it must not look like "nothing new".
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

import dagster as dg

from runningcoach_pipelines.defs.answers import new_answers
from runningcoach_pipelines.defs.assets.garmin import fetchers
from runningcoach_pipelines.defs.assets.raw import imported_days
from runningcoach_pipelines.defs.jobs import fetch_garmin, refresh_months, refresh_wellness
from runningcoach_pipelines.defs.partitions import (
    GARMIN_DAYS_PER_RUN,
    MONTHS_OF_NIGHTS_PER_RUN,
    MONTHS_PER_RUN,
    day_range_tags,
    known_months,
    month_range_tags,
)
from runningcoach_pipelines.defs.remeasuring import changed_terms
from runningcoach_pipelines.defs.under_way import is_under_way
from runningcoach_pipelines.derive import activities, wellness
from runningcoach_pipelines.derive.changes import changed_months
from runningcoach_pipelines.garmin.holes import next_hole
from runningcoach_pipelines.garmin.status import silent_because
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import open_lakehouse
from runningcoach_pipelines.store.raw_files import RawFile
from runningcoach_pipelines.store.windows import Window

_ANSWERS = dg.AssetKey("garmin_raw_events")
_ACTIVITIES = dg.AssetKey("activities")
_NIGHTS = dg.AssetKey("health_metrics")


@dg.sensor(
    job=refresh_months,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Imported activity files start a run of the months they were recorded in.",
)
def new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Months of the activity files from which nothing has been derived yet, once no month is being derived."""
    if is_under_way(context.instance, _ACTIVITIES, [refresh_months.name]):
        return dg.SkipReason("months are being derived")
    settings = Settings()
    with open_lakehouse(settings) as lakehouse:
        files = lakehouse.files.activities_to_derive()
    windows = _windows(files, settings.today(), at_most=MONTHS_PER_RUN)
    return _asked_for(context, files, windows, code_version=activities.CODE_VERSION)


@dg.sensor(
    job=refresh_wellness,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Imported wellness files start a run of the months they tell of.",
)
def new_wellness_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Months of the wellness files that have not been derived yet, or not all of, once no month is being derived."""
    if is_under_way(context.instance, _NIGHTS, [refresh_wellness.name]):
        return dg.SkipReason("months are being derived")
    settings = Settings()
    with open_lakehouse(settings) as lakehouse:
        files = wellness.wellness_to_derive(lakehouse)
    windows = _windows(files, settings.today(), at_most=MONTHS_OF_NIGHTS_PER_RUN)
    return _asked_for(context, files, windows, code_version=wellness.CODE_VERSION)


@dg.sensor(
    job=fetch_garmin,
    minimum_interval_seconds=600,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Days of the wanted history that Garmin Connect has not answered for are asked for again.",
)
def garmin_holes(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """One run at a time, of the days that come first in the plan of a backfill."""
    if is_under_way(context.instance, _ANSWERS, [fetch_garmin.name]):
        return dg.SkipReason("days are being fetched")
    settings = Settings()
    with open_lakehouse(settings) as lakehouse:
        why_not = silent_because(lakehouse.engine, settings)
        if why_not is not None:
            return dg.SkipReason(why_not)
        for fetcher in fetchers(lakehouse):
            hole = next_hole(fetcher, longest_days=GARMIN_DAYS_PER_RUN)
            if hole is not None:
                key = f"{fetcher.athlete_id}/{hole.start}/{hole.end}/{fetcher.clock.now():%Y-%m-%dT%H}"
                return dg.RunRequest(run_key=key, tags=day_range_tags(hole))
    return dg.SkipReason("every wanted day has been asked for")


def _asked_for(
    context: dg.SensorEvaluationContext,
    files: Sequence[RawFile],
    windows: Iterable[tuple[Window, int]],
    *,
    code_version: str,
) -> dg.SensorResult | dg.SkipReason:
    """Runs of the files' months.

    The tables say what is left to do, so a file that became readable later is seen as well; the run key keeps the
    same months from being asked for twice for the same files, and the cursor imports from being reported twice.
    """
    requests = [
        dg.RunRequest(run_key=f"{window.start}/{window.end}/{newest}/{code_version}", tags=month_range_tags(window))
        for window, newest in windows
    ]
    if not requests:
        return dg.SkipReason("no file waits to be derived")
    seen = int(context.cursor or 0)
    return dg.SensorResult(
        run_requests=requests,
        asset_events=imported_days(raw for raw in files if raw.raw_file_id > seen),
        cursor=str(max(raw.raw_file_id for raw in files)),
    )


def _windows(files: Sequence[RawFile], now: dt.date, *, at_most: int) -> Iterator[tuple[Window, int]]:
    """Windows of months that are partitions, each with the newest file in it."""
    for changed in changed_months(files, at_most=at_most):
        window = known_months(changed, now)
        if window is not None:
            inside = (raw for raw in files if raw.first_day is not None and window.start <= raw.first_day < window.end)
            yield window, max((raw.raw_file_id for raw in inside), default=0)


automation = dg.AutomationConditionSensorDefinition(
    "automation",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
)

SENSORS = [garmin_holes, new_files, new_wellness_files, new_answers, changed_terms, automation]
