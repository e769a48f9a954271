"""A process of its own that fetches a range of days until it is done or stopped: DATABASE_URL and the settings come
from the environment, the instant that its clock stands at and the days from the command line.
"""

import datetime as dt
import sys

from runningcoach_pipelines.garmin.account import GarminAccount
from runningcoach_pipelines.garmin.backfill import backfill
from runningcoach_pipelines.garmin.clock import Clock
from runningcoach_pipelines.garmin.fetching import Fetcher
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import open_lakehouse

if __name__ == "__main__":
    now = dt.datetime.fromisoformat(sys.argv[1])
    first, last = (dt.date.fromisoformat(day) for day in sys.argv[2:4])
    with open_lakehouse(Settings()) as lakehouse:
        clock = Clock(lambda: now, lambda _seconds: None)
        fetcher = Fetcher(lakehouse, GarminAccount(lakehouse.engine, lakehouse.settings, "me", clock=clock))
        print("working", flush=True)
        backfill(fetcher, first, last, on_fetched=lambda _fetched, _left: None, on_wait=lambda _why: None)
