"""The breaker: how long it stays open, that it outlives processes, and that nothing passes while it is open."""

import datetime as dt
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from runningcoach_pipelines.garmin.breaker import Breaker, Trip, cool_down
from runningcoach_pipelines.garmin.problems import GarminProblem, RateLimited
from runningcoach_pipelines.garmin.status import garmin_status
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import GarminBreaker, GarminBudget
from tests.doubles.garmin import Answer, Cut, cloudflare_page, malformed
from tests.garmin.conftest import START, Desk, StillClock

HRV = "/hrv-service/hrv/2100-02-28"


@given(seed=st.text(max_size=20))
def test_cool_downs_double_from_a_quarter_of_an_hour_to_a_day(seed: str) -> None:
    waits = [cool_down(trips, seed) for trips in range(1, 40)]
    minutes = [15, 30, 60, 120, 240, 480, 960] + [1440] * 32
    for wait, base in zip(waits, minutes, strict=True):
        assert dt.timedelta(minutes=base) <= wait <= dt.timedelta(minutes=base * 1.1)
    assert all(earlier < later for earlier, later in pairwise(waits[:8]))
    assert waits == [cool_down(trips, seed) for trips in range(1, 40)]


def test_installations_do_not_come_back_in_the_same_second() -> None:
    assert len({cool_down(1, f"host-{number}") for number in range(50)}) > 45


def breaker(lakehouse: Lakehouse, time: StillClock) -> Breaker:
    return Breaker(lakehouse.engine, time.clock, seed="here")


def test_it_is_stored_and_each_trip_in_a_row_lasts_longer(lakehouse: Lakehouse, time: StillClock) -> None:
    assert breaker(lakehouse, time).last_trip() is None
    assert not breaker(lakehouse, time).require_closed()
    for trips in range(1, 5):
        trip = breaker(lakehouse, time).trip("429")
        assert trip == Trip(trips, "429", time.now(), time.now() + cool_down(trips, "here"))
        assert breaker(lakehouse, time).last_trip() == trip
        time.pass_time(cool_down(trips, "here") - dt.timedelta(microseconds=1))
        with pytest.raises(RateLimited, match=r"429. Nothing calls Garmin before 2100-03-01 \d\d:\d\d UTC"):
            breaker(lakehouse, time).require_closed()
        time.pass_time(dt.timedelta(microseconds=1))
        assert breaker(lakehouse, time).require_closed()
    breaker(lakehouse, time).close()
    assert breaker(lakehouse, time).last_trip() is None
    assert breaker(lakehouse, time).trip("429").trips == 1


def test_blocks_of_calls_that_were_under_way_count_once(lakehouse: Lakehouse, time: StillClock) -> None:
    first = breaker(lakehouse, time).trip("429", dt.timedelta(hours=5))
    time.pass_time(dt.timedelta(seconds=1))
    second = breaker(lakehouse, time).trip("427")
    assert (second.trips, second.retry_at) == (1, first.retry_at)


def test_a_success_that_was_under_way_does_not_close_it(lakehouse: Lakehouse, time: StillClock) -> None:
    trip = breaker(lakehouse, time).trip("429")
    breaker(lakehouse, time).close()
    assert breaker(lakehouse, time).last_trip() == trip


FAULTS = st.sampled_from(
    [None, None, Answer(429), Answer(427), Answer(500), Answer(401), cloudflare_page(), Cut(), malformed()]
)
MINUTES = st.sampled_from([0, 1, 10, 14, 16, 29, 31, 67, 200, 1500])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(FAULTS, MINUTES), max_size=12))
def test_nothing_calls_garmin_while_it_is_open_or_the_tokens_are_refused(
    desk: Desk, steps: list[tuple[Answer | None, int]]
) -> None:
    with desk.lakehouse.engine.begin() as connection:
        connection.execute(delete(GarminBreaker))
        connection.execute(delete(GarminBudget))
    desk.time.instant = START
    desk.garmin.faults.clear()
    desk.logged_in()
    for fault, minutes in steps:
        status = garmin_status(desk.lakehouse.engine, desk.settings, clock=desk.time.clock)
        silent = status.open_until is not None or status.accounts[0].refused is not None
        desk.garmin.faults.clear()
        if fault is not None:
            desk.garmin.fault("/hrv", fault)
        with suppress(GarminProblem):
            desk.account().get(HRV)
        assert (desk.garmin.call_count == 0) == silent
        desk.time.pass_time(dt.timedelta(minutes=minutes))
