"""One activity with everything that is known of it, as its page shows it.

All of it is the athlete's own: an id of somebody else's activity finds nothing. Raises `DatabaseUnavailable` when the
server does not answer, `LakeUnavailable` when the samples cannot be read.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, Select, and_, func, select

from runningcoach_pipelines.store.database import reading
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.lake import SAMPLES_SCHEMA, SampleLake
from runningcoach_pipelines.store.tables import (
    Activity,
    ActivityMetrics,
    ActivitySource,
    ActivityZone,
    Base,
    BestEffort,
    DeviceValues,
    GarminRawFile,
    Lap,
    MeanMax,
    Split,
)
from runningcoach_pipelines.store.windows import Window

RECENT_DAYS = 90
"""Mean-max values stand beside the best of so many days before."""

_ALIKE = 0.15
"""Activities to compare with are of the same sport and of a distance this much shorter or longer."""

_ACTIVITIES = Activity.table()
_METRICS = ActivityMetrics.table()
_EFFORTS = BestEffort.table()
_MEAN_MAX = MeanMax.table()
_SOURCES = ActivitySource.table()
_FILES = GarminRawFile.table()

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OneActivity:
    """An activity with all that is stored of it but its samples.

    activity, metrics, device: its rows of `activities`, `activity_metrics` and `device_values`; the latter two may
        be empty.
    laps, splits, zones: its rows of those tables, in order.
    efforts: distance_m, time_s, start_s, counts, and `before_s`, the fastest that counts of earlier activities.
    mean_max: channel, window_s, value, and `recent`, the highest of the 90 days before.
    sources: file_name, sha256, file_size, is_primary of every file that brought it.
    earlier, later: ids of the athlete's activities just before and after it.
    """

    activity: Row
    metrics: Row
    device: Row
    laps: pl.DataFrame
    splits: pl.DataFrame
    zones: pl.DataFrame
    efforts: pl.DataFrame
    mean_max: pl.DataFrame
    sources: pl.DataFrame
    earlier: str | None
    later: str | None

    @property
    def activity_id(self) -> str:
        return str(self.activity["activity_id"])

    @property
    def local_start(self) -> dt.datetime:
        """Start on the clock of the place."""
        started: dt.datetime = self.activity["started_at"]
        return started.replace(tzinfo=None) + dt.timedelta(seconds=self.activity["utc_offset_s"])


def one_activity(engine: Engine, athlete_id: str, activity_id: str) -> OneActivity | None:
    """Everything of an activity; None if the athlete has none of this id."""
    with reading(engine) as connection:
        activity = _row(connection, Activity, athlete_id, activity_id)
        if not activity:
            return None
        day: dt.date = activity["local_day"]
        return OneActivity(
            activity=activity,
            metrics=_row(connection, ActivityMetrics, athlete_id, activity_id),
            device=_row(connection, DeviceValues, athlete_id, activity_id),
            laps=_rows(connection, Lap, activity_id),
            splits=_rows(connection, Split, activity_id),
            zones=_rows(connection, ActivityZone, activity_id),
            efforts=read_frame(connection, _efforts(athlete_id, activity_id, activity["started_at"])),
            mean_max=read_frame(connection, _mean_max(athlete_id, activity_id, day)),
            sources=read_frame(connection, _sources(activity_id)),
            earlier=_neighbour(connection, activity, later=False),
            later=_neighbour(connection, activity, later=True),
        )


def latest_activity(engine: Engine, athlete_id: str) -> str | None:
    """Id of the athlete's latest activity."""
    statement = (
        select(_ACTIVITIES.c.activity_id)
        .where(_ACTIVITIES.c.athlete_id == athlete_id)
        .order_by(_ACTIVITIES.c.started_at.desc(), _ACTIVITIES.c.activity_id)
        .limit(1)
    )
    with reading(engine) as connection:
        return connection.execute(statement).scalar_one_or_none()


def alike(engine: Engine, one: OneActivity, *, most: int) -> pl.DataFrame:
    """Activities worth comparing with: same sport, about the same distance, newest first.

    Columns: activity_id, local_day, distance_m, timer_s.
    """
    distance_m = one.metrics.get("distance_m")
    near = (
        _METRICS.c.distance_m.between(distance_m * (1 - _ALIKE), distance_m * (1 + _ALIKE))
        if distance_m
        else _METRICS.c.distance_m.is_(None)
    )
    statement = (
        select(
            _ACTIVITIES.c.activity_id,
            _ACTIVITIES.c.local_day,
            _METRICS.c.distance_m,
            _METRICS.c.timer_s,
        )
        .join(_METRICS, _METRICS.c.activity_id == _ACTIVITIES.c.activity_id)
        .where(
            _ACTIVITIES.c.athlete_id == one.activity["athlete_id"],
            _ACTIVITIES.c.sport == one.activity["sport"],
            _ACTIVITIES.c.activity_id != one.activity_id,
            near,
        )
        .order_by(_ACTIVITIES.c.started_at.desc(), _ACTIVITIES.c.activity_id)
        .limit(most)
    )
    with reading(engine) as connection:
        return read_frame(connection, statement)


