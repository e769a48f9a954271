"""The demo athlete's Garmin with faults on demand, as tests set and read it."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import APIRouter

from runningcoach_pipelines.demo.garmin import DemoAccount, GarminAthlete, serving
from tests.doubles.garmin.faults import Fault, FaultLayer, Faults

ATHLETE = {"seed": 7, "years": 2, "until": dt.date(2100, 2, 27)}
"""Up to two days before the tests' clock, which is later than any real day."""


@dataclass
class GarminDouble(DemoAccount):
    """An account whose server counts requests and spoils some of them."""

    faults: Faults = field(default_factory=Faults)

    def fault(self, prefix: str, fault: Fault, times: int | None = None) -> None:
        """See `Faults.plan`."""
        self.faults.plan(prefix, fault, times)

    @property
    def calls(self) -> Counter[str]:
        return self.faults.calls()

    @property
    def call_count(self) -> int:
        return self.calls.total()

    def count(self, part: str) -> int:
        """Requests whose method and path contain `part`."""
        return sum(count for call, count in self.calls.items() if part in call)


@contextmanager
def loopback_garmin(
    now: Callable[[], dt.datetime],
    *parts: Callable[[GarminDouble], APIRouter],
    athlete: GarminAthlete | None = None,
) -> Iterator[GarminDouble]:
    """Serve until the block ends. Tokens end by `now`. `parts` answer before the data of the athlete."""
    double = GarminDouble(now, athlete or GarminAthlete(**ATHLETE))
    with serving(double, *parts, around=lambda app: FaultLayer(app, double.faults)):
        try:
            yield double
        finally:
            double.faults.release_all()
