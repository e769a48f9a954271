"""The one way to Garmin: wait a little, ask the breaker, pay from the budget, then call; and tell the breaker how
it went.
"""

import platform
import random
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from runningcoach_pipelines.garmin.breaker import Breaker, told
from runningcoach_pipelines.garmin.budget import Budget, allowances
from runningcoach_pipelines.garmin.clock import Clock
from runningcoach_pipelines.garmin.problems import Blocked, CredentialsRefused, LoginRequired, RateLimited
from runningcoach_pipelines.settings import Settings


class Gate:
    """Pauses are between this process's calls; breaker and budget are everybody's."""

    def __init__(self, engine: Engine, settings: Settings, clock: Clock) -> None:
        self.breaker = Breaker(engine, clock, seed=platform.node())
        self.budget = Budget(engine, clock, allowances(settings))
        self._clock = clock
        self._pause_s = settings.garmin_pause_s
        self._jitter = random.Random()  # noqa: S311 - spreads requests, keeps no secret
        self._called = False

    @contextmanager
    def call(self, *, requests: int = 1) -> Iterator[None]:
        """Around one call of Garmin that sends about `requests` requests.

        Raises:
            RateLimited: the breaker is open or the budget is spent, and nothing was sent; or the call was blocked.
            LoginRequired: e-mail and password were refused, which opens the breaker as well.
        """
        if self._called and self._pause_s:
            self._clock.sleep(self._pause_s * self._jitter.uniform(0.5, 1.5))
        trial = self.breaker.require_closed()
        self.budget.take(requests)
        self._called = True
        try:
            yield
        except Blocked as blocked:
            trip = self.breaker.trip(str(blocked), blocked.retry_after)
            if isinstance(blocked, CredentialsRefused):
                raise LoginRequired(told(trip)) from blocked
            raise RateLimited(told(trip), trip.retry_at) from blocked
        if trial:
            self.breaker.close()
