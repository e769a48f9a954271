"""Banister's impulse–response model: performance from the loads of all days before.

p(t) = p0 + k1 · Σ load · e^(−(t−s)/τ1) − k2 · Σ load · e^(−(t−s)/τ2). The load of day t counts on day t.
Fix τ1 and τ2: the free five-parameter fit degenerates into two huge cancelling terms. The model is linear,
so left alone it prescribes total rest before a race: never let it plan a taper unconstrained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import exp, log

import numpy as np
from numpy.typing import ArrayLike

from runningcoach_pipelines.metrics.fitness import ewma
from runningcoach_pipelines.metrics.quantity import Floats

TESTS_NEEDED = 5
LONGEST_TAPER_DAYS = 60

TIME_CONSTANTS_DAYS = tuple(product((30.0, 35.0, 40.0, 45.0, 50.0, 55.0, 60.0), (5.0, 8.0, 11.0, 15.0, 20.0)))
"""Pairs (τ1, τ2) to choose from: fitness fades in 30 to 60 days, fatigue in 5 to 20; 45/15 and 50/11 are the usual."""


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
    design = _design(loads, test_days, tau1_days, tau2_days)
    p0, k1, k2 = np.linalg.lstsq(design, np.asarray(tested, dtype=np.float64), rcond=None)[0].tolist()
    return Model(p0, k1, k2, tau1_days, tau2_days)


def fit_nonnegative(
    loads: ArrayLike, test_days: ArrayLike, tested: ArrayLike, *, tau1_days: float, tau2_days: float
) -> Model:
    """As `fit`, but training never lowers fitness nor takes fatigue away: k1 and k2 are not below 0."""
    design = _design(loads, test_days, tau1_days, tau2_days)
    p0, k1, k2 = _nonnegative(design, np.asarray(tested, dtype=np.float64)).tolist()
    return Model(p0, k1, k2, tau1_days, tau2_days)


def leave_one_out(
    loads: ArrayLike, test_days: ArrayLike, tested: ArrayLike, *, tau1_days: float, tau2_days: float
) -> float:
    """Root mean squared error with which `fit_nonnegative` to all other tests predicts each test.

    In the unit of the performances. Raises ValueError for fewer than 5 tests.
    """
    design = _design(loads, test_days, tau1_days, tau2_days)
    return _left_out_error(design, np.asarray(tested, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class Validated:
    """A model with the errors by which to judge it, all in the unit of the performances."""

    model: Model
    error: float
    """Leave-one-out. The time constants were chosen by it, so it is on the low side."""
    error_of_mean: float
    """Leave-one-out error of the plain mean of the other tests: a model that is not below it has learnt nothing."""
    tests: int


def validated(
    loads: ArrayLike,
    test_days: ArrayLike,
    tested: ArrayLike,
    *,
    time_constants_days: Sequence[tuple[float, float]] = TIME_CONSTANTS_DAYS,
) -> Validated:
    """The non-negative fit whose pair of time constants has the lowest leave-one-out error, the first of equals.

    Raises ValueError for fewer than 5 tests.
    """
    results = np.asarray(tested, dtype=np.float64)
    errors = [
        leave_one_out(loads, test_days, results, tau1_days=tau1, tau2_days=tau2) for tau1, tau2 in time_constants_days
    ]
    chosen = int(np.argmin(errors))
    tau1, tau2 = time_constants_days[chosen]
    return Validated(
        model=fit_nonnegative(loads, test_days, results, tau1_days=tau1, tau2_days=tau2),
        error=errors[chosen],
        error_of_mean=_left_out_error(np.ones((results.size, 1)), results),
        tests=results.size,
    )


def _design(loads: ArrayLike, test_days: ArrayLike, tau1_days: float, tau2_days: float) -> Floats:
    """A row (1, fitness, −fatigue) of each test."""
    days = np.asarray(test_days, dtype=np.intp)
    if days.size < TESTS_NEEDED:
        raise ValueError(f"{days.size} performance tests; the model needs at least {TESTS_NEEDED}")
    gained, lost = accumulated(loads, tau1_days)[days], accumulated(loads, tau2_days)[days]
    return np.column_stack((np.ones(days.size), gained, -lost))


def _left_out_error(design: Floats, tested: Floats) -> float:
    others = ~np.eye(tested.size, dtype=bool)
    missed = [
        float(design[test] @ _nonnegative(design[rest], tested[rest]) - tested[test])
        for test, rest in enumerate(others)
    ]
    return float(np.sqrt(np.mean(np.square(missed))))


def _nonnegative(design: Floats, tested: Floats) -> Floats:
    """Least squares with every coefficient after the first not below 0.

    The problem is convex and has at most two bounds, so the best of the fits on the bounds is its solution.
    """
    best, least = np.zeros(design.shape[1]), np.inf
    for kept in product((True, False), repeat=design.shape[1] - 1):
        columns = np.array((True, *kept))
        solution = np.zeros(design.shape[1])
        solution[columns] = np.linalg.lstsq(design[:, columns], tested, rcond=None)[0]
        squares = float(((design @ solution - tested) ** 2).sum())
        if (solution[1:] >= 0.0).all() and squares < least:
            best, least = solution, squares
            if columns.all():
                break
    return best


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
