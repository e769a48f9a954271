"""Days of the wanted history that a sync no longer looks at and that still lack something."""

import datetime as dt

from runningcoach_pipelines.garmin.catching_up import KEPT_FOR_SYNC, questions_about
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS
from runningcoach_pipelines.garmin.fetching import Fetcher
from runningcoach_pipelines.garmin.problems import BudgetSpent
from runningcoach_pipelines.garmin.syncing import SAFETY
from runningcoach_pipelines.store import garmin_coverage
from runningcoach_pipelines.store.windows import Window

_DAY = dt.timedelta(days=1)


def next_hole(fetcher: Fetcher, *, longest_days: int) -> Window | None:
    """The days to fetch next, at most so many; None where nothing is due.

    Nothing is due either while the budget is low: what is new comes first.
    """
    with fetcher.lakehouse.engine.connect() as connection:
        followed = garmin_coverage.followed(connection, fetcher.athlete_id)
    end = fetcher.today() - SAFETY
    if followed.wanted_from is None or followed.wanted_from >= end or not _can_afford(fetcher):
        return None
    wanted = Window(followed.wanted_from, end)
    questions = questions_about(fetcher, wanted, ENDPOINTS.values())
    if not questions:
        return None
    last = min(max(questions[0].last, wanted.start), end - _DAY)
    first = max(min(questions[0].first, last), last - (longest_days - 1) * _DAY, wanted.start)
    return Window(first, last + _DAY)


def _can_afford(fetcher: Fetcher) -> bool:
    try:
        fetcher.budget.require(2 * KEPT_FOR_SYNC)
    except BudgetSpent:
        return False
    return True
