"""What to ask, from what is known: pure functions."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.garmin.budget import Allowance
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, EPOCH, Asked
from runningcoach_pipelines.garmin.planning import Known, KnownActivity, duration, plan
from runningcoach_pipelines.garmin.questions import Question, blocks
from runningcoach_pipelines.store.garmin_coverage import Covered, Key, State
from runningcoach_pipelines.store.windows import Window

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
TODAY = dt.date(2026, 3, 20)
NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
LAST_MONTH = Window(TODAY - 30 * DAY, TODAY + DAY)
TEN_YEARS = Window(TODAY - 3652 * DAY, TODAY + DAY)
RUNS = {str(number): KnownActivity(TODAY - number * DAY, NOW - HOUR) for number in range(1, 4)}


def questions(known: Known, window: Window = LAST_MONTH, *, now: dt.datetime = NOW) -> list[Question]:
    return list(plan(known, window, today=TODAY, now=now).questions)


def names(found: list[Question]) -> set[str]:
    return {question.endpoint.name for question in found}


def answered(found: list[Question], at: dt.datetime = NOW, state: State = State.OK) -> dict[Key, Covered]:
    """The ledger after all of these were answered."""
    return {(q.endpoint.name, q.subject, day): Covered(state, at, None) for q in found for day in q.days}


def about(name: str, known: Known, window: Window = LAST_MONTH, *, now: dt.datetime = NOW) -> list[Question]:
    endpoint = ENDPOINTS[name]
    return list(plan(known, window, today=TODAY, now=now, endpoints=[endpoint]).questions)


def test_everything_is_asked_once_and_then_nothing_more() -> None:
    first = questions(Known(activities=RUNS))
    assert names(first) == set(ENDPOINTS)
    assert questions(Known(answered(first), RUNS)) == []


@given(
    name=st.sampled_from([e.name for e in ENDPOINTS.values() if e.asked in {Asked.DAY, Asked.RANGE}]),
    length=st.integers(1, 500),
    ended=st.integers(0, 500),
)
def test_a_plan_covers_every_wanted_day_and_no_day_twice(name: str, length: int, ended: int) -> None:
    endpoint = ENDPOINTS[name]
    window = Window(TODAY - (ended + length) * DAY, TODAY - ended * DAY)
    days = [day for question in about(name, Known(), window) for day in question.days]
    assert len(days) == len(set(days))
    reach = TODAY - ((endpoint.degrades_after_days or 10_000) - 1) * DAY
    wanted = {window.start + offset * DAY for offset in range(length)}
    assert {day for day in wanted if day >= reach} <= set(days)
    assert max(days, default=TODAY) <= TODAY + endpoint.ahead_days * DAY
    assert all(len(q.days) <= (endpoint.longest_window_days or 1) for q in about(name, Known(), window))


@given(length=st.integers(1, 400), first=st.dates(dt.date(1960, 1, 1), dt.date(2040, 1, 1)), more=st.integers(0, 900))
def test_blocks_lie_on_one_grid_whatever_is_asked(length: int, first: dt.date, more: int) -> None:
    from dataclasses import replace

    endpoint = replace(ENDPOINTS["hrv"], longest_window_days=length)
    found = list(blocks(endpoint, first, first + more * DAY))
    assert found[0][0] <= first <= found[0][1]
    assert found[-1][0] <= first + more * DAY <= found[-1][1]
    assert all(after == end + DAY for (_, end), (after, _) in pairwise(found))
    assert all((start - EPOCH).days % length == 0 and (end - start).days == length - 1 for start, end in found)


def test_lists_then_ranges_then_minutes_that_vanish_then_details_and_files_last() -> None:
    found = questions(Known(activities=RUNS), TEN_YEARS)
    order = [Asked.ACTIVITIES_LIST, Asked.RANGE, Asked.DAY, Asked.ONCE, Asked.ACTIVITY]
    ranks = [order.index(q.endpoint.asked) + q.endpoint.is_file for q in found]
    assert ranks == sorted(ranks)
    minutes = [q.first for q in found if q.endpoint.asked is Asked.DAY]
    assert minutes == sorted(minutes)
    assert minutes[0] == TODAY - 134 * DAY
    hrv = [q.first for q in found if q.endpoint.name == "hrv"]
    assert hrv == sorted(hrv, reverse=True)
    assert [q.subject for q in found if q.endpoint.is_file] == ["1", "2", "3"]


def test_ten_years_of_wellness_take_less_than_1500_requests() -> None:
    wellness = [q for q in questions(Known(), TEN_YEARS) if q.endpoint.asked in {Asked.RANGE, Asked.DAY, Asked.ONCE}]
    assert 1000 < len(wellness) < 1500


def test_a_range_is_asked_again_when_one_of_its_days_is_missing() -> None:
    (question,) = about("resting_heart_rate", Known())[:1]
    ledger = answered([question])
    assert question not in about("resting_heart_rate", Known(ledger))
    del ledger["resting_heart_rate", "", TODAY - 2 * DAY]
    assert question in about("resting_heart_rate", Known(ledger))


@pytest.mark.parametrize(
    ("asked_at", "again"),
    [
        (NOW - 5 * HOUR, False),
        (NOW - 6 * HOUR, True),
    ],
)
def test_days_that_may_still_change_are_asked_again_after_a_while(asked_at: dt.datetime, again: bool) -> None:
    ledger = answered(about("sleep", Known()), asked_at)
    asked = [question.first for question in about("sleep", Known(ledger))]
    assert asked == ([TODAY - offset * DAY for offset in (3, 2, 1, 0)] if again else [])


def test_a_day_that_was_asked_days_after_its_end_is_settled() -> None:
    ledger = answered(about("sleep", Known()), NOW)
    later = NOW + 400 * DAY
    asked = plan(Known(ledger), LAST_MONTH, today=TODAY, now=later, endpoints=[ENDPOINTS["sleep"]]).questions
    assert [question.first for question in asked] == [TODAY - offset * DAY for offset in (3, 2, 1, 0)]


def test_lists_of_old_days_are_looked_through_again_each_month() -> None:
    old = Window(TODAY - 1000 * DAY, TODAY - 900 * DAY)
    listed = about("activities", Known(), old)
    assert about("activities", Known(answered(listed, NOW - 29 * DAY)), old) == []
    assert about("activities", Known(answered(listed, NOW - 30 * DAY)), old) == listed


def test_a_failure_is_tried_again_when_it_is_due_and_not_before() -> None:
    ledger: dict[Key, Covered] = answered(about("sleep", Known()))
    key = ("sleep", "", TODAY - 10 * DAY)
    ledger[key] = Covered(State.FAILED, NOW, NOW + HOUR)
    assert about("sleep", Known(ledger)) == []
    assert [q.first for q in about("sleep", Known(ledger), now=NOW + HOUR)] == [TODAY - 10 * DAY]


def test_an_edited_activity_is_asked_about_again_but_not_while_its_failure_waits() -> None:
    ledger = answered(questions(Known(activities=RUNS)))
    edited = RUNS | {"2": KnownActivity(TODAY - 2 * DAY, NOW + HOUR)}
    found = questions(Known(ledger, edited))
    assert {question.subject for question in found} == {"2"}
    assert names(found) == {e.name for e in ENDPOINTS.values() if e.asked is Asked.ACTIVITY}
    waiting = {key: Covered(State.FAILED, NOW, NOW + DAY) if key[1] == "2" else row for key, row in ledger.items()}
    assert questions(Known(waiting, edited)) == []


def test_the_calendar_reaches_a_year_ahead() -> None:
    found = about("calendar", Known())
    assert max(question.last for question in found) == TODAY + 365 * DAY
    past = about("calendar", Known(), Window(TODAY - 900 * DAY, TODAY - 800 * DAY))
    assert max(question.first for question in past) < TODAY - 800 * DAY


def test_the_time_it_takes_is_that_of_the_tightest_limit() -> None:
    limits = (Allowance("hour", 100, HOUR), Allowance("day", 1000, DAY))
    left = {"hour": 100, "day": 1000}
    assert duration(50, left, limits, pause_s=2.0) == dt.timedelta(seconds=100)
    assert duration(200, left, limits, pause_s=1.0) == HOUR
    assert duration(5000, left, limits, pause_s=1.0) == 4 * DAY
    assert duration(5000, {"hour": 0, "day": 0}, limits, pause_s=1.0) == 5 * DAY
