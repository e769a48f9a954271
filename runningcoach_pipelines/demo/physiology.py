"""How the athlete's body answers: cost of a grade, heart rate after effort, steps, power and form from speed.

Formulas of a believable body, not of a measurement: the product's metrics live in `runningcoach_pipelines.metrics`
and are not used here, so that they never check themselves.
"""

from __future__ import annotations

import numpy as np

from runningcoach_pipelines.demo.athlete import AthleteSettings
from runningcoach_pipelines.demo.chance import Floats

# Flat-equivalent speed over speed by grade: flatter downhill than the cost of transport (Minetti 2002), because
# runners brake, with the least cost near -12 %.
_GRADES = (-0.45, -0.25, -0.18, -0.12, -0.10, -0.08, -0.06, -0.04, -0.02, 0.0,
           0.02, 0.04, 0.06, 0.08, 0.10, 0.15, 0.20, 0.30, 0.45)  # fmt: skip
_COSTS = (1.30, 1.12, 1.00, 0.890, 0.895, 0.901, 0.918, 0.942, 0.970, 1.0,
          1.038, 1.087, 1.155, 1.228, 1.412, 1.70, 2.00, 2.60, 3.57)  # fmt: skip

_HEART_LAG_S = 30.0
_STANDING_SHARE = 0.16
"""Share of the way from resting to threshold heart rate that is there as soon as the athlete is up and about."""

_WALKING_BELOW_MPS = 2.0
_STANDING_BELOW_MPS = 0.5


def cost_of_grade(grade: Floats) -> Floats:
    """How much dearer a metre is on this grade (rise over run) than on flat ground."""
    return np.interp(grade, _GRADES, _COSTS)


def heart_rate(effort: Floats, settings: AthleteSettings, *, drift_per_hour: float, noise: Floats) -> Floats:
    """Heart rate in bpm for `effort`, the share of threshold effort in each second. Shape (n,).

    It follows effort with a lag (first order, 30 s), drifts upward with time, and stays within resting and maximum.
    """
    reserve = settings.threshold_hr - settings.resting_hr
    below = _STANDING_SHARE + (1 - _STANDING_SHARE) * np.minimum(effort, 1.0)
    above = 1 - np.exp(-4 * np.maximum(effort - 1, 0))
    aim = below * reserve + above * (settings.max_hr - settings.threshold_hr)
    settled = _lagged(aim, start=0.22 * reserve)
    hours = np.arange(len(effort)) / 3600
    bpm = settings.resting_hr + settled * (1 + drift_per_hour * hours) + noise
    return np.clip(bpm, settings.resting_hr, settings.max_hr)


def _lagged(aim: Floats, *, start: float) -> Floats:
    """`aim` through a first-order lag, as a convolution with its impulse response cut off after 6 time constants."""
    taps = int(6 * _HEART_LAG_S)
    response = np.exp(-np.arange(taps) / _HEART_LAG_S)
    response /= response.sum()
    lead = np.full(taps - 1, start)
    return np.convolve(np.concatenate([lead, aim]), response, mode="valid")


def strides_per_minute(speed_mps: Floats, noise: Floats) -> Floats:
    """Cadence in strides (two steps) per minute; 0 when standing, as watches write it."""
    running = 68 + 5 * speed_mps + noise
    walking = 44 + 9 * speed_mps + noise
    cadence = np.where(speed_mps < _WALKING_BELOW_MPS, walking, running)
    return np.where(speed_mps < _STANDING_BELOW_MPS, 0.0, cadence)


def running_power(flat_speed_mps: Floats, weight_kg: float, noise: Floats) -> Floats:
    """Power in W as a wrist watch estimates it, from the flat-equivalent speed."""
    return np.maximum(weight_kg * 1.27 * flat_speed_mps + noise, 0.0)


def step_length_m(speed_mps: Floats, cadence: Floats) -> Floats:
    """Metres per step from strides per minute; NaN when standing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(cadence > 0, speed_mps * 30 / cadence, np.nan)


def vertical_ratio_percent(speed_mps: Floats, noise: Floats) -> Floats:
    """Vertical oscillation over step length in percent: runners bounce less as they go faster."""
    return np.clip(9.8 - 0.65 * speed_mps + noise, 4.0, 14.0)


def stance_time_ms(speed_mps: Floats, noise: Floats) -> Floats:
    """Ground contact per step in ms."""
    return np.clip(330 - 28 * speed_mps + noise, 150, 450)


def calories_kcal(flat_distance_m: float, weight_kg: float) -> float:
    """Energy of running, about 1 kcal per kg and flat-equivalent km."""
    return flat_distance_m / 1000 * weight_kg * 1.02


def vo2max_of_threshold(threshold_speed_mps: float) -> float:
    """VO2max in ml/kg/min whose 88 % is spent at threshold speed (Daniels and Gilbert 1979)."""
    metres_per_minute = threshold_speed_mps * 60
    return (-4.60 + 0.182258 * metres_per_minute + 0.000104 * metres_per_minute**2) / 0.88
