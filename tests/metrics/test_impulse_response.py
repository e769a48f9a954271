"""The impulse-response model judged by results it has not seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.metrics import impulse_response
from runningcoach_pipelines.metrics.impulse_response import Model

DAYS = 400
LOADS = np.random.default_rng(7).gamma(2.0, 30.0, DAYS) * (np.sin(np.arange(DAYS) / 40.0) + 1.2)
TESTS = np.arange(130, DAYS, 30)
MODEL = Model(p0=40.0, k1=0.004, k2=0.006, tau1_days=45.0, tau2_days=15.0)
TAUS = {"tau1_days": 45.0, "tau2_days": 15.0}
RESULTS = st.lists(st.floats(30, 60), min_size=TESTS.size, max_size=TESTS.size)


def test_a_fit_keeps_parameters_that_make_sense() -> None:
    fitted = impulse_response.fit_nonnegative(LOADS, TESTS, MODEL.performance(LOADS)[TESTS], **TAUS)
    assert (fitted.p0, fitted.k1, fitted.k2) == pytest.approx((40.0, 0.004, 0.006))


@given(RESULTS)
def test_no_training_harms_for_good_and_no_fatigue_helps(tested: list[float]) -> None:
    fitted = impulse_response.fit_nonnegative(LOADS, TESTS, tested, **TAUS)
    assert min(fitted.k1, fitted.k2) >= 0
    error = fitted.squared_error(LOADS, TESTS, tested)
    free = impulse_response.fit(LOADS, TESTS, tested, **TAUS)
    assert error >= free.squared_error(LOADS, TESTS, tested) - 1e-6
    for share in np.linspace(0, 0.01, 6):
        others = [Model(fitted.p0, share, fitted.k2, **TAUS), Model(fitted.p0, fitted.k1, share, **TAUS)]
        assert all(error <= other.squared_error(LOADS, TESTS, tested) + 1e-6 for other in others)


def test_the_error_is_of_predictions_made_without_the_result() -> None:
    tested = MODEL.performance(LOADS)[TESTS] + np.tile([0.5, -0.5, 0.1], 3)
    missed = []
    for left_out in range(TESTS.size):
        days, results = np.delete(TESTS, left_out), np.delete(tested, left_out)
        fitted = impulse_response.fit_nonnegative(LOADS, days, results, **TAUS)
        missed.append(fitted.performance(LOADS)[TESTS[left_out]] - tested[left_out])
    expected = np.sqrt(np.mean(np.square(missed)))
    assert impulse_response.leave_one_out(LOADS, TESTS, tested, **TAUS) == pytest.approx(expected)
    assert expected > np.sqrt(
        impulse_response.fit(LOADS, TESTS, tested, **TAUS).squared_error(LOADS, TESTS, tested) / 9
    )


@pytest.mark.parametrize("taus", [(45.0, 15.0), (30.0, 5.0), (60.0, 11.0)])
def test_the_time_constants_that_made_the_results_are_found(taus: tuple[float, float]) -> None:
    made_by = Model(40.0, 0.004, 0.006, *taus)
    found = impulse_response.validated(LOADS, TESTS, made_by.performance(LOADS)[TESTS])
    assert (found.model.tau1_days, found.model.tau2_days) == taus
    assert found.error == pytest.approx(0, abs=1e-9)
    assert found.tests == TESTS.size


def test_results_that_have_nothing_to_do_with_the_loads_are_shown_by_the_mean() -> None:
    tested = np.random.default_rng(1).normal(50, 1, TESTS.size)
    found = impulse_response.validated(LOADS, TESTS, tested)
    others = (tested.sum() - tested) / (tested.size - 1)
    assert found.error_of_mean == pytest.approx(np.sqrt(np.mean((others - tested) ** 2)))


def test_four_results_are_too_few_for_any_of_it() -> None:
    for judge in (impulse_response.fit_nonnegative, impulse_response.leave_one_out):
        with pytest.raises(ValueError, match="at least 5"):
            judge(LOADS, TESTS[:4], [50.0] * 4, **TAUS)
    with pytest.raises(ValueError, match="at least 5"):
        impulse_response.validated(LOADS, TESTS[:4], [50.0] * 4)
