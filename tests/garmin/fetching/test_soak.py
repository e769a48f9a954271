"""A backfill from a Garmin that fails at random, with processes that are killed: in the end nothing is missing,
nothing is there twice, and nobody called while the breaker was open. `make soak` runs it in full.
"""

import datetime as dt
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from runningcoach_pipelines.garmin.breaker import Breaker
from runningcoach_pipelines.garmin.catching_up import catch_up
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, EPOCH, Asked
from runningcoach_pipelines.garmin.problems import LoginRequired
from runningcoach_pipelines.store.tables import GarminCoverage, GarminRawEvent
from runningcoach_pipelines.store.windows import Window
from tests.doubles.garmin import Answer, Cut, GarminDouble, cloudflare_page, malformed
from tests.doubles.garmin.faults import Fault
from tests.garmin.conftest import START, Desk
from tests.garmin.fetching.conftest import new_fetcher
from tests.garmin.fetching.history import DAY, History

ROOT = Path(__file__).resolve().parents[3]
END = START.date() - 40 * DAY
"""Days before it are settled: what is asked about them once is not asked again."""

_TOKENS = "/di-oauth2-service"
_BURST = 5
_PATIENCE_S = 120


@dataclass(frozen=True)
class Size:
    days: int
    faults: int
    kills: int
    chance: float


SIZES = {"short": Size(10, 24, 1, 0.3), "full": Size(730, 500, 25, 0.25)}


@dataclass
class Misfortune:
    """Random faults at random requests until there were enough.

    `calls_while_open` counts what nobody may do: call while the breaker is open.
    """

    garmin: GarminDouble
    is_open: Callable[[], bool]
    left: int
    chance: float
    dice: random.Random
    met: Counter[str] = field(default_factory=Counter)
    calls_while_open: int = 0
    kill_at: int | None = None
    victim: subprocess.Popen[bytes] | None = None
    _burst: int = 0
    _revoked_for: str = ""

    def __call__(self, path: str) -> Fault | None:
        self.calls_while_open += self.is_open()
        self._kill_sometimes()
        if self._burst:
            self._burst -= 1
            return Answer(503)
        if not self.left or self.dice.random() >= self.chance:
            return None
        name, fault = self._drawn(path)
        self.left -= 1
        self.met[name] += 1
        return fault

    def _drawn(self, path: str) -> tuple[str, Fault | None]:
        blocks: list[tuple[str, Fault | None]] = [
            ("429", Answer(429)),
            ("429 with Retry-After", Answer(429, headers={"retry-after": "1200"})),
        ]
        if path.startswith(_TOKENS):
            return self.dice.choice(blocks)
        name, fault = self.dice.choice(
            [
                *blocks,
                ("427", Answer(427)),
                ("a Cloudflare page", cloudflare_page()),
                ("500 once", Answer(500)),
                ("a burst of 503", Answer(503)),
                ("a cut connection", Cut()),
                ("malformed JSON", malformed()),
                ("400", Answer(400)),
                ("a token refused", None),
            ]
        )
        if name == "a burst of 503":
            self._burst = _BURST
        if name == "a token refused":
            if path == self._revoked_for:  # refusing what has just been renewed would ask for a new login
                return self.dice.choice(blocks)
            self._revoked_for = path
            self.garmin.revoke_access()
        return name, fault

    def _kill_sometimes(self) -> None:
        """When its time has come, end the process in the middle of whatever it does then."""
        if self.victim is None or self.kill_at is None:
            return
        self.kill_at -= 1
        if self.kill_at == 0:
            threading.Timer(self.dice.random() / 20, self.victim.kill).start()


