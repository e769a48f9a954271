"""The shape of recent load: monotony and strain (Foster 1998), acute:chronic workload ratio.

The ratio is context only: evidence doesn't support it as an injury probability (docs/metrics.md).
"""

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from runningcoach_pipelines.metrics.quantity import Floats

WEEK_DAYS = 7
CHRONIC_DAYS = 28
MONOTONY_CAP = 10.0


def _weeks(loads: ArrayLike) -> Floats:
    """One row of 7 loads per day, that day last; days before the series are rest days."""
    series = np.asarray(loads, dtype=np.float64)
    return sliding_window_view(np.concatenate((np.zeros(WEEK_DAYS), series)), WEEK_DAYS)[1:]


def daily_monotony(loads: ArrayLike, *, ddof: int = 0) -> Floats:
    """Mean / SD of the 7 days that end on each day; capped at 10, NaN for a week without load.

    `ddof` 0 is the population SD (Runalyze, fellrnr), 1 the sample SD of some blogs.

    Source: Foster 1998.
    """
    weeks = _weeks(loads)
    mean, spread = weeks.mean(axis=1), weeks.std(axis=1, ddof=ddof)
    capped = np.full(mean.shape, MONOTONY_CAP)
    monotony = np.minimum(np.divide(mean, spread, out=capped, where=spread > 0), MONOTONY_CAP)
    return np.where(mean > 0, monotony, np.nan)


def daily_strain(loads: ArrayLike, *, ddof: int = 0) -> Floats:
    """Load of the 7 days that end on each day · their monotony; NaN for a week without load.

    Source: Foster 1998.
    """
    return _weeks(loads).sum(axis=1) * daily_monotony(loads, ddof=ddof)


def daily_acwr(loads: ArrayLike, *, coupled: bool = True) -> Floats:
    """Mean of the last 7 days / mean of the last 28 (coupled) or of the 21 before (uncoupled).

    NaN during the first 27 days and after three or four weeks without load.

    Source: Rolling averages, uncoupled after Lolli 2019; context only.
    """
    series = np.asarray(loads, dtype=np.float64)
    ratios = np.full(series.shape, np.nan)
    if series.size >= CHRONIC_DAYS:
        windows = sliding_window_view(series, CHRONIC_DAYS)
        chronic = windows if coupled else windows[:, :-WEEK_DAYS]
        ratios[CHRONIC_DAYS - 1 :] = ratio(windows[:, -WEEK_DAYS:].mean(axis=1), chronic.mean(axis=1))
    return ratios


def ewma_loads(loads: ArrayLike) -> tuple[Floats, Floats]:
    """(acute, chronic) exponentially weighted loads of Williams 2017: λ = 2/(N+1), N = 7 and 28.

    Both are seeded with the first load.

    Source: Williams 2017; context only.
    """
    series = np.asarray(loads, dtype=np.float64)
    return _seeded_ewma(series, WEEK_DAYS), _seeded_ewma(series, CHRONIC_DAYS)


def ratio(acute: Floats, chronic: Floats) -> Floats:
    """acute / chronic, NaN where there is no chronic load."""
    quotient: Floats = np.divide(acute, chronic, out=np.full(acute.shape, np.nan), where=chronic > 0)
    return quotient


def _seeded_ewma(series: Floats, days: int) -> Floats:
    return pl.Series(series).ewm_mean(alpha=2.0 / (days + 1.0), adjust=False).to_numpy()
