"""What pages and commands show, as typed frames: queries, no formulas. Every one names the athlete, but for the
list of athletes itself and the size of the store.

They raise `DatabaseUnavailable` when the server does not answer.
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl
from sqlalchemy import ColumnElement, Connection, Engine, Text, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from runningcoach_pipelines.store.database import reading
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import (
    Activity,
    ActivitySource,
    AnalyticsSummary,
    Athlete,
    FitnessMetricsDaily,
    GarminRawFile,
    GarminRawFileName,
)
from runningcoach_pipelines.store.windows import Window, monday

_FITNESS = FitnessMetricsDaily.table()
_SUMMARIES = AnalyticsSummary.table()
_ACTIVITIES = Activity.table()
_SOURCES = ActivitySource.table()
_FILES = GarminRawFile.table()
_NAMES = GarminRawFileName.table()
_ATHLETES = Athlete.table()


@dataclass(frozen=True, slots=True)
class KnownAthlete:
    """An athlete, and whether there is an activity of theirs to show."""

    athlete_id: str
    display_name: str
    has_activities: bool


def known_athletes(engine: Engine) -> list[KnownAthlete]:
    """All athletes by id."""
    has_activities = select(_ACTIVITIES.c.activity_id).where(_ACTIVITIES.c.athlete_id == _ATHLETES.c.athlete_id)
    statement = select(_ATHLETES.c.athlete_id, _ATHLETES.c.display_name, has_activities.exists()).order_by(
        _ATHLETES.c.athlete_id
    )
    with reading(engine) as connection:
        return [KnownAthlete(*row) for row in connection.execute(statement)]


def fitness(engine: Engine, athlete_id: str, *, since: dt.date | None = None) -> pl.DataFrame:
    """Rows of `fitness_metrics_daily` by day."""
    statement = select(_FITNESS).where(_FITNESS.c.athlete_id == athlete_id).order_by(_FITNESS.c.day)
    if since is not None:
        statement = statement.where(_FITNESS.c.day >= since)
    with reading(engine) as connection:
        return read_frame(connection, statement)


def fitness_until(engine: Engine, athlete_id: str, day: dt.date, *, last: int) -> pl.DataFrame:
    """The `last` rows of `fitness_metrics_daily` up to and with `day`, oldest first."""
    statement = (
        select(_FITNESS)
        .where(_FITNESS.c.athlete_id == athlete_id, _FITNESS.c.day <= day)
        .order_by(_FITNESS.c.day.desc())
        .limit(last)
    )
    with reading(engine) as connection:
        return read_frame(connection, statement).reverse()


def weeks(engine: Engine, athlete_id: str, window: Window) -> pl.DataFrame:
    """Every week that `window` touches, oldest first: `period_start` (a Monday), `run_distance_m`, `runs`, `load`,
    `timer_s`; zeros for a week without an activity.
    """
    first = monday(window.start)
    columns = ("period_start", "run_distance_m", "runs", "load", "timer_s")
    statement = select(*(_SUMMARIES.c[name] for name in columns)).where(
        _SUMMARIES.c.athlete_id == athlete_id,
        _SUMMARIES.c.period == "week",
        _SUMMARIES.c.period_start >= first,
        _SUMMARIES.c.period_start < window.end,
    )
    with reading(engine) as connection:
        found = read_frame(connection, statement)
    mondays = pl.date_range(first, window.end, "1w", closed="left", eager=True).alias("period_start")
    return (
        mondays.to_frame()
        .join(found, on="period_start", how="left", maintain_order="left")
        .with_columns(pl.exclude("period_start").fill_null(0))
    )


def summaries(engine: Engine, athlete_id: str, period: str, *, last: int) -> pl.DataFrame:
    """The last weeks or months with activities, oldest first."""
    statement = (
        select(_SUMMARIES)
        .where(_SUMMARIES.c.athlete_id == athlete_id, _SUMMARIES.c.period == period)
        .order_by(_SUMMARIES.c.period_start.desc())
        .limit(last)
    )
    with reading(engine) as connection:
        return read_frame(connection, statement).reverse()


def suspected_duplicates(engine: Engine, athlete_id: str) -> pl.DataFrame:
    """Activities that look like another one, newest first: `files` are the names of their sources, `counted_as` and
    `counted_files` the activity that counts and its sources.
    """
    other = _ACTIVITIES.alias("other")
    statement = (
        select(
            _ACTIVITIES.c.activity_id,
            _ACTIVITIES.c.local_day,
            _ACTIVITIES.c.started_at,
            _ACTIVITIES.c.sport,
            _ACTIVITIES.c.elapsed_s,
            _ACTIVITIES.c.distance_m,
            _names(_ACTIVITIES.c.activity_id).label("files"),
            _ACTIVITIES.c.suspected_duplicate_of.label("counted_as"),
            _names(other.c.activity_id).label("counted_files"),
        )
        .join(other, other.c.activity_id == _ACTIVITIES.c.suspected_duplicate_of)
        .where(_ACTIVITIES.c.athlete_id == athlete_id)
        .order_by(_ACTIVITIES.c.started_at.desc(), _ACTIVITIES.c.activity_id)
    )
    with reading(engine) as connection:
        return read_frame(connection, statement)


def _names(activity_id: ColumnElement[str]) -> ColumnElement[str]:
    """Every name that an activity's files were found under, by comma."""
    same_file = (_NAMES.c.athlete_id == _SOURCES.c.athlete_id) & (_NAMES.c.sha256 == _SOURCES.c.source_sha256)
    together = func.string_agg(_NAMES.c.file_name, aggregate_order_by(literal(", "), _NAMES.c.file_name), type_=Text)
    named = select(together).select_from(_SOURCES.join(_NAMES, same_file)).where(_SOURCES.c.activity_id == activity_id)
    return named.scalar_subquery()


