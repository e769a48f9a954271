"""Heart-rate samples: which to believe, how much of the activity they cover, and the highest one held.

What heart rate costs the body is in `trimp`; zones are in `zones`.
"""

import polars as pl

from runningcoach_pipelines.metrics.quantity import Quantity, column, positive, quotient, weighted_mean

MINIMUM_COVERAGE = 0.8
"""Below this share of the timer a heart-rate load isn't used (docs/metrics.md)."""

SPIKE_ABOVE_MAX_BPM = 10.0
JUMP_BPM = 25.0
LOCK_BPM = 3.0
LOCK_S = 60.0


def plausible(heart_rate_bpm: Quantity, elapsed_s: Quantity, hr_max_bpm: Quantity = None) -> pl.Expr:
    """The heart rate without spikes: null above HRmax + 10 and after a jump of > 25 bpm within 1 s.

    Looks at the sample before, so use it `.over("activity_id")`. With an unknown HRmax only jumps are cut.

    Source: A convention.
    """
    hr, clock = positive(heart_rate_bpm), column(elapsed_s)
    jump = (hr - hr.shift(1)).abs() > JUMP_BPM
    spike = (hr > column(hr_max_bpm) + SPIKE_ABOVE_MAX_BPM) | (jump & (clock - clock.shift(1) <= 1.0))
    return pl.when(~spike.fill_null(False)).then(hr)


def cadence_lock(heart_rate_bpm: Quantity, cadence_spm: Quantity, weight_s: Quantity) -> pl.Expr:
    """True for each sample inside > 60 s of |heart rate − spm| < 3: the optical sensor counts steps.

    Looks at neighbours, so use it `.over("activity_id")`.

    Source: A convention.
    """
    return lasting_lock(follows_steps(heart_rate_bpm, cadence_spm), weight_s)


def follows_steps(heart_rate_bpm: Quantity, cadence_spm: Quantity) -> pl.Expr:
    """Whether |heart rate − spm| < 3, elementwise; false where one is unknown."""
    return ((positive(heart_rate_bpm) - positive(cadence_spm)).abs() < LOCK_BPM).fill_null(False)


def lasting_lock(follows: pl.Expr, weight_s: Quantity) -> pl.Expr:
    """`cadence_lock` where a column of `follows_steps` is at hand."""
    return follows & (stretch_s(follows, weight_s) > LOCK_S).fill_null(False)


def stretch_s(state: pl.Expr, weight_s: Quantity) -> pl.Expr:
    """For each sample the length of the unbroken stretch of equal `state` in which it lies, in seconds."""
    weight = column(weight_s).fill_null(0.0)
    end = weight.cum_sum()
    changes = (state != state.shift(1)).fill_null(True)
    stretch_start = pl.when(changes).then(end - weight).forward_fill()
    stretch_end = pl.when(changes.shift(-1, fill_value=True)).then(end).backward_fill()
    return stretch_end - stretch_start


def coverage(heart_rate_bpm: Quantity, weight_s: Quantity, timer_time_s: Quantity) -> pl.Expr:
    """Share 0…1 of the timer time during which a heart rate was measured; null without a timer time.

    Source: Definition.
    """
    measured = pl.when(positive(heart_rate_bpm).is_not_null()).then(column(weight_s)).sum()
    return quotient(measured, positive(timer_time_s)).clip(0.0, 1.0)


def average_bpm(heart_rate_bpm: Quantity, weight_s: Quantity) -> pl.Expr:
    """Time-weighted mean; samples without heart rate contribute nothing. Null if there are none.

    Source: Definition, as devices average.
    """
    return weighted_mean(positive(heart_rate_bpm), weight_s)


def max_bpm(heart_rate_bpm: Quantity) -> pl.Expr:
    """Highest sample, as the device reports it.

    Source: Definition.
    """
    return positive(heart_rate_bpm).max()


def sustained_max_bpm(heart_rate_per_second: Quantity, *, window_s: int = 10) -> pl.Expr:
    """Highest heart rate held for `window_s`: the maximum over the windows of their lowest second.

    In: 1 Hz rows of one activity (`clock.per_second`). The year's highest is the HRmax to use when the
    athlete set none (docs/metrics.md).

    Source: A convention: held for 10 s it is no spike.
    """
    return positive(heart_rate_per_second).rolling_min(window_s).max()
