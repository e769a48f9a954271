"""Nights against the athlete's own baselines."""

import math

import numpy as np
import polars as pl
import pytest

from runningcoach_pipelines.derive.fitness.wellness_baselines import wellness_baselines
from tests.histories import Row, day, frame


def baselines(nights: list[Row], days: int = 80) -> pl.DataFrame:
    return wellness_baselines(pl.Series([day(n) for n in range(days)]), frame("nights", nights))


def test_without_nights_nothing_is_known() -> None:
    found = baselines([], days=5)
    assert found.drop("hrv_nights").null_count().row(0) == (5,) * 9
    assert found["hrv_nights"].to_list() == [0] * 5


def test_resting_heart_rate_is_compared_with_the_28_days_before() -> None:
    values = [50.0, 51, 49, 50, 52, 51, 50, 49, 50, 51, 50, 50, 49, 51, 57]
    found = baselines([{"on": n, "resting_hr_bpm": bpm} for n, bpm in enumerate(values)])
    row = found.row(14, named=True)
    assert row["resting_hr_bpm"] == 57
    assert row["resting_hr_delta_bpm"] == pytest.approx(6.7857, abs=1e-4)
    assert row["resting_hr_z"] == pytest.approx(7.6023, abs=1e-4)
    assert found["resting_hr_delta_bpm"][15] is None


def test_a_week_of_nights_is_compared_with_sixty_days() -> None:
    values = np.random.default_rng(4).normal(55, 4, 70).tolist()
    found = baselines([{"on": n, "hrv_rmssd_ms": ms} for n, ms in enumerate(values)]).row(69, named=True)
    logs = np.log(values)
    centre, spread = logs[10:70].mean(), logs[10:70].std(ddof=1)
    assert found["hrv_rmssd_ms"] == values[69]
    assert found["hrv_week_ln"] == pytest.approx(logs[63:70].mean())
    assert found["hrv_low_ln"] == pytest.approx(centre - spread / 2)
    assert found["hrv_high_ln"] == pytest.approx(centre + spread / 2)
    assert found["hrv_nights"] == 60


@pytest.mark.parametrize(("last_week", "status"), [(40.0, "below"), (60.0, "within"), (90.0, "above")])
def test_a_week_has_a_status(last_week: float, status: str) -> None:
    values = [55.0, 60.0, 65.0] * 20 + [last_week] * 7
    found = baselines([{"on": n, "hrv_rmssd_ms": ms} for n, ms in enumerate(values)])
    assert found["hrv_status"][66] == status


def test_too_few_nights_are_insufficient_and_none_in_sixty_days_are_nothing() -> None:
    found = baselines([{"on": 0, "hrv_rmssd_ms": 55}, {"on": 1, "hrv_rmssd_ms": 60}])["hrv_status"].to_list()
    assert found == ["insufficient"] * 61 + [None] * 19


def test_nights_before_the_first_activity_make_its_baseline() -> None:
    before = [{"on": n - 30, "hrv_rmssd_ms": 50.0 + n % 3, "resting_hr_bpm": 50.0 + n % 2} for n in range(31)]
    found = baselines(before)
    assert found.height == 80
    first = found.row(0, named=True)
    assert first["hrv_nights"] == 31
    assert first["hrv_week_ln"] == pytest.approx(math.log(51), abs=0.01)
    assert first["resting_hr_delta_bpm"] == pytest.approx(-0.5, abs=0.1)


def test_a_night_changes_its_day_and_the_sixty_that_rest_on_it() -> None:
    usual = [
        {"on": n, "hrv_rmssd_ms": 55.0 + n % 5, "resting_hr_bpm": 50.0 + n % 4, "sleep_s": 7e3} for n in range(150)
    ]
    edited = [row | {"hrv_rmssd_ms": 41.0, "resting_hr_bpm": 61.0} if row["on"] == 40 else row for row in usual]
    one, other = baselines(usual, 150), baselines(edited, 150)
    differs = [number for number in range(150) if one.row(number) != other.row(number)]
    assert differs == list(range(40, 100))


@pytest.mark.parametrize("value", [0.0, -5.0, float("nan"), float("inf")])
def test_absurd_values_are_not_measured(value: float) -> None:
    found = baselines([{"on": 0, "hrv_rmssd_ms": value, "resting_hr_bpm": value, "sleep_s": value}], days=1)
    assert found.drop("hrv_nights").null_count().row(0) == (1,) * 9
