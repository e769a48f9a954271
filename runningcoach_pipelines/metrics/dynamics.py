"""Running dynamics: cadence, step length, vertical ratio, ground contact. Elementwise; means exclude zeros."""

import polars as pl

from runningcoach_pipelines.metrics.quantity import Quantity, column, positive, quotient


def cadence_spm(cadence_rpm: Quantity, fractional_rpm: Quantity = 0.0) -> pl.Expr:
    """Steps per minute from the strides per minute that a FIT record holds: 2 · (cadence + fraction)."""
    return 2.0 * (column(cadence_rpm) + column(fractional_rpm).fill_null(0.0))


def average_cadence_spm(cadence: Quantity, weight_s: Quantity) -> pl.Expr:
    """Time-weighted mean cadence of an activity without the zeros of standing still.

    Source: A convention: zeros are not steps. Devices on foot count standing still as zero.
    """
    steps, weight = positive(cadence), column(weight_s)
    known = pl.when(steps.is_not_null()).then(weight).sum()
    return pl.when(known > 0).then((steps * weight).sum() / known)


def step_length_m(speed_mps: Quantity, cadence: Quantity) -> pl.Expr:
    """Metres per step: 60 · speed / steps per minute.

    Source: Definition.
    """
    return quotient(60.0 * column(speed_mps), positive(cadence))


def vertical_ratio_percent(vertical_oscillation_mm: Quantity, step_length_mm: Quantity) -> pl.Expr:
    """100 · vertical oscillation / step length. A session's value is the mean of these, not a ratio of means.

    Source: Definition, as devices write it.
    """
    return quotient(100.0 * column(vertical_oscillation_mm), positive(step_length_mm))


def duty_factor_percent(stance_time_ms: Quantity, cadence: Quantity) -> pl.Expr:
    """Share of a stride (two steps) during which one foot is on the ground.

    Source: Definition.
    """
    return quotient(100.0 * column(stance_time_ms) * column(cadence), 1000.0 * 60.0 * 2.0)


def efficiency_index(speed_kph: Quantity, power_w: Quantity) -> pl.Expr:
    """GoldenCheetah's running effectiveness index: 1000 · km/h / 60 / W."""
    return 1000.0 * column(speed_kph) / 60.0 / positive(power_w)
