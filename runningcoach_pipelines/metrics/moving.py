"""Moving time: the timer clock without standstill. Timer pauses are cut out before (`clock`)."""

import polars as pl

from runningcoach_pipelines.metrics.heart_rate import stretch_s
from runningcoach_pipelines.metrics.quantity import Quantity, column

STOP_MPS = 0.5
STOP_S = 5.0


def moving_time_s(speed_mps: Quantity, weight_s: Quantity, *, standing: pl.Expr | None = None) -> pl.Expr:
    """Seconds of an activity outside stops; a stop is ≥ 5 s below 0.5 m/s. Null if speed was never measured.

    A sample without speed isn't known to stand, so it counts as moving. `standing` may be a column of `in_a_stop`.

    Source: A convention.
    """
    speed, weight = column(speed_mps), column(weight_s)
    stopped = in_a_stop(slow(speed_mps), weight_s) if standing is None else standing
    measured = (speed.count() > 0) & (weight.count() > 0)
    return pl.when(measured).then(weight.filter(~stopped).sum())


def slow(speed_mps: Quantity) -> pl.Expr:
    """Whether a sample is below 0.5 m/s, elementwise; false without a speed."""
    return (column(speed_mps) < STOP_MPS).fill_null(False)


def in_a_stop(slow: pl.Expr, weight_s: Quantity) -> pl.Expr:
    """Whether a sample lies in ≥ 5 s of `slow` ones. Looks at neighbours, so use it `.over("activity_id")`."""
    return slow & (stretch_s(slow, weight_s) >= STOP_S)
