"""Critical speed, D′ (the distance that can be run above it) and how D′ empties and refills.

The same formulas hold for power (CP in W, W′ in J): the units of the inputs decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from math import exp, sqrt

import numpy as np
from numpy.typing import ArrayLike

from runningcoach_pipelines.metrics.fitness import ewma
from runningcoach_pipelines.metrics.quantity import Floats
from runningcoach_pipelines.metrics.race import Result

PLAUSIBLE_MPS = (2.0, 7.0)
PLAUSIBLE_D_PRIME_M = (50.0, 500.0)
TRIAL_S = (120.0, 1200.0)
"""Maximal efforts of 2 to 20 min determine critical speed; others bend the line."""

TRIALS_NEEDED = 3


class Refusal(StrEnum):
    """Why efforts give no critical speed."""

    TOO_FEW = "fewer than 3 efforts of 2 to 20 min"
    TOO_FEW_MAXIMAL = "fewer than 3 efforts of 2 to 20 min that are faster than every longer one"
    IMPLAUSIBLE = "not plausible: the efforts were not all maximal"


@dataclass(frozen=True, slots=True)
class CriticalSpeed:
    """The line distance = D′ + CS · time through maximal efforts."""

    speed_mps: float
    d_prime_m: float
    standard_error_m: float | None
    """Residual standard error of the distances; None for two trials, which leave no residual."""
    trials: int

    @property
    def plausible(self) -> bool:
        """CS of 2–7 m/s and D′ of 50–500 m; anything else comes from efforts that weren't maximal."""
        return (
            PLAUSIBLE_MPS[0] <= self.speed_mps <= PLAUSIBLE_MPS[1]
            and PLAUSIBLE_D_PRIME_M[0] <= self.d_prime_m <= PLAUSIBLE_D_PRIME_M[1]
        )

    def time_s(self, distance_m: float) -> float:
        """Predicted time over a distance above D′."""
        return (distance_m - self.d_prime_m) / self.speed_mps


def fit(trials: Sequence[Result]) -> CriticalSpeed | None:
    """Least-squares line of distance on time. None with fewer than two different times.

    Source: The linear model of distance and time.
    """
    distance = np.array([trial.distance_m for trial in trials], dtype=np.float64)
    time = np.array([trial.time_s for trial in trials], dtype=np.float64)
    if len(trials) < 2 or np.ptp(time) == 0.0:
        return None
    about = time - time.mean()
    speed = float((about * distance).sum() / (about * about).sum())
    d_prime = float(distance.mean() - speed * time.mean())
    residuals = distance - d_prime - speed * time
    freedom = len(trials) - 2
    error = sqrt(float((residuals**2).sum()) / freedom) if freedom else None
    return CriticalSpeed(speed, d_prime, error, len(trials))


def maximal_envelope(efforts: Sequence[Result]) -> list[Result]:
    """The efforts of 2–20 min that may have been maximal: none slower than a longer one, shortest first."""
    inside = [effort for effort in efforts if TRIAL_S[0] <= effort.time_s <= TRIAL_S[1]]
    kept: list[Result] = []
    for effort in sorted(inside, key=lambda effort: -effort.distance_m):
        if not kept or effort.distance_m / effort.time_s > kept[-1].distance_m / kept[-1].time_s:
            kept.append(effort)
    return kept[::-1]


def from_efforts(efforts: Sequence[Result]) -> CriticalSpeed | Refusal:
    """Critical speed from the best efforts of training: of those that may have been maximal, or why there is none.

    At least 3 efforts of 2 to 20 min are asked for, since two always lie on a line.

    Source: The linear model of distance and time; Smyth & Muniz-Pumares 2020 for training data.
    """
    trials = maximal_envelope(efforts)
    if len(trials) < TRIALS_NEEDED:
        inside = sum(TRIAL_S[0] <= effort.time_s <= TRIAL_S[1] for effort in efforts)
        return Refusal.TOO_FEW if inside < TRIALS_NEEDED else Refusal.TOO_FEW_MAXIMAL
    line = fit(trials)
    return line if line is not None and line.plausible else Refusal.IMPLAUSIBLE


def recovery_tau_s(per_second: ArrayLike, critical: float) -> float:
    """Skiba's time constant 546 · e^(−0.01 · (CP − mean of all samples below CP)) + 316, in s."""
    values = np.asarray(per_second, dtype=np.float64)
    below = values[values < critical]
    return 546.0 * exp(-0.01 * (critical - float(below.mean()) if below.size else 0.0)) + 316.0


def balance_integral(per_second: ArrayLike, critical: float, capacity: float, *, tau_s: float | None = None) -> Floats:
    """What is left of the capacity each second (Skiba 2012): W′ − Σ max(0, P − CP) · e^(−(n−u)/τ).

    `tau_s` defaults to `recovery_tau_s`, which was fitted to cycling power; for running speed give your own.
    """
    values = np.asarray(per_second, dtype=np.float64)
    tau = recovery_tau_s(values, critical) if tau_s is None else tau_s
    gain = 1.0 - exp(-1.0 / tau)
    return capacity - ewma(np.clip(values - critical, 0.0, None), gain) / gain


def balance_differential(per_second: ArrayLike, critical: float, capacity: float) -> Floats:
    """What is left of the capacity each second (Froncioni, Skiba, Clarke).

    Above critical the excess is spent; below, the deficit refills in proportion to what is missing.
    """
    excess = np.asarray(per_second, dtype=np.float64) - critical

    def spent(before: float, above: float) -> float:
        return before + above if above >= 0.0 else before * (1.0 + above / capacity)

    steps: list[float] = [0.0, *excess.tolist()]
    # Each second depends on the one before in a way that has no closed form.
    spendings = list(accumulate(steps, spent))
    return capacity - np.array(spendings[1:])
