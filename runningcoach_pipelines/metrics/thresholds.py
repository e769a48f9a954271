"""Which value to measure against when several sources know one: columns in, (value, name of its source) out.

What the athlete set always wins. The rest are estimates, and rest < threshold < maximum holds among them: a formula
that contradicts a measured or given value gives way.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import polars as pl

from runningcoach_pipelines.metrics import vo2max, zones
from runningcoach_pipelines.metrics.quantity import Quantity, column, positive
from runningcoach_pipelines.metrics.race import Result

HR_REST_BPM = 60.0
HR_MAX_BPM = 190.0
"""Stand-ins when nothing is known, not even an age."""

HR_MAX_ACTIVITIES = 12
"""A year's highest heart rate is taken for the maximum once this many activities measured one."""

RESTING_NIGHTS = 28
"""Resting heart rate is the median of so many nights: a day's own reading would make the load noise."""

PLAUSIBLE_HR_MAX_BPM = (120.0, 220.0)
PLAUSIBLE_HR_THRESHOLD_BPM = (90.0, 220.0)
PLAUSIBLE_HR_REST_BPM = (25.0, 110.0)
PLAUSIBLE_SPEED_MPS = (1.0, 7.0)
"""Measured values outside are errors of a sensor, estimates outside come from too little training."""

RACE_LIKE_M = 3000.0
"""Shorter efforts say little of a threshold."""

_MAX_PER_LTHR = 1.0 / zones.LTHR_SHARE_OF_MAX

type Choice = tuple[pl.Expr, pl.Expr]
"""A value and the name of its source; both null if nobody knows."""


class Source(StrEnum):
    """Where a value comes from."""

    ATHLETE = "athlete"
    DEVICE = "device"
    HIGHEST_SUSTAINED = "highest_sustained"
    NIGHTS = "nights"
    AGE = "age"
    HR_MAX = "hr_max"
    HR_THRESHOLD = "hr_threshold"
    CRITICAL_SPEED = "critical_speed"
    RACE = "race"
    CONVENTION = "convention"


def first_known(candidates: Mapping[Source, Quantity]) -> Choice:
    """The first candidate above zero, and its name."""
    ordered = [(source, positive(value)) for source, value in candidates.items()]
    named = (pl.when(value.is_not_null()).then(pl.lit(source.value)) for source, value in ordered)
    return pl.coalesce(value for _, value in ordered), pl.coalesce(*named)


def hr_max_bpm(
    *,
    athlete: Quantity = None,
    highest_sustained: Quantity = None,
    age_years: Quantity = None,
    hr_threshold: Quantity = None,
) -> Choice:
    """HRmax: the athlete's, else the year's highest sustained heart rate, else 211 − 0.64 · age (Nes), else 190.

    `hr_threshold` is a given or measured one: an estimate below it would be wrong, and LTHR / 0.92 takes its place.

    Source: Nes 2013 for the formula; the order is a convention.
    """
    estimate, source = first_known(
        {
            Source.HIGHEST_SUSTAINED: _inside(highest_sustained, PLAUSIBLE_HR_MAX_BPM),
            Source.AGE: _inside(zones.estimated_hr_max_bpm(column(age_years)), PLAUSIBLE_HR_MAX_BPM),
            Source.CONVENTION: HR_MAX_BPM,
        }
    )
    too_low = (estimate <= column(hr_threshold)).fill_null(False)
    given = positive(athlete)
    return (
        pl.coalesce(given, pl.when(too_low).then(column(hr_threshold) * _MAX_PER_LTHR).otherwise(estimate)),
        pl.when(given.is_not_null())
        .then(pl.lit(Source.ATHLETE.value))
        .when(too_low)
        .then(pl.lit(Source.HR_THRESHOLD.value))
        .otherwise(source),
    )


def hr_threshold_bpm(*, athlete: Quantity = None, device: Quantity = None, hr_max: Quantity = None) -> Choice:
    """LTHR: the athlete's, else the device's unless it lies above HRmax, else 0.92 · HRmax.

    Source: A convention.
    """
    below_max = column(device) < column(hr_max)
    return first_known(
        {
            Source.ATHLETE: athlete,
            Source.DEVICE: pl.when(below_max).then(column(device)),
            Source.HR_MAX: column(hr_max) * zones.LTHR_SHARE_OF_MAX,
        }
    )


def hr_rest_bpm(*, athlete: Quantity = None, nights: Quantity = None, hr_threshold: Quantity = None) -> Choice:
    """Resting heart rate: the athlete's, else the nights' median unless it lies above LTHR, else 60.

    Source: A convention.
    """
    below_threshold = column(nights) < column(hr_threshold)
    return first_known(
        {
            Source.ATHLETE: athlete,
            Source.NIGHTS: pl.when(below_threshold).then(column(nights)),
            Source.CONVENTION: HR_REST_BPM,
        }
    )


def threshold_speed_mps(
    *,
    athlete: Quantity = None,
    device: Quantity = None,
    critical_speed: Quantity = None,
    race_speed: Quantity = None,
) -> Choice:
    """Threshold speed: the athlete's, else the device's, else critical speed, else `race_speed_mps`; else null.

    Source: Daniels for the share of VO2max; the order is a convention.
    """
    return first_known(
        {
            Source.ATHLETE: athlete,
            Source.DEVICE: device,
            Source.CRITICAL_SPEED: critical_speed,
            Source.RACE: race_speed,
        }
    )


def race_speed_mps(efforts: Sequence[Result]) -> float | None:
    """Speed at 88 % of the highest Daniels–Gilbert VO2max among efforts of 3 km or more; None if not plausible."""
    long_enough = (effort for effort in efforts if effort.distance_m >= RACE_LIKE_M)
    best = max((vo2max.from_race(effort.distance_m, effort.time_s) for effort in long_enough), default=0.0)
    speed = vo2max.speed_at_cost_m_per_min(best * vo2max.THRESHOLD_FRACTION) / 60.0
    return speed if PLAUSIBLE_SPEED_MPS[0] <= speed <= PLAUSIBLE_SPEED_MPS[1] else None


def _inside(value: Quantity, bounds: tuple[float, float]) -> pl.Expr:
    measured = column(value)
    return pl.when(measured.is_between(*bounds)).then(measured)
