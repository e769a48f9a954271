"""What is new at Garmin Connect since the last time: few requests, often."""

import datetime as dt
from dataclasses import dataclass

from runningcoach_pipelines.garmin.catching_up import Round, questions_about, work_off
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, Asked
from runningcoach_pipelines.garmin.fetching import LIST, Fetcher
from runningcoach_pipelines.garmin.questions import Question
from runningcoach_pipelines.garmin.turn import account_turn
from runningcoach_pipelines.store import garmin_coverage
from runningcoach_pipelines.store.windows import Window

SAFETY = dt.timedelta(days=3)
"""Activities are uploaded late: the list is asked for so much more than since the last success."""

MOST_REQUESTS = 25
"""Of a sync without new activities; what it leaves waits for the next one."""

_FIRST_TIME = dt.timedelta(days=7)
_OF_ACTIVITIES = tuple(endpoint for endpoint in ENDPOINTS.values() if endpoint.asked is Asked.ACTIVITY)
_OF_DAYS = tuple(e for e in ENDPOINTS.values() if e.asked in {Asked.RANGE, Asked.DAY, Asked.ONCE})


@dataclass(frozen=True, slots=True)
class Synced:
    """`window`: the days looked at. `requests` were sent."""

    window: Window
    requests: int
    round: Round


def sync(fetcher: Fetcher) -> Synced:
    """Ask for the newest activities, everything about those that are new, and days that may have changed.

    `last_success_at` moves only when all of it was answered.

    Raises:
        AccountBusy: another process fetches for this account.
        LoginRequired: nobody has logged in.
    """
    fetcher.require_login()
    engine, athlete_id = fetcher.lakehouse.engine, fetcher.athlete_id
    began_at, before, today = fetcher.clock.now(), fetcher.requests, fetcher.today()
    made = Round()
    with account_turn(engine, athlete_id, "runningcoach sync"):
        with engine.begin() as connection:
            followed = garmin_coverage.followed(connection, athlete_id)
            since = _local_day(fetcher, followed.last_success_at or began_at - _FIRST_TIME) - SAFETY
            if followed.wanted_from is None:
                garmin_coverage.want_from(connection, athlete_id, since)
        window = Window(since, today + dt.timedelta(days=1))
        work_off(fetcher, [Question(LIST, since, today)], made)
        for endpoints, most in ((_OF_ACTIVITIES, None), (_OF_DAYS, MOST_REQUESTS)):
            if made.stopped is None:
                questions = questions_about(fetcher, window, endpoints)
                allowed = len(questions) if most is None else max(most - (fetcher.requests - before), 0)
                work_off(fetcher, questions[:allowed], made)
                made.left += len(questions[allowed:])
        if made.complete:
            with engine.begin() as connection:
                garmin_coverage.save_success(connection, athlete_id, began_at)
    return Synced(window, fetcher.requests - before, made)


def _local_day(fetcher: Fetcher, instant: dt.datetime) -> dt.date:
    return instant.astimezone(fetcher.lakehouse.settings.zone).date()