def test_nothing_is_missing_nothing_is_twice_and_nobody_calls_while_the_breaker_is_open(
    desk: Desk, history: History
) -> None:
    size = SIZES[os.environ.get("RUNNINGCOACH_SOAK", "short")]
    window = Window(END - size.days * DAY, END)
    history.fill(window.start - 400 * DAY, START.date() + 400 * DAY, run_every=3)
    desk.settings = desk.settings.model_copy(
        update={"garmin_requests_per_hour": 10**6, "garmin_requests_per_day": 10**6}
    )
    desk.logged_in()
    breaker = Breaker(desk.lakehouse.engine, desk.time.clock, seed="soak")

    def is_open() -> bool:
        trip = breaker.last_trip()
        return trip is not None and trip.retry_at > desk.time.now()

    misfortune = Misfortune(desk.garmin, is_open, size.faults, size.chance, random.Random(5))  # noqa: S311 - a test's
    desk.garmin.faults.chance = misfortune
    kills = rounds = 0
    while True:
        rounds += 1
        if kills < size.kills and rounds % 4 == 0:
            kills += killed_on_the_way(desk, window, misfortune)
        else:
            made = catch_up(new_fetcher(desk), window)
            assert not isinstance(made.stopped, LoginRequired), made.stopped
            if made.complete and not made.asked and not waiting(desk):
                break
        if rounds % 25 == 0:
            print(
                f"round {rounds}: {desk.garmin.call_count} requests, {kills} killed, {misfortune.left} faults left",
                flush=True,
            )
        trip = breaker.last_trip()
        wait = trip.retry_at - desk.time.now() if trip is not None else dt.timedelta(0)
        desk.time.pass_time(max(wait, dt.timedelta(minutes=5)))
    requests, days = desk.garmin.call_count, (desk.time.now() - START) / DAY
    print(f"\n{requests} requests in {rounds} rounds and {days:.1f} days, {kills} killed; {dict(misfortune.met)}")

    assert (misfortune.left, kills) == (0, size.kills)
    assert misfortune.calls_while_open == 0
    assert missing(desk, history, window) == set()
    assert twice(desk) == []
    runs = [day for day in history.activities.values() if window.start <= day < window.end]
    assert sorted(raw.first_day for raw in desk.lakehouse.files.all() if raw.first_day) == sorted(runs)


def killed_on_the_way(desk: Desk, window: Window, misfortune: Misfortune) -> bool:
    """Fetch in a process that is killed after some requests; whether it lived so long."""
    assert desk.settings.database_url is not None
    assert desk.settings.garmin_url is not None
    environment = {
        **os.environ,
        "DATABASE_URL": desk.settings.database_url.get_secret_value(),
        "RUNNINGCOACH_HOME": str(desk.settings.home),
        "RUNNINGCOACH_GARMIN_URL": desk.settings.garmin_url,
        "RUNNINGCOACH_GARMIN_PAUSE_S": "0",
        "RUNNINGCOACH_GARMIN_REQUESTS_PER_HOUR": "1000000",
        "RUNNINGCOACH_GARMIN_REQUESTS_PER_DAY": "1000000",
        "PYTHONPATH": str(ROOT),
    }
    days = (window.start.isoformat(), (window.end - DAY).isoformat())
    command = [sys.executable, "-m", "tests.garmin.fetching.working", desk.time.now().isoformat(), *days]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        misfortune.victim, misfortune.kill_at = process, misfortune.dice.randint(1, 8)
        process.wait(_PATIENCE_S)
    misfortune.victim = None
    return process.returncode < 0


def waiting(desk: Desk) -> int:
    """Days and activities whose failure waits for its next try."""
    table = GarminCoverage.table()
    with desk.lakehouse.engine.connect() as connection:
        failed = select(func.count()).select_from(table).where(table.c.state == "failed")
        return connection.execute(failed).scalar_one()


def missing(desk: Desk, history: History, window: Window) -> set[tuple[str, str, dt.date, str | None]]:
    """What Garmin has of the wanted days and the ledger has not, or in another state."""
    days = [window.start + offset * DAY for offset in range((window.end - window.start).days)]
    runs = {name: day for name, day in history.activities.items() if window.start <= day < window.end}
    today = desk.time.now().date()
    wanted: dict[tuple[str, str, dt.date], str] = {}
    for endpoint in ENDPOINTS.values():
        match endpoint.asked:
            case Asked.ACTIVITY:
                wanted |= {(endpoint.name, name, day): "ok" for name, day in runs.items()}
            case Asked.ONCE:
                wanted[endpoint.name, "", EPOCH] = "ok"
            case Asked.ACTIVITIES_LIST:
                wanted |= {(endpoint.name, "", day): "ok" if day in runs.values() else "empty" for day in days}
            case Asked.RANGE:
                wanted |= {(endpoint.name, "", day): "ok" for day in days}
            case Asked.DAY:
                reach = today - ((endpoint.degrades_after_days or 0) - 1) * DAY
                wanted |= {(endpoint.name, "", day): "ok" for day in days if day > reach}
    table = GarminCoverage.table()
    with desk.lakehouse.engine.connect() as connection:
        rows = connection.execute(select(table.c.endpoint, table.c.subject, table.c.day, table.c.state)).all()
    found = {(row.endpoint, row.subject, row.day): row.state for row in rows}
    return {(*key, found.get(key)) for key, state in wanted.items() if found.get(key) != state}


def twice(desk: Desk) -> list[tuple[object, ...]]:
    """Questions with more than one answer in bronze, though Garmin always said the same."""
    table = GarminRawEvent.table()
    key = (table.c.endpoint, table.c.subject, table.c.day_from)
    statement = select(*key, func.count()).where(table.c.endpoint != "calendar").group_by(*key).having(func.count() > 1)
    with desk.lakehouse.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]
