"""One FIT wellness file: which kinds there are, what it says, and of which days."""

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

from runningcoach_pipelines.fit import FitFile, decode
from runningcoach_pipelines.wellness.readings import WELLNESS_MESSAGES, readings_of

WELLNESS_KINDS = frozenset(
    {"monitoring_a", "monitoring_b", "monitoring_daily", "weight", "metrics", "sleep", "hrv_status"}
)


def read_wellness(fit: FitFile, *, home: ZoneInfo) -> pl.DataFrame:
    """The readings of a decoded file (at least its `WELLNESS_MESSAGES`); see `readings_of`."""
    return readings_of(fit.messages, home=home)


def days_of(data: bytes, home: ZoneInfo) -> tuple[dt.date, dt.date] | None:
    """First and last local day of a file's readings, None if it has none.

    Raises:
        FitDecodeError: nothing could be read.
    """
    readings = read_wellness(decode(data, messages=WELLNESS_MESSAGES), home=home)
    days = readings["day"].unique().sort().to_list()
    return (days[0], days[-1]) if days else None
