"""Several processes with one account: nobody spends the refresh token twice, and nobody loses the new one."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.doubles.garmin import Hold
from tests.garmin.conftest import Desk
from tests.waiting import waits_for_a_lock

HRV = "/hrv-service/hrv/2100-02-28"
TOKEN = "/di-oauth2-service/oauth/token"
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120


@contextmanager
def asking(desk: Desk) -> Iterator[subprocess.Popen[str]]:
    assert desk.settings.database_url is not None
    assert desk.settings.garmin_url is not None
    environment = {
        **os.environ,
        "DATABASE_URL": desk.settings.database_url.get_secret_value(),
        "RUNNINGCOACH_HOME": str(desk.settings.home),
        "RUNNINGCOACH_GARMIN_URL": desk.settings.garmin_url,
        "RUNNINGCOACH_GARMIN_PAUSE_S": "0",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.garmin.asking", desk.time.now().isoformat(), HRV]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended_well(process: subprocess.Popen[str]) -> bool:
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    return out.strip() == "{}"


def test_two_processes_at_once_renew_the_tokens_once(desk: Desk) -> None:
    desk.logged_in()
    desk.time.pass_time(dt.timedelta(hours=18))
    slow = Hold()
    desk.garmin.fault(TOKEN, slow, times=1)
    with ExitStack() as processes, ThreadPoolExecutor(2) as pool:
        first = processes.enter_context(asking(desk))
        assert slow.arrived.wait(PATIENCE_S)
        second = processes.enter_context(asking(desk))
        ends = [pool.submit(ended_well, process) for process in (first, second)]
        assert waits_for_a_lock(desk.lakehouse.engine, ends[1])
        slow.released.set()
        assert [end.result() for end in ends] == [True, True]
    assert desk.garmin.calls == {f"POST {TOKEN}": 1, f"GET {HRV}": 2}


def test_a_renewed_token_outlives_the_process_that_is_killed_right_afterwards(desk: Desk) -> None:
    desk.logged_in()
    desk.time.pass_time(dt.timedelta(hours=18))
    question = Hold()
    desk.garmin.fault(HRV, question, times=1)
    with asking(desk) as process:
        assert question.arrived.wait(PATIENCE_S)  # renewed, and the question is on its way
        process.kill()
        process.wait()
    question.released.set()
    assert desk.account().get(HRV) == {}
    assert desk.garmin.count(TOKEN) == 1


def test_a_process_killed_while_it_renews_locks_nobody_out(desk: Desk) -> None:
    desk.logged_in()
    desk.time.pass_time(dt.timedelta(hours=18))
    slow = Hold()
    desk.garmin.fault(TOKEN, slow, times=1)
    with asking(desk) as process:
        assert slow.arrived.wait(PATIENCE_S)
        process.kill()
        process.wait()
    assert desk.account().get(HRV) == {}
    assert desk.garmin.calls == {f"POST {TOKEN}": 2, f"GET {HRV}": 1}
    slow.released.set()


def test_a_login_that_is_under_way_makes_another_wait(desk: Desk) -> None:
    desk.garmin.mfa = True
    slow = Hold()
    desk.garmin.fault("/mobile/api/login", slow, times=1)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(desk.login().begin, "runner@example.org", "korrekt-Pferd-Batterie")
        assert slow.arrived.wait(PATIENCE_S)
        second = pool.submit(desk.login().forget)
        assert waits_for_a_lock(desk.lakehouse.engine, second)
        slow.released.set()
        first.result()
        assert second.result() is True
