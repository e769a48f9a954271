"""One question at a time, through the real client: what is kept, what the ledger says, and what ends the work."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, EPOCH
from runningcoach_pipelines.garmin.fetching import LIST, Fetched, Fetcher
from runningcoach_pipelines.garmin.problems import LoginRequired, RateLimited
from runningcoach_pipelines.garmin.questions import Question
from runningcoach_pipelines.store import garmin_events
from runningcoach_pipelines.store.garmin_coverage import State, covered
from runningcoach_pipelines.store.garmin_events import Event
from runningcoach_pipelines.store.tables import GarminCoverage, GarminRawEvent
from runningcoach_pipelines.store.windows import Window
from tests.doubles.garmin import Answer, malformed
from tests.garmin.conftest import START, Desk
from tests.garmin.fetching.conftest import new_fetcher
from tests.garmin.fetching.history import DAY, History

TODAY = START.date()
YESTERDAY = TODAY - DAY
EVER = Window(EPOCH, TODAY + 1000 * DAY)
FOUR_WEEKS = 28


def about(name: str, first: dt.date = YESTERDAY, last: dt.date | None = None, subject: str = "") -> Question:
    return Question(ENDPOINTS[name], first, last or first, subject)


def states(fetcher: Fetcher, name: str) -> dict[dt.date, State]:
    with fetcher.lakehouse.engine.connect() as connection:
        rows = covered(connection, "me", EVER, endpoints=[name])
    return {day: row.state for (_, _, day), row in rows.items()}


def kept(fetcher: Fetcher, name: str) -> list[Event]:
    with fetcher.lakehouse.engine.connect() as connection:
        return garmin_events.latest(connection, "me", name)


def rows(fetcher: Fetcher) -> int:
    with fetcher.lakehouse.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(GarminRawEvent)).scalar_one()


def test_a_day_is_kept_as_it_came_and_known_from_then_on(fetcher: Fetcher, history: History) -> None:
    history.days[YESTERDAY] = "slept well"
    fetched = fetcher.fetch(about("sleep"))
    assert (fetched.state, fetched.changed) == (State.OK, True)
    (event,) = kept(fetcher, "sleep")
    assert event.payload == {"calendarDate": YESTERDAY.isoformat(), "sleepTimeSeconds": "slept well"}
    assert (event.day_from, event.day_to, event.subject) == (YESTERDAY, YESTERDAY, "")
    assert states(fetcher, "sleep") == {YESTERDAY: State.OK}


def test_the_same_answer_adds_nothing_and_another_one_a_version(fetcher: Fetcher, history: History) -> None:
    history.days[YESTERDAY] = "first"
    fetcher.fetch(about("sleep"))
    assert not fetcher.fetch(about("sleep")).changed
    assert rows(fetcher) == 1
    history.days[YESTERDAY] = "second"
    assert fetcher.fetch(about("sleep")).changed
    assert rows(fetcher) == 2
    assert [event.payload["sleepTimeSeconds"] for event in kept(fetcher, "sleep")] == ["second"]


def test_a_range_says_of_each_day_whether_there_was_something(fetcher: Fetcher, history: History) -> None:
    history.days = {YESTERDAY - 2 * DAY: "a", YESTERDAY: "b"}
    fetched = fetcher.fetch(about("hrv", YESTERDAY - 3 * DAY, TODAY))
    assert fetched.state is State.OK
    assert states(fetcher, "hrv") == {
        YESTERDAY - 3 * DAY: State.EMPTY,
        YESTERDAY - 2 * DAY: State.OK,
        YESTERDAY - DAY: State.EMPTY,
        YESTERDAY: State.OK,
        TODAY: State.EMPTY,
    }
    assert len(kept(fetcher, "hrv")) == 1


def test_only_the_changed_day_of_a_range_counts_as_changed(desk: Desk, fetcher: Fetcher, history: History) -> None:
    history.fill(YESTERDAY - 5 * DAY, YESTERDAY)
    question = about("hrv", YESTERDAY - 5 * DAY, TODAY)
    fetcher.fetch(question)
    desk.time.pass_time(dt.timedelta(hours=1))
    history.days[YESTERDAY] = "corrected"
    fetcher.fetch(question)
    table = GarminCoverage.table()
    with fetcher.lakehouse.engine.connect() as connection:
        changed = connection.execute(select(table.c.day).where(table.c.changed_at > START)).scalars().all()
    assert changed == [YESTERDAY]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(204, ""),
        Answer(404),
        Answer(200, "[]"),
        Answer(200, '{"dailySleepDTO": {"calendarDate": "2100-02-28", "sleepTimeSeconds": null}}'),
    ],
)
def test_nothing_is_empty_in_every_way_that_garmin_says_it(desk: Desk, fetcher: Fetcher, answer: Answer) -> None:
    desk.garmin.fault("/wellness-service", answer)
    assert fetcher.fetch(about("sleep")).state is State.EMPTY
    assert states(fetcher, "sleep") == {YESTERDAY: State.EMPTY}


def test_an_answer_without_the_expected_keys_is_not_taken_for_nothing(desk: Desk, fetcher: Fetcher) -> None:
    desk.garmin.fault("/wellness-service", Answer(200, '{"calendarDate": "2100-02-28", "asleepFor": 27000}'))
    assert fetcher.fetch(about("sleep")).state is State.OK


@pytest.mark.parametrize(
    ("answer", "reason"),
    [(Answer(500), "out of order"), (Answer(400), "refuses"), (malformed(), "not JSON")],
)
def test_a_failure_is_noted_with_its_reason_and_harms_nothing(
    desk: Desk, fetcher: Fetcher, history: History, answer: Answer, reason: str
) -> None:
    history.days[YESTERDAY] = "slept well"
    fetcher.fetch(about("sleep"))
    desk.garmin.fault("/wellness-service", answer)
    fetched = fetcher.fetch(about("sleep"))
    assert (fetched.state, reason in (fetched.reason or "")) == (State.FAILED, True)
    assert states(fetcher, "sleep") == {YESTERDAY: State.FAILED}
    assert len(kept(fetcher, "sleep")) == 1


def test_a_block_ends_the_work_and_is_no_state_of_a_day(desk: Desk, fetcher: Fetcher) -> None:
    desk.garmin.fault("/wellness-service", Answer(429))
    with pytest.raises(RateLimited):
        fetcher.fetch(about("sleep"))
    calls = desk.garmin.call_count
    with pytest.raises(RateLimited):
        fetcher.fetch(about("sleep"))
    assert desk.garmin.call_count == calls
    assert states(fetcher, "sleep") == {}


def test_without_a_login_nothing_is_asked(desk: Desk) -> None:
    with pytest.raises(LoginRequired):
        new_fetcher(desk).fetch(about("hrv"))
    assert desk.garmin.call_count == 0


def test_activities_of_all_pages_are_kept_one_by_one(fetcher: Fetcher, history: History) -> None:
    history.activities = {str(number): YESTERDAY - (number % 50) * DAY for number in range(1, 251)}
    fetched = fetcher.fetch(Question(LIST, TODAY - 60 * DAY, TODAY))
    assert (fetched.state, fetcher.requests) == (State.OK, 3)
    assert {event.subject: event.day_from for event in kept(fetcher, "activities")} == history.activities
    assert list(states(fetcher, "activities").values()).count(State.OK) == 50
    assert not fetcher.fetch(Question(LIST, TODAY - 60 * DAY, TODAY)).changed


def test_an_edited_activity_is_a_new_version_and_a_deleted_one_gets_a_tombstone(
    fetcher: Fetcher, history: History
) -> None:
    history.activities = {"1": YESTERDAY, "2": YESTERDAY, "3": YESTERDAY}
    week = Question(LIST, TODAY - 7 * DAY, TODAY)
    fetcher.fetch(week)
    history.names["1"] = "Long run"
    del history.activities["2"]
    assert fetcher.fetch(week).changed
    assert {event.subject: event.payload["activityName"] for event in kept(fetcher, "activities")} == {
        "1": "Long run",
        "3": "Run",
    }
    assert rows(fetcher) == 4
    assert not fetcher.fetch(week).changed


def test_an_activity_that_only_its_list_lost_stays(desk: Desk, fetcher: Fetcher, history: History) -> None:
    history.activities = {"1": YESTERDAY, "2": YESTERDAY}
    fetcher.fetch(Question(LIST, TODAY - 7 * DAY, TODAY))
    desk.garmin.fault("/activitylist-service", Answer(200, "[]"), times=1)
    fetcher.fetch(Question(LIST, TODAY - 7 * DAY, TODAY))
    assert len(kept(fetcher, "activities")) == 2


def test_a_list_with_an_entry_that_names_no_day_failed(desk: Desk, fetcher: Fetcher) -> None:
    desk.garmin.fault("/activitylist-service", Answer(200, '[{"activityId": 5}]'))
    fetched = fetcher.fetch(Question(LIST, YESTERDAY, TODAY))
    assert fetched.state is State.FAILED
    assert "without activityId or startTimeLocal" in (fetched.reason or "")


def test_the_fit_file_goes_to_bronze_and_the_activity_knows_its_name(fetcher: Fetcher, history: History) -> None:
    history.activities = {"17": YESTERDAY}
    fetched = fetcher.fetch(about("activity_fit", subject="17"))
    assert fetched.state is State.OK
    (raw,) = fetcher.lakehouse.files.all()
    assert (raw.file_name, raw.file_type, raw.first_day) == ("17.zip/17_ACTIVITY.fit", "activity", YESTERDAY)
    (event,) = kept(fetcher, "activity_fit")
    assert (event.subject, event.payload) == ("17", {"files": [{"name": raw.file_name, "sha256": raw.sha256}]})
    assert not fetcher.fetch(about("activity_fit", subject="17")).changed
    assert len(fetcher.lakehouse.files.all()) == 1


def test_an_activity_without_a_file_is_empty_and_a_broken_archive_failed(desk: Desk, fetcher: Fetcher) -> None:
    assert fetcher.fetch(about("activity_fit", subject="99")).state is State.EMPTY
    desk.garmin.fault("/download-service", Answer(200, "PK\x03\x04 nonsense", content_type="application/zip"))
    broken = fetcher.fetch(about("activity_fit", subject="98"))
    assert (broken.state, "not a readable ZIP" in (broken.reason or "")) == (State.FAILED, True)
    assert fetcher.lakehouse.files.all() == []


def test_the_oldest_activity_is_found_by_one_request(fetcher: Fetcher, history: History) -> None:
    assert fetcher.oldest_activity_day() is None
    history.activities = {"1": YESTERDAY, "2": YESTERDAY - 3000 * DAY, "3": TODAY}
    before = fetcher.requests
    assert fetcher.oldest_activity_day() == YESTERDAY - 3000 * DAY
    assert fetcher.requests == before + 1


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_endpoint_of_the_catalogue_can_be_asked(fetcher: Fetcher, history: History, name: str) -> None:
    history.fill(TODAY - 10 * DAY, TODAY, run_every=1)
    endpoint = ENDPOINTS[name]
    subject = str(10_000_000 + YESTERDAY.toordinal()) if name.startswith("activity_") else ""
    fetched: Fetched = fetcher.fetch(Question(endpoint, YESTERDAY, YESTERDAY, subject))
    assert (fetched.state, fetched.changed, fetched.size > 0) == (State.OK, True, True)
