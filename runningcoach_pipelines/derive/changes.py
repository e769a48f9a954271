"""Which months are to be derived again: those that new files touch, and those of rows that were made from something
else than what holds now. Nothing is decided here but that.
"""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import ColumnElement, exists, not_, select

from runningcoach_pipelines.activities.identity import NEIGHBOUR_DAYS
from runningcoach_pipelines.derive.activities import CODE_VERSION
from runningcoach_pipelines.derive.summaries import outdated_periods
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import RawFile
from runningcoach_pipelines.store.tables import Activity, ActivitySource, GarminRawFile
from runningcoach_pipelines.store.windows import Period, Window


def outdated_months(lakehouse: Lakehouse) -> list[Window]:
    """Runs of neighbouring months that are to be decoded again.

    New files touch them, files that their activities came from are gone, or other code made their rows. Months to be
    measured again and not decoded are those of `derive/stale.py`.
    """
    return joined(
        [
            *changed_months(lakehouse.files.activities_to_derive()),
            *_days_of_activities(lakehouse, Activity.table().c.code_version != CODE_VERSION),
            *_days_of_activities(lakehouse, _lost_a_file()),
        ]
    )


def outdated_summaries(lakehouse: Lakehouse) -> list[Window]:
    """Runs of neighbouring months with a week or a month that is not what `activity_metrics` adds up to."""
    return joined([window for period in Period for window in outdated_periods(lakehouse, period)])


def _lost_a_file() -> ColumnElement[bool]:
    """Of activities one of whose files is stored no more: somebody deleted it."""
    activities, sources, files = (table.table() for table in (Activity, ActivitySource, GarminRawFile))
    stored = exists().where(files.c.athlete_id == sources.c.athlete_id, files.c.sha256 == sources.c.source_sha256)
    return exists().where(sources.c.activity_id == activities.c.activity_id, not_(stored.correlate(sources)))


def _days_of_activities(lakehouse: Lakehouse, which: ColumnElement[bool]) -> list[Window]:
    statement = select(Activity.table().c.local_day).where(which).distinct()
    with lakehouse.engine.connect() as connection:
        days = connection.execute(statement).scalars().all()
    return [Window(day, day + dt.timedelta(days=1)) for day in days]


def changed_months(files: Iterable[RawFile], *, at_most: int | None = None) -> list[Window]:
    """Runs of neighbouring months that a day of the files touches, each at most `at_most` months long.

    Files without a day hold no activity and change nothing. A file of a month's first or last day touches the month
    next to it as well: it may be another recording of an activity there.
    """
    return joined(
        (
            Window(file.first_day, file.last_day + dt.timedelta(days=1)).padded(NEIGHBOUR_DAYS)
            for file in files
            if file.first_day is not None and file.last_day is not None
        ),
        at_most=at_most,
    )


def joined(windows: Iterable[Window], *, at_most: int | None = None) -> list[Window]:
    """The months that the windows touch, neighbours together."""
    runs: list[list[Window]] = []
    for month in sorted({month for window in windows for month in window.months()}):
        if runs and runs[-1][-1].end == month.start and (at_most is None or len(runs[-1]) < at_most):
            runs[-1].append(month)
        else:
            runs.append([month])
    return [Window(run[0].start, run[-1].end) for run in runs]
