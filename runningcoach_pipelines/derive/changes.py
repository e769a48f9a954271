"""Which months a set of new files touches: the decision of the sensor and of `materialize`, and nothing else."""

import datetime as dt
from collections.abc import Iterable

from runningcoach_pipelines.activities.identity import NEIGHBOUR_DAYS
from runningcoach_pipelines.store.raw_files import RawFile
from runningcoach_pipelines.store.windows import Window


def changed_months(files: Iterable[RawFile], *, at_most: int) -> list[Window]:
    """Runs of neighbouring months that a day of the files touches, each at most `at_most` months long.

    Files without a day hold no activity and change nothing. A file of a month's first or last day touches the month
    next to it as well: it may be another recording of an activity there.
    """
    months = sorted(
        {
            month
            for file in files
            if file.first_day is not None and file.last_day is not None
            for month in Window(file.first_day, file.last_day + dt.timedelta(days=1)).padded(NEIGHBOUR_DAYS).months()
        }
    )
    runs: list[list[Window]] = []
    for month in months:
        if runs and runs[-1][-1].end == month.start and len(runs[-1]) < at_most:
            runs[-1].append(month)
        else:
            runs.append([month])
    return [Window(run[0].start, run[-1].end) for run in runs]
