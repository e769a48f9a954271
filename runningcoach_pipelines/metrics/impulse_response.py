"""Banister's impulse–response model: performance from the loads of all days before.

p(t) = p0 + k1 · Σ load · e^(−(t−s)/τ1) − k2 · Σ load · e^(−(t−s)/τ2). The load of day t counts on day t.
Fix τ1 and τ2: the free five-parameter fit degenerates into two huge cancelling terms. The model is linear,
so left alone it prescribes total rest before a race: never let it plan a taper unconstrained.
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import ArrayLike

from runningcoach_pipelines.metrics.fitness import ewma
from runningcoach_pipelines.metrics.quantity import Floats

TESTS_NEEDED = 5
LONGEST_TAPER_DAYS = 60


def accumulated(loads: ArrayLike, tau_days: float) -> Floats:
    """Σ load · e^(−(t−s)/τ) of a dense daily series, the load of day t included."""
    gain = 1.0 - exp(-1.0 / tau_days)
    return ewma(loads, gain) / gain


@dataclass(frozen=True, slots=True)
class Model:
    """Parameters of one athlete; performance has the unit of `p0`."""

    p0: float
    k1: float
    k2: float
    tau1_days: float
    tau2_days: float

    def performance(self, loads: ArrayLike) -> Floats:
        """Predicted performance on each day of a dense daily series."""
        gained = self.k1 * accumulated(loads, self.tau1_days)
        return self.p0 + gained - self.k2 * accumulated(loads, self.tau2_days)

    def influence(self, days_before: float) -> float:
        """Effect per unit of load on a race so many days later."""
        return self.k1 * exp(-days_before / self.tau1_days) - self.k2 * exp(-days_before / self.tau2_days)

    @property
    def last_useful_day(self) -> float:
        """t_n: days before a race after which training costs more than it gives (Fitz-Clarke 1991)."""
        return self._scale * log(self.k2 / self.k1)

    @property
    def most_useful_day(self) -> float:
        """t_g: days before a race on which training gives most (Fitz-Clarke 1991)."""
        return self._scale * log(self.k2 * self.tau1_days / (self.k1 * self.tau2_days))

    @property
    def _scale(self) -> float:
        return self.tau1_days * self.tau2_days / (self.tau1_days - self.tau2_days)

    def squared_error(self, loads: ArrayLike, test_days: ArrayLike, tested: ArrayLike) -> float:
        """Sum of squared errors against the performances `tested` on `test_days` (0-based)."""
        predicted = self.performance(loads)[np.asarray(test_days, dtype=np.intp)]
        return float(((predicted - np.asarray(tested, dtype=np.float64)) ** 2).sum())


def fit(loads: ArrayLike, test_days: ArrayLike, tested: ArrayLike, *, tau1_days: float, tau2_days: float) -> Model:
    """p0, k1, k2 by linear least squares for fixed time constants.

    `test_days` are 0-based days of the dense series. Raises ValueError for fewer than 5 tests.
    """
    days = np.asarray(test_days, dtype=np.intp)
    if days.size < TESTS_NEEDED:
        raise ValueError(f"{days.size} performance tests; the model needs at least {TESTS_NEEDED}")
    gained, lost = accumulated(loads, tau1_days)[days], accumulated(loads, tau2_days)[days]
    design = np.column_stack((np.ones(days.size), gained, -lost))
    p0, k1, k2 = np.linalg.lstsq(design, np.asarray(tested, dtype=np.float64), rcond=None)[0].tolist()
    return Model(p0, k1, k2, tau1_days, tau2_days)


def best_taper_days(model: Model, *, load: float, fraction: float, history_days: int) -> int:
    """Length 0…60 of a taper at `fraction` of a constant daily `load` that the model likes best.

    Shows what the linear model wants, which is rest for about t_n days whatever the fraction.
    """
    lengths = range(LONGEST_TAPER_DAYS + 1)
    outcomes = [_after_taper(model, load, fraction, history_days, days) for days in lengths]
    return int(np.argmax(outcomes))


def _after_taper(model: Model, load: float, fraction: float, history_days: int, taper_days: int) -> float:
    loads = np.concatenate((np.full(history_days, load), np.full(taper_days, load * fraction), [0.0]))
    return float(model.performance(loads)[-1])
