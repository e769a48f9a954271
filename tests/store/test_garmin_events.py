"""Garmin's answers: one row for the same, a version for another, a tombstone for what has gone."""

import datetime as dt
import json

import pytest
from sqlalchemy import Connection, Engine, func, select, update

from runningcoach_pipelines.settings import Compression
from runningcoach_pipelines.store import garmin_events
from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.blob import BlobCorrupt
from runningcoach_pipelines.store.garmin_events import Answer, Kept
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import GarminRawEvent
from runningcoach_pipelines.store.windows import Window

MONDAY = dt.date(2026, 3, 2)
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
EVENTS = GarminRawEvent.table()


@pytest.fixture
def engine(lakehouse: Lakehouse) -> Engine:
    ensure_athlete(lakehouse.engine, "me")
    return lakehouse.engine


def keep(
    connection: Connection,
    payload: object,
    at: dt.datetime = NOON,
    *,
    day: dt.date = MONDAY,
    subject: str = "",
    endpoint: str = "sleep",
) -> Kept:
    answer = Answer("me", endpoint, subject, day, day, json.dumps(payload).encode())
    return garmin_events.keep(connection, answer, Compression.ZSTD, at)


def payloads(connection: Connection, window: Window | None = None, endpoint: str = "sleep") -> list[object]:
    return [event.payload for event in garmin_events.latest(connection, "me", endpoint, window)]


def test_the_same_answer_twice_is_one_row_seen_later(engine: Engine) -> None:
    with engine.begin() as connection:
        first = keep(connection, {"score": 80})
        again = keep(connection, {"score": 80}, NOON + HOUR)
        assert (first.changed, again) == (True, Kept(first.event_id, changed=False))
        row = connection.execute(select(EVENTS)).mappings().one()
    assert (row["fetched_at"], row["last_seen_at"], row["version"]) == (NOON, NOON + HOUR, 1)


def test_another_answer_is_a_new_version_also_when_it_was_there_before(engine: Engine) -> None:
    with engine.begin() as connection:
        changed = [
            keep(connection, {"score": score}, NOON + hour * HOUR).changed for hour, score in enumerate([1, 2, 1])
        ]
        assert changed == [True, True, True]
        rows = connection.execute(select(EVENTS.c.version, EVENTS.c.superseded_at).order_by(EVENTS.c.version)).all()
        assert [tuple(row) for row in rows] == [(1, NOON + HOUR), (2, NOON + 2 * HOUR), (3, None)]
        assert payloads(connection) == [{"score": 1}]


def test_an_activity_moved_to_another_day_is_the_same_one(engine: Engine) -> None:
    with engine.begin() as connection:
        keep(connection, {"at": 1}, subject="7", endpoint="activities")
        keep(connection, {"at": 2}, subject="7", endpoint="activities", day=MONDAY + dt.timedelta(days=1))
        assert payloads(connection, endpoint="activities") == [{"at": 2}]


def test_a_window_gives_answers_that_touch_it(engine: Engine) -> None:
    with engine.begin() as connection:
        for offset in range(4):
            keep(connection, offset, day=MONDAY + dt.timedelta(days=offset))
        week = Answer("me", "hrv", "", MONDAY, MONDAY + dt.timedelta(days=6), b"[]")
        garmin_events.keep(connection, week, Compression.GZIP, NOON)
        window = Window(MONDAY + dt.timedelta(days=1), MONDAY + dt.timedelta(days=3))
        assert payloads(connection, window) == [1, 2]
        assert payloads(connection, window, endpoint="hrv") == [[]]
        assert payloads(connection) == [0, 1, 2, 3]


def test_what_garmin_has_no_more_keeps_its_row_and_comes_back_when_seen_again(engine: Engine) -> None:
    with engine.begin() as connection:
        for endpoint in ("activities", "activity_fit"):
            keep(connection, {}, subject="7", endpoint=endpoint)
        keep(connection, {}, subject="8", endpoint="activities")
        garmin_events.mark_deleted(connection, "me", {"7"}, NOON)
        assert garmin_events.listed(connection, "me", "activities", Window(MONDAY, dt.date(2027, 1, 1))) == {
            "8": (MONDAY, NOON)
        }
        assert payloads(connection, endpoint="activity_fit") == []
        assert connection.execute(select(func.count()).select_from(EVENTS)).scalar_one() == 3
        assert keep(connection, {}, NOON + HOUR, subject="7", endpoint="activities").changed
        assert len(payloads(connection, endpoint="activities")) == 2


def test_a_damaged_payload_is_named(engine: Engine) -> None:
    with engine.begin() as connection:
        keep(connection, {"score": 80})
        connection.execute(update(EVENTS).values(payload=b"(\xb5/\xfd nonsense"))
        with pytest.raises(BlobCorrupt, match="blob of me"):
            payloads(connection)
