"""Grade-adjusted pace: how much faster the same effort would be on the flat. Grades come from `grade`.

factor = equivalent flat speed / speed, so flat speed = speed · factor and flat pace = pace / factor.
"""

from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from runningcoach_pipelines.metrics.quantity import Quantity, column, quotient

MAX_GRADE = 0.45
"""Minetti measured up to ±45 %; steeper grades are altitude noise."""

SLOWEST_MPS = 1.0
"""Below this speed the grade over distance means nothing and is ignored."""


class Model(StrEnum):
    """Published grade models; an unknown name raises ValueError."""

    EMPIRICAL = "garmin_empirical"
    """Fitted to device-written flat speed of hilly runs, ≤ 0.8 % per km (docs/metrics.md): the default."""
    STRAVA_LIKE = "strava_like"
    DANIELS = "gc_daniels"
    MINETTI = "minetti"
    RUNALYZE = "runalyze"


# Beyond ±10 % (fewer measured samples) the empirical curve follows strava_like.
_EMPIRICAL = np.array(
    [
        (-0.45, 1.30), (-0.25, 1.12), (-0.18, 1.00), (-0.12, 0.890), (-0.10, 0.895), (-0.08, 0.901),
        (-0.06, 0.918), (-0.04, 0.942), (-0.02, 0.970), (0.0, 1.0), (0.02, 1.038), (0.04, 1.087),
        (0.06, 1.155), (0.08, 1.228), (0.10, 1.412), (0.15, 1.70), (0.20, 2.00), (0.30, 2.60), (0.45, 3.57),
    ]
)  # fmt: skip
_STRAVA_LIKE = np.array(
    [
        (-0.50, 1.35), (-0.35, 1.25), (-0.25, 1.12), (-0.18, 1.01), (-0.15, 0.96), (-0.10, 0.88),
        (-0.05, 0.94), (0.0, 1.0), (0.05, 1.20), (0.10, 1.42), (0.15, 1.70), (0.20, 2.00), (0.30, 2.60),
        (0.40, 3.25), (0.50, 3.90),
    ]
)  # fmt: skip


def minetti_cost(grade: Quantity) -> pl.Expr:
    """Energy cost of running in J/kg/m at a grade (fraction), clamped at ±45 % (Minetti 2002)."""
    i = column(grade).clip(-MAX_GRADE, MAX_GRADE)
    return ((((155.4 * i - 30.4) * i - 43.3) * i + 46.3) * i + 19.5) * i + 3.6


def factor(grade: Quantity, model: Model = Model.EMPIRICAL) -> pl.Expr:
    """Equivalent flat speed / speed at a grade (fraction, uphill positive). Elementwise; null stays null."""
    if model is Model.MINETTI:
        return quotient(minetti_cost(grade), 3.6)
    if model is Model.RUNALYZE:
        return quotient(minetti_cost(grade), 3.6).pow(0.83)
    if model is Model.DANIELS:
        return _daniels(column(grade))
    return _interpolated(column(grade), _EMPIRICAL if model is Model.EMPIRICAL else _STRAVA_LIKE)


def _interpolated(grade: pl.Expr, table: NDArray[np.float64]) -> pl.Expr:
    def look_up(grades: pl.Series) -> pl.Series:
        return pl.Series(np.interp(grades.to_numpy(), table[:, 0], table[:, 1]), nan_to_null=True)

    return grade.map_batches(look_up, return_dtype=pl.Float64, is_elementwise=True)


def _daniels(grade: pl.Expr) -> pl.Expr:
    s = grade * 100.0
    polynomial = (
        ((((-3.40028981678083e-9 * s - 4.71345135734814e-7) * s + 7.77801576537029e-7) * s + 0.001906977) * s)
        + 0.0299822939
    ) * s + 0.9935756154
    return pl.when(s == 0).then(1.0).when(s > 40).then(3.739).when(s < -40).then(1.937).otherwise(polynomial)


def flat_speed_mps(speed_mps: Quantity, grade: Quantity, model: Model = Model.EMPIRICAL) -> pl.Expr:
    """Speed on the flat for the same effort: speed · `factor` of the grade; below 1 m/s the grade is ignored.

    Elementwise.

    Source: A curve fitted to the flat speed that a watch writes itself, on two hilly runs of one runner.
    """
    speed = column(speed_mps)
    return pl.when(speed < SLOWEST_MPS).then(speed).otherwise(speed * factor(grade, model))


def flat_pace_s_per_km(pace_s_per_km: Quantity, grade: Quantity, model: Model = Model.EMPIRICAL) -> pl.Expr:
    """Pace on the flat for the same effort, in s/km."""
    return column(pace_s_per_km) / factor(grade, model)
