"""The circuit breaker: after a block, nobody calls Garmin for a while, and longer each time it happens again.

The state is one row in PostgreSQL: it holds for all athletes and processes (Garmin counts by address as well as by
account) and survives restarts.
"""

import datetime as dt
import hashlib
from dataclasses import asdict, dataclass

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from runningcoach_pipelines.garmin.clock import Clock
from runningcoach_pipelines.garmin.problems import RateLimited
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.tables import GarminBreaker

BASE = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=24)
_JITTER = 0.1

_ROW = GarminBreaker.table()


@dataclass(frozen=True, slots=True)
class Trip:
    """Why the breaker opened, for which time in a row, and until when it stays open."""

    trips: int
    cause: str
    tripped_at: dt.datetime
    retry_at: dt.datetime


class Breaker:
    """`seed` sets installations apart, so that not all of them come back in the same second."""

    def __init__(self, engine: Engine, clock: Clock, *, seed: str) -> None:
        self._engine = engine
        self._clock = clock
        self._seed = seed

    def last_trip(self) -> Trip | None:
        """The last trip, None when Garmin has answered well since. Open while its `retry_at` is to come."""
        with self._engine.connect() as connection:
            row = connection.execute(select(*(_ROW.c[name] for name in Trip.__slots__))).mappings().one_or_none()
        return None if row is None else Trip(**row)

    def require_closed(self) -> bool:
        """Whether this call is a trial: the cool-down is over, and nothing has succeeded since.

        Raises:
            RateLimited: the breaker is open.
        """
        trip = self.last_trip()
        if trip is None:
            return False
        if trip.retry_at > self._clock.now():
            raise RateLimited(told(trip), trip.retry_at)
        return True

    def trip(self, cause: str, retry_after: dt.timedelta | None = None) -> Trip:
        """Open it. A call that was under way when another one opened it makes the cool-down no longer by itself."""
        now = self._clock.now()
        with self._engine.begin() as connection:
            lock(connection, _ROW.name)
            row = connection.execute(select(_ROW.c.trips, _ROW.c.retry_at)).one_or_none()
            still_open = row is not None and row.retry_at > now
            trips = 1 if row is None else row.trips + (not still_open)
            retry_at = now + max(cool_down(trips, self._seed), retry_after or dt.timedelta(0))
            if row is not None:
                retry_at = max(retry_at, row.retry_at)
            trip = Trip(trips, cause, now, retry_at)
            statement = upsert(GarminBreaker).values(only_row=True, **asdict(trip))
            connection.execute(statement.on_conflict_do_update(index_elements=["only_row"], set_=asdict(trip)))
        return trip

    def close(self) -> None:
        """A trial has succeeded. What another process has opened meanwhile stays open."""
        with self._engine.begin() as connection:
            connection.execute(delete(_ROW).where(_ROW.c.retry_at <= self._clock.now()))


def cool_down(trips: int, seed: str) -> dt.timedelta:
    """How long to keep quiet after the `trips`-th block in a row: 15 min doubling to 24 h, and up to a tenth more
    that depends on `seed` and `trips` alone.
    """
    doubled: dt.timedelta = min(BASE * 2 ** min(trips - 1, 16), LONGEST)
    fraction = int.from_bytes(hashlib.sha256(f"{seed} {trips}".encode()).digest()[:4]) / 2**32
    return doubled * (1 + _JITTER * fraction)


def told(trip: Trip) -> str:
    return (
        f"{trip.cause}. Nothing calls Garmin before {trip.retry_at:%Y-%m-%d %H:%M} UTC; what is stored stays usable, "
        "and files can be imported meanwhile"
    )
