"""Logging in: in one step, in two, through each of Garmin's ways, and when it is refused."""

import datetime as dt

import pytest

from runningcoach_pipelines.garmin.login import LoggedIn, MfaNeeded
from runningcoach_pipelines.garmin.problems import LoginRequired, MfaRequired, RateLimited, Unavailable
from runningcoach_pipelines.garmin.status import garmin_status
from tests.doubles.garmin import CODE, EMAIL, PASSWORD, Answer, cloudflare_page
from tests.garmin.conftest import START, Desk

PROFILE = "/userprofile-service/socialProfile"


def open_until(desk: Desk) -> dt.datetime | None:
    return garmin_status(desk.lakehouse.engine, desk.settings, clock=desk.time.clock).open_until


def test_a_login_takes_five_requests_and_stores_whose_it_is(desk: Desk) -> None:
    assert desk.login().begin(EMAIL, PASSWORD) == LoggedIn("me", "Mina Läufer")
    assert desk.garmin.calls == {
        "GET /mobile/sso/en_US/sign-in": 1,
        "POST /mobile/api/login": 1,
        "POST /di-oauth2-service/oauth/token": 1,
        f"GET {PROFILE}": 2,
    }
    status = garmin_status(desk.lakehouse.engine, desk.settings, clock=desk.time.clock)
    (account,) = status.accounts
    assert (account.athlete_id, account.full_name, account.refused) == ("me", "Mina Läufer", None)
    assert account.obtained_at == account.refreshed_at == START
    assert status.open_until is None


@pytest.mark.parametrize("closed", ["/mobile", "/mobile /sso", "/mobile /portal"])
def test_where_one_way_is_blocked_another_leads_in(desk: Desk, closed: str) -> None:
    for way in closed.split():
        desk.garmin.fault(way, Answer(429))
    assert desk.login().begin(EMAIL, PASSWORD) == LoggedIn("me", "Mina Läufer")
    assert open_until(desk) is None


def test_resumed_from_storage_nothing_but_the_question_is_sent(desk: Desk) -> None:
    account = desk.logged_in()
    assert account.get("/hrv-service/hrv/2100-02-28") == {}
    assert desk.garmin.calls == {"GET /hrv-service/hrv/2100-02-28": 1}


@pytest.mark.parametrize("closed", ["", "/mobile", "/mobile /sso"])
def test_a_code_completes_the_login_in_another_process(desk: Desk, closed: str) -> None:
    desk.garmin.mfa = True
    for way in closed.split():
        desk.garmin.fault(way + "/sso" if way == "/mobile" else way, Answer(429))
    needed = desk.login().begin(EMAIL, PASSWORD)
    assert needed == MfaNeeded("me", "email", START + dt.timedelta(minutes=15))
    status = garmin_status(desk.lakehouse.engine, desk.settings, clock=desk.time.clock)
    assert status.waiting == {"me": START + dt.timedelta(minutes=15)}
    assert desk.login().finish(CODE) == LoggedIn("me", "Mina Läufer")
    assert desk.account().get("/hrv-service/hrv/2100-02-28") == {}
    with pytest.raises(LoginRequired, match="no login of 'me' waits for a code"):
        desk.login().finish(CODE)


def test_a_wrong_code_may_be_corrected_twice_and_then_opens_the_breaker(desk: Desk) -> None:
    desk.garmin.mfa = True
    desk.login().begin(EMAIL, PASSWORD)
    for left in (2, 1):
        with pytest.raises(MfaRequired, match=f"{left} more can be tried"):
            desk.login().finish("000000")
    assert open_until(desk) is None
    with pytest.raises(LoginRequired, match="refused 3 MFA codes in a row"):
        desk.login().finish("000000")
    assert open_until(desk) is not None
    desk.time.pass_time(dt.timedelta(hours=1))
    with pytest.raises(LoginRequired, match="begin again"):
        desk.login().finish(CODE)


def test_the_right_code_after_a_wrong_one_is_good(desk: Desk) -> None:
    desk.garmin.mfa = True
    desk.login().begin(EMAIL, PASSWORD)
    with pytest.raises(MfaRequired):
        desk.login().finish("000000")
    assert isinstance(desk.login().finish(CODE), LoggedIn)


def test_a_login_waits_a_quarter_of_an_hour_for_its_code(desk: Desk) -> None:
    desk.garmin.mfa = True
    desk.login().begin(EMAIL, PASSWORD)
    desk.time.pass_time(dt.timedelta(minutes=15))
    calls = desk.garmin.call_count
    with pytest.raises(LoginRequired, match="waits for a code"):
        desk.login().finish(CODE)
    assert desk.garmin.call_count == calls


