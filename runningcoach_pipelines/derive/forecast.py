"""What a planned series of loads promises for a race day, by the impulse-response model of the athlete's own results.

It answers for a plan it is given and makes none: the model is linear, and left to itself it would rest for weeks before
every race. Nothing is stored; formulas are in `metrics/impulse_response.py`.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from runningcoach_pipelines.derive.fitness.predictions import DISTANCES_M
from runningcoach_pipelines.derive.fitness.seasons import SEASON_DAYS
from runningcoach_pipelines.metrics import impulse_response, race, vo2max
from runningcoach_pipelines.metrics.impulse_response import TESTS_NEEDED, Validated
from runningcoach_pipelines.metrics.quantity import Floats
from runningcoach_pipelines.metrics.thresholds import RACE_LIKE_M
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import BestEffort, FitnessMetricsDaily

NEAR_MAXIMAL = 0.97
"""An effort within 3 % of the best of the 90 days around it is taken for a race or a time trial."""

RECENT_DAYS = 3 * 365
"""Older results are of another runner: the model's parameters are not those of a life."""

LONGEST_AHEAD_DAYS = 365
_UNLIMITED_SHAPE_PERCENT = 1000.0

type Plan = Mapping[dt.date, float] | float | None
"""Loads by day (a day not named is a day of rest), or the same load every day; None: on as in the last six weeks."""


class NoForecast(Exception):
    """There is nothing to base a forecast on, or the plan does not lead to the race day; the message says which."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is stored of one athlete.

    days: day, load, ctl, warming_up, marathon_shape_percent of every day, oldest first.
    efforts: local_day, distance_m, time_s of the best efforts that count.
    """

    days: pl.DataFrame
    efforts: pl.DataFrame


@dataclass(frozen=True, slots=True)
class RaceTime:
    """Seconds over a distance: as forecast, and with the performance off by the model's error to either side."""

    distance_m: float
    time_s: float | None
    fast_s: float | None
    slow_s: float | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A race day's performance under a plan. VO2max values are Daniels–Gilbert's, in ml/kg/min."""

    race_day: dt.date
    vo2max: float
    error: float
    """Leave-one-out error of the model."""
    error_of_mean: float
    """The same of the plain mean of the results: what the model must beat to be worth anything."""
    results: int
    first_result: dt.date
    last_result: dt.date
    tau1_days: float
    tau2_days: float
    planned_load: float
    """Sum from the first planned day to the day before the race."""
    race_day_load: float
    known_until: dt.date
    times: tuple[RaceTime, ...]
    limits: tuple[str, ...]
    """What to keep in mind when reading it."""


def read_past(connection: Connection, athlete_id: str) -> Past:
    """The athlete's days and efforts as stored."""
    days, efforts = FitnessMetricsDaily.table(), BestEffort.table()
    return Past(
        days=read_frame(
            connection,
            select(days.c.day, days.c.load, days.c.ctl, days.c.warming_up, days.c.marathon_shape_percent)
            .where(days.c.athlete_id == athlete_id)
            .order_by(days.c.day),
        ),
        efforts=read_frame(
            connection,
            select(efforts.c.local_day, efforts.c.distance_m, efforts.c.time_s).where(
                efforts.c.athlete_id == athlete_id, efforts.c.counts
            ),
        ),
    )


def forecast(past: Past, race_day: dt.date, plan: Plan = None) -> Forecast:
    """The performance that the model expects on `race_day` if the days until then have the planned loads.

    On the race day itself the usual load of a result's day is put in, unless the plan names one: the model was fitted
    to such days.

    Raises:
        NoForecast: nothing is computed yet, there are fewer than 5 race-like results after the averages have warmed
            up, or the plan or race day lies outside the year after the last known day.
    """
    if past.days.is_empty():
        raise NoForecast("no day is computed yet; import runs and run `runningcoach materialize`")
    results = race_results(past)
    if results.height < TESTS_NEEDED:
        raise NoForecast(
            f"{results.height} race-like results (at least {RACE_LIKE_M / 1000:.0f} km, within 3 % of the best of the "
            f"{SEASON_DAYS} days around them, after the first 126 days and in the last three years); "
            f"the model needs at least {TESTS_NEEDED}"
        )
    loads = past.days["load"].to_numpy()
    tests = results["index"].to_numpy()
    fitted = impulse_response.validated(loads, tests, results["vo2max"].to_numpy())
    race_day_load = float(np.median(loads[tests]))
    planned = _planned(plan, past.days, race_day, race_day_load)
    expected = float(fitted.model.performance(np.concatenate((loads, planned)))[-1])
    if not expected > 0:
        raise NoForecast("the model leaves the range in which it means something under this plan")
    return Forecast(
        race_day=race_day,
        vo2max=expected,
        error=fitted.error,
        error_of_mean=fitted.error_of_mean,
        results=fitted.tests,
        first_result=results["day"][0],
        last_result=results["day"][-1],
        tau1_days=fitted.model.tau1_days,
        tau2_days=fitted.model.tau2_days,
        planned_load=float(planned[:-1].sum()),
        race_day_load=float(planned[-1]),
        known_until=past.days["day"][-1],
        times=_times(expected, fitted.error, past.days["marathon_shape_percent"][-1]),
        limits=_limits(fitted, loads, tests, planned),
    )


