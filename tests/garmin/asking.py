"""A process of its own that asks the loopback Garmin once: DATABASE_URL and the settings come from the environment,
the instant that its clock stands at and the path from the command line. It prints the answer.
"""

import datetime as dt
import json
import sys

from runningcoach_pipelines.garmin.account import GarminAccount
from runningcoach_pipelines.garmin.clock import Clock
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import open_lakehouse

if __name__ == "__main__":
    now = dt.datetime.fromisoformat(sys.argv[1])
    with open_lakehouse(Settings()) as lakehouse:
        account = GarminAccount(
            lakehouse.engine, lakehouse.settings, "me", clock=Clock(lambda: now, lambda _seconds: None)
        )
        print(json.dumps(account.get(sys.argv[2])))
