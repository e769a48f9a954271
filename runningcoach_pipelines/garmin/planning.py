"""What to ask Garmin Connect next, in which order, and how long that takes: pure functions of what is known.

Lists of activities come first, since they say what else there is to ask. Then the endpoints that answer for many days
at once, newest days first. Then the minutes of single days, which Garmin keeps for a while only: oldest first. Then how
things stand now, then details of activities, and their files last.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from runningcoach_pipelines.garmin.budget import Allowance
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, EPOCH, Asked, Endpoint
from runningcoach_pipelines.garmin.questions import Question, blocks
from runningcoach_pipelines.store.garmin_coverage import Covered, Key, State
from runningcoach_pipelines.store.windows import Window

SETTLES = dt.timedelta(days=3)
"""Watches are synced late: so long after a day its values may still change."""

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KnownActivity:
    """An activity that a list named: on which day it began, and since when it is listed as it is now."""

    day: dt.date
    listed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Known:
    """The ledger, and the activities by their id."""

    covered: Mapping[Key, Covered] = field(default_factory=dict)
    activities: Mapping[str, KnownActivity] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Questions in the order in which they are asked."""

    questions: tuple[Question, ...]

    @property
    def by_endpoint(self) -> dict[str, int]:
        """How many questions for each endpoint, in their order. A list of activities may take several pages."""
        return dict(Counter(question.endpoint.name for question in self.questions))


def plan(
    known: Known,
    window: Window,
    *,
    today: dt.date,
    now: dt.datetime,
    endpoints: Iterable[Endpoint] = ENDPOINTS.values(),
) -> Plan:
    """Everything about the window that was never asked, is to be tried again, or may have changed since.

    Args:
        window: days wanted; days after today count for endpoints that look ahead.
        today: at home.
    """
    found = (question for endpoint in endpoints for question in _of(endpoint, known, window, today, now))
    return Plan(tuple(sorted(found, key=_order)))


def duration(requests: int, left: Mapping[str, int], limits: Sequence[Allowance], pause_s: float) -> dt.timedelta:
    """How long so many requests take: the slowest of the pauses between them and what the budgets let through.

    Args:
        left: requests left in each bucket.
    """
    waits = (limit.wait(left.get(limit.name, 0), requests) for limit in limits)
    return max(requests * dt.timedelta(seconds=pause_s), *waits)


def _of(endpoint: Endpoint, known: Known, window: Window, today: dt.date, now: dt.datetime) -> Iterator[Question]:
    match endpoint.asked:
        case Asked.DAY | Asked.RANGE | Asked.ACTIVITIES_LIST:
            yield from _of_days(endpoint, known, window, today, now)
        case Asked.ACTIVITY:
            yield from _of_activities(endpoint, known, window, now)
        case Asked.ONCE:
            if _is_due(known.covered.get((endpoint.name, "", EPOCH)), endpoint, EPOCH, now):
                yield Question(endpoint, EPOCH, EPOCH)


def _of_days(endpoint: Endpoint, known: Known, window: Window, today: dt.date, now: dt.datetime) -> Iterator[Question]:
    newest = today + endpoint.ahead_days * _DAY
    first, last = window.start, newest if window.end > today else window.end - _DAY
    if endpoint.degrades_after_days is not None:
        first = max(first, today - (endpoint.degrades_after_days - 1) * _DAY)
    for start, end in blocks(endpoint, first, last):
        question = Question(endpoint, start, min(end, newest))
        wanted = (day for day in question.days if first <= day <= last)
        if any(_is_due(known.covered.get((endpoint.name, "", day)), endpoint, day, now) for day in wanted):
            yield question


def _of_activities(endpoint: Endpoint, known: Known, window: Window, now: dt.datetime) -> Iterator[Question]:
    """Of activities never asked about, and of those that were edited since."""
    for subject, activity in known.activities.items():
        if not window.start <= activity.day < window.end:
            continue
        covered = known.covered.get((endpoint.name, subject, activity.day))
        edited = covered is not None and covered.state is not State.FAILED and covered.asked_at < activity.listed_at
        if edited or _is_due(covered, endpoint, activity.day, now):
            yield Question(endpoint, activity.day, activity.day, subject)


def _is_due(covered: Covered | None, endpoint: Endpoint, day: dt.date, now: dt.datetime) -> bool:
    if covered is None:
        return True
    if covered.next_try_at is not None:
        return covered.next_try_at <= now
    settled = endpoint.asked is not Asked.ONCE and covered.asked_at.date() > day + SETTLES
    lasts = endpoint.look_again_after if settled else endpoint.stale_after
    return lasts is not None and covered.asked_at + lasts <= now


_RANK = {name: rank for rank, name in enumerate(ENDPOINTS)}


def _order(question: Question) -> tuple[int, int, int, str]:
    rank, newest_first = _RANK[question.endpoint.name], -question.first.toordinal()
    match question.endpoint.asked:
        case Asked.ACTIVITIES_LIST:
            return 0, newest_first, rank, ""
        case Asked.RANGE:
            return 1, rank, newest_first, ""
        case Asked.DAY:
            return 2, -newest_first, rank, ""
        case Asked.ONCE:
            return 3, rank, 0, ""
        case Asked.ACTIVITY:
            return 4 + question.endpoint.is_file, newest_first, rank, question.subject
