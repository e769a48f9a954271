"""Estimates of maximal oxygen uptake in ml/kg/min. Race times from them are here, other models in `race`.

The race estimate (Daniels–Gilbert), the heart-rate estimate and the device's own figure are different
quantities: keep them in separate columns and never blend them silently.
"""

from collections.abc import Sequence
from math import exp, log, sqrt

import polars as pl

from runningcoach_pipelines.metrics.quantity import Quantity, column, positive, quotient

THRESHOLD_FRACTION = 0.88
INTERVAL_FRACTION = 0.975
"""Shares of VO2max that reproduce Daniels' threshold and interval tables within 1 s/km."""

CURVE_WINDOWS_S = (240, 14_400)

HIGHEST_PLAUSIBLE = 90.0
"""World records from 800 m to the marathon are 83 to 88: what lies above was not run."""

RACE_MIN = (1.0 / 6.0, 6000.0)
_GUESSES = 16
"""Each is about ten times nearer to the time than the one before: these leave nothing that a float can tell apart."""

COST_PER_SPEED = 0.182258
RUNALYZE_COST_PER_SPEED = 0.182253
"""Runalyze's misprint of the coefficient (0.02 %); its calibration rests on it."""


def _exp[N: (float, pl.Expr)](exponent: N) -> N:
    return exponent.exp() if isinstance(exponent, pl.Expr) else exp(exponent)


def _sqrt[N: (float, pl.Expr)](square: N) -> N:
    return square.sqrt() if isinstance(square, pl.Expr) else sqrt(square)


def oxygen_cost[N: (float, pl.Expr)](speed_m_per_min: N, cost_per_speed: float = COST_PER_SPEED) -> N:
    """Oxygen cost of running at a speed in m/min (Daniels & Gilbert 1979)."""
    return speed_m_per_min * cost_per_speed + speed_m_per_min * speed_m_per_min * 0.000104 - 4.6


def sustainable_fraction[N: (float, pl.Expr)](minutes: N) -> N:
    """Share of VO2max that can be held for a race of `minutes` (Daniels & Gilbert 1979)."""
    return _exp(minutes * -0.012778) * 0.1894393 + _exp(minutes * -0.1932605) * 0.2989558 + 0.8


def from_race[N: (float, pl.Expr)](distance_m: N, duration_s: N, cost_per_speed: float = COST_PER_SPEED) -> N:
    """VO2max of a maximal effort: (−4.6 + 0.182258 v + 0.000104 v²) / (0.8 + 0.1894393 e^(−0.012778 t) + 0.2989558
    e^(−0.1932605 t)), v in m/min, t in min.

    Numbers or columns; distance and duration above 0.

    Source: Daniels & Gilbert, Oxygen Power, 1979.
    """
    minutes = quotient(duration_s, 60.0)
    return oxygen_cost(distance_m / minutes, cost_per_speed) / sustainable_fraction(minutes)


def speed_at_cost_m_per_min[N: (float, pl.Expr)](cost: N) -> N:
    """Speed in m/min whose oxygen cost is `cost`: the root of the quadratic. A number or a column."""
    return (_sqrt((cost + 4.6) * (4.0 * 0.000104) + COST_PER_SPEED**2) - COST_PER_SPEED) / (2.0 * 0.000104)


def pace_at_fraction_s_per_km(vo2max: float, fraction: float) -> float:
    """Training pace at a share of VO2max, e.g. `THRESHOLD_FRACTION`."""
    return 60_000.0 / speed_at_cost_m_per_min(fraction * vo2max)


def race_time_s(vo2max: float, distance_m: float) -> float | None:
    """Time over `distance_m` that has this Daniels–Gilbert VO2max; None outside 10 s … 100 h and for none above 0."""
    if vo2max <= 0:
        return None
    shortest, longest = RACE_MIN
    minutes = longest
    # A time gives a speed, and that a better time: the share that can be held depends little on the time.
    for _ in range(_GUESSES):
        minutes = distance_m / speed_at_cost_m_per_min(vo2max * sustainable_fraction(minutes))
    return minutes * 60.0 if shortest <= minutes <= longest else None


def training_speed_m_per_min(vo2max: float, fraction: float) -> float:
    """GoldenCheetah's training speed: fraction · vVDOT. E 0.72, M 0.85, T 0.90, I 0.98, R 1.05."""
    return (29.54 + 5.000663 * vo2max - 0.007546 * vo2max**2) * fraction


def fraction_at_heart_rate[N: (float, pl.Expr)](hr_fraction: N) -> N:
    """Share of VO2max (as speed) at a share of HRmax (Runalyze's fit to Daniels' table)."""
    return _exp(quotient(hr_fraction - 1.00466, 0.68725))


def heart_rate_at_fraction(fraction: float) -> float:
    """Share of HRmax at a share of VO2max: the inverse of `fraction_at_heart_rate`."""
    return 0.68725 * log(fraction) + 1.00466