def samples_of(lake: SampleLake, one: OneActivity) -> pl.DataFrame:
    """The activity's samples by time, with the columns of the lake."""
    day: dt.date = one.activity["local_day"]
    own = (pl.col("athlete_id") == one.activity["athlete_id"]) & (pl.col("activity_id") == one.activity_id)
    found = lake.ask(lambda samples: samples.filter(own).collect(), Window(day, day + dt.timedelta(days=1)))
    return found.select(SAMPLES_SCHEMA.names()).sort("at")


def _row(connection: Connection, described: type[Base], athlete_id: str, activity_id: str) -> Row:
    table = described.table()
    own = and_(table.c.athlete_id == athlete_id, table.c.activity_id == activity_id)
    found = connection.execute(select(table).where(own)).mappings().one_or_none()
    return {} if found is None else dict(found)


def _rows(connection: Connection, described: type[Base], activity_id: str) -> pl.DataFrame:
    """Rows of a table by its key, of an activity that is known to be the athlete's."""
    table = described.table()
    own = table.c.activity_id == activity_id
    return read_frame(connection, select(table).where(own).order_by(*table.primary_key.columns))


def _efforts(athlete_id: str, activity_id: str, started_at: dt.datetime) -> Select[Any]:
    earlier, started = _EFFORTS.alias("earlier"), _ACTIVITIES.alias("started")
    before = (
        select(func.min(earlier.c.time_s))
        .join(started, started.c.activity_id == earlier.c.activity_id)
        .where(
            earlier.c.athlete_id == athlete_id,
            earlier.c.counts,
            earlier.c.distance_m == _EFFORTS.c.distance_m,
            started.c.started_at < started_at,
        )
        .scalar_subquery()
    )
    return (
        select(
            _EFFORTS.c.distance_m, _EFFORTS.c.time_s, _EFFORTS.c.start_s, _EFFORTS.c.counts, before.label("before_s")
        )
        .where(_EFFORTS.c.activity_id == activity_id)
        .order_by(_EFFORTS.c.distance_m)
    )


def _mean_max(athlete_id: str, activity_id: str, day: dt.date) -> Select[Any]:
    recent = (
        select(_MEAN_MAX.c.channel, _MEAN_MAX.c.window_s, func.max(_MEAN_MAX.c.value).label("value"))
        .join(_METRICS, _METRICS.c.activity_id == _MEAN_MAX.c.activity_id)
        .where(
            _MEAN_MAX.c.athlete_id == athlete_id,
            _MEAN_MAX.c.local_day >= day - dt.timedelta(days=RECENT_DAYS),
            _MEAN_MAX.c.local_day < day,
            _METRICS.c.counted,
            _METRICS.c.sport
            == select(_ACTIVITIES.c.sport).where(_ACTIVITIES.c.activity_id == activity_id).scalar_subquery(),
        )
        .group_by(_MEAN_MAX.c.channel, _MEAN_MAX.c.window_s)
        .subquery("recent")
    )
    same = and_(recent.c.channel == _MEAN_MAX.c.channel, recent.c.window_s == _MEAN_MAX.c.window_s)
    return (
        select(_MEAN_MAX.c.channel, _MEAN_MAX.c.window_s, _MEAN_MAX.c.value, recent.c.value.label("recent"))
        .join(recent, same, isouter=True)
        .where(_MEAN_MAX.c.activity_id == activity_id)
        .order_by(_MEAN_MAX.c.channel, _MEAN_MAX.c.window_s)
    )


def _sources(activity_id: str) -> Select[Any]:
    of_file = and_(_FILES.c.athlete_id == _SOURCES.c.athlete_id, _FILES.c.sha256 == _SOURCES.c.source_sha256)
    return (
        select(
            _FILES.c.file_name,
            _SOURCES.c.source_sha256.label("sha256"),
            _FILES.c.file_size,
            _SOURCES.c.is_primary,
        )
        .join(_FILES, of_file)
        .where(_SOURCES.c.activity_id == activity_id)
        .order_by(_SOURCES.c.is_primary.desc(), _SOURCES.c.source_sha256)
    )


def _neighbour(connection: Connection, activity: Row, *, later: bool) -> str | None:
    started = _ACTIVITIES.c.started_at
    beside = started > activity["started_at"] if later else started < activity["started_at"]
    statement = (
        select(_ACTIVITIES.c.activity_id)
        .where(_ACTIVITIES.c.athlete_id == activity["athlete_id"], beside)
        .order_by(started.asc() if later else started.desc(), _ACTIVITIES.c.activity_id)
        .limit(1)
    )
    return connection.execute(statement).scalar_one_or_none()
