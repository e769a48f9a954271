"""`login garmin`, `logout garmin`, `secrets`, and what `status` says of it, against a Garmin on loopback."""

import datetime as dt
import io
import os
import pty
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet

from runningcoach_pipelines.settings import Settings
from tests.cli.conftest import Command
from tests.doubles.garmin import CODE, EMAIL, PASSWORD, Answer, GarminDouble, loopback_garmin


@pytest.fixture
def garmin(monkeypatch: pytest.MonkeyPatch) -> Iterator[GarminDouble]:
    with loopback_garmin(lambda: dt.datetime.now(dt.UTC)) as double:
        monkeypatch.setenv("RUNNINGCOACH_GARMIN_URL", double.url)
        monkeypatch.setenv("RUNNINGCOACH_GARMIN_PAUSE_S", "0")
        yield double


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password comes by standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))


@pytest.mark.usefixtures("typed")
def test_login_stores_tokens_status_shows_them_and_logout_forgets(command: Command, garmin: GarminDouble) -> None:
    login = command("login", "garmin", "--email", EMAIL)
    assert (login.status, login.out) == (
        0,
        "me: logged in to Garmin as Mina Läufer. The tokens are stored, the password is not.\n",
    )
    status = command("status")
    assert "Garmin Connect" in status.out
    assert "Mina Läufer" in status.out
    assert "0.0 h ago" in status.out
    assert command("status", "--json").json["garmin"]["accounts"][0]["athlete_id"] == "me"
    assert command("logout", "garmin").out == "me: logged out of Garmin\n"
    assert command("logout", "garmin").out == "me was not logged in to Garmin\n"
    assert "Garmin Connect" not in command("status").out


@pytest.mark.usefixtures("typed")
def test_a_code_completes_the_login_in_a_second_command(command: Command, garmin: GarminDouble) -> None:
    garmin.mfa = True
    first = command("login", "garmin", "--athlete", "you", "--email", EMAIL)
    assert first.status == 1
    assert "has sent a code by email" in first.err
    assert "`runningcoach login garmin --athlete you --mfa-code CODE`" in first.err
    assert "the login of you waits for its MFA code" in command("status").out
    wrong = command("login", "garmin", "--athlete", "you", "--mfa-code", "000000")
    assert (wrong.status, "2 more can be tried" in wrong.err) == (1, True)
    second = command("login", "garmin", "--athlete", "you", "--mfa-code", CODE)
    assert (second.status, second.out.startswith("you: logged in to Garmin as Mina Läufer")) == (0, True)


def test_a_refusal_is_told_with_the_time_and_status_repeats_it(
    command: Command, garmin: GarminDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("guessed\n"))
    refused = command("login", "garmin", "--email", EMAIL)
    assert refused.status == 1
    assert "refused e-mail or password" in refused.err
    assert "Nothing calls Garmin before" in refused.err
    assert "Traceback" not in refused.err
    status = command("status")
    assert "Garmin: not called before" in status.out
    assert "(1 in a row)" in status.out
    assert command("status", "--json").json["garmin"]["trip"]["trips"] == 1
    calls = garmin.call_count
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    assert command("login", "garmin", "--email", EMAIL).status == 1
    assert garmin.call_count == calls


@pytest.mark.usefixtures("typed")
def test_a_block_is_one_message_and_no_noise_of_the_library(command: Command, garmin: GarminDouble) -> None:
    for way in ("/mobile", "/sso", "/portal"):
        garmin.fault(way, Answer(429))
    blocked = command("login", "garmin", "--email", EMAIL)
    assert blocked.status == 1
    assert blocked.err.startswith("runningcoach: Garmin answers the login with 429 or 427. Nothing calls Garmin before")
    assert blocked.err.count("\n") == 1


def test_on_a_terminal_password_and_code_are_asked_for_and_the_password_is_not_shown(
    settings: Settings, garmin: GarminDouble
) -> None:
    garmin.mfa = True
    assert settings.database_url is not None
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "RUNNINGCOACH_HOME": str(settings.home),
    }
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", "from runningcoach_pipelines.cli.main import run; run()", "login", "garmin"],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        impatience = threading.Timer(120, process.kill)  # which ends the reading below
        impatience.start()
        shown = ""
        for question, answer in (("E-mail", EMAIL), ("Password", PASSWORD), ("Code (sent by email)", CODE)):
            while question not in shown:
                shown += os.read(ours, 4096).decode()
            while question == "Password" and termios.tcgetattr(ours)[3] & termios.ECHO and process.poll() is None:
                pass  # what is typed before the echo is off is thrown away
            os.write(ours, f"{answer}\n".encode())
        while "logged in to Garmin as" not in shown:
            shown += os.read(ours, 4096).decode()
        assert process.wait() == 0
        impatience.cancel()
    os.close(ours)
    assert PASSWORD not in shown


@pytest.mark.usefixtures("typed")
def test_secrets_rotate_and_a_new_key(command: Command, garmin: GarminDouble) -> None:
    command("login", "garmin", "--email", EMAIL)
    assert command("secrets", "rotate").out.startswith("1 secrets are encrypted with key ")
    assert Fernet(command("secrets", "new-key").out.strip())


@pytest.mark.parametrize(
    "url", ["https://evil.example", "http://10.0.0.1:80", "http://127.0.0.1.evil.example", "ftp://localhost"]
)
def test_nothing_but_this_machine_stands_in_for_garmin(
    command: Command, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("RUNNINGCOACH_GARMIN_URL", url)
    refused = command("login", "garmin")
    assert refused.status == 2
    assert "it must be http:// on 127.0.0.1, ::1 or localhost" in refused.err


@pytest.mark.parametrize(
    "arguments", [("login",), ("login", "strava"), ("login", "garmin", "--password", "x"), ("secrets",)]
)
def test_wrong_usage(command: Command, arguments: tuple[str, ...]) -> None:
    assert command(*arguments).status == 2
