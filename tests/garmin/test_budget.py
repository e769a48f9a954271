"""The request budget: what it lets through in any stretch of time, and that all processes share it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.garmin.budget import Allowance, Budget, allowances
from runningcoach_pipelines.garmin.problems import RateLimited
from runningcoach_pipelines.store.lakehouse import Lakehouse
from tests.doubles.garmin import Answer
from tests.garmin.conftest import START, Desk, StillClock

HOUR = dt.timedelta(hours=1)
HRV = "/hrv-service/hrv/2100-02-28"


@given(
    requests=st.integers(1, 50),
    gaps_s=st.lists(st.integers(0, 4000), min_size=1, max_size=60),
    asked=st.integers(1, 5),
)
def test_any_stretch_of_time_sees_at_most_a_full_bucket_and_what_flows_in(
    requests: int, gaps_s: list[int], asked: int
) -> None:
    bucket = Allowance("hour", requests, HOUR)
    left, at, granted = float(requests), 0, []
    for gap in gaps_s:
        left, at = bucket.filled(left, dt.timedelta(seconds=gap)), at + gap
        for _ in range(asked):
            if left >= 1:
                left -= 1
                granted.append(at)
    for first, start in enumerate(granted):
        for last in range(first, len(granted)):
            assert last - first + 1 <= requests * (1 + (granted[last] - start) / 3600) + 1e-6


@given(left=st.floats(0, 10), wanted=st.integers(1, 10))
def test_after_the_wait_there_is_enough_and_not_before(left: float, wanted: int) -> None:
    bucket = Allowance("hour", 10, HOUR)
    wait = bucket.wait(left, wanted)
    assert bucket.filled(left, wait + dt.timedelta(milliseconds=1)) >= min(wanted, 10) - 1e-6
    if wait > dt.timedelta(seconds=1):
        assert bucket.filled(left, wait - dt.timedelta(seconds=1)) < wanted


def test_a_clock_set_back_fills_nothing() -> None:
    assert Allowance("hour", 10, HOUR).filled(3.0, -HOUR) == 3.0


def test_it_is_spent_once_for_all_and_says_when_there_is_more(lakehouse: Lakehouse, time: StillClock) -> None:
    limits = (Allowance("hour", 4, HOUR), Allowance("day", 6, dt.timedelta(days=1)))
    budgets = [Budget(lakehouse.engine, time.clock, limits) for _ in range(2)]
    assert budgets[0].left() == {"hour": 4, "day": 6}
    for number in range(4):
        budgets[number % 2].take()
    assert budgets[1].left() == {"hour": 0, "day": 2}
    with pytest.raises(RateLimited, match=r"budget of 4 requests.*GARMIN_REQUESTS_PER_HOUR") as caught:
        budgets[0].take()
    assert caught.value.retry_at == START + dt.timedelta(minutes=15)
    assert budgets[1].left() == {"hour": 0, "day": 2}
    time.instant = START + 2 * HOUR
    budgets[0].take(2)
    with pytest.raises(RateLimited, match="per day is spent"):
        budgets[1].take()
    assert budgets[0].left() == {"hour": 2, "day": 0}


def test_more_than_a_bucket_holds_waits_for_a_full_one(lakehouse: Lakehouse, time: StillClock) -> None:
    budget = Budget(lakehouse.engine, time.clock, (Allowance("hour", 2, HOUR),))
    budget.take(5)
    with pytest.raises(RateLimited) as caught:
        budget.take(5)
    assert caught.value.retry_at == START + HOUR


def test_every_request_is_paid_for_tries_again_included(desk: Desk) -> None:
    desk.settings = desk.settings.model_copy(update={"garmin_requests_per_hour": 9})
    account = desk.logged_in()  # five for the login, one for the profile
    desk.garmin.fault("/hrv", Answer(500))
    with pytest.raises(RateLimited, match="our own budget of 9 requests"):
        account.get(HRV)
    assert desk.garmin.call_count == 3
    assert [allowance.requests for allowance in allowances(desk.settings)] == [9, 2000]


def test_requests_of_a_process_keep_a_jittered_distance(desk: Desk) -> None:
    account = desk.logged_in()
    desk.settings = desk.settings.model_copy(update={"garmin_pause_s": 2.0})
    account = desk.account()
    desk.time.slept.clear()
    for _ in range(20):
        account.get(HRV)
    assert len(desk.time.slept) == 19
    assert all(1.0 <= pause <= 3.0 for pause in desk.time.slept)
    assert len(set(desk.time.slept)) > 10
