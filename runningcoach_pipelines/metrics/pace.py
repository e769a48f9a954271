"""Pace and speed: the speed that respects bursts and hills, conversions, and how a pace is written."""

import polars as pl

from runningcoach_pipelines.metrics.clock import HOLD_CAP_S
from runningcoach_pipelines.metrics.power import fourth_power_mean
from runningcoach_pipelines.metrics.quantity import Quantity, column

METRES_PER_KM = 1000.0


def weighted_speed_mps(flat_speed_per_second: Quantity) -> pl.Expr:
    """Intensity-weighted flat speed in m/s: fourth-power mean of the 30 s means of grade-adjusted speed.

    In: 1 Hz rows of one activity (`clock.per_second`) of `gap.flat_speed_mps` or of the device's own
    grade-adjusted speed. Gaps are bridged for at most 10 s; a window with a longer gap doesn't count.
    Steady runs: the plain mean.

    Source: The form of weighted power; the vendor's algorithm for pace isn't published.
    """
    return fourth_power_mean(column(flat_speed_per_second).forward_fill(limit=int(HOLD_CAP_S)))


def to_speed_mps(pace_s_per_km: Quantity) -> pl.Expr:
    """m/s of a pace; null for a pace that isn't above 0."""
    value = column(pace_s_per_km)
    return pl.when(value > 0).then(METRES_PER_KM / value)


def to_pace_s_per_km(speed_mps: Quantity) -> pl.Expr:
    """s/km of a speed; null for standing still."""
    return to_speed_mps(speed_mps)


def written(pace_s_per_km: float) -> str:
    """`m:ss`, with the seconds rounded before they are split, so that 299.6 is 5:00 and never 4:60."""
    seconds = round(pace_s_per_km)
    return f"{seconds // 60}:{seconds % 60:02d}"


def read(text: str) -> float:
    """Seconds per kilometre of a pace written as `m:ss`.

    Raises:
        ValueError: it is not written so.
    """
    minutes, _, seconds = text.partition(":")
    if not (minutes.isdecimal() and seconds.isdecimal() and len(seconds) == len("ss") and int(seconds) < 60):
        raise ValueError(f"{text!r} is not a pace in minutes and seconds per kilometre, such as 4:10")
    return int(minutes) * 60.0 + int(seconds)
