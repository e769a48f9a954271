"""Efficiency of running: speed per heart beat and how it decays within a run (decoupling).

Inputs are 1 Hz rows of one activity (`clock.per_second`), so means over rows are means over time. Heat is
the main confounder: show the temperature beside these figures.
"""

import polars as pl

from runningcoach_pipelines.metrics.quantity import Quantity, column, positive, quotient

WARM_UP_S = 600
SHORTEST_RUN_S = 2400
STEADY_VARIATION = 0.10


def speed_per_beat(speed_mps: Quantity, heart_rate_bpm: Quantity) -> pl.Expr:
    """Efficiency factor: metres per minute per beat per minute, i.e. metres per heart beat. Elementwise."""
    return quotient(column(speed_mps) * 60.0, positive(heart_rate_bpm))


def mean_speed_per_beat(speed_per_second: Quantity, heart_rate_per_second: Quantity, half: pl.Expr) -> pl.Expr:
    """Efficiency factor past the warm-up of 10 min; seconds without heart rate or speed count in neither mean.

    `half` as `half_after_warm_up` gives it. It says something of steady runs only, as the decoupling does.

    Source: TrainingPeaks (efficiency factor), in metres instead of yards; for which runs is a convention.
    """
    speed, hr = _measured_together(speed_per_second, heart_rate_per_second)
    past = half.is_not_null()
    return speed_per_beat(speed.filter(past).mean(), hr.filter(past).mean())


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


def half_after_warm_up() -> pl.Expr:
    """1 or 2: the half of an activity past its warm-up of 10 min in which each second lies; null in the warm-up.

    Rows are the seconds of one activity; use it `.over("activity_id")` for several.
    """
    second, left = pl.int_range(pl.len()) - WARM_UP_S, pl.len().cast(pl.Int64) - WARM_UP_S
    return pl.when(second >= 0).then(pl.when(second < left // 2).then(1).otherwise(2)).cast(pl.Int8)


def variation(flat_speed_per_second: Quantity, half: pl.Expr) -> pl.Expr:
    """SD / mean of the speed past the warm-up of an activity; null if it stood still."""
    speed = column(flat_speed_per_second).filter(half.is_not_null())
    return speed.std() / positive(speed.mean())


def decoupling_of_halves(speed_per_second: Quantity, heart_rate_per_second: Quantity, half: pl.Expr) -> pl.Expr:
    """Decoupling in % between the seconds of an activity marked 1 and 2 (`half_after_warm_up`)."""
    speed, hr = _measured_together(speed_per_second, heart_rate_per_second)
    first, second = half == 1, half == 2
    return decoupling_percent(
        speed.filter(first).mean() / hr.filter(first).mean(), speed.filter(second).mean() / hr.filter(second).mean()
    )


def steady_decoupling(
    flat_speed_per_second: Quantity, heart_rate_per_second: Quantity, *, half: pl.Expr | None = None
) -> pl.Expr:
    """Decoupling after a 10 min warm-up, only for a steady run: ≥ 40 min and speed varying by < 10 % (SD/mean).

    Give it the grade-adjusted speed, and `half` where a column of `half_after_warm_up` is at hand. Null for any
    other run, for which the figure would mean nothing.

    Source: TrainingPeaks (decoupling); for which runs it means something is a convention.
    """
    half = half_after_warm_up() if half is None else half
    steady = (variation(flat_speed_per_second, half) < STEADY_VARIATION) & (pl.len() >= SHORTEST_RUN_S)
    return pl.when(steady).then(decoupling_of_halves(flat_speed_per_second, heart_rate_per_second, half))


def _measured_together(speed: Quantity, heart_rate: Quantity) -> tuple[pl.Expr, pl.Expr]:
    speed, hr = column(speed), positive(heart_rate)
    together = speed.is_not_null() & hr.is_not_null()
    return pl.when(together).then(speed), pl.when(together).then(hr)
