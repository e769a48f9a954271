"""One process at a time fetches for an account."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from runningcoach_pipelines.garmin.problems import AccountBusy
from runningcoach_pipelines.store.locks import LockHeld, holding


@contextmanager
def account_turn(engine: Engine, athlete_id: str, what: str) -> Iterator[None]:
    """Have the account while the block runs.

    Args:
        what: the work, as others who want the account are told.

    Raises:
        AccountBusy: another process has it; the message says which.
    """
    try:
        with holding(engine, f"garmin fetching/{athlete_id}", what):
            yield
    except LockHeld as held:
        raise AccountBusy(
            f"the Garmin account of {athlete_id!r} is in use by {held.holder}: wait for it, or end it first"
        ) from held
