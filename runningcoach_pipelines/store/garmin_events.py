"""Bronze of Garmin Connect: every answer as it came, its versions, and what has vanished there.

An answer is named by endpoint and first day, or by endpoint and activity (`subject`). Nothing here deletes one.
"""

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert

from runningcoach_pipelines.settings import Compression
from runningcoach_pipelines.store.blob import compress, sha256_of, unpack
from runningcoach_pipelines.store.tables import GarminRawEvent
from runningcoach_pipelines.store.windows import Window

_EVENTS = GarminRawEvent.table()


@dataclass(frozen=True, slots=True)
class Answer:
    """What Garmin said to one question; `day_from` and `day_to` are both included."""

    athlete_id: str
    endpoint: str
    subject: str
    day_from: dt.date
    day_to: dt.date
    payload: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """The row that now holds an answer; `changed` when it says something else than the one before, or is the first."""

    event_id: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Event:
    """A current answer, read back: `payload` is its JSON."""

    event_id: int
    endpoint: str
    subject: str
    day_from: dt.date
    day_to: dt.date
    fetched_at: dt.datetime
    payload: Any


def keep(connection: Connection, answer: Answer, compression: Compression, now: dt.datetime) -> Kept:
    """Store an answer, in the caller's transaction: the same as the current one only moves its `last_seen_at`."""
    sha256 = sha256_of(answer.payload)
    current = connection.execute(
        select(_EVENTS.c.event_id, _EVENTS.c.sha256, _EVENTS.c.deleted_at)
        .where(_same_question(answer), _EVENTS.c.superseded_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if current is not None and current.sha256 == sha256:
        seen = {"last_seen_at": now, "deleted_at": None, "day_to": answer.day_to}
        connection.execute(update(_EVENTS).where(_EVENTS.c.event_id == current.event_id).values(**seen))
        return Kept(current.event_id, changed=current.deleted_at is not None)
    if current is not None:
        connection.execute(update(_EVENTS).where(_EVENTS.c.event_id == current.event_id).values(superseded_at=now))
    last_version = select(func.coalesce(func.max(_EVENTS.c.version), 0)).where(_same_question(answer))
    event_id = connection.execute(
        insert(GarminRawEvent)
        .values(
            athlete_id=answer.athlete_id,
            endpoint=answer.endpoint,
            subject=answer.subject,
            day_from=answer.day_from,
            day_to=answer.day_to,
            version=last_version.scalar_subquery() + 1,
            sha256=sha256,
            payload=compress(answer.payload, compression),
            payload_size=len(answer.payload),
            compression_type=compression.value,
            fetched_at=now,
            last_seen_at=now,
        )
        .returning(_EVENTS.c.event_id)
    ).scalar_one()
    return Kept(event_id, changed=True)


def latest(connection: Connection, athlete_id: str, endpoint: str, window: Window | None = None) -> list[Event]:
    """The current answers of an endpoint that may tell of a day of the window (all without one), by day and subject.

    What Garmin has no more is left out.

    Raises:
        BlobCorrupt: what is stored is not what was received.
    """
    statement = (
        select(_EVENTS)
        .where(_current(athlete_id, endpoint))
        .order_by(_EVENTS.c.day_from, _EVENTS.c.subject, _EVENTS.c.event_id)
    )
    if window is not None:
        statement = statement.where(_EVENTS.c.day_from < window.end, _EVENTS.c.day_to >= window.start)
    return [_event(row) for row in connection.execute(statement).mappings()]


def listed(
    connection: Connection, athlete_id: str, endpoint: str, window: Window
) -> dict[str, tuple[dt.date, dt.datetime]]:
    """The subjects of an endpoint's current answers about days of the window: the day, and when the answer was new."""
    statement = select(_EVENTS.c.subject, _EVENTS.c.day_from, _EVENTS.c.fetched_at).where(
        _current(athlete_id, endpoint), _EVENTS.c.day_from >= window.start, _EVENTS.c.day_from < window.end
    )
    return {row.subject: (row.day_from, row.fetched_at) for row in connection.execute(statement)}


def mark_deleted(connection: Connection, athlete_id: str, subjects_gone: Collection[str], now: dt.datetime) -> None:
    """Garmin no longer has these subjects: their answers stay, with a tombstone."""
    connection.execute(
        update(_EVENTS)
        .where(
            _EVENTS.c.athlete_id == athlete_id,
            _EVENTS.c.subject.in_(sorted(subjects_gone)),
            _EVENTS.c.subject != "",
            _EVENTS.c.deleted_at.is_(None),
        )
        .values(deleted_at=now)
    )


def _current(athlete_id: str, endpoint: str) -> ColumnElement[bool]:
    return (
        (_EVENTS.c.athlete_id == athlete_id)
        & (_EVENTS.c.endpoint == endpoint)
        & _EVENTS.c.superseded_at.is_(None)
        & _EVENTS.c.deleted_at.is_(None)
    )


def _same_question(answer: Answer) -> ColumnElement[bool]:
    """An activity is the same one also when it was moved to another day."""
    same = (_EVENTS.c.athlete_id == answer.athlete_id) & (_EVENTS.c.endpoint == answer.endpoint)
    same &= _EVENTS.c.subject == answer.subject
    return same if answer.subject else same & (_EVENTS.c.day_from == answer.day_from)


def _event(row: RowMapping) -> Event:
    payload = unpack(
        row["payload"],
        Compression(row["compression_type"]),
        row["payload_size"],
        athlete_id=row["athlete_id"],
        sha256=row["sha256"],
    )
    names = ("event_id", "endpoint", "subject", "day_from", "day_to", "fetched_at")
    return Event(**{name: row[name] for name in names}, payload=json.loads(payload))
