"""Nothing secret shows anywhere: not in a log at any level, not in the database, not in the home folder, not in a
message; through login, code, renewal, and everything that is refused.
"""

import base64
import datetime as dt
import logging
import subprocess
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from runningcoach_pipelines.garmin.problems import GarminProblem
from runningcoach_pipelines.store.embedded import binaries
from tests.doubles.garmin import CODE, EMAIL, PASSWORD, Answer, Cut, cloudflare_page
from tests.garmin.conftest import Desk

HRV = "/hrv-service/hrv/2100-02-28"


class Everything(logging.Handler):
    """Each record as it would be written, its arguments and its exception included."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{self.format(record)} {record.args!r}")


@contextmanager
def heard_at_debug() -> Iterator[Everything]:
    """Every logger there is or will be speaks at DEBUG."""
    import garminconnect

    assert garminconnect.client.Client  # its loggers are there
    handler, root = Everything(), logging.getLogger()
    loggers = [logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    levels = {logger: logger.level for logger in (root, *loggers)}
    for logger in levels:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        for logger, level in levels.items():
            logger.setLevel(level)


def everything_that_happens(desk: Desk) -> list[str]:
    """A day in the life of a login; the messages and traces of all that was refused."""
    said: list[str] = []

    def met(act: Any, *arguments: object) -> None:
        try:
            act(*arguments)
        except GarminProblem:
            said.append(traceback.format_exc())

    def later() -> None:
        desk.garmin.faults.clear()
        desk.time.pass_time(dt.timedelta(days=2))

    for fault in (Answer(429), Answer(503), cloudflare_page(), Cut()):
        for way in ("/mobile", "/sso", "/portal"):
            desk.garmin.fault(way, fault)
        met(desk.login().begin, EMAIL, PASSWORD)
        later()
    met(desk.login().begin, EMAIL, PASSWORD + "x")
    later()
    desk.garmin.mfa = True
    for fault in (Answer(429), Answer(503), cloudflare_page(), Cut()):
        met(desk.login().begin, EMAIL, PASSWORD)
        desk.garmin.fault("/mobile/api/mfa", fault)
        desk.garmin.fault("/portal/api/mfa", fault)
        met(desk.login().finish, CODE)
        later()
    met(desk.login().begin, EMAIL, PASSWORD)
    met(desk.login().finish, "135790")
    met(desk.login().finish, CODE)
    for fault in (Answer(503), Cut(), Answer(200, "token?"), Answer(400)):
        later()
        desk.garmin.fault("/di-oauth2-service", fault, 4)
        met(desk.account().get, HRV)
    for fault in (Answer(429), Answer(500), cloudflare_page(), Cut(), Answer(200, "<html>")):
        later()
        met(desk.login().begin, EMAIL, PASSWORD)
        met(desk.login().finish, CODE)
        desk.garmin.fault("/hrv", fault)
        met(desk.account().get, HRV)
    later()
    desk.garmin.revoke_all()
    met(desk.account().get, HRV)
    later()
    met(desk.login().begin, EMAIL, PASSWORD)
    met(desk.login().finish, CODE)
    desk.login("you").begin(EMAIL, PASSWORD)
    return said


def secrets_of(desk: Desk) -> list[str]:
    # Tickets and sessions are in `issued` as well: a session of the sign-in page is as good as a password for a while.
    return [PASSWORD, CODE, "135790", *desk.garmin.issued]


def forms(secret: str) -> set[bytes]:
    raw = secret.encode()
    return {raw, raw.hex().encode(), base64.b64encode(raw).rstrip(b"="), base64.urlsafe_b64encode(raw).rstrip(b"=")}


def found_in(text: bytes, secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if any(form in text for form in forms(secret))]


def test_no_secret_is_logged_stored_or_told(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with heard_at_debug() as heard:
        said = everything_that_happens(desk)
    secrets = secrets_of(desk)
    assert len(secrets) > 30
    log = "\n".join(heard.lines)
    assert "mobile+cffi" in log  # the library was heard
    assert found_in(log.encode(), secrets) == []
    assert len(said) >= 20
    assert found_in("\n".join(said).encode(), secrets) == []
    assert desk.settings.database_url is not None
    dump = subprocess.run(
        [
            str(binaries() / "pg_dump"),
            "--schema=runningcoach",
            desk.settings.database_url.get_secret_value(),
        ],
        capture_output=True,
        check=True,
    ).stdout
    assert b"garmin_accounts" in dump
    assert b"garmin_pending_logins" in dump
    assert found_in(dump, secrets) == []
    files = [path for path in desk.settings.home.rglob("*") if path.is_file()]
    assert desk.settings.secret_keys_file in files
    for path in files:
        assert found_in(path.read_bytes(), secrets) == []


def test_the_search_finds_what_is_there() -> None:
    for secret in (PASSWORD, CODE):
        for form in forms(secret):
            assert found_in(b"before " + form + b" after", [secret]) == [secret]
