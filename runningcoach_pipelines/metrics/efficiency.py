"""Efficiency of running: speed per heart beat and how it decays within a run (decoupling).

Inputs are 1 Hz rows of one activity (`clock.per_second`), so means over rows are means over time. Heat is
the main confounder: show the temperature beside these figures.
"""

import polars as pl

from runningcoach_pipelines.metrics.quantity import Quantity, column, positive

WARM_UP_S = 600
SHORTEST_RUN_S = 2400
STEADY_VARIATION = 0.10


def speed_per_beat(speed_mps: Quantity, heart_rate_bpm: Quantity) -> pl.Expr:
    """Efficiency factor: metres per minute per beat per minute, i.e. metres per heart beat. Elementwise."""
    return column(speed_mps) * 60.0 / positive(heart_rate_bpm)


def mean_speed_per_beat(speed_per_second: Quantity, heart_rate_per_second: Quantity) -> pl.Expr:
    """Efficiency factor of an activity; seconds without heart rate or speed count in neither mean."""
    speed, hr = _measured_together(speed_per_second, heart_rate_per_second)
    return speed_per_beat(speed.mean(), hr.mean())


def decoupling_percent(first_half: Quantity, second_half: Quantity) -> pl.Expr:
    """100 · (r1 − r2)/r1 of the speed-to-heart-rate ratios of both halves; positive = heart rate drifted up."""
    first = positive(first_half)
    return 100.0 * (first - column(second_half)) / first


def decoupling(speed_per_second: Quantity, heart_rate_per_second: Quantity, *, half: pl.Expr | None = None) -> pl.Expr:
    """Decoupling in % of an activity. Halves are halves of the rows: n // 2 unless `half` says otherwise.

    r = mean speed / mean heart rate; rows without heart rate are ignored in both means.
    """
    speed, hr = _measured_together(speed_per_second, heart_rate_per_second)
    middle = pl.len() // 2 if half is None else half
    first = speed.slice(0, middle).mean() / hr.slice(0, middle).mean()
    second = speed.slice(middle).mean() / hr.slice(middle).mean()
    return decoupling_percent(first, second)


def steady_decoupling(flat_speed_per_second: Quantity, heart_rate_per_second: Quantity) -> pl.Expr:
    """Decoupling after a 10 min warm-up, only for a steady run: ≥ 40 min and speed varying by < 10 % (SD/mean).

    Give it the grade-adjusted speed. Null for any other run, for which the figure would mean nothing.
    """
    speed = column(flat_speed_per_second).slice(WARM_UP_S)
    hr = positive(heart_rate_per_second).slice(WARM_UP_S)
    steady = speed.std() / speed.mean() < STEADY_VARIATION
    rows_left = (pl.len() - WARM_UP_S).clip(lower_bound=0) // 2
    return pl.when(steady & (pl.len() >= SHORTEST_RUN_S)).then(decoupling(speed, hr, half=rows_left))


def _measured_together(speed: Quantity, heart_rate: Quantity) -> tuple[pl.Expr, pl.Expr]:
    speed, hr = column(speed), positive(heart_rate)
    together = speed.is_not_null() & hr.is_not_null()
    return pl.when(together).then(speed), pl.when(together).then(hr)