def test_a_refused_password_opens_the_breaker_and_leaves_earlier_tokens(desk: Desk) -> None:
    account = desk.logged_in()
    with pytest.raises(LoginRequired, match=r"refused e-mail or password.*Nothing calls Garmin before"):
        desk.login().begin(EMAIL, "guessed")
    assert desk.garmin.calls == {"GET /mobile/sso/en_US/sign-in": 1, "POST /mobile/api/login": 1}
    until = open_until(desk)
    assert until is not None
    assert dt.timedelta(minutes=15) <= until - START <= dt.timedelta(minutes=16.5)
    calls = desk.garmin.call_count
    for ask in (lambda: desk.login().begin(EMAIL, PASSWORD), lambda: account.get(PROFILE)):
        with pytest.raises(RateLimited):
            ask()
    assert desk.garmin.call_count == calls
    desk.time.instant = until
    assert isinstance(account.get(PROFILE), dict)
    assert open_until(desk) is None


@pytest.mark.parametrize(
    ("fault", "problem", "cause", "opens"),
    [
        (Answer(429), RateLimited, "429 or 427", True),
        (Answer(427), RateLimited, "429 or 427", True),
        (cloudflare_page(), RateLimited, "blocks the login", True),
        (cloudflare_page(200), RateLimited, "no answer that we understand", True),
        (Answer(503), Unavailable, "out of order", False),
    ],
)
def test_when_no_way_leads_in(desk: Desk, fault: Answer, problem: type[Exception], cause: str, opens: bool) -> None:
    for way in ("/mobile", "/sso", "/portal"):
        desk.garmin.fault(way, fault)
    with pytest.raises(problem, match=cause):
        desk.login().begin(EMAIL, PASSWORD)
    assert desk.garmin.call_count <= 22
    assert (open_until(desk) is not None) is opens


def test_one_block_on_the_way_opens_the_breaker_whatever_came_after(desk: Desk) -> None:
    desk.garmin.fault("/mobile", Answer(429), times=3)
    for way in ("/mobile", "/sso", "/portal"):
        desk.garmin.fault(way, Answer(503))
    with pytest.raises(RateLimited, match="429 or 427"):
        desk.login().begin(EMAIL, PASSWORD)
    assert open_until(desk) is not None


def test_a_sign_in_that_cannot_be_reached_is_no_block(desk: Desk) -> None:
    desk.garmin.url = "http://127.0.0.1:9"
    with pytest.raises(Unavailable, match="cannot be reached"):
        desk.login().begin(EMAIL, PASSWORD)
    assert open_until(desk) is None


@pytest.mark.parametrize("fault", [Answer(429), Answer(503), cloudflare_page()])
def test_a_sign_in_that_gives_no_lasting_tokens_is_a_block(desk: Desk, fault: Answer) -> None:
    desk.garmin.fault("/di-oauth2-service", fault)
    with pytest.raises(RateLimited, match="no tokens that last"):
        desk.login().begin(EMAIL, PASSWORD)


def test_tokens_that_the_data_servers_refuse_are_not_kept(desk: Desk) -> None:
    desk.garmin.fault(PROFILE, Answer(401))
    with pytest.raises(RateLimited, match="data servers refuse the tokens"):
        desk.login().begin(EMAIL, PASSWORD)
    with pytest.raises(LoginRequired, match="is not logged in to Garmin"):
        desk.account().get(PROFILE)


def test_a_profile_that_comes_late_does_not_lose_the_login(desk: Desk) -> None:
    desk.garmin.fault(PROFILE, Answer(500), times=5)
    assert desk.login().begin(EMAIL, PASSWORD) == LoggedIn("me", None)
    assert desk.account().display_name == "5f0c1d2e-runner"
    assert desk.account().display_name == "5f0c1d2e-runner"
    assert desk.garmin.count(PROFILE) == 6


def test_who_never_logged_in_or_has_logged_out_asks_nothing(desk: Desk) -> None:
    with pytest.raises(LoginRequired, match="runningcoach login garmin --athlete me"):
        desk.account().get(PROFILE)
    account = desk.logged_in()
    assert desk.login().forget()
    assert not desk.login().forget()
    with pytest.raises(LoginRequired, match="is not logged in"):
        desk.account().get(PROFILE)
    assert desk.garmin.call_count == 0
    del account
