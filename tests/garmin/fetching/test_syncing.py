"""What is new since the last time: few requests, nothing lost, and success only when all of it succeeded."""

import datetime as dt

import pytest

from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, Asked
from runningcoach_pipelines.garmin.fetching import Fetcher
from runningcoach_pipelines.garmin.problems import AccountBusy, RateLimited
from runningcoach_pipelines.garmin.syncing import MOST_REQUESTS, SAFETY, Synced, sync
from runningcoach_pipelines.garmin.turn import account_turn
from runningcoach_pipelines.store.garmin_coverage import Followed, followed
from tests.doubles.garmin import Answer
from tests.garmin.conftest import START, Desk
from tests.garmin.fetching.conftest import new_fetcher
from tests.garmin.fetching.history import DAY, History

TODAY = START.date()
OF_ACTIVITY = sum(endpoint.asked is Asked.ACTIVITY for endpoint in ENDPOINTS.values())
HALF_AN_HOUR = dt.timedelta(minutes=30)


def synced(desk: Desk) -> Synced:
    return sync(new_fetcher(desk))


def state(desk: Desk) -> Followed:
    with desk.lakehouse.engine.connect() as connection:
        return followed(connection, "me")


@pytest.fixture(autouse=True)
def _days(history: History) -> None:
    history.fill(TODAY - 20 * DAY, TODAY, run_every=100)


@pytest.fixture
def followed_already(desk: Desk, fetcher: Fetcher) -> None:
    """An account whose last days are known."""
    while synced(desk).round.left:
        pass
    desk.garmin.faults.clear()


def test_the_first_sync_begins_some_days_ago_and_takes_no_more_than_it_may(desk: Desk, fetcher: Fetcher) -> None:
    made = synced(desk)
    assert made.window.start == TODAY - 10 * DAY
    assert made.requests == MOST_REQUESTS
    assert made.round.left > 0
    assert state(desk) == Followed(wanted_from=TODAY - 10 * DAY, last_success_at=START)


@pytest.mark.usefixtures("followed_already")
def test_with_nothing_new_a_sync_is_the_list_alone(desk: Desk) -> None:
    desk.time.pass_time(HALF_AN_HOUR)
    made = synced(desk)
    assert (made.requests, made.round.changed, made.window.start) == (1, 0, TODAY - SAFETY)
    assert state(desk).last_success_at == desk.time.now()


@pytest.mark.usefixtures("followed_already")
def test_a_day_of_syncs_never_takes_more_than_it_may_and_leaves_nothing_behind(desk: Desk) -> None:
    spent = []
    for _ in range(24):
        desk.time.pass_time(dt.timedelta(hours=1))
        spent.append(synced(desk).requests)
    assert max(spent) <= MOST_REQUESTS
    assert synced(desk).round.left == 0
    assert sum(spent) < 200


@pytest.mark.usefixtures("followed_already")
def test_a_new_run_comes_with_everything_about_it(desk: Desk, history: History) -> None:
    desk.time.pass_time(HALF_AN_HOUR)
    history.activities["77"] = TODAY
    made = synced(desk)
    assert made.requests == 1 + OF_ACTIVITY
    assert made.round.changed == made.requests
    assert [raw.first_day for raw in desk.lakehouse.files.all()] == [TODAY]


@pytest.mark.usefixtures("followed_already")
def test_a_run_that_is_uploaded_late_is_found_and_an_edited_one_asked_about_again(desk: Desk, history: History) -> None:
    history.activities["77"] = TODAY - 2 * DAY
    assert synced(desk).round.asked["activity_fit"] == 1
    desk.time.pass_time(HALF_AN_HOUR)
    history.names["77"] = "Intervals"
    made = synced(desk)
    assert made.round.asked.total() == 1 + OF_ACTIVITY
    assert made.round.changed == OF_ACTIVITY  # the entry of the list, and all that hold the name: not the file


@pytest.mark.usefixtures("followed_already")
@pytest.mark.parametrize("prefix", ["/activitylist-service", "/activity-service", "/download-service"])
def test_success_moves_only_when_all_of_it_succeeded(desk: Desk, history: History, prefix: str) -> None:
    before = state(desk).last_success_at
    history.activities["77"] = TODAY
    desk.garmin.fault(prefix, Answer(400))
    desk.time.pass_time(HALF_AN_HOUR)
    assert synced(desk).round.failures
    assert state(desk).last_success_at == before
    desk.garmin.faults.clear()
    desk.time.pass_time(HALF_AN_HOUR)
    assert synced(desk).round.complete
    assert state(desk).last_success_at == desk.time.now()
    assert len(desk.lakehouse.files.all()) == 1


@pytest.mark.usefixtures("followed_already")
def test_after_a_block_of_days_everything_since_the_last_success_is_looked_at(desk: Desk, history: History) -> None:
    success = state(desk).last_success_at
    assert success is not None
    desk.time.pass_time(HALF_AN_HOUR)
    desk.garmin.fault("/activitylist", Answer(429, headers={"retry-after": str(5 * 24 * 3600)}), times=1)
    assert isinstance(synced(desk).round.stopped, RateLimited)
    calls = desk.garmin.call_count
    assert isinstance(synced(desk).round.stopped, RateLimited)
    assert desk.garmin.call_count == calls
    history.activities["77"] = TODAY
    desk.time.pass_time(6 * DAY)
    made = synced(desk)
    assert made.window.start == success.date() - SAFETY
    assert len(desk.lakehouse.files.all()) == 1


def test_two_at_once_are_one_and_an_error(desk: Desk, fetcher: Fetcher) -> None:
    with (
        account_turn(desk.lakehouse.engine, "me", "runningcoach backfill"),
        pytest.raises(AccountBusy, match="in use by runningcoach backfill, process"),
    ):
        synced(desk)
    assert desk.garmin.call_count == 0
