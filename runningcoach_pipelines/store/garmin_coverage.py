"""The ledger of what was asked of Garmin Connect: a day (and activity) at an endpoint is `ok`, `empty` or `failed`.

What has no row was never asked.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from runningcoach_pipelines.store.tables import GarminCoverage, GarminSync
from runningcoach_pipelines.store.windows import Window

_COVERAGE = GarminCoverage.table()
_SYNCS = GarminSync.table()
_KEY = ["athlete_id", "endpoint", "subject", "day"]

FIRST_WAIT = dt.timedelta(minutes=15)
LONGEST_WAIT = dt.timedelta(days=1)


class State(StrEnum):
    """What became of asking."""

    OK = "ok"
    EMPTY = "empty"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Covered:
    """A row of the ledger as planning needs it."""

    state: State
    asked_at: dt.datetime
    next_try_at: dt.datetime | None


type Key = tuple[str, str, dt.date]
"""Endpoint, subject, day."""


def covered(
    connection: Connection, athlete_id: str, window: Window, *, endpoints: Iterable[str] | None = None
) -> dict[Key, Covered]:
    """The ledger's rows of the window's days."""
    columns = ("endpoint", "subject", "day", "state", "asked_at", "next_try_at")
    statement = select(*(_COVERAGE.c[name] for name in columns)).where(
        _COVERAGE.c.athlete_id == athlete_id, _COVERAGE.c.day >= window.start, _COVERAGE.c.day < window.end
    )
    if endpoints is not None:
        statement = statement.where(_COVERAGE.c.endpoint.in_(sorted(endpoints)))
    return {
        (row.endpoint, row.subject, row.day): Covered(State(row.state), row.asked_at, row.next_try_at)
        for row in connection.execute(statement)
    }


def mark_answered(
    connection: Connection,
    athlete_id: str,
    endpoint: str,
    subject: str,
    contents: Mapping[dt.date, str | None],
    *,
    event_id: int | None,
    now: dt.datetime,
) -> None:
    """An answer came: by day the SHA-256 of what it says of that day, None where it says nothing.

    `changed_at` moves for the days of which it says something else than before.
    """
    if not contents:
        return
    rows = [
        {
            "athlete_id": athlete_id,
            "endpoint": endpoint,
            "subject": subject,
            "day": day,
            "state": State.EMPTY if sha256 is None else State.OK,
            "reason": None,
            "attempts": 0,
            "asked_at": now,
            "next_try_at": None,
            "event_id": event_id,
            "content_sha256": sha256,
            "changed_at": None if sha256 is None else now,
        }
        for day, sha256 in sorted(contents.items())
    ]
    statement = insert(GarminCoverage).values(rows)
    new = statement.excluded
    same = _COVERAGE.c.content_sha256.is_not_distinct_from(new.content_sha256)
    values: dict[str, ColumnElement[Any]] = {name: new[name] for name in rows[0] if name not in _KEY}
    values["changed_at"] = case((same, _COVERAGE.c.changed_at), else_=literal(now, _COVERAGE.c.changed_at.type))
    connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=values))


def mark_failed(
    connection: Connection,
    athlete_id: str,
    endpoint: str,
    subject: str,
    days: Iterable[dt.date],
    *,
    reason: str,
    now: dt.datetime,
) -> None:
    """Asking failed: to be tried again after a quarter of an hour, and twice as long each time, up to a day.

    What was known of the days stays.
    """
    rows = [
        {
            "athlete_id": athlete_id,
            "endpoint": endpoint,
            "subject": subject,
            "day": day,
            "state": State.FAILED,
            "reason": reason,
            "attempts": 1,
            "asked_at": now,
            "next_try_at": now + FIRST_WAIT,
        }
        for day in sorted(days)
    ]
    statement = insert(GarminCoverage).values(rows)
    new = statement.excluded
    doubled = FIRST_WAIT * func.power(2, func.least(_COVERAGE.c.attempts, 10))
    values = {
        "state": new.state,
        "reason": new.reason,
        "attempts": func.least(_COVERAGE.c.attempts + 1, 1000),
        "asked_at": new.asked_at,
        "next_try_at": new.asked_at + func.least(doubled, LONGEST_WAIT),
    }
    connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=values))


def changed_days(
    connection: Connection, athlete_id: str, endpoints: Iterable[str], since: dt.datetime
) -> list[dt.date]:
    """Days of which an answer says something else since then, in order."""
    statement = (
        select(_COVERAGE.c.day)
        .distinct()
        .where(
            _COVERAGE.c.athlete_id == athlete_id,
            _COVERAGE.c.endpoint.in_(sorted(endpoints)),
            _COVERAGE.c.changed_at >= since,
        )
        .order_by(_COVERAGE.c.day)
    )
    return list(connection.execute(statement).scalars())


@dataclass(frozen=True, slots=True)
class EndpointCoverage:
    """How many days (or activities) of an endpoint are in which state.

    `reason` is that of the failure that is tried again first, at `next_try_at`.
    """

    endpoint: str
    ok: int
    empty: int
    failed: int
    reason: str | None
    next_try_at: dt.datetime | None

    @property
    def asked(self) -> int:
        return self.ok + self.empty + self.failed


def coverage_by_endpoint(connection: Connection, athlete_id: str, window: Window) -> list[EndpointCoverage]:
    """The ledger's rows of the window's days, counted."""
    statement = (
        select(
            _COVERAGE.c.endpoint,
            *(func.count().filter(_COVERAGE.c.state == state.value).label(state.value) for state in State),
            func.array_agg(aggregate_order_by(_COVERAGE.c.reason, _COVERAGE.c.next_try_at))[1].label("reason"),
            func.min(_COVERAGE.c.next_try_at).label("next_try_at"),
        )
        .where(_COVERAGE.c.athlete_id == athlete_id, _COVERAGE.c.day >= window.start, _COVERAGE.c.day < window.end)
        .group_by(_COVERAGE.c.endpoint)
        .order_by(_COVERAGE.c.endpoint)
    )
    return [EndpointCoverage(**row) for row in connection.execute(statement).mappings()]


@dataclass(frozen=True, slots=True)
class Followed:
    """A row of `garmin_syncs`."""

    wanted_from: dt.date | None = None
    oldest_activity_day: dt.date | None = None
    last_success_at: dt.datetime | None = None


def followed(connection: Connection, athlete_id: str) -> Followed:
    """How far the athlete's history is wanted and followed."""
    columns = (_SYNCS.c[name] for name in Followed.__slots__)
    row = connection.execute(select(*columns).where(_SYNCS.c.athlete_id == athlete_id)).mappings().one_or_none()
    return Followed() if row is None else Followed(**row)