def race_results(past: Past) -> pl.DataFrame:
    """Days of the last three years with an effort as good as a race, once the averages have warmed up.

    Returns:
        `index` (row of the day in `past.days`), `day`, `vo2max`, oldest first.
    """
    estimate = vo2max.from_race(pl.col("distance_m"), pl.col("time_s"))
    best = (
        past.efforts.filter(
            pl.col("distance_m") >= RACE_LIKE_M, pl.col("time_s") > 0, estimate <= vo2max.HIGHEST_PLAUSIBLE
        )
        .group_by(day="local_day")
        .agg(vo2max=estimate.max())
    )
    dense = past.days.with_row_index("index").join(best, on="day", how="left", maintain_order="left")
    around = pl.Series("around", _best_around(dense["vo2max"].fill_null(-np.inf).to_numpy()))
    recent = pl.col("index") >= past.days.height - RECENT_DAYS
    return (
        dense.with_columns(around)
        .filter(pl.col("vo2max") >= NEAR_MAXIMAL * pl.col("around"), ~pl.col("warming_up"), recent)
        .select("index", "day", "vo2max")
    )


def _best_around(levels: Floats) -> Floats:
    """The highest of the 90 days up to and of the 90 days from each day."""
    beside = np.full(SEASON_DAYS - 1, -np.inf)
    best: Floats = sliding_window_view(np.concatenate((beside, levels, beside)), 2 * SEASON_DAYS - 1).max(axis=1)
    return best


def _planned(plan: Plan, days: pl.DataFrame, race_day: dt.date, race_day_load: float) -> Floats:
    """Loads from the day after the last known one to the race day."""
    known_until: dt.date = days["day"][-1]
    ahead = (race_day - known_until).days
    if not 1 <= ahead <= LONGEST_AHEAD_DAYS:
        raise NoForecast(
            f"{race_day} is not within the {LONGEST_AHEAD_DAYS} days after {known_until}, the last day that is computed"
        )
    if isinstance(plan, Mapping):
        outside = sorted(day for day in plan if not known_until < day <= race_day)
        if outside:
            raise NoForecast(f"the plan names {outside[0]}, which is not after {known_until} and up to {race_day}")
        by_day = {race_day: race_day_load, **plan}
        loads = [by_day.get(known_until + dt.timedelta(days=day), 0.0) for day in range(1, ahead + 1)]
    else:
        daily = float(days["ctl"][-1]) if plan is None else plan
        loads = [daily] * (ahead - 1) + [race_day_load]
    planned = np.array(loads, dtype=np.float64)
    if not (np.isfinite(planned) & (planned >= 0.0)).all():
        raise NoForecast("a planned load is not a number of at least 0")
    return planned


def _times(expected: float, error: float, shape_percent: float | None) -> tuple[RaceTime, ...]:
    shape = _UNLIMITED_SHAPE_PERCENT if shape_percent is None else shape_percent

    def time_s(level: float, distance_m: float) -> float | None:
        return race.with_shape_s(level, distance_m, shape) if level > 0 else None

    return tuple(
        RaceTime(distance, *(time_s(level, distance) for level in (expected, expected + error, expected - error)))
        for distance in DISTANCES_M
    )


def _limits(fitted: Validated, loads: Floats, tests: NDArray[np.intp], planned: Floats) -> tuple[str, ...]:
    limits = [
        "The model is linear and always gains from rest: it does not say how to taper, and no plan should follow it.",
        "The time constants were chosen by the error shown, which is therefore on the low side.",
        "Long distances are limited by the volume behind the athlete on the last known day, not by the plan's.",
    ]
    if fitted.error >= fitted.error_of_mean:
        limits.append("The plain mean of the results predicts as well: nothing is learnt from the loads.")
    if fitted.model.k1 == 0.0 and fitted.model.k2 == 0.0:
        limits.append("The results show no effect of the loads: every plan has the same forecast.")
    for term, tau in (("fitness", fitted.model.tau1_days), ("fatigue", fitted.model.tau2_days)):
        accumulated = impulse_response.accumulated(np.concatenate((loads, planned)), tau)
        seen = accumulated[tests]
        if not seen.min() <= accumulated[-1] <= seen.max():
            limits.append(f"The plan's {term} on the race day lies outside what any result was run with.")
    return tuple(limits)
