"""An athlete's activities, a page at a time: filtered, sorted and cut by the database.

Raises `DatabaseUnavailable` when the server does not answer.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Engine, Integer, Select, String, and_, cast, extract, func, or_, select

from runningcoach_pipelines.store.database import reading
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, GarminRawFile

_ACTIVITIES = Activity.table()
_METRICS = ActivityMetrics.table()
_FILES = GarminRawFile.table()

_SHOWN = (
    _ACTIVITIES.c.activity_id,
    _ACTIVITIES.c.started_at,
    _ACTIVITIES.c.utc_offset_s,
    _ACTIVITIES.c.local_day,
    _ACTIVITIES.c.sport,
    _ACTIVITIES.c.sub_sport,
    _METRICS.c.distance_m,
    _METRICS.c.timer_s,
    _METRICS.c.avg_speed_mps,
    _METRICS.c.avg_heart_rate_bpm,
    _METRICS.c.ascent_m,
    _METRICS.c.load,
    _METRICS.c.load_source,
    _ACTIVITIES.c.suspected_duplicate_of,
)


class Order(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    FASTEST = "fastest"
    HEAVIEST = "heaviest"
    STEEPEST = "steepest"


_ORDERS: dict[Order, ColumnElement[object]] = {
    Order.NEWEST: _ACTIVITIES.c.started_at.desc(),
    Order.OLDEST: _ACTIVITIES.c.started_at.asc(),
    Order.LONGEST: _METRICS.c.distance_m.desc().nulls_last(),
    Order.FASTEST: _METRICS.c.avg_speed_mps.desc().nulls_last(),
    Order.HEAVIEST: _METRICS.c.load.desc().nulls_last(),
    Order.STEEPEST: _METRICS.c.ascent_m.desc().nulls_last(),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which activities are wanted; what is left empty leaves nothing out.

    sports: by their FIT name.
    years: of the local day.
    shortest_m, longest_m: distance, both included; either leaves out activities without one.
    text: in the name of a file, the watch, the kind of sport, or the day as 2025-06-01.
    """

    sports: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    shortest_m: float | None = None
    longest_m: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to filter by, most frequent and newest first."""

    sports: tuple[str, ...]
    years: tuple[int, ...]


def choices(engine: Engine, athlete_id: str) -> Choices:
    """Sports and years in which the athlete has activities."""
    own = _ACTIVITIES.c.athlete_id == athlete_id
    year = cast(extract("year", _ACTIVITIES.c.local_day), Integer)
    sports = (
        select(_ACTIVITIES.c.sport)
        .where(own)
        .group_by(_ACTIVITIES.c.sport)
        .order_by(func.count().desc(), _ACTIVITIES.c.sport)
    )
    with reading(engine) as connection:
        return Choices(
            sports=tuple(connection.execute(sports).scalars()),
            years=tuple(sorted(connection.execute(select(year).where(own).distinct()).scalars(), reverse=True)),
        )


def count(engine: Engine, athlete_id: str, wanted: Filter) -> int:
    """How many activities pass the filter."""
    statement = _joined(select(func.count()), wanted).where(*_conditions(athlete_id, wanted))
    with reading(engine) as connection:
        return int(connection.execute(statement).scalar_one())


def activities(
    engine: Engine, athlete_id: str, wanted: Filter, *, order: Order = Order.NEWEST, skip: int = 0, most: int
) -> pl.DataFrame:
    """Activities that pass the filter, in order, without the first `skip` and at most `most` of them.

    Columns: activity_id, started_at, utc_offset_s, local_day, sport, sub_sport, distance_m, timer_s, avg_speed_mps,
    avg_heart_rate_bpm, ascent_m, load, load_source, suspected_duplicate_of.
    """
    statement = (
        _joined(select(*_SHOWN), wanted)
        .where(*_conditions(athlete_id, wanted))
        .order_by(_ORDERS[order], _ACTIVITIES.c.activity_id)
        .offset(skip)
        .limit(most)
    )
    with reading(engine) as connection:
        return read_frame(connection, statement)


def _joined(statement: Select[Any], wanted: Filter) -> Select[Any]:
    joined = statement.select_from(_ACTIVITIES).join(_METRICS, _METRICS.c.activity_id == _ACTIVITIES.c.activity_id)
    if wanted.text:
        of_file = and_(_FILES.c.athlete_id == _ACTIVITIES.c.athlete_id, _FILES.c.sha256 == _ACTIVITIES.c.source_sha256)
        joined = joined.join(_FILES, of_file, isouter=True)
    return joined


def _conditions(athlete_id: str, wanted: Filter) -> list[ColumnElement[bool]]:
    found = [_ACTIVITIES.c.athlete_id == athlete_id]
    if wanted.sports:
        found.append(_ACTIVITIES.c.sport.in_(wanted.sports))
    if wanted.years:
        found.append(or_(*(_in_year(year) for year in wanted.years)))
    if wanted.shortest_m is not None:
        found.append(_METRICS.c.distance_m >= wanted.shortest_m)
    if wanted.longest_m is not None:
        found.append(_METRICS.c.distance_m <= wanted.longest_m)
    if wanted.text:
        said = (
            _FILES.c.file_name,
            _ACTIVITIES.c.manufacturer,
            _ACTIVITIES.c.product,
            _ACTIVITIES.c.sub_sport,
            _ACTIVITIES.c.sport,
            cast(_ACTIVITIES.c.local_day, String),
        )
        found.append(or_(*(column.icontains(wanted.text, autoescape=True) for column in said)))
    return found


def _in_year(year: int) -> ColumnElement[bool]:
    return and_(_ACTIVITIES.c.local_day >= dt.date(year, 1, 1), _ACTIVITIES.c.local_day < dt.date(year + 1, 1, 1))
