"""Power: the weighted mean that respects bursts, intensity, and running power from speed and slope.

What power costs in load points is in `load`.
"""

from enum import StrEnum

import polars as pl

from runningcoach_pipelines.metrics.gap import minetti_cost
from runningcoach_pipelines.metrics.quantity import Quantity, column, positive, quotient, total

WINDOW_S = 30


class Windows(StrEnum):
    """What the 30 s mean does before 30 s have passed; an unknown name raises ValueError."""

    COMPLETE = "complete"
    """Only full windows count: what Garmin devices do (8 files within 0.6 W)."""
    PADDED = "padded"
    """Zeros before the start, divided by 30 (GoldenCheetah)."""
    EXPANDING = "expanding"
    """The mean of what is there (sweatpy)."""


def fourth_power_mean(per_second: pl.Expr, *, windows: Windows = Windows.COMPLETE) -> pl.Expr:
    """⁴√mean(m⁴) of the 30 s rolling means m of a 1 Hz series; a window with a null in it doesn't count."""
    if windows is Windows.COMPLETE:
        rolling = per_second.rolling_mean(WINDOW_S)
    elif windows is Windows.PADDED:
        rolling = per_second.rolling_sum(WINDOW_S, min_samples=1) / WINDOW_S
    else:
        rolling = per_second.rolling_mean(WINDOW_S, min_samples=1)
    return rolling.clip(lower_bound=0.0).pow(4).mean().pow(0.25)


def weighted_power(power_per_second: Quantity, *, windows: Windows = Windows.COMPLETE) -> pl.Expr:
    """Weighted power in W of an activity (Coggan): 30 s means, fourth-power mean; missing seconds are 0 W.

    In: 1 Hz rows of one activity with pauses cut out (`clock.per_second`). Null if power was never
    measured or, for complete windows, if there are fewer than 30 s.

    Source: Allen & Coggan, Training and Racing with a Power Meter; full windows as on devices.
    """
    power = column(power_per_second)
    return pl.when(power.count() > 0).then(fourth_power_mean(power.fill_null(0.0), windows=windows))


def intensity(weighted_power_w: Quantity, threshold_power_w: Quantity) -> pl.Expr:
    """Weighted power as a share of threshold power."""
    return quotient(column(weighted_power_w), positive(threshold_power_w))


def running_power_w(speed_mps: Quantity, grade: Quantity, *, weight_kg: Quantity, height_m: Quantity) -> pl.Expr:
    """Modelled running power in W from speed and grade (Skiba 2006, constants of GoldenCheetah's GOVSS)."""
    speed, weight, height = column(speed_mps), positive(weight_kg), positive(height_m)
    frontal_area_m2 = 0.2025 * height.pow(0.725) * weight.pow(0.425) * 0.266
    drag_j_per_kg_m = 0.5 * 1.2 * 0.9 * frontal_area_m2 * speed.pow(2) / weight
    efficiency = (0.25 + 0.054 * speed) * (1.0 - 0.5 * speed / 8.33)
    return (drag_j_per_kg_m + minetti_cost(grade) * efficiency) * speed * weight


def lactate_normalised_power(
    speed_per_second: Quantity, grade_per_second: Quantity, *, weight_kg: Quantity, height_m: Quantity
) -> pl.Expr:
    """Fourth-power mean of modelled running power in W; speed and grade are smoothed over 120 s first.

    In: 1 Hz rows of one activity. Source: Skiba 2006.
    """
    speed = column(speed_per_second).rolling_mean(120, min_samples=1)
    grade = column(grade_per_second).rolling_mean(120, min_samples=1)
    power = running_power_w(speed, grade, weight_kg=weight_kg, height_m=height_m)
    return fourth_power_mean(power)


def work_kj(power_w: Quantity, weight_s: Quantity) -> pl.Expr:
    """Mechanical work of an activity in kJ; null without power.

    Source: Definition.
    """
    return total(quotient(column(power_w) * column(weight_s), 1000.0))
