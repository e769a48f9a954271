"""Which months were measured against other terms than hold now, and in which order to measure them again.

Terms change when the athlete changes a setting, when later data change an estimate or a factor, and with the code.
A month depends on itself and earlier ones only, so measuring the earliest first comes to an end
(`derive/terms.py` says what a month looks back on).
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, Engine, func, select

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.activity_metrics import CODE_VERSION
from runningcoach_pipelines.derive.fitness.terms_in_effect import SOURCE_COLUMNS
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, FitnessMetricsDaily
from runningcoach_pipelines.store.windows import Window, next_month

_COL = pl.col
_IDENTITY = ("activity_id", "athlete_id", "local_day", "sport", "counted", "source_sha256", "code_version")
_TRIES = 3
"""A month that is stale again after so many measurements never settles."""


class NeverSettles(RuntimeError):
    """A month is stale however often it is measured: its terms depend on their own result."""


@dataclass(frozen=True, slots=True)
class Stale:
    """Months to measure again in one run, and a digest of what they are to be measured against."""

    window: Window
    digest: str


def stale_windows(engine: Engine, *, at_most: int | None = None, within: Window | None = None) -> list[Stale]:
    """Windows of stale months, earliest first, each without a fresh month inside and at most `at_most` months long.

    Months outside `within`, if that is given, are left as they are.

    A month is stale if an activity of it has no metrics, or metrics of another file, code version, settings,
    estimates or factors than would be used now, or if metrics have lost their activity.
    """
    # One snapshot: rows that a run writes meanwhile are all seen or none.
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        activities, measured = _activities(connection), _measured(connection)
        wanted = _wanted(connection, activities, measured)
    columns = [*_IDENTITY, *terms.TERMS, *terms.FACTORS]
    compared = wanted.join(measured.select(columns), on="activity_id", how="full", suffix="_stored")
    differs = pl.any_horizontal(_COL(name).ne_missing(_COL(f"{name}_stored")) for name in columns)
    compared = compared.with_columns(
        stale=differs, month=pl.coalesce("local_day", "local_day_stored").dt.month_start()
    ).sort("month", pl.coalesce("activity_id", "activity_id_stored"))
    if within is not None:
        compared = compared.filter(_COL("month").is_between(within.start, within.end, closed="left"))
    months = compared.group_by("month", maintain_order=True).agg(_COL("stale").any())
    return [
        Stale(Window(first, next_month(last)), _digest(compared.filter("stale", _COL("month").is_between(first, last))))
        for first, last in _runs(list(months.iter_rows()), at_most)
    ]


def until_settled(engine: Engine, *, at_most: int, within: Window | None = None) -> Iterator[Window]:
    """Windows to measure again until nothing is stale. Each must be measured before the next is asked for.

    Raises:
        NeverSettles: a month is stale after it was measured several times.
    """
    asked: Counter[Window] = Counter()
    while found := stale_windows(engine, at_most=at_most, within=within):
        window = found[0].window
        if asked[window] == _TRIES:
            raise NeverSettles(
                f"the metrics of {window.start:%Y-%m} are still not what they should be after {_TRIES} measurements; "
                "this is a bug: please report it"
            )
        asked[window] += 1
        yield window


def outdated_fitness(engine: Engine) -> str | None:
    """A digest of the terms that the last days of fitness should show and do not; None if they do.

    Settings that begin after the last activity make no activity stale, yet they hold today.
    """
    table = FitnessMetricsDaily.table()
    last = select(table.c.athlete_id, func.max(table.c.day).label("day")).group_by(table.c.athlete_id).subquery()
    columns = [table.c[name] for name in (*SOURCE_COLUMNS, *SOURCE_COLUMNS.values())]
    statement = select(table.c.athlete_id, table.c.day.label("local_day"), *columns).join(
        last, (last.c.athlete_id == table.c.athlete_id) & (last.c.day == table.c.day)
    )
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        shown = read_frame(connection, statement)
        if shown.is_empty():
            return None
        held = terms.in_effect(connection, shown.select("athlete_id", "local_day"))
    wanted = held.select(
        "athlete_id", *SOURCE_COLUMNS, **{source: terms.source_of(name) for name, source in SOURCE_COLUMNS.items()}
    ).sort("athlete_id")
    return None if wanted.equals(shown.select(wanted.columns).sort("athlete_id")) else _digest(wanted)


def _activities(connection: Connection) -> pl.DataFrame:
    table = Activity.table()
    columns = ("activity_id", "athlete_id", "local_day", "sport", "source_sha256", "suspected_duplicate_of")
    activities = read_frame(connection, select(*(table.c[name] for name in columns)))
    return activities.with_columns(counted=_COL("suspected_duplicate_of").is_null())


def _measured(connection: Connection) -> pl.DataFrame:
    table = ActivityMetrics.table()
    columns = dict.fromkeys([*_IDENTITY, *terms.TERMS, *terms.FACTORS, *terms.LOAD_COLUMNS])
    return read_frame(connection, select(*(table.c[name] for name in columns)))


def _wanted(connection: Connection, activities: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    """What `activity_metrics` should say of each activity, as far as it follows from stored rows."""
    if activities.is_empty():
        return measured.select(*_IDENTITY, *terms.TERMS, *terms.FACTORS).clear()
    days = activities.select("athlete_id", "local_day").unique()
    months = measured["local_day"].dt.month_start().unique()
    factors = terms.factors(terms.loads(measured), (Window(month, next_month(month)) for month in months))
    return (
        activities.with_columns(month=_COL("local_day").dt.month_start(), code_version=pl.lit(CODE_VERSION))
        .join(terms.in_effect(connection, days), on=["athlete_id", "local_day"], how="left")
        .join(factors, on=["athlete_id", "month", "sport"], how="left")
        .select(*_IDENTITY, *terms.TERMS, *terms.FACTORS)
    )


def _runs(months: Sequence[tuple[dt.date, bool]], at_most: int | None) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last of the stale months that no fresh one parts; months without activities part nothing."""
    first = last = None
    for month, stale in months:
        too_long = first is not None and at_most is not None and month >= _months_later(first, at_most)
        if first is not None and last is not None and (not stale or too_long):
            yield first, last
            first = None
        if stale:
            first, last = first or month, month
    if first is not None and last is not None:
        yield first, last


def _months_later(month: dt.date, count: int) -> dt.date:
    years, index = divmod(month.month - 1 + count, 12)
    return month.replace(year=month.year + years, month=index + 1)


def _digest(rows: pl.DataFrame) -> str:
    return hashlib.sha256(rows.write_ndjson().encode()).hexdigest()[:16]
