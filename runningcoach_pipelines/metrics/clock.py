"""The two clocks of an activity and how long each sample counts.

The elapsed clock is the wall clock since the start; the timer clock is the same with pauses cut out.
Days and time zones are in `days`; standstill inside the timer is in `moving`.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from runningcoach_pipelines.metrics.quantity import Floats, Quantity, column, positive

HOLD_CAP_S = 10.0
"""A sample is believed for at most this long (docs/metrics.md)."""


def _steps_s(timer_s: pl.Expr) -> pl.Expr:
    return timer_s.shift(-1) - timer_s


def weight_s(timer_s: Quantity, *, cap_s: float = HOLD_CAP_S) -> pl.Expr:
    """Seconds for which each sample is valid: until the next one, at most `cap_s`; the last: the median step.

    Rows of one activity in recording order (`.over("activity_id")` for several). A clock that jumps back
    gives 0 for that sample; a clock that never advances (one sample) gives null.
    """
    clock = column(timer_s)
    steps = _steps_s(clock)
    typical = steps.filter(steps > 0).median()
    weight = pl.coalesce(steps, pl.when(clock.is_not_null()).then(typical)).clip(0.0, cap_s)
    return pl.when(typical.is_not_null()).then(weight)


def timer_time_s(timer_s: Quantity) -> pl.Expr:
    """Length of the timer clock from the first to the last sample; null for fewer than two instants.

    Source: The device's own timer, from its start and stop events.
    """
    clock = column(timer_s)
    return positive(clock.max() - clock.min())


def per_second(samples: pl.DataFrame, *, clock: str = "timer_s", by: str = "activity_id") -> pl.DataFrame:
    """The samples on a 1 Hz grid of `clock`: each is repeated over the whole seconds for which it is valid.

    In: any frame sorted by (`by`, time). Out: the same columns, one row per second; of several samples in
    one second the last stays; seconds beyond the hold cap and timer pauses are absent. Rolling windows over
    rows are then windows over seconds, whatever the recording mode was.
    """
    # Arithmetic on pauses may leave 2.9999999 for 3; rounding would tear a clock of half seconds apart.
    second = np.floor(samples[clock].cast(pl.Float64).to_numpy() + 1e-3)
    steps = np.diff(second, append=np.nan)
    steps[samples[by].ne_missing(samples[by].shift(-1)).to_numpy()] = np.nan
    known = np.where(np.isfinite(steps), steps, np.isfinite(second).astype(np.float64))
    counts = known.clip(0.0, HOLD_CAP_S).astype(np.int64)
    if bool((counts == 1).all()):
        return samples
    return samples[np.repeat(np.arange(samples.height), counts)]


def without_pauses(elapsed_s: ArrayLike, pauses: Sequence[Sequence[float]]) -> Floats:
    """The timer clock at each elapsed second: `pauses` are [from, to] on the elapsed clock, as in `paused_s`."""
    elapsed = np.asarray(elapsed_s, dtype=np.float64)
    starts_s, ends_s = np.array(pauses, dtype=np.float64).reshape(-1, 2).T
    return elapsed - paused_s(elapsed, starts_s, ends_s)


def paused_s(at_s: Floats, starts_s: Floats, ends_s: Floats) -> Floats:
    """Seconds of pause before each instant of `at_s`, all on one clock, whatever its zero.

    Pauses in any order; overlapping ones are cut out once, one that ends before it starts is none.
    """
    order = np.argsort(starts_s)
    starts, ends = starts_s[order], np.maximum.accumulate(ends_s[order])
    starts = np.maximum(starts, np.concatenate(([-np.inf], ends))[:-1])
    pauses = ends > starts
    starts, ends = starts[pauses], ends[pauses]
    if not len(starts):
        return np.zeros_like(at_s)
    whole_s = np.concatenate(([0.0], np.cumsum(ends - starts)))
    begun = np.searchsorted(starts, at_s, side="right")
    last = np.maximum(begun - 1, 0)
    inside_s = np.clip(at_s, starts[last], ends[last]) - starts[last]
    return np.where(begun > 0, whole_s[last] + inside_s, 0.0)
