"""What the schedules ask for, and when."""

import datetime as dt
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from runningcoach_pipelines.definitions import defs

_SEOUL = ZoneInfo("Asia/Seoul")


def _partition(name: str, instant: dt.datetime) -> str | None:
    context = dg.build_schedule_context(scheduled_execution_time=instant, repository_def=defs.get_repository_def())
    data = defs.resolve_schedule_def(name).evaluate_tick(context)
    assert data.run_requests is not None
    (request,) = data.run_requests
    return request.partition_key


@pytest.mark.parametrize(
    ("name", "cron"),
    [
        ("daily_fitness", "10 0 * * *"),
        ("weekly_summary", "20 0 * * 1"),
        ("monthly_summary", "30 0 1 * *"),
        ("weekly_compaction", "0 4 * * 0"),
    ],
)
def test_schedules_run_in_home_time(name: str, cron: str) -> None:
    schedule = defs.resolve_schedule_def(name)
    assert schedule.cron_schedule == cron
    assert schedule.execution_timezone == "Asia/Seoul"
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


def test_mondays_run_is_of_the_week_that_has_ended() -> None:
    assert _partition("weekly_summary", dt.datetime(2025, 5, 12, 0, 20, tzinfo=_SEOUL)) == "2025-05-05"


def test_the_run_of_a_first_is_of_the_month_that_has_ended() -> None:
    assert _partition("monthly_summary", dt.datetime(2025, 5, 1, 0, 30, tzinfo=_SEOUL)) == "2025-04-01"