def from_heart_rate(
    distance_m: Quantity,
    duration_s: Quantity,
    average_bpm: Quantity,
    hr_max_bpm: Quantity,
    *,
    correction: Quantity = 1.0,
) -> pl.Expr:
    """Effective VO2max of a steady run: oxygen cost of v / e^((HR/HRmax − 1.00466) / 0.68725), the speed at HRmax.

    `distance_m` may be the `climb_adjusted_distance_m`; `correction` is the athlete's `correction_factor`.
    Null where nothing was run or a heart rate is unknown.

    Source: Runalyze; the relation of heart rate to VO2max is a fit to Daniels' tables.
    """
    speed = speed_at_hr_max_m_per_min(distance_m, duration_s, average_bpm, hr_max_bpm)
    return from_speed_at_hr_max(speed) * column(correction)


def speed_at_hr_max_m_per_min(
    distance_m: Quantity, duration_s: Quantity, average_bpm: Quantity, hr_max_bpm: Quantity
) -> pl.Expr:
    """Speed that HRmax would give, from the mean speed and heart rate of a run; the first step of `from_heart_rate`."""
    speed = quotient(positive(distance_m) * 60.0, positive(duration_s))
    return quotient(speed, fraction_at_heart_rate(quotient(positive(average_bpm), positive(hr_max_bpm))))


def from_speed_at_hr_max(speed_m_per_min: pl.Expr) -> pl.Expr:
    """Oxygen cost of the speed at HRmax; the second step of `from_heart_rate`."""
    return positive(oxygen_cost(speed_m_per_min, RUNALYZE_COST_PER_SPEED))


def climb_adjusted_distance_m(
    distance_m: Quantity,
    ascent_m: Quantity,
    descent_m: Quantity,
    *,
    per_metre_up: float = 2.0,
    per_metre_down: float = -1.0,
) -> pl.Expr:
    """Flat-equivalent distance: +2 m for each metre up and −1 m for each metre down, unless told otherwise."""
    return column(distance_m) + column(ascent_m) * per_metre_up + column(descent_m) * per_metre_down


def from_speed_curve(speed_mps: pl.Expr, window_s: pl.Expr) -> pl.Expr:
    """Highest Daniels–Gilbert VO2max over a mean-max curve of speed, windows of 4 min to 4 h (GoldenCheetah).

    Aggregate over the rows of one activity of `efforts.mean_max_curves`; null without such a window.
    """
    effort = window_s.is_between(*CURVE_WINDOWS_S) & (speed_mps > 0)
    return from_race(speed_mps * window_s, window_s.cast(pl.Float64)).filter(effort).max()


def correction_factor(by_time: Sequence[float], by_heart_rate: Sequence[float]) -> float:
    """Factor that brings heart-rate estimates to race estimates, one pair per race.

    The highest ratio among the three best races (Runalyze). Raises ValueError without races.
    """
    if not by_time or len(by_time) != len(by_heart_rate):
        raise ValueError(
            f"{len(by_time)} race estimates and {len(by_heart_rate)} heart-rate estimates; give one pair per race"
        )
    best = sorted(zip(by_time, by_heart_rate, strict=True), reverse=True)[:3]
    return max(race / heart for race, heart in best)


def shape(vo2max: pl.Expr, duration_s: pl.Expr, days_ago: pl.Expr, *, days: int = 30) -> pl.Expr:
    """Current VO2max: duration-weighted mean over the runs of the last `days` (inclusive); null without any.

    Aggregate over activities. An estimate of 0 or null isn't one; filter runs that shouldn't count.

    Source: Runalyze.
    """
    usable = (vo2max > 0) & (days_ago <= days)
    weight = pl.when(usable).then(duration_s)
    return pl.when(weight.sum() > 0).then((vo2max * weight).sum() / weight.sum())


def acsm_running(speed_m_per_min: float, grade: float = 0.0) -> float:
    """Oxygen uptake of running at a speed and grade (fraction) by the ACSM equation."""
    return 0.2 * speed_m_per_min + 0.9 * speed_m_per_min * grade + 3.5


def acsm_walking(speed_m_per_min: float, grade: float = 0.0) -> float:
    """Oxygen uptake of walking at a speed and grade (fraction) by the ACSM equation."""
    return 0.1 * speed_m_per_min + 1.8 * speed_m_per_min * grade + 3.5


def cooper(distance_m: float) -> float:
    """VO2max from the distance of a maximal 12 min run (Cooper 1968)."""
    return (distance_m - 504.9) / 44.73


def uth(hr_max_bpm: float, hr_rest_bpm: float) -> float:
    """VO2max from the ratio of heart rates (Uth 2004)."""
    return 15.3 * hr_max_bpm / hr_rest_bpm
