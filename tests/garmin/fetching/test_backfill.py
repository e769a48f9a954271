"""A history brought in: stopped, killed, limited, in turns with others, and never asked for twice."""

import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import func, select

from runningcoach_pipelines.demo.garmin.account import DISPLAY_NAME
from runningcoach_pipelines.garmin.backfill import backfill, estimate, wanted
from runningcoach_pipelines.garmin.catching_up import KEPT_FOR_SYNC, Round, catch_up
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, Asked
from runningcoach_pipelines.garmin.fetching import Fetched, Fetcher
from runningcoach_pipelines.garmin.problems import AccountBusy, BudgetSpent, LoginRequired, RateLimited
from runningcoach_pipelines.garmin.turn import account_turn
from runningcoach_pipelines.store.garmin_coverage import State, coverage_by_endpoint, followed
from runningcoach_pipelines.store.tables import GarminRawEvent
from runningcoach_pipelines.store.windows import Window
from tests.doubles.garmin import Answer
from tests.garmin.conftest import START, Desk
from tests.garmin.fetching.conftest import new_fetcher
from tests.garmin.fetching.history import DAY, History

TODAY = START.date()
DAYS = 6
LAST_DAYS = Window(TODAY - (DAYS - 1) * DAY, TODAY + DAY)


@pytest.fixture(autouse=True)
def _history(history: History) -> None:
    history.fill(TODAY - 12 * DAY, TODAY)


def bring(
    fetcher: Fetcher, first: dt.date | None = None, last: dt.date | None = None
) -> tuple[Round, list[BudgetSpent | AccountBusy]]:
    waits: list[BudgetSpent | AccountBusy] = []
    made = backfill(fetcher, first, last, on_fetched=lambda _fetched, _left: None, on_wait=waits.append)
    return made, waits


def with_budget(desk: Desk, per_hour: int) -> Fetcher:
    desk.settings = desk.settings.model_copy(update={"garmin_requests_per_hour": per_hour})
    return new_fetcher(desk)


def test_everything_of_some_days_comes_and_a_second_time_nothing_is_asked(desk: Desk, fetcher: Fetcher) -> None:
    made = catch_up(fetcher, LAST_DAYS)
    assert made.complete
    runs = 2
    days = sum(endpoint.asked is Asked.DAY for endpoint in ENDPOINTS.values())
    assert made.asked["activity_fit"] == runs
    assert made.asked["sleep"] == DAYS
    assert sum(made.asked[e.name] for e in ENDPOINTS.values() if e.asked is Asked.DAY) == DAYS * days
    assert made.changed == made.asked.total()
    calls = desk.garmin.call_count
    assert catch_up(new_fetcher(desk), LAST_DAYS).asked == Counter()
    assert desk.garmin.call_count == calls
    assert len(fetcher.lakehouse.files.all()) == runs


def test_what_failed_is_told_and_everything_else_came(desk: Desk, fetcher: Fetcher) -> None:
    desk.garmin.fault("/hrv-service", Answer(400))
    made = catch_up(fetcher, LAST_DAYS)
    assert {failure.question.endpoint.name for failure in made.failures} == {"hrv"}
    assert made.asked["activity_fit"] == 2
    desk.garmin.faults.clear()
    desk.time.pass_time(dt.timedelta(minutes=15))
    assert set(catch_up(new_fetcher(desk), LAST_DAYS).asked) == {"hrv"}


def test_a_block_stops_at_once_and_the_rest_comes_after_the_cool_down(desk: Desk, fetcher: Fetcher) -> None:
    desk.garmin.fault("/wellness-service/wellness/dailySleepData", Answer(429, headers={"retry-after": "7200"}))
    made = catch_up(fetcher, LAST_DAYS)
    assert isinstance(made.stopped, RateLimited)
    assert made.left > 20
    calls = desk.garmin.call_count
    assert isinstance(catch_up(new_fetcher(desk), LAST_DAYS).stopped, RateLimited)
    assert desk.garmin.call_count == calls
    desk.garmin.faults.clear()
    desk.time.pass_time(dt.timedelta(hours=2))
    again = catch_up(new_fetcher(desk), LAST_DAYS)
    assert again.complete
    assert made.asked["hrv"] > 0
    assert again.asked["hrv"] == 0


def test_a_login_that_is_needed_stops_it(desk: Desk, fetcher: Fetcher) -> None:
    desk.garmin.revoke_all()
    made = catch_up(fetcher, LAST_DAYS)
    assert (isinstance(made.stopped, LoginRequired), made.asked.total()) == (True, 0)


def test_a_backfill_rests_while_the_budget_fills_and_leaves_some_for_a_sync(desk: Desk) -> None:
    desk.logged_in()
    fetcher = with_budget(desk, 45)
    made, waits = bring(fetcher, LAST_DAYS.start)
    assert made.complete
    assert waits
    assert all(isinstance(wait, BudgetSpent) for wait in waits)
    assert desk.garmin.call_count > 45
    assert fetcher.clock.now() - START >= dt.timedelta(minutes=desk.garmin.call_count - 45)