@dataclass(frozen=True, slots=True)
class BlobStatistics:
    """FIT files of all athletes that share a compression."""

    compression: str
    files: int
    raw_bytes: int
    stored_bytes: int

    @property
    def ratio(self) -> float:
        """How many times smaller the stored form is."""
        return self.raw_bytes / self.stored_bytes if self.stored_bytes else 0.0


def blob_statistics(engine: Engine) -> list[BlobStatistics]:
    """Count, raw and stored size of the FIT blobs by compression."""
    statement = (
        select(
            _FILES.c.compression_type,
            func.count(),
            func.sum(_FILES.c.file_size),
            func.sum(_FILES.c.stored_size),
        )
        .group_by(_FILES.c.compression_type)
        .order_by(_FILES.c.compression_type)
    )
    with reading(engine) as connection:
        return [
            BlobStatistics(kind, count, int(raw), int(kept)) for kind, count, raw, kept in connection.execute(statement)
        ]


@dataclass(frozen=True, slots=True)
class AthleteStatus:
    """What is there of an athlete, and up to which day."""

    athlete_id: str
    files: dict[str, int]
    failed: int
    activities: int
    first_day: dt.date | None
    last_day: dt.date | None
    fitness_to: dt.date | None


def athlete_status(engine: Engine, athlete_id: str) -> AthleteStatus:
    """Files by kind, activities and days of an athlete."""
    with reading(engine) as connection:
        activities, first, last = connection.execute(
            select(func.count(), func.min(_ACTIVITIES.c.local_day), func.max(_ACTIVITIES.c.local_day)).where(
                _ACTIVITIES.c.athlete_id == athlete_id
            )
        ).one()
        fitness_to = connection.execute(
            select(func.max(_FITNESS.c.day)).where(_FITNESS.c.athlete_id == athlete_id)
        ).scalar_one()
        kinds = _files_by_kind(connection, athlete_id)
    failed = kinds.pop("failed", 0)
    return AthleteStatus(athlete_id, kinds, failed, activities, first, last, fitness_to)


def _files_by_kind(connection: Connection, athlete_id: str) -> dict[str, int]:
    status, kind = _FILES.c.fit_file_status, func.coalesce(_FILES.c.file_type, "unread")
    statement = (
        select(status, kind, func.count())
        .where(_FILES.c.athlete_id == athlete_id)
        .group_by(status, kind)
        .order_by(kind)
    )
    counts: dict[str, int] = {}
    for state, name, count in connection.execute(statement):
        key = "failed" if state == "failed" else name
        counts[key] = counts.get(key, 0) + count
    return counts
