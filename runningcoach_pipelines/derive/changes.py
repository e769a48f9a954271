"""Which months are to be derived again: those that new files touch, and those of rows that were made from something
else than what holds now. Nothing is decided here but that.
"""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import func, or_, select

from runningcoach_pipelines.activities.identity import NEIGHBOUR_DAYS
from runningcoach_pipelines.derive import activities, activity_metrics
from runningcoach_pipelines.derive.summaries import Period, outdated_periods
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import RawFile
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics
from runningcoach_pipelines.store.windows import Window


def outdated_months(lakehouse: Lakehouse) -> list[Window]:
    """Runs of neighbouring months that `activities` or `activity_metrics` are to be made again for.

    New files touch them (`changed_months`); or their rows come from other code, other settings or another file, or are
    missing, because a derivation was cut off between one table and the next.
    """
    return joined([*changed_months(lakehouse.files.activities_to_derive()), *_months_of_outdated_rows(lakehouse)])


def outdated_summaries(lakehouse: Lakehouse) -> list[Window]:
    """Runs of neighbouring months with a week or a month that is not what `activity_metrics` adds up to."""
    return joined([window for period in Period for window in outdated_periods(lakehouse, period)])


def _months_of_outdated_rows(lakehouse: Lakehouse) -> list[Window]:
    made, measured = Activity.table().c, ActivityMetrics.table().c
    both = Activity.table().outerjoin(ActivityMetrics.table(), made.activity_id == measured.activity_id, full=True)
    outdated = or_(
        made.activity_id.is_(None),
        measured.activity_id.is_(None),
        made.code_version != activities.CODE_VERSION,
        measured.code_version != activity_metrics.CODE_VERSION,
        made.source_sha256 != measured.source_sha256,
        made.local_day != measured.local_day,
        measured.counted != made.suspected_duplicate_of.is_(None),
    )
    day = func.coalesce(made.local_day, measured.local_day)
    with lakehouse.engine.connect() as connection:
        days = connection.execute(select(day).select_from(both).where(outdated).distinct()).scalars().all()
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
