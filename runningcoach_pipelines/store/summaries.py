"""Weeks and months as they stand among the others: fitness at their end, records they brought, what came before.

Nothing of this is stored, so an activity that arrives late changes it wherever it should
(docs/decisions/0012-summaries-in-context.md). Raises `DatabaseUnavailable` when the server does not answer.
"""

from typing import Any

import polars as pl
from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Double,
    Engine,
    FromClause,
    Integer,
    Interval,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on

from runningcoach_pipelines.store.database import reading
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import Activity, AnalyticsSummary, BestEffort, FitnessMetricsDaily
from runningcoach_pipelines.store.windows import Period, Window

COMPARED = ("distance_m", "run_distance_m", "timer_s", "load")
"""What is set against the period before and the same period a year before."""

_SUMMARIES = AnalyticsSummary.table()
_FITNESS = FitnessMetricsDaily.table()
_EFFORTS = BestEffort.table()
_ACTIVITIES = Activity.table()

_KEYS = ("athlete_id", "period", "period_start", "code_version")
_RECORD = pl.Struct(
    {
        "distance_m": pl.Float64,
        "time_s": pl.Float64,
        "previous_s": pl.Float64,
        "activity_id": pl.String,
        "local_day": pl.Date,
    }
)


_LENGTHS = {Period.WEEK: ("7 days", "364 days"), Period.MONTH: ("1 month", "1 year")}
"""From one period to the next, and to the same one a year later: of weeks the Monday nearest to the same date."""

_INSTANT = DateTime(timezone=False)


def summaries_in_context(engine: Engine, athlete_id: str, period: Period, window: Window) -> pl.DataFrame:
    """Every week or month that `window` touches, oldest first, whether or not there was an activity in it.

    Columns:
        `period_start`, `last_day`;
        all figures of `analytics_summaries`: sums and counts of an empty period are 0, its averages null;
        `fitness_day`, `ctl`, `atl`, `tsb`: on the period's last day, of a running period on the last one computed;
        for each of `COMPARED` `previous_…` and `…_since_previous` (the period just before), `year_ago_…` and
        `…_since_year_ago`: null where those would lie before the athlete's first period;
        `records`: a list by distance of those that fell: distance, time, the record before (null if there was
        none), activity and day.
    """
    whole = period.whole(window)
    with reading(engine) as connection:
        rows = read_frame(connection, _in_context(athlete_id, period, whole))
        records = read_frame(connection, _records(athlete_id, period, whole))
    by_period = records.group_by("period_start", maintain_order=True).agg(records=pl.struct(*_RECORD.to_schema()))
    return rows.join(by_period, on="period_start", how="left", maintain_order="left").with_columns(
        pl.col("records").fill_null(pl.lit([], dtype=pl.List(_RECORD)))
    )


def _in_context(athlete_id: str, period: Period, window: Window) -> Select[Any]:
    own = (
        select(_SUMMARIES).where(_SUMMARIES.c.athlete_id == athlete_id, _SUMMARIES.c.period == period.value).cte("own")
    )
    began = select(func.min(own.c.period_start).label("day")).subquery("began")
    periods = _periods(period, window)
    this, previous, year_ago = own.alias("this"), own.alias("previous"), own.alias("year_ago")
    fitness = _fitness_in(periods, athlete_id)
    compared: list[ColumnElement[Any]] = []
    for name in COMPARED:
        here = func.coalesce(this.c[name], 0.0)
        for label, other, starts in (
            ("previous", previous, periods.c.previous_start),
            ("year_ago", year_ago, periods.c.year_ago_start),
        ):
            there = case((starts >= began.c.day, func.coalesce(other.c[name], 0.0)))
            compared += [there.label(f"{label}_{name}"), (here - there).label(f"{name}_since_{label}")]
    return (
        select(
            periods.c.period_start,
            periods.c.last_day,
            *(_zero_if_empty(this.c[column.name]) for column in _SUMMARIES.columns if column.name not in _KEYS),
            fitness.c.day.label("fitness_day"),
            *(fitness.c[name] for name in ("ctl", "atl", "tsb")),
            *compared,
        )
        .select_from(periods)
        .join(began, true())
        .outerjoin(this, this.c.period_start == periods.c.period_start)
        .outerjoin(previous, previous.c.period_start == periods.c.previous_start)
        .outerjoin(year_ago, year_ago.c.period_start == periods.c.year_ago_start)
        .outerjoin(fitness, true())
        .order_by(periods.c.period_start)
    )


