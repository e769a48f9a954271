"""Fitness, fatigue and form: exponentially weighted averages of a dense daily load series.

CTL (42 days) is fitness, ATL (7 days) fatigue, TSB = CTL − ATL of the day before is form.
How loads arise is in `load`; weekly shape of the load (monotony, ACWR) is in `strain`.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp, log

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from runningcoach_pipelines.metrics import strain
from runningcoach_pipelines.metrics.quantity import Floats

CTL_DAYS = 42
ATL_DAYS = 7
WARM_UP_DAYS = 3 * CTL_DAYS
RAMP_DAYS = 7


class Smoothing(StrEnum):
    """How a time constant of N days becomes the daily weight alpha; an unknown name raises ValueError."""

    EXPONENTIAL = "exp"
    """1 − e^(−1/N): GoldenCheetah, intervals.icu and ours."""
    RECIPROCAL = "recip"
    """1/N: TrainingPeaks' help text."""
    SPAN = "span"
    """2/(N+1): a different curve, used by Runalyze and `ewm(span=)`."""

    def alpha(self, days: float) -> float:
        """Weight of today's load for a time constant of `days`."""
        if self is Smoothing.EXPONENTIAL:
            return 1.0 - exp(-1.0 / days)
        if self is Smoothing.RECIPROCAL:
            return 1.0 / days
        return 2.0 / (days + 1.0)


class FormDay(StrEnum):
    """Which day's CTL − ATL is shown as form; an unknown name raises ValueError."""

    PREVIOUS = "previous_day"
    SAME = "same_day"


@dataclass(frozen=True, slots=True)
class Fitness:
    """One array per figure, one element per day of the loads given."""

    ctl: Floats
    atl: Floats
    tsb: Floats
    ramp: Floats
    """CTL(t) − CTL(t−7); before the series CTL is the seed."""
    warming_up: NDArray[np.bool_]
    """True for the first 126 days (3 time constants), while the seed still shows."""


def dense_loads(loads: ArrayLike) -> Floats:
    """The loads as a float array of one value per day; a ValueError names the first that isn't finite."""
    series = np.asarray(loads, dtype=np.float64)
    broken = np.flatnonzero(~np.isfinite(series))
    if broken.size:
        raise ValueError(
            f"daily load {broken[0]} is {series[broken[0]]}; "
            "build the series with days.daily_loads, where a rest day is a row with load 0"
        )
    return series


def ewma(loads: ArrayLike, alpha: float, seed: float = 0.0) -> Floats:
    """y[t] = y[t−1] + alpha · (load[t] − y[t−1]) with y[−1] = seed.

    Source: Banister's fitness and fatigue as exponential averages; GoldenCheetah's and intervals.icu's alpha, 1 −
    e^(−1/N).
    """
    seeded = pl.Series(np.concatenate(([seed], dense_loads(loads))))
    return seeded.ewm_mean(alpha=alpha, adjust=False).to_numpy()[1:]


def fitness(
    loads: ArrayLike,
    *,
    smoothing: Smoothing = Smoothing.EXPONENTIAL,
    seed: tuple[float, float] = (0.0, 0.0),
    form_day: FormDay = FormDay.PREVIOUS,
) -> Fitness:
    """CTL, ATL, TSB, ramp and the warm-up flag of a dense daily series, oldest first.

    `seed` = (CTL, ATL) of the day before the first load. Raises ValueError for a load that isn't finite.
    """
    ctl = ewma(loads, smoothing.alpha(CTL_DAYS), seed[0])
    atl = ewma(loads, smoothing.alpha(ATL_DAYS), seed[1])
    form = ctl - atl
    if form_day is FormDay.PREVIOUS:
        form = np.concatenate(([seed[0] - seed[1]], form[:-1]))[: len(ctl)]
    before = np.concatenate((np.full(RAMP_DAYS, seed[0]), ctl))[: len(ctl)]
    return Fitness(ctl=ctl, atl=atl, tsb=form, ramp=ctl - before, warming_up=np.arange(len(ctl)) < WARM_UP_DAYS)


def daily_table(daily: pl.DataFrame, *, seed: tuple[float, float] = (0.0, 0.0)) -> pl.DataFrame:
    """The whole daily series at once, from the dense frame of `days.daily_loads`.

    Out: `local_day`, `load`, `ctl`, `atl`, `tsb`, `ramp`, `warming_up`, `monotony`, `strain`,
    `acwr_uncoupled`, `acwr_ewma`; a figure that isn't defined on a day is null.
    """
    loads = daily["load"].to_numpy()
    chart = fitness(loads, seed=seed)
    acute, chronic = strain.ewma_loads(loads)
    figures = {
        "ctl": chart.ctl,
        "atl": chart.atl,
        "tsb": chart.tsb,
        "ramp": chart.ramp,
        "warming_up": chart.warming_up,
        "monotony": strain.daily_monotony(loads),
        "strain": strain.daily_strain(loads),
        "acwr_uncoupled": strain.daily_acwr(loads, coupled=False),
        "acwr_ewma": strain.ratio(acute, chronic),
    }
    return daily.select("local_day", "load").with_columns(
        pl.Series(name, values, nan_to_null=True) for name, values in figures.items()
    )


def load_for_form(ctl_decayed: float, atl_decayed: float, target_form: float) -> float:
    """Load that brings same-day form to the target, from CTL and ATL already `decayed` to that day.

    load = (CTL − ATL − form) / (alpha_ATL − alpha_CTL) (intervals.icu, formula 1).
    """
    gain = Smoothing.EXPONENTIAL.alpha(ATL_DAYS) - Smoothing.EXPONENTIAL.alpha(CTL_DAYS)
    return (ctl_decayed - atl_decayed - target_form) / gain


def form_band(tsb: float, ctl: float) -> str | None:
    """Form as a share of fitness in words (intervals.icu; a convention, not evidence); None without fitness."""
    if not ctl > 0:
        return None
    percent = 100.0 * tsb / ctl
    bands = ((20.0, "transition"), (5.0, "fresh"), (-10.0, "grey"), (-30.0, "optimal"))
    return next((name for least, name in bands if percent >= least), "high risk")


def decayed(ctl: float, atl: float, days: float = 1.0) -> tuple[float, float]:
    """(CTL, ATL) after `days` of rest."""
    return ctl * exp(-days / CTL_DAYS), atl * exp(-days / ATL_DAYS)


def rest_days_to_fresh(ctl: float, atl: float, *, smoothing: Smoothing = Smoothing.SPAN) -> float:
    """Days of complete rest until ATL has fallen to CTL, 0 if it has (Runalyze, hence span smoothing)."""
    if atl <= 0:
        return 0.0
    decay_c, decay_a = 1.0 - smoothing.alpha(CTL_DAYS), 1.0 - smoothing.alpha(ATL_DAYS)
    return max(0.0, log(max(1.0, ctl) / atl) / log(decay_a / decay_c))
