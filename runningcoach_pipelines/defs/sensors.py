"""Sensors: new FIT files start a run of just their months; upstream changes carry on from there by themselves.

Which months, is decided by `derive/changes.py`. A failed read raises: it must not look like "nothing new".
"""

import dagster as dg

from runningcoach_pipelines.defs.jobs import refresh_months
from runningcoach_pipelines.defs.partitions import MONTHS_PER_RUN, known_months, month_range_tags
from runningcoach_pipelines.defs.resources import today
from runningcoach_pipelines.derive.changes import changed_months
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import open_lakehouse


@dg.sensor(
    job=refresh_months,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Imported activity files start a run of the months they were recorded in.",
)
def new_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Months of the activity files that were imported since the last tick; the cursor is the last file's id."""
    settings = Settings()
    with open_lakehouse(settings) as lakehouse:
        files = lakehouse.files.activities_after(int(context.cursor or 0))
    if not files:
        return dg.SkipReason("no new activity file")
    newest = max(raw.raw_file_id for raw in files)
    windows = [known_months(window, today(settings)) for window in changed_months(files, at_most=MONTHS_PER_RUN)]
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=f"{window.start}/{window.end}/{newest}", tags=month_range_tags(window))
            for window in windows
            if window is not None
        ],
        cursor=str(newest),
    )


automation = dg.AutomationConditionSensorDefinition(
    "automation",
    target=dg.AssetSelection.all(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
)

SENSORS = [new_files, automation]
