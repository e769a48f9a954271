"""How things stand with Garmin, without asking it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Engine

from runningcoach_pipelines.garmin.breaker import Trip, told
from runningcoach_pipelines.garmin.clock import Clock
from runningcoach_pipelines.garmin.coverage import FetchedHistory, fetched_history
from runningcoach_pipelines.garmin.gate import Gate
from runningcoach_pipelines.garmin.tokens import StoredAccount, stored_accounts, waiting_logins
from runningcoach_pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class GarminStatus:
    """`trip` is None when Garmin answered well last; `open_until` when it may be called. `waiting`: athletes whose
    login waits for an MFA code, and until when. `requests_left` by period. `histories`: what came of each account.
    """

    accounts: list[StoredAccount]
    histories: list[FetchedHistory]
    waiting: dict[str, dt.datetime]
    trip: Trip | None
    open_until: dt.datetime | None
    requests_left: dict[str, int]


def garmin_status(engine: Engine, settings: Settings, *, clock: Clock | None = None) -> GarminStatus:
    """Accounts, breaker and budget as stored."""
    clock = clock or Clock.of(settings)
    accounts = stored_accounts(engine)
    gate = Gate(engine, settings, clock)
    trip = gate.breaker.last_trip()
    return GarminStatus(
        accounts=accounts,
        histories=[fetched_history(engine, settings, account.athlete_id, clock=clock) for account in accounts],
        waiting=waiting_logins(engine, clock.now()),
        trip=trip,
        open_until=trip.retry_at if trip and trip.retry_at > clock.now() else None,
        requests_left=gate.budget.left(),
    )


def silent_because(engine: Engine, settings: Settings, *, clock: Clock | None = None) -> str | None:
    """Why Garmin is not to be asked now: nobody has logged in, or the breaker is open. None if it may be asked."""
    clock = clock or Clock.of(settings)
    if not any(account.refused is None for account in stored_accounts(engine)):
        return "nobody is logged in to Garmin Connect"
    trip = Gate(engine, settings, clock).breaker.last_trip()
    return told(trip) if trip is not None and trip.retry_at > clock.now() else None