def _periods(period: Period, window: Window) -> Subquery:
    """Start and last day of every period, and where the one before and the one a year before start."""
    step, year = (cast(literal(length), Interval) for length in _LENGTHS[period])
    first, end = (cast(literal(day), _INSTANT) for day in (window.start, window.end))
    day = cast(literal("1 day"), Interval)
    starts = func.generate_series(first, end - day, step, type_=_INSTANT).column_valued("starts")
    return select(
        cast(starts, Date).label("period_start"),
        cast(starts + step - day, Date).label("last_day"),
        cast(starts - step, Date).label("previous_start"),
        cast(starts - year, Date).label("year_ago_start"),
    ).subquery("periods")


def _fitness_in(periods: Subquery, athlete_id: str) -> FromClause:
    """The last day of the period that is computed."""
    return (
        select(_FITNESS.c.day, _FITNESS.c.ctl, _FITNESS.c.atl, _FITNESS.c.tsb)
        .where(
            _FITNESS.c.athlete_id == athlete_id,
            _FITNESS.c.day >= periods.c.period_start,
            _FITNESS.c.day <= periods.c.last_day,
        )
        .order_by(_FITNESS.c.day.desc())
        .limit(1)
        .lateral("fitness")
    )


def _zero_if_empty(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Sums and counts are never null in a row, so a null is a period without one; averages stay null."""
    name = str(column.name)
    if _SUMMARIES.c[name].nullable:
        return column
    zero: ColumnElement[Any] = literal(0, Integer) if isinstance(column.type, Integer) else literal(0.0)
    return func.coalesce(column, zero).label(name)


def _records(athlete_id: str, period: Period, window: Window) -> Select[Any]:
    """The fastest time of each period over each distance that no earlier effort had reached, and the record until then.

    An effort that equals the record is none. Efforts of the same start go by activity.
    """
    in_order = (_ACTIVITIES.c.started_at, _EFFORTS.c.activity_id)
    until_then = func.min(_EFFORTS.c.time_s).over(
        partition_by=_EFFORTS.c.distance_m, order_by=in_order, rows=(None, -1)
    )
    starts = cast(func.date_trunc(period.value, cast(_EFFORTS.c.local_day, _INSTANT)), Date)
    efforts = (
        select(_EFFORTS, _ACTIVITIES.c.started_at, until_then.label("until_then"), starts.label("period_start"))
        .join(_ACTIVITIES, _ACTIVITIES.c.activity_id == _EFFORTS.c.activity_id)
        .where(_EFFORTS.c.athlete_id == athlete_id, _EFFORTS.c.counts, _EFFORTS.c.local_day < window.end)
        .subquery("efforts")
    )
    same = (efforts.c.period_start, efforts.c.distance_m)
    # The first one that fell in the period knows what stood before it.
    before: ColumnElement[float | None] = func.first_value(efforts.c.until_then, type_=Double()).over(
        partition_by=same, order_by=(efforts.c.started_at, efforts.c.activity_id)
    )
    broken = and_(
        or_(efforts.c.until_then.is_(None), efforts.c.time_s < efforts.c.until_then),
        efforts.c.local_day >= window.start,
    )
    return (
        select(
            efforts.c.period_start,
            efforts.c.distance_m,
            efforts.c.time_s,
            before.label("previous_s"),
            efforts.c.activity_id,
            efforts.c.local_day,
        )
        .where(broken)
        .ext(distinct_on(*same))
        .order_by(*same, efforts.c.time_s)
    )
