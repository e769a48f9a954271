"""Schedules, in home time: every day has its row, also without a run, and a week or month is summed up when it ends."""

import datetime as dt

import dagster as dg

from runningcoach_pipelines.defs.jobs import (
    compact_lake,
    refresh_fitness,
    refresh_month_summaries,
    refresh_weeks,
)
from runningcoach_pipelines.defs.partitions import SETTINGS
from runningcoach_pipelines.store.windows import monday

daily_fitness = dg.ScheduleDefinition(
    name="daily_fitness",
    job=refresh_fitness,
    cron_schedule="10 0 * * *",
    execution_timezone=SETTINGS.timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)


@dg.schedule(
    job=refresh_weeks,
    cron_schedule="20 0 * * 1",
    execution_timezone=SETTINGS.timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def weekly_summary(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """The week that has just ended."""
    today = context.scheduled_execution_time.astimezone(SETTINGS.zone).date()
    return dg.RunRequest(partition_key=(monday(today) - dt.timedelta(days=7)).isoformat())


@dg.schedule(
    job=refresh_month_summaries,
    cron_schedule="30 0 1 * *",
    execution_timezone=SETTINGS.timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def monthly_summary(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """The month that has just ended."""
    today = context.scheduled_execution_time.astimezone(SETTINGS.zone).date()
    return dg.RunRequest(partition_key=(today.replace(day=1) - dt.timedelta(days=1)).replace(day=1).isoformat())


weekly_compaction = dg.ScheduleDefinition(
    name="weekly_compaction",
    job=compact_lake,
    cron_schedule="0 4 * * 0",
    execution_timezone=SETTINGS.timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

SCHEDULES = [daily_fitness, weekly_summary, monthly_summary, weekly_compaction]
