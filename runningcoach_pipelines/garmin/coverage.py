"""What has been fetched of an account, by endpoint: every day that is wanted has a state, and none is passed over."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from runningcoach_pipelines.garmin.clock import Clock
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, EPOCH, Asked, Endpoint
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store import garmin_coverage, garmin_events
from runningcoach_pipelines.store.garmin_coverage import EndpointCoverage, Followed, State
from runningcoach_pipelines.store.windows import Window

STRIP_DAYS = 30
_NEVER = "never asked"
MARKS = {State.OK.value: "█", State.EMPTY.value: "░", State.FAILED.value: "x", _NEVER: "·"}

_DAY = dt.timedelta(days=1)
_DAILY = (Asked.DAY, Asked.RANGE, Asked.ACTIVITIES_LIST)


@dataclass(frozen=True, slots=True)
class FetchedEndpoint:
    """An endpoint's wanted days (or activities) by state. `strip` draws the last days, the newest last."""

    endpoint: str
    ok: int
    empty: int
    failed: int
    never_asked: int
    reason: str | None
    next_try_at: dt.datetime | None
    strip: str


@dataclass(frozen=True, slots=True)
class FetchedHistory:
    """What there is of one account since the first day that is wanted."""

    athlete_id: str
    wanted_from: dt.date | None
    last_success_at: dt.datetime | None
    endpoints: list[FetchedEndpoint]


def fetched_history(
    engine: Engine, settings: Settings, athlete_id: str, *, clock: Clock | None = None
) -> FetchedHistory:
    """The ledger of an account against what is wanted; no endpoints before anything is wanted."""
    clock = clock or Clock.of(settings)
    today = clock.now().astimezone(settings.zone).date()
    with engine.connect() as connection:
        followed = garmin_coverage.followed(connection, athlete_id)
        endpoints = _endpoints(connection, athlete_id, followed, today)
    return FetchedHistory(athlete_id, followed.wanted_from, followed.last_success_at, endpoints)


def _endpoints(connection: Connection, athlete_id: str, followed: Followed, today: dt.date) -> list[FetchedEndpoint]:
    if followed.wanted_from is None:
        return []
    window = Window(min(followed.wanted_from, today), today + _DAY)
    counted = {row.endpoint: row for row in garmin_coverage.coverage_by_endpoint(connection, athlete_id, window)}
    once = garmin_coverage.coverage_by_endpoint(connection, athlete_id, Window(EPOCH, EPOCH + _DAY))
    counted |= {row.endpoint: row for row in once if ENDPOINTS[row.endpoint].asked is Asked.ONCE}
    activities = len(garmin_events.listed(connection, athlete_id, "activities", window))
    strips = _strips(connection, athlete_id, today)
    return [
        _fetched(
            counted.get(endpoint.name, EndpointCoverage(endpoint.name, 0, 0, 0, None, None)),
            _wanted(endpoint, window, activities),
            strips.get(endpoint.name, ""),
        )
        for endpoint in ENDPOINTS.values()
    ]


def _fetched(row: EndpointCoverage, wanted: int, strip: str) -> FetchedEndpoint:
    never = max(wanted - row.asked, 0)
    return FetchedEndpoint(row.endpoint, row.ok, row.empty, row.failed, never, row.reason, row.next_try_at, strip)


def _wanted(endpoint: Endpoint, window: Window, activities: int) -> int:
    """How many rows the ledger should hold."""
    match endpoint.asked:
        case Asked.ACTIVITY:
            return activities
        case Asked.ONCE:
            return 1
        case _:
            days = (window.end - window.start).days
            return min(days, endpoint.degrades_after_days or days)


def _strips(connection: Connection, athlete_id: str, today: dt.date) -> Mapping[str, str]:
    days = [today - offset * _DAY for offset in reversed(range(STRIP_DAYS))]
    covered = garmin_coverage.covered(connection, athlete_id, Window(days[0], today + _DAY))
    states = {(endpoint, day): row.state.value for (endpoint, _, day), row in covered.items()}
    return {
        endpoint.name: "".join(MARKS[states.get((endpoint.name, day), _NEVER)] for day in days)
        for endpoint in ENDPOINTS.values()
        if endpoint.asked in _DAILY
    }
