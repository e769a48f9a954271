"""Days, weeks and months as Dagster partitions, and the windows they stand for.

All three begin with the settings' first day of the history, floored to a Monday and to a 1st: a later start would
leave days without a summary, silently. `end_offset=1` makes today, this week and this month partitions.
"""

import datetime as dt
from collections.abc import Mapping

import dagster as dg

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.windows import Window, monday, next_month

SETTINGS = Settings()
"""Partitions are fixed when the code is loaded; a change of start or time zone takes a reload."""

_ZONE = SETTINGS.timezone
_START = SETTINGS.history_start

DAY = dg.DailyPartitionsDefinition(start_date=_START.isoformat(), timezone=_ZONE, end_offset=1)
WEEK = dg.WeeklyPartitionsDefinition(start_date=monday(_START).isoformat(), timezone=_ZONE, day_offset=1, end_offset=1)
MONTH = dg.MonthlyPartitionsDefinition(start_date=_START.replace(day=1).isoformat(), timezone=_ZONE, end_offset=1)

_PARTITION = "dagster/partition"
_RANGE_START = "dagster/asset_partition_range_start"
_RANGE_END = "dagster/asset_partition_range_end"

DAYS_PER_RUN = 366
GARMIN_DAYS_PER_RUN = 30
MONTHS_PER_RUN = 72
"""Each run costs the start of a process and checks of whole tables; samples are in memory by parts of months only. Ten
years are two runs, each a minute.
"""
MONTHS_OF_NIGHTS_PER_RUN = 24
"""Readings of all of a run's wellness files are in memory at once, and there are several files a day."""


def window_of(context: dg.AssetExecutionContext) -> Window:
    """The days of the run's partition or range of partitions."""
    span = context.partition_time_window
    return Window(span.start.date(), span.end.date())


def month_range_tags(window: Window) -> dict[str, str]:
    """Run tags that ask for all months of a window in one run."""
    months = list(window.months())
    return _range_tags(months[0].start, months[-1].start)


def day_range_tags(window: Window) -> dict[str, str]:
    """Run tags that ask for all days of a window in one run."""
    return _range_tags(window.start, window.end - dt.timedelta(days=1))


def week_range_tags(window: Window) -> dict[str, str]:
    """Run tags that ask for all weeks of a window in one run."""
    return _range_tags(monday(window.start), monday(window.end - dt.timedelta(days=1)))


def all_months(today: dt.date) -> Window:
    """Every month that is a partition: up to the current one."""
    return Window(_START.replace(day=1), next_month(today))


def known_months(window: Window, today: dt.date) -> Window | None:
    """The part of the window whose months are partitions."""
    known = all_months(today)
    start, end = max(window.start, known.start), min(window.end, known.end)
    return Window(start, end) if start < end else None


def months_asked_for(tags: Mapping[str, str]) -> Window | None:
    """The months that a run's tags name, for an asset check, which has no partitions of its own; None: no month."""
    first = tags.get(_PARTITION, tags.get(_RANGE_START))
    last = tags.get(_PARTITION, tags.get(_RANGE_END))
    if first is None or last is None:
        return None
    return Window(dt.date.fromisoformat(first), next_month(dt.date.fromisoformat(last)))


def _range_tags(first: dt.date, last: dt.date) -> dict[str, str]:
    return {_RANGE_START: first.isoformat(), _RANGE_END: last.isoformat()}
