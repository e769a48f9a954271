"""Asking for data: what each fault turns into, how many requests it costs, and what it does to the breaker."""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from sqlalchemy import update

from runningcoach_pipelines.demo.garmin import days
from runningcoach_pipelines.garmin.problems import (
    BadPayload,
    GarminProblem,
    LoginRequired,
    NotFound,
    RateLimited,
    Unavailable,
)
from runningcoach_pipelines.garmin.status import garmin_status
from runningcoach_pipelines.store.tables import GarminAccount
from tests.doubles.garmin import Answer, Cut, Hold, cloudflare_page, malformed
from tests.doubles.garmin.faults import Fault
from tests.garmin.conftest import START, Desk

SUMMARY = "/usersummary-service/usersummary/daily/5f0c1d2e-runner"
DAY = {"calendarDate": "2100-02-28"}
ACTIVITIES = "/activitylist-service/activities/search/activities"
TOKEN = "POST /di-oauth2-service/oauth/token"


def open_for(desk: Desk) -> dt.timedelta | None:
    until = garmin_status(desk.lakehouse.engine, desk.settings, clock=desk.time.clock).open_until
    return None if until is None else until - desk.time.now()


def test_what_garmin_has_comes_back_as_it_is(desk: Desk) -> None:
    account, athlete = desk.logged_in(), desk.garmin.athlete
    summary = account.get(SUMMARY, {"calendarDate": f"{athlete.until}"})
    assert summary == days.summary(athlete, athlete.until)
    ids = athlete.activity_ids(athlete.until - dt.timedelta(days=30), athlete.until)
    listed = account.get(ACTIVITIES, {"start": 1, "limit": 2})
    assert isinstance(listed, list)
    assert [one["activityId"] for one in listed if isinstance(one, dict)] == ids[1:3]
    assert account.get("/hrv-service/hrv/2100-02-28") == {}
    assert account.download(f"/download-service/files/activity/{ids[0]}") == athlete.zipped_fit(ids[0])
    assert desk.garmin.call_count == 4


@dataclass(frozen=True)
class Case:
    """`times` None: the fault stays. `problem` None: the answer comes through in the end."""

    fault: Fault
    times: int | None
    problem: type[GarminProblem] | None
    calls: int
    opens: bool = False
    says: str = ""
    name: str = field(default="", compare=False)


