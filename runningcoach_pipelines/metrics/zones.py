"""Training zones: their bounds, which zone a sample is in, and time per zone. A lower bound is inclusive.

How time spreads over three zones is judged in `distribution`.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from runningcoach_pipelines.metrics.quantity import Floats, Quantity, column

PERCENT_OF_MAX = (0.50, 0.60, 0.70, 0.80, 0.90)
"""Device default."""
PERCENT_OF_LTHR = (0.85, 0.90, 0.95, 1.00)
"""Friel."""
PERCENT_OF_CRITICAL_SPEED = (0.0, 0.80, 0.87, 0.95, 1.05, 1.19)
"""Skiba, as in GoldenCheetah."""
PERCENT_OF_THRESHOLD_POWER = (0.0, 0.55, 0.75, 0.90, 1.05, 1.20)
"""Coggan."""
THREE_ZONES_OF_LTHR = (0.0, 0.85, 1.0)
"""Low, moderate and high intensity. Where the first threshold lies is a choice: Friel's lower bound of endurance."""


class Method(StrEnum):
    """What heart-rate zones are a fraction of; an unknown name raises ValueError."""

    MAX = "hrmax"
    RESERVE = "hrr"
    THRESHOLD = "lthr"


class MaxFormula(StrEnum):
    """Estimates of HRmax from age; an unknown name raises ValueError."""

    FOX = "fox"
    TANAKA = "tanaka"
    NES = "nes"
    GULATI = "gulati"


# Intercept and slope: Fox 1971, Tanaka 2001, Nes 2013, Gulati 2010 (women).
_MAX_FROM_AGE = {
    MaxFormula.FOX: (220.0, 1.0),
    MaxFormula.TANAKA: (208.0, 0.7),
    MaxFormula.NES: (211.0, 0.64),
    MaxFormula.GULATI: (206.0, 0.88),
}

BELIEVABLE_BOUNDS_BPM = (30.0, 230.0)

LTHR_SHARE_OF_MAX = 0.92
"""Estimate of LTHR when nothing measured it; flag the result as estimated."""


def estimated_hr_max_bpm[N: (float, pl.Expr)](age_years: N, formula: MaxFormula = MaxFormula.NES) -> N:
    """HRmax by age; ± 10 bpm for one person, so flag it as estimated. A number or a column."""
    intercept, slope = _MAX_FROM_AGE[formula]
    return age_years * -slope + intercept


def heart_rate_bounds_bpm(
    method: Method,
    fractions: Sequence[float],
    *,
    hr_max_bpm: float | None = None,
    hr_rest_bpm: float | None = None,
    lthr_bpm: float | None = None,
) -> list[int]:
    """Lower bounds in whole bpm: fraction of HRmax, of heart-rate reserve (Karvonen) or of LTHR.

    Raises ValueError if the value that the method needs is missing.

    Source: Friel for shares of the threshold heart rate.
    """
    base, span = 0.0, hr_max_bpm
    if method is Method.THRESHOLD:
        span = lthr_bpm
    elif method is Method.RESERVE:
        base = hr_rest_bpm if hr_rest_bpm is not None else -1.0
        span = hr_max_bpm - base if hr_max_bpm is not None else None
    if span is None or base < 0.0:
        raise ValueError(f"heart-rate zones by {method.value!r} lack a value: set it among the athlete's settings")
    return [int(base + fraction * span + 0.5) for fraction in fractions]


def of_device_bpm(boundaries: Sequence[float]) -> list[int] | None:
    """Lower bounds of the zones of a watch, in whole bpm, from the boundaries that it writes between them.

    The last boundary is the top of the highest zone, which is left open. None unless there are two zones or more and
    the boundaries ascend within 30 and 230 bpm.

    Source: FIT SDK, field hr_zone_high_boundary: the top of zone i is the lower bound of zone i + 1.
    """
    low, high = BELIEVABLE_BOUNDS_BPM
    ascending = all(lower < upper for lower, upper in pairwise(boundaries))
    if len(boundaries) <= 2 or not ascending or not low <= boundaries[0] < boundaries[-1] <= high:
        return None
    return [int(boundary + 0.5) for boundary in boundaries[:-1]]


def speed_bounds_mps(critical_speed_mps: float, fractions: Sequence[float] = PERCENT_OF_CRITICAL_SPEED) -> list[float]:
    """Lower bounds of the pace zones as speeds."""
    return [fraction * critical_speed_mps for fraction in fractions]


def power_bounds_w(threshold_power_w: float, fractions: Sequence[float] = PERCENT_OF_THRESHOLD_POWER) -> list[float]:
    """Lower bounds of the power zones."""
    return [fraction * threshold_power_w for fraction in fractions]


def intensity_bounds_bpm(lthr_bpm: float, fractions: Sequence[float] = THREE_ZONES_OF_LTHR) -> list[float]:
    """Lower bounds of the three zones over which training is distributed (`distribution`).

    Source: Three zones after Seiler 2010; the first bound is a choice.
    """
    return [fraction * lthr_bpm for fraction in fractions]


def zone_number(value: Quantity, lower_bounds: Sequence[Quantity]) -> pl.Expr:
    """Zone of each sample: 0 below the first bound, then 1 … n; a value on a bound lies above it."""
    measured = column(value)
    reached = pl.sum_horizontal((measured >= column(bound)).fill_null(False).cast(pl.Int32) for bound in lower_bounds)
    return pl.when(measured.is_not_null()).then(reached)


def time_in_zones_s(value: Quantity, weight_s: Quantity, lower_bounds: Sequence[Quantity]) -> list[pl.Expr]:
    """Seconds below the first bound and in each zone: one aggregate per zone, null if nothing was measured.

    Source: Definition.
    """
    zone, weight = zone_number(value, lower_bounds), column(weight_s)
    measured = pl.when(zone.is_not_null()).then(weight)
    return [
        pl.when(measured.count() > 0).then(measured.filter(zone == number).sum())
        for number in range(len(lower_bounds) + 1)
    ]


def times_in_zones_s(
    values: Floats, weight_s: Floats, activity: NDArray[np.unsignedinteger], lower_bounds: Sequence[float], count: int
) -> Floats:
    """`time_in_zones_s` of many activities at once.

    In: arrays of all samples, NaN where unknown; `activity` numbers each sample's activity from 0 to `count` − 1.
    Out: shape (count, zones + 1); a row of NaN for an activity of which nothing was measured.
    """
    known = np.isfinite(values) & np.isfinite(weight_s)
    zone = np.searchsorted(np.asarray(lower_bounds), values[known], side="right")
    width = len(lower_bounds) + 1
    cell = activity[known].astype(np.int64) * width + zone
    times: Floats = np.bincount(cell, weights=weight_s[known], minlength=count * width).astype(np.float64)
    times = times.reshape(count, width)
    times[np.bincount(activity[known], minlength=count) == 0] = np.nan
    return times