def test_after_a_stretch_so_many_requests_are_left(desk: Desk) -> None:
    desk.logged_in()
    fetcher = with_budget(desk, 45)
    made = catch_up(fetcher, LAST_DAYS)
    assert isinstance(made.stopped, BudgetSpent)
    assert fetcher.requests == 45 - KEPT_FOR_SYNC


def test_a_sync_may_have_the_account_while_a_backfill_rests(desk: Desk) -> None:
    desk.logged_in()
    fetcher = with_budget(desk, 45)
    turns = []

    def on_wait(_why: BudgetSpent | AccountBusy) -> None:
        with account_turn(fetcher.lakehouse.engine, "me", "runningcoach sync"):
            turns.append(desk.time.now())

    made = backfill(fetcher, LAST_DAYS.start, None, on_fetched=lambda _f, _l: None, on_wait=on_wait)
    assert made.complete
    assert turns


def test_a_second_one_is_told_who_is_at_it(fetcher: Fetcher) -> None:
    with (
        account_turn(fetcher.lakehouse.engine, "me", "runningcoach sync"),
        pytest.raises(AccountBusy, match=r"'me' is in use by runningcoach sync, process \d+ on .* \(since 20"),
    ):
        bring(fetcher)
    with account_turn(fetcher.lakehouse.engine, "you", "runningcoach sync"):
        bring(fetcher, TODAY)


def test_the_whole_history_begins_with_the_oldest_activity_which_is_asked_for_once(
    desk: Desk, fetcher: Fetcher, history: History
) -> None:
    history.activities["7"] = dt.date(2098, 5, 1)
    window = wanted(fetcher, None, None)
    assert window == Window(dt.date(2098, 5, 1), TODAY + DAY)
    calls = desk.garmin.call_count
    assert wanted(new_fetcher(desk), None, None) == window
    assert desk.garmin.call_count == calls
    with fetcher.lakehouse.engine.connect() as connection:
        assert followed(connection, "me").wanted_from == dt.date(2098, 5, 1)


def test_how_far_back_it_goes_can_be_set_or_said(desk: Desk, history: History) -> None:
    desk.logged_in()
    desk.settings = desk.settings.model_copy(update={"garmin_backfill_days": 10})
    fetcher = new_fetcher(desk)
    assert wanted(fetcher, None, None) == Window(TODAY - 9 * DAY, TODAY + DAY)
    assert wanted(fetcher, TODAY - 20 * DAY, TODAY - 15 * DAY) == Window(TODAY - 20 * DAY, TODAY - 14 * DAY)
    assert wanted(fetcher, dt.date(1999, 1, 1), None).start == desk.settings.history_start
    assert desk.garmin.call_count == 0


def test_an_account_without_activities_is_asked_for_what_garmin_still_has_in_full(
    fetcher: Fetcher, history: History
) -> None:
    history.activities.clear()
    assert wanted(fetcher, None, None).start == TODAY - 134 * DAY


def test_the_plan_is_what_is_asked_and_sends_nothing(desk: Desk, fetcher: Fetcher) -> None:
    before = estimate(fetcher, LAST_DAYS.start, None)
    assert desk.garmin.call_count == 0
    assert before.begin_known
    made = catch_up(fetcher, LAST_DAYS)
    of_days = {e.name for e in ENDPOINTS.values() if e.asked is not Asked.ACTIVITY}
    assert before.plan.by_endpoint == {name: count for name, count in made.asked.items() if name in of_days}
    assert estimate(new_fetcher(desk), LAST_DAYS.start, None).plan.questions == ()
    assert not estimate(new_fetcher(desk), None, None).begin_known


def test_a_backfill_that_ends_between_two_requests_goes_on_there(desk: Desk, fetcher: Fetcher) -> None:
    class Ended(Exception):
        pass

    def end_soon(_fetched: Fetched, left: int) -> None:
        if left == 20:
            raise Ended

    with pytest.raises(Ended):
        backfill(fetcher, LAST_DAYS.start, None, on_fetched=end_soon, on_wait=lambda _why: None)
    made, _ = bring(new_fetcher(desk), LAST_DAYS.start)
    assert made.complete
    assert {call for call, count in desk.garmin.calls.items() if count > _times(call)} == set()
    with fetcher.lakehouse.engine.connect() as connection:
        assert connection.execute(select(func.max(GarminRawEvent.table().c.version))).scalar_one() == 1
        assert all(row.failed == 0 for row in coverage_by_endpoint(connection, "me", LAST_DAYS))


def _times(call: str) -> int:
    """How often an address may be asked: its parameters, which are not counted apart, may be days or blocks."""
    by_days = {endpoint.path.format(name=DISPLAY_NAME) for endpoint in ENDPOINTS.values() if "{name}" in endpoint.path}
    return DAYS if call.removeprefix("GET ") in by_days else 2


def test_states_are_counted(fetcher: Fetcher, history: History) -> None:
    history.silent = {"hrv"}
    empty: set[str] = set()

    def note(fetched: Fetched, _left: int) -> None:
        if fetched.state is State.EMPTY:
            empty.add(fetched.question.endpoint.name)

    made = catch_up(fetcher, LAST_DAYS, on_fetched=note)
    assert empty == {"hrv", "calendar"}  # next year has no races yet
    assert made.states[State.EMPTY] == made.asked["hrv"] + 1
    assert made.size > 100
