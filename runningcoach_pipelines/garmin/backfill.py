"""The history at Garmin Connect: how far back it is wanted, what it costs, and getting it, over days if need be."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from runningcoach_pipelines.garmin.budget import allowances
from runningcoach_pipelines.garmin.catching_up import OnFetched, Round, catch_up
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, Asked
from runningcoach_pipelines.garmin.fetching import Fetcher
from runningcoach_pipelines.garmin.planning import Plan, duration, plan
from runningcoach_pipelines.garmin.problems import AccountBusy, BudgetSpent
from runningcoach_pipelines.garmin.turn import account_turn
from runningcoach_pipelines.store import garmin_coverage
from runningcoach_pipelines.store.windows import Window

_WITHOUT_ACTIVITIES = max(endpoint.degrades_after_days or 0 for endpoint in ENDPOINTS.values())
"""Days asked for when there is no activity that tells where the history begins."""
PER_ACTIVITY = sum(endpoint.asked is Asked.ACTIVITY for endpoint in ENDPOINTS.values())
"""Requests for everything about one activity."""
_BUSY_S = 30.0
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a backfill would ask now, and how long that takes.

    `begin_known` is false while nobody has asked Garmin for its first activity: the window then begins with the
    settings' history. Activities that no list has named yet are not in the plan.
    """

    window: Window
    begin_known: bool
    plan: Plan
    requests_left: dict[str, int]
    takes: dt.timedelta


def estimate(fetcher: Fetcher, first: dt.date | None, last: dt.date | None) -> Estimate:
    """The plan of a backfill. Nothing is sent."""
    begin = _begin(fetcher, first) or _oldest_known(fetcher)
    window = _window(fetcher, begin or fetcher.lakehouse.settings.history_start, last)
    made = plan(fetcher.known(window), window, today=fetcher.today(), now=fetcher.clock.now())
    settings, left = fetcher.lakehouse.settings, fetcher.budget.left()
    takes = duration(len(made.questions), left, allowances(settings), settings.garmin_pause_s)
    return Estimate(window, begin is not None, made, left, takes)


def wanted(fetcher: Fetcher, first: dt.date | None, last: dt.date | None) -> Window:
    """The days that a backfill is to bring, noted as wanted; the day of the oldest activity is asked for if need be.

    Args:
        first, last: both included; None: as far as the settings say, and up to today.

    Raises:
        LoginRequired, RateLimited, Unavailable, BadPayload: the oldest activity could not be asked for.
    """
    begin = _begin(fetcher, first) or _oldest_known(fetcher) or _oldest_asked(fetcher)
    window = _window(fetcher, begin, last)
    with fetcher.lakehouse.engine.begin() as connection:
        garmin_coverage.want_from(connection, fetcher.athlete_id, window.start)
    return window


def backfill(
    fetcher: Fetcher,
    first: dt.date | None,
    last: dt.date | None,
    *,
    on_fetched: OnFetched,
    on_wait: Callable[[BudgetSpent | AccountBusy], None],
) -> Round:
    """Bring everything that is wanted, resting while the budget fills; between two rests a sync has its turn.

    Ended at any moment, the next call goes on where this one was.

    Returns:
        the last stretch: `complete`, or with what stopped it for good.

    Raises:
        AccountBusy: another process was at it from the beginning.
        LoginRequired, RateLimited, Unavailable, BadPayload: as of `wanted`.
    """
    engine, athlete_id = fetcher.lakehouse.engine, fetcher.athlete_id
    fetcher.require_login()
    window: Window | None = None
    while True:
        try:
            with account_turn(engine, athlete_id, "runningcoach backfill"):
                window = window or wanted(fetcher, first, last)
                made = catch_up(fetcher, window, on_fetched=on_fetched)
        except AccountBusy as busy:
            if window is None:
                raise
            on_wait(busy)
            fetcher.clock.sleep(_BUSY_S)
            continue
        if not isinstance(made.stopped, BudgetSpent):
            return made
        on_wait(made.stopped)
        fetcher.clock.sleep(max((made.stopped.retry_at - fetcher.clock.now()).total_seconds(), 1.0))


def _begin(fetcher: Fetcher, first: dt.date | None) -> dt.date | None:
    days = fetcher.lakehouse.settings.garmin_backfill_days
    return first or (fetcher.today() - (days - 1) * _DAY if days else None)


def _oldest_known(fetcher: Fetcher) -> dt.date | None:
    with fetcher.lakehouse.engine.connect() as connection:
        return garmin_coverage.followed(connection, fetcher.athlete_id).oldest_activity_day


def _oldest_asked(fetcher: Fetcher) -> dt.date:
    oldest = fetcher.oldest_activity_day()
    if oldest is None:
        return fetcher.today() - (_WITHOUT_ACTIVITIES - 1) * _DAY
    with fetcher.lakehouse.engine.begin() as connection:
        garmin_coverage.save_oldest_activity(connection, fetcher.athlete_id, oldest)
    return oldest


def _window(fetcher: Fetcher, begin: dt.date, last: dt.date | None) -> Window:
    """From `begin` to `last`, but not before the history's first day, and up to today."""
    end = min(last or fetcher.today(), fetcher.today()) + _DAY
    begin = max(begin, fetcher.lakehouse.settings.history_start)
    return Window(min(begin, end - _DAY), end)