def want_from(connection: Connection, athlete_id: str, day: dt.date) -> None:
    """The history is wanted from this day on, or from an earlier one that was wanted before."""
    statement = insert(GarminSync).values(athlete_id=athlete_id, wanted_from=day)
    earlier = func.least(_SYNCS.c.wanted_from, statement.excluded.wanted_from)
    connection.execute(statement.on_conflict_do_update(index_elements=["athlete_id"], set_={"wanted_from": earlier}))


def save_oldest_activity(connection: Connection, athlete_id: str, day: dt.date) -> None:
    _save(connection, athlete_id, {"oldest_activity_day": day})


def save_success(connection: Connection, athlete_id: str, began_at: dt.datetime) -> None:
    """Everything of the sync that began then has succeeded; never earlier than before."""
    _save(connection, athlete_id, {})
    earlier = or_(_SYNCS.c.last_success_at.is_(None), _SYNCS.c.last_success_at < began_at)
    connection.execute(
        update(_SYNCS).where(_SYNCS.c.athlete_id == athlete_id, earlier).values(last_success_at=began_at)
    )


def _save(connection: Connection, athlete_id: str, values: Mapping[str, object]) -> None:
    statement = insert(GarminSync).values(athlete_id=athlete_id, **values)
    if values:
        connection.execute(statement.on_conflict_do_update(index_elements=["athlete_id"], set_=dict(values)))
    else:
        connection.execute(statement.on_conflict_do_nothing())
