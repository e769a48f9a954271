"""How a column of `fitness_metrics_daily` came to be.

Loads and what follows from them are in `form`, wellness in `nights`, levels and thresholds in `levels`. What has no
short arithmetic is made again from all the athlete's rows.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
from sqlalchemy import Connection

from runningcoach_pipelines.derive.fitness import daily_fitness
from runningcoach_pipelines.explain import form, levels, nights
from runningcoach_pipelines.explain.activities import explain_activity
from runningcoach_pipelines.explain.day_asked import DayTrail, OfDay, unit
from runningcoach_pipelines.explain.explanation import Explanation, Input, Trail
from runningcoach_pipelines.explain.rows import frame
from runningcoach_pipelines.metrics.fitness import RAMP_DAYS
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import FitnessMetricsDaily

_RUN = "running"
_TRAILS: dict[str, DayTrail] = {**form.TRAILS, **levels.TRAILS, **nights.TRAILS}


def explain_day(
    lakehouse: Lakehouse,
    connection: Connection,
    athlete_id: str,
    day: dt.date,
    metric: str,
    *,
    contributors: bool = True,
) -> Explanation | None:
    """Explain a column of a day; None if the day has no row."""
    table = FitnessMetricsDaily.table()
    rows = frame(connection, FitnessMetricsDaily, table.c.athlete_id == athlete_id, table.c.day <= day)
    if rows.is_empty() or rows["day"][-1] != day:
        return None
    of = OfDay(lakehouse, connection, athlete_id, day, rows)
    trail = _TRAILS[metric](of) if metric in _TRAILS else _made_again(metric)(of)
    if contributors:
        trail = replace(trail, contributors=_contributors(of, metric))
    return of.explanation(metric, trail)


def _contributors(of: OfDay, metric: str) -> tuple[Explanation, ...]:
    """The activities of a day's load; the day's load of an average; the averages of a difference."""
    if metric in {"load", "run_load", "imputed_load", "activities"}:
        counted = of.activities.filter("counted")
        return tuple(
            explain_activity(of.lakehouse, of.connection, row, "load", contributors=False)
            for row in counted.iter_rows(named=True)
            if metric != "run_load" or row["sport"] == _RUN
        )
    found = (
        explain_day(
            of.lakehouse, of.connection, of.athlete_id, of.day - dt.timedelta(days=days), name, contributors=False
        )
        for name, days in _MADE_OF.get(metric, ())
    )
    return tuple(one for one in found if one is not None)


_MADE_OF: dict[str, tuple[tuple[str, int], ...]] = {
    "ctl": (("load", 0),),
    "atl": (("load", 0),),
    "run_ctl": (("run_load", 0),),
    "run_atl": (("run_load", 0),),
    "tsb": (("ctl", 1), ("atl", 1)),
    "run_tsb": (("run_ctl", 1), ("run_atl", 1)),
    "ramp": (("ctl", 0), ("ctl", RAMP_DAYS)),
    "strain": (("monotony", 0),),
}
"""Columns and how many days before, that are explained themselves below the one asked for."""


def _made_again(metric: str) -> DayTrail:
    """A figure made again with all the athlete's days."""

    def trail(of: OfDay) -> Trail:
        last = max([of.day, *of.history.activities["local_day"]])
        days = daily_fitness(of.history, last).days.filter(pl.col("day") == of.day)
        beside = tuple(Input(name, of.row[name], unit(name)) for name in _BESIDE.get(metric, ()))
        volume = levels.volume(of) if metric == "marathon_shape_percent" else ()
        return Trail(
            (*beside, *volume), days[metric][0] if days.height else None, "all stored activities, efforts and nights"
        )

    return trail


_BESIDE: dict[str, Sequence[str]] = {
    "marathon_shape_percent": ("race_vo2max", "hr_vo2max"),
    "readiness_signals": ("hrv_week_ln", "hrv_low_ln", "resting_hr_delta_bpm", "resting_hr_z", "tsb"),
}
"""Columns of the same row that help to read the figure."""
