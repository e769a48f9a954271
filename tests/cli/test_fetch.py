"""`backfill`, `sync`, and what `status` says of them, against a Garmin on loopback."""

import datetime as dt
import io
import sys
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from runningcoach_pipelines.garmin.turn import account_turn
from runningcoach_pipelines.store.lakehouse import Lakehouse
from tests.cli.conftest import Command
from tests.doubles.garmin import EMAIL, PASSWORD, Answer, GarminDouble, loopback_garmin
from tests.garmin.fetching.history import DAY, History

TODAY = dt.datetime.now(ZoneInfo("Asia/Seoul")).date()
FIRST = TODAY - 4 * DAY


@pytest.fixture
def history() -> History:
    history = History()
    history.fill(TODAY - 6 * DAY, TODAY)
    return history


@pytest.fixture
def garmin(monkeypatch: pytest.MonkeyPatch, history: History) -> Iterator[GarminDouble]:
    with loopback_garmin(lambda: dt.datetime.now(dt.UTC), history.routes) as double:
        monkeypatch.setenv("RUNNINGCOACH_GARMIN_URL", double.url)
        monkeypatch.setenv("RUNNINGCOACH_GARMIN_PAUSE_S", "0")
        yield double


@pytest.fixture
def logged_in(command: Command, garmin: GarminDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    assert command("login", "garmin", "--email", EMAIL).status == 0
    garmin.faults.clear()


@pytest.mark.usefixtures("logged_in")
def test_a_plan_costs_nothing_a_backfill_brings_it_and_status_shows_every_day(
    command: Command, garmin: GarminDouble
) -> None:
    plan = command("backfill", "--from", FIRST, "--plan")
    assert plan.status == 0
    assert f"{FIRST} to {TODAY}, in this order" in plan.out
    assert "each activity they name adds 6 requests" in plan.out
    planned = command("backfill", "--from", FIRST, "--plan", "--json").json
    assert (planned["from"], planned["by_endpoint"]["sleep"], planned["begin_known"]) == (str(FIRST), 5, True)
    assert sum(planned["by_endpoint"].values()) == planned["requests"]
    assert garmin.call_count == 0

    brought = command("backfill", "--from", FIRST, "--json")
    assert brought.status == 0
    assert (brought.json["failed"], brought.json["left"], brought.json["stopped"]) == ([], 0, None)
    assert brought.json["asked"]["activity_fit"] == 2
    assert brought.json["states"]["ok"] > 40
    calls = garmin.call_count
    again = command("backfill", "--from", FIRST)
    assert (again.status, again.out) == (0, "0 requests: 0 new or changed answers, 0 empty, 0 failed, 0 left to ask\n")
    assert garmin.call_count == calls

    (history,) = command("status", "--json").json["garmin"]["histories"]
    assert history["wanted_from"] == str(FIRST)
    sleep = next(row for row in history["endpoints"] if row["endpoint"] == "sleep")
    assert (sleep["ok"], sleep["failed"], sleep["never_asked"], sleep["strip"][-6:]) == (5, 0, 0, "·█████")
    assert all(row["never_asked"] == 0 for row in history["endpoints"])
    shown = command("status").out
    assert "me: fetched from Garmin Connect" in shown
    assert "·█████" in shown


@pytest.mark.usefixtures("logged_in")
def test_the_whole_history_is_an_upper_bound_until_the_first_activity_is_known(command: Command) -> None:
    assert "At most: the first activity is not known yet" in command("backfill", "--plan").out


@pytest.mark.usefixtures("logged_in")
def test_a_sync_says_what_is_new_and_a_failure_has_a_state_and_a_time(command: Command, garmin: GarminDouble) -> None:
    garmin.fault("/download-service", Answer(400))
    first = command("sync")
    assert first.status == 1
    assert first.out.startswith("25 requests: ")  # the list, six for each of three runs, and days
    assert "Failed, and tried again later" in first.err
    assert "activity_fit of" in first.err
    assert "Garmin refuses /download-service/files/activity/" in first.err
    shown = command("status")
    assert "Failed at Garmin Connect (1):" in shown.err
    garmin.faults.clear()
    second = command("sync", "--json")
    assert second.status == 0
    assert second.json["failed"] == []


@pytest.mark.usefixtures("logged_in")
def test_a_block_ends_a_backfill_with_the_time_it_may_go_on(command: Command, garmin: GarminDouble) -> None:
    garmin.fault("/wellness-service", Answer(429))
    blocked = command("backfill", "--from", FIRST)
    assert blocked.status == 1
    assert "left to ask" in blocked.out
    assert "Nothing calls Garmin before" in blocked.err
    calls = garmin.call_count
    assert command("sync").status == 1
    assert garmin.call_count == calls


@pytest.mark.usefixtures("logged_in")
def test_one_at_a_time(command: Command, lakehouse: Lakehouse) -> None:
    engine: Engine = lakehouse.engine
    with account_turn(engine, "me", "runningcoach backfill"):
        for name in ("sync", "backfill"):
            busy = command(name)
            assert (busy.status, "is in use by runningcoach backfill, process" in busy.err) == (1, True)


def test_without_a_login_the_remedy_is_said(command: Command, garmin: GarminDouble) -> None:
    for name in ("sync", "backfill"):
        refused = command(name)
        assert (refused.status, "run `runningcoach login garmin --athlete me`" in refused.err) == (1, True)
    assert garmin.call_count == 0


def test_days_in_the_wrong_order_are_wrong_usage(command: Command) -> None:
    wrong = command("backfill", "--from", "2026-02-01", "--to", "2026-01-01")
    assert (wrong.status, "--from 2026-02-01 comes after --to 2026-01-01" in wrong.err) == (2, True)
