"""Moving time: the timer clock without standstill. Timer pauses are cut out before (`clock`)."""

import polars as pl

from runningcoach_pipelines.metrics.heart_rate import stretch_s
from runningcoach_pipelines.metrics.quantity import Quantity, column

STOP_MPS = 0.5
STOP_S = 5.0


def moving_time_s(speed_mps: Quantity, weight_s: Quantity) -> pl.Expr:
    """Seconds of an activity outside stops; a stop is ≥ 5 s below 0.5 m/s. Null if speed was never measured.

    A sample without speed isn't known to stand, so it counts as moving.

    Source: A convention.
    """
    speed, weight = column(speed_mps), column(weight_s)
    slow = (speed < STOP_MPS).fill_null(False)
    standing = slow & (stretch_s(slow, weight) >= STOP_S)
    measured = (speed.count() > 0) & (weight.count() > 0)
    return pl.when(measured).then(weight.filter(~standing).sum())