CASES = [
    Case(Answer(429), None, RateLimited, 1, True, "answered 429", "429"),
    Case(Answer(429, headers={"Retry-After": "7200"}), None, RateLimited, 1, True, "429", "429 with Retry-After"),
    Case(Answer(427), None, RateLimited, 1, True, "answered 427", "427"),
    Case(cloudflare_page(403), None, RateLimited, 1, True, "answered 403", "Cloudflare page"),
    Case(
        Answer(503, headers={"cf-mitigated": "challenge"}),
        None,
        RateLimited,
        1,
        True,
        "a block",
        "Cloudflare challenge",
    ),
    Case(Answer(403, '{"message":"no"}'), None, Unavailable, 1, says="refuses .* 403", name="403 JSON"),
    Case(Answer(400), None, Unavailable, 1, says="HTTP 400", name="400"),
    Case(Answer(404), None, NotFound, 1, says="404", name="404"),
    Case(Answer(500), 3, None, 4, name="three 500s"),
    Case(Answer(500), None, Unavailable, 4, says="out of order .HTTP 500", name="500"),
    Case(Answer(502, "<html>", content_type="text/html"), None, Unavailable, 4, says="502", name="502 HTML"),
    Case(Cut(), 1, None, 2, name="one cut connection"),
    Case(Cut(), None, Unavailable, 4, says="did not answer", name="cut connections"),
    Case(malformed(), None, BadPayload, 1, says="not JSON", name="malformed JSON"),
    Case(Answer(200, "<html>", content_type="text/html"), None, BadPayload, 1, says="not JSON", name="200 HTML"),
    Case(Answer(401), 1, None, 2, name="one 401"),
    Case(Answer(401), None, LoginRequired, 5, says="just renewed", name="401"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_fault_has_its_problem_its_price_and_its_consequence(desk: Desk, case: Case) -> None:
    account = desk.logged_in()
    desk.garmin.fault("/usersummary", case.fault, case.times)
    if case.problem is None:
        assert account.get(SUMMARY, DAY) == {"calendarDate": "2100-02-28", "totalSteps": None}
    else:
        with pytest.raises(case.problem, match=case.says) as caught:
            account.get(SUMMARY, DAY)
        assert type(caught.value) is case.problem
    assert desk.garmin.call_count == case.calls
    assert (open_for(desk) is not None) is case.opens
    if case.opens:
        with pytest.raises(RateLimited):
            account.get("/hrv-service/hrv/2100-02-28")
        assert desk.garmin.call_count == case.calls


def test_a_server_that_does_not_answer_in_time_is_unavailable(desk: Desk) -> None:
    account = desk.logged_in()
    desk.timeout_s = 0.1
    impatient = desk.account()
    hold = Hold()
    desk.garmin.fault("/usersummary", hold)
    with pytest.raises(Unavailable, match="did not answer"):
        impatient.get(SUMMARY, DAY)
    assert desk.garmin.call_count == 4
    hold.released.set()
    del account


def test_a_garmin_that_cannot_be_reached_is_unavailable(desk: Desk) -> None:
    desk.logged_in()
    desk.garmin.url = "http://127.0.0.1:9"
    with desk.lakehouse.engine.begin() as connection:  # as if it had been there before
        connection.execute(update(GarminAccount).values(given_by=desk.garmin.url))
    with pytest.raises(Unavailable, match="did not answer"):
        desk.account().get(SUMMARY, DAY)
    assert open_for(desk) is None


@pytest.mark.parametrize(
    ("retry_after", "at_least"),
    [
        ("60", dt.timedelta(minutes=15)),
        ("7200", dt.timedelta(hours=2)),
        ("Wed, 21 Nov 2035 10:00:00 GMT", dt.timedelta(hours=3)),
        ("999999999999", dt.timedelta(days=7)),
        ("soon", dt.timedelta(minutes=15)),
    ],
)
def test_retry_after_makes_the_cool_down_longer_and_never_shorter(
    desk: Desk, retry_after: str, at_least: dt.timedelta
) -> None:
    account = desk.logged_in()
    headers = {"Retry-After": retry_after, "Date": "Wed, 21 Nov 2035 07:00:00 GMT"}
    desk.garmin.fault("/usersummary", Answer(429, headers=headers))
    with pytest.raises(RateLimited) as caught:
        account.get(SUMMARY, DAY)
    assert at_least <= caught.value.retry_at - START <= max(at_least, dt.timedelta(minutes=16.5))


def test_tokens_that_end_soon_are_renewed_first_and_saved(desk: Desk) -> None:
    account = desk.logged_in()
    desk.time.pass_time(dt.timedelta(hours=17, minutes=44))
    account.get(SUMMARY, DAY)
    assert desk.garmin.count(TOKEN) == 0
    desk.time.pass_time(dt.timedelta(minutes=1))
    account.get(SUMMARY, DAY)
    account.get(SUMMARY, DAY)
    desk.account().get(SUMMARY, DAY)
    assert desk.garmin.calls == {TOKEN: 1, f"GET {SUMMARY}": 4}
    (row,) = garmin_status(desk.lakehouse.engine, desk.settings, clock=desk.time.clock).accounts
    assert (row.obtained_at, row.refreshed_at) == (START, desk.time.now())


def test_tokens_revoked_at_garmin_are_renewed_and_saved(desk: Desk) -> None:
    account = desk.logged_in()
    desk.garmin.revoke_access()
    account.get(SUMMARY, DAY)
    # The library sends a refused question twice.
    assert desk.garmin.calls == {TOKEN: 1, f"GET {SUMMARY}": 3}
    desk.account().get(SUMMARY, DAY)
    assert desk.garmin.count(TOKEN) == 1


def test_a_refused_renewal_ends_in_silence_until_somebody_logs_in(desk: Desk) -> None:
    account = desk.logged_in()
    desk.garmin.revoke_all()
    with pytest.raises(LoginRequired, match=r"no longer accepts the login.*runningcoach login garmin --athlete me"):
        account.get(SUMMARY, DAY)
    calls = desk.garmin.call_count
    assert calls == 3
    for again in (account, desk.account()):
        with pytest.raises(LoginRequired, match="refresh token was refused with 400"):
            again.get(SUMMARY, DAY)
    assert desk.garmin.call_count == calls
    assert open_for(desk) is None
    desk.logged_in().get(SUMMARY, DAY)
    (row,) = garmin_status(desk.lakehouse.engine, desk.settings, clock=desk.time.clock).accounts
    assert row.refused is None


@pytest.mark.parametrize(
    ("fault", "problem", "calls", "opens"),
    [
        (Answer(429), RateLimited, 1, True),
        (cloudflare_page(), RateLimited, 1, True),
        (Answer(503), Unavailable, 4, False),
        (Cut(), Unavailable, 4, False),
        (malformed(), BadPayload, 1, False),
        (Answer(200, '{"token_type": "Bearer"}'), BadPayload, 1, False),
    ],
)
def test_a_renewal_that_fails_otherwise_leaves_the_tokens_as_they_are(
    desk: Desk, fault: Fault, problem: type[GarminProblem], calls: int, opens: bool
) -> None:
    account = desk.logged_in()
    desk.time.pass_time(dt.timedelta(hours=18))
    desk.garmin.fault("/di-oauth2-service", fault)
    with pytest.raises(problem):
        account.get(SUMMARY, DAY)
    assert desk.garmin.call_count == calls
    assert (open_for(desk) is not None) is opens
    desk.garmin.faults.clear()
    desk.time.pass_time(dt.timedelta(hours=1))
    account.get(SUMMARY, DAY)
    assert desk.garmin.calls == {TOKEN: 1, f"GET {SUMMARY}": 1}
