"""What an explanation is asked of: a day, a week, a month, an activity, by the way the key is written."""

import datetime as dt
import re
from dataclasses import dataclass

from runningcoach_pipelines.store.windows import Period

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True)
class OfDay:
    """`2025-06-01`."""

    day: dt.date


@dataclass(frozen=True, slots=True)
class OfPeriod:
    """`2025-W22` or `2025-06`: a week by its number in the ISO calendar, or a month."""

    period: Period
    start: dt.date
    written: str


@dataclass(frozen=True, slots=True)
class OfActivity:
    """Anything else: the id of an activity."""

    activity_id: str


type Key = OfDay | OfPeriod | OfActivity


def read_key(text: str) -> Key:
    """Tell what is asked for.

    Raises:
        ValueError: it looks like a date, but there is no such day, week or month.
    """
    try:
        if _DAY.fullmatch(text):
            return OfDay(dt.date.fromisoformat(text))
        if week := _WEEK.fullmatch(text):
            return OfPeriod(Period.WEEK, dt.date.fromisocalendar(int(week[1]), int(week[2]), 1), text)
        if month := _MONTH.fullmatch(text):
            return OfPeriod(Period.MONTH, dt.date(int(month[1]), int(month[2]), 1), text)
    except ValueError as error:
        raise ValueError(
            f"{text} is no date: {error}. Write 2025-06-01, 2025-W22, 2025-06 or an activity's id"
        ) from None
    return OfActivity(text)


def written(period: Period, start: dt.date) -> str:
    """A week or month as `read_key` reads it."""
    if period is Period.MONTH:
        return f"{start:%Y-%m}"
    year, week, _ = start.isocalendar()
    return f"{year}-W{week:02d}"
