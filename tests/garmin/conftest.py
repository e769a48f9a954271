"""A loopback Garmin, a clock that stands still unless moved, and the account of `me` between them."""

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from runningcoach_pipelines.garmin.account import GarminAccount
from runningcoach_pipelines.garmin.addresses import GarminAddresses
from runningcoach_pipelines.garmin.clock import Clock
from runningcoach_pipelines.garmin.login import GarminLogin, LoggedIn
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import Lakehouse
from tests.doubles.garmin import EMAIL, PASSWORD, GarminDouble, loopback_garmin

ATHLETE = "me"
# Later than any real day: the library looks at the real clock, to which a token of ours must never seem to have ended.
START = dt.datetime(2100, 3, 1, 6, tzinfo=dt.UTC)


@dataclass
class StillClock:
    """Moves by `pass_time` and by sleeping, which takes no time; `slept` are the seconds of each sleep."""

    instant: dt.datetime = START
    slept: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> dt.datetime:
        return self.instant

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_time(dt.timedelta(seconds=seconds))

    def pass_time(self, time: dt.timedelta) -> None:
        with self._lock:
            self.instant += time

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep)


@pytest.fixture
def time() -> StillClock:
    return StillClock()


@pytest.fixture
def garmin(time: StillClock) -> Iterator[GarminDouble]:
    with loopback_garmin(time.now) as double:
        yield double


@dataclass
class Desk:
    """Everything of one athlete, on the test's database. Each `account()` is as a new process would make it."""

    lakehouse: Lakehouse
    settings: Settings
    garmin: GarminDouble
    time: StillClock
    timeout_s: float = 20.0

    def account(self, athlete_id: str = ATHLETE) -> GarminAccount:
        return GarminAccount(self.lakehouse.engine, self.settings, athlete_id, **self._means())

    def login(self, athlete_id: str = ATHLETE) -> GarminLogin:
        return GarminLogin(self.account(athlete_id))

    def logged_in(self) -> GarminAccount:
        """An account with tokens, and no call counted yet."""
        assert isinstance(self.login().begin(EMAIL, PASSWORD), LoggedIn)
        self.garmin.faults.clear()
        return self.account()

    def _means(self) -> dict[str, object]:
        return {"clock": self.time.clock, "addresses": GarminAddresses.at(self.garmin.url, timeout_s=self.timeout_s)}


@pytest.fixture
def desk(lakehouse: Lakehouse, garmin: GarminDouble, time: StillClock) -> Desk:
    settings = lakehouse.settings.model_copy(update={"garmin_pause_s": 0.0, "garmin_url": garmin.url})
    return Desk(lakehouse, settings, garmin, time)
