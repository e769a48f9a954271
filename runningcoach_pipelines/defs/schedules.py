"""Schedules, in home time: every day has its row, also without a run, and a week or month is summed up when it ends."""

import datetime as dt

import dagster as dg

from runningcoach_pipelines.defs.assets.garmin import sync_garmin
from runningcoach_pipelines.defs.jobs import (
    compact_lake,
    refresh_fitness,
    refresh_month_summaries,
    refresh_weeks,
)
from runningcoach_pipelines.defs.partitions import SETTINGS
from runningcoach_pipelines.garmin.status import silent_because
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import open_lakehouse
from runningcoach_pipelines.store.windows import Period, Window


def _every(name: str, job: str, cron: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name,
        job_name=job,
        cron_schedule=cron,
        execution_timezone=SETTINGS.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )


def _after_each(period: Period, name: str, job: str, cron: str) -> dg.ScheduleDefinition:
    """A run of the period that has just ended: the one of the day before."""

    @dg.schedule(
        name=name,
        description=f"The {period} that has just ended.",
        job_name=job,
        cron_schedule=cron,
        execution_timezone=SETTINGS.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        today = context.scheduled_execution_time.astimezone(SETTINGS.zone).date()
        ended = period.whole(Window(today - dt.timedelta(days=1), today))
        return dg.RunRequest(partition_key=ended.start.isoformat())

    return schedule


@dg.schedule(
    name="garmin_sync",
    description="What is new at Garmin Connect.",
    job=sync_garmin,
    cron_schedule=f"*/{SETTINGS.garmin_sync_minutes} * * * *" if SETTINGS.garmin_sync_minutes < 60 else "0 * * * *",
    execution_timezone=SETTINGS.timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def garmin_sync(_context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """No run without a login that Garmin takes, nor while it is not to be called."""
    settings = Settings()
    with open_lakehouse(settings) as lakehouse:
        why_not = silent_because(lakehouse.engine, settings)
    return dg.RunRequest() if why_not is None else dg.SkipReason(why_not)


SCHEDULES = [
    garmin_sync,
    _every("daily_fitness", refresh_fitness.name, "10 0 * * *"),
    _after_each(Period.WEEK, "weekly_summary", refresh_weeks.name, "20 0 * * 1"),
    _after_each(Period.MONTH, "monthly_summary", refresh_month_summaries.name, "30 0 1 * *"),
    _every("weekly_compaction", compact_lake.name, "0 4 * * 0"),
]
