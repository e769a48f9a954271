"""Schedules, in home time: every day has its row, every week and month its summary, also without new files."""

import dagster as dg

from runningcoach_pipelines.defs.jobs import (
    compact_lake,
    refresh_fitness,
    refresh_month_summaries,
    refresh_weeks,
)
from runningcoach_pipelines.defs.partitions import SETTINGS

daily_fitness = dg.ScheduleDefinition(
    name="daily_fitness",
    job=refresh_fitness,
    cron_schedule="10 0 * * *",
    execution_timezone=SETTINGS.timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
weekly = dg.build_schedule_from_partitioned_job(
    refresh_weeks,
    name="weekly_summary",
    minute_of_hour=20,
    hour_of_day=0,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
monthly = dg.build_schedule_from_partitioned_job(
    refresh_month_summaries,
    name="monthly_summary",
    minute_of_hour=30,
    hour_of_day=0,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
weekly_compaction = dg.ScheduleDefinition(
    name="weekly_compaction",
    job=compact_lake,
    cron_schedule="0 4 * * 0",
    execution_timezone=SETTINGS.timezone,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)

SCHEDULES = [daily_fitness, weekly, monthly, weekly_compaction]
