"""How much may be asked: two token buckets, one filling by the hour and one by the day, shared by all processes.

A bucket holds at most what its period allows and fills evenly. In any stretch of time no more is asked than one
full bucket and what flows in meanwhile.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from runningcoach_pipelines.garmin.clock import Clock
from runningcoach_pipelines.garmin.problems import BudgetSpent
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.tables import GarminBudget

_BUCKETS = GarminBudget.table()


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most `requests` in a full bucket, and as many flowing in each `period`."""

    name: str
    requests: int
    period: dt.timedelta

    def filled(self, left: float, since: dt.timedelta) -> float:
        """What is in the bucket `since` after `left` was; a clock set back fills nothing."""
        return min(self.requests, left + max(since / self.period, 0.0) * self.requests)

    def wait(self, left: float, wanted: int) -> dt.timedelta:
        """Until `wanted` are in a bucket that holds `left`."""
        return max(wanted - left, 0.0) / self.requests * self.period


def allowances(settings: Settings) -> tuple[Allowance, ...]:
    """What the settings allow."""
    return (
        Allowance("hour", settings.garmin_requests_per_hour, dt.timedelta(hours=1)),
        Allowance("day", settings.garmin_requests_per_day, dt.timedelta(days=1)),
    )


class Budget:
    def __init__(self, engine: Engine, clock: Clock, limits: tuple[Allowance, ...]) -> None:
        self._engine = engine
        self._clock = clock
        self._limits = limits

    def take(self, requests: int = 1) -> None:
        """Take `requests` out of every bucket, or none at all.

        Raises:
            BudgetSpent: a bucket holds less; it says when it will hold enough.
        """
        now = self._clock.now()
        with self._engine.begin() as connection:
            fresh = [{"period": a.name, "requests_left": a.requests, "counted_at": now} for a in self._limits]
            connection.execute(upsert(GarminBudget).values(fresh).on_conflict_do_nothing())
            locked = select(_BUCKETS).order_by(_BUCKETS.c.period).with_for_update()
            rows = {row.period: row for row in connection.execute(locked)}
            for limit in self._limits:
                row = rows[limit.name]
                left = limit.filled(row.requests_left, now - row.counted_at)
                wanted = min(requests, limit.requests)
                if left < wanted:
                    raise self._spent(limit, now + limit.wait(left, wanted))
                connection.execute(
                    update(_BUCKETS)
                    .where(_BUCKETS.c.period == limit.name)
                    .values(requests_left=left - wanted, counted_at=now)
                )

    def require(self, requests: int) -> None:
        """Raise unless so many are left in every bucket; as many as a bucket holds, if that is less.

        Raises:
            BudgetSpent: a bucket holds less; it says when it will hold enough.
        """
        now, held = self._clock.now(), self._held()
        for limit in self._limits:
            wait = limit.wait(held[limit.name], min(requests, limit.requests))
            if wait:
                raise self._spent(limit, now + wait)

    def left(self) -> dict[str, int]:
        """Whole requests left in each bucket."""
        return {name: int(held) for name, held in self._held().items()}

    def _held(self) -> dict[str, float]:
        now = self._clock.now()
        with self._engine.connect() as connection:
            rows = {row.period: row for row in connection.execute(select(_BUCKETS))}
        return {
            limit.name: limit.filled(rows[limit.name].requests_left, now - rows[limit.name].counted_at)
            if limit.name in rows
            else limit.requests
            for limit in self._limits
        }

    def _spent(self, limit: Allowance, retry_at: dt.datetime) -> BudgetSpent:
        return BudgetSpent(
            f"our own budget of {limit.requests} requests to Garmin per {limit.name} is spent until "
            f"{retry_at:%Y-%m-%d %H:%M} UTC (RUNNINGCOACH_GARMIN_REQUESTS_PER_{limit.name.upper()})",
            retry_at,
        )
