"""The ledger: states by day, when a failure is tried again, and which days say something else."""

import datetime as dt

import pytest
from sqlalchemy import Engine, select

from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.garmin_coverage import (
    Covered,
    Followed,
    State,
    changed_days,
    coverage_by_endpoint,
    covered,
    followed,
    mark_answered,
    mark_failed,
    save_oldest_activity,
    save_success,
    want_from,
)
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import GarminCoverage
from runningcoach_pipelines.store.windows import Window

DAYS = [dt.date(2026, 3, 2) + dt.timedelta(days=offset) for offset in range(3)]
WEEK = Window(DAYS[0], DAYS[0] + dt.timedelta(days=7))
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def engine(lakehouse: Lakehouse) -> Engine:
    ensure_athlete(lakehouse.engine, "me")
    return lakehouse.engine


def test_days_with_content_are_ok_the_others_empty_and_the_rest_was_never_asked(engine: Engine) -> None:
    with engine.begin() as connection:
        mark_answered(connection, "me", "hrv", "", {DAYS[0]: "a", DAYS[1]: None}, event_id=None, now=NOON)
        assert covered(connection, "me", WEEK) == {
            ("hrv", "", DAYS[0]): Covered(State.OK, NOON, None),
            ("hrv", "", DAYS[1]): Covered(State.EMPTY, NOON, None),
        }
        assert covered(connection, "me", WEEK, endpoints=["sleep"]) == {}


def test_a_failure_waits_twice_as_long_each_time_up_to_a_day_and_an_answer_ends_it(engine: Engine) -> None:
    waits = []
    with engine.begin() as connection:
        for _ in range(9):
            mark_failed(connection, "me", "hrv", "", DAYS[:1], reason="HTTP 500", now=NOON)
            state = covered(connection, "me", WEEK)["hrv", "", DAYS[0]]
            assert state.next_try_at is not None
            waits.append((state.next_try_at - NOON) / dt.timedelta(minutes=1))
        assert waits == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]
        mark_answered(connection, "me", "hrv", "", {DAYS[0]: "a"}, event_id=None, now=NOON + HOUR)
        row = connection.execute(select(GarminCoverage.table())).mappings().one()
    assert (row["state"], row["reason"], row["attempts"], row["next_try_at"]) == ("ok", None, 0, None)


def test_only_days_that_say_something_else_have_changed(engine: Engine) -> None:
    with engine.begin() as connection:
        mark_answered(
            connection, "me", "hrv", "", dict(zip(DAYS, ["a", "b", None], strict=True)), event_id=None, now=NOON
        )
        assert changed_days(connection, "me", ["hrv"], NOON - HOUR) == DAYS[:2]
        mark_answered(
            connection, "me", "hrv", "", dict(zip(DAYS, ["a", None, "c"], strict=True)), event_id=None, now=NOON + HOUR
        )
        assert changed_days(connection, "me", ["hrv"], NOON + HOUR) == DAYS[1:]
        assert (
            changed_days(connection, "me", ["sleep"], NOON)
            == changed_days(connection, "me", ["hrv"], NOON + 2 * HOUR)
            == []
        )


def test_what_is_counted_by_endpoint(engine: Engine) -> None:
    with engine.begin() as connection:
        mark_answered(connection, "me", "hrv", "", {DAYS[0]: "a", DAYS[1]: None}, event_id=None, now=NOON)
        mark_failed(connection, "me", "hrv", "", DAYS[2:], reason="HTTP 500", now=NOON)
        (row,) = coverage_by_endpoint(connection, "me", WEEK)
        assert coverage_by_endpoint(connection, "me", Window(DAYS[0], DAYS[1]))[0].asked == 1
    assert (row.endpoint, row.ok, row.empty, row.failed, row.reason) == ("hrv", 1, 1, 1, "HTTP 500")
    assert row.next_try_at == NOON + HOUR / 4


def test_how_far_the_history_is_wanted_never_shrinks_and_success_never_goes_back(engine: Engine) -> None:
    with engine.begin() as connection:
        assert followed(connection, "me") == Followed()
        want_from(connection, "me", DAYS[1])
        want_from(connection, "me", DAYS[0])
        want_from(connection, "me", DAYS[2])
        save_success(connection, "me", NOON + HOUR)
        save_success(connection, "me", NOON)
        save_oldest_activity(connection, "me", DAYS[2])
        assert followed(connection, "me") == Followed(DAYS[0], DAYS[2], NOON + HOUR)
        save_success(connection, "me", NOON + 2 * HOUR)
        assert followed(connection, "me").last_success_at == NOON + 2 * HOUR
