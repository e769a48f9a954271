"""Three estimates of maximal oxygen uptake, each by its own rule."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.derive.fitness.seasons import seasons
from runningcoach_pipelines.derive.fitness.vo2max_trend import vo2max_trend
from runningcoach_pipelines.metrics import vo2max
from tests.histories import FIRST, Row, day, frame

DAYS = 130


def trend(
    activities: list[Row] | None = None, *, efforts: list[Row] | None = None, device: list[Row] | None = None
) -> pl.DataFrame:
    days = pl.Series([day(n) for n in range(DAYS)])
    of_seasons = seasons(days, frame("efforts", efforts or []))
    return vo2max_trend(days, frame("activities", activities or []), frame("device_vo2max", device or []), of_seasons)


def known(series: pl.Series) -> dict[int, float]:
    return {number: value for number, value in enumerate(series.to_list()) if value is not None}


def test_nothing_measured_is_no_estimate() -> None:
    assert trend([{"on": 3}]).null_count().row(0) == (DAYS,) * 3


def test_the_devices_figure_holds_for_sixty_days_or_until_the_next() -> None:
    found = known(trend(device=[{"on": 5, "vo2max": 50.5}, {"on": 20, "vo2max": 51.0}])["device_vo2max"])
    assert found == dict.fromkeys(range(5, 20), 50.5) | dict.fromkeys(range(20, 81), 51.0)


def test_the_devices_figure_from_before_the_first_activity_is_known_on_that_day() -> None:
    found = known(trend(device=[{"on": -58, "vo2max": 50.5}])["device_vo2max"])
    assert found == {0: 50.5, 1: 50.5, 2: 50.5}


def test_the_best_race_like_effort_of_the_season_is_the_race_estimate() -> None:
    efforts = [
        {"on": 2, "distance_m": 5000, "time_s": 1310},
        {"on": 30, "distance_m": 10_000, "time_s": 2481},
        {"on": 31, "distance_m": 1000, "time_s": 150},
    ]
    found = known(trend(efforts=efforts)["race_vo2max"])
    assert found[2] == found[29] == pytest.approx(45, abs=0.1)
    assert found[30] == found[119] == pytest.approx(50, abs=0.1)
    assert found.keys() == set(range(2, 120))


def test_efforts_below_three_kilometres_are_no_race() -> None:
    assert known(trend(efforts=[{"on": 2, "distance_m": 1609.344, "time_s": 300}])["race_vo2max"]) == {}


def test_runs_are_weighted_by_their_duration() -> None:
    runs = [
        {"on": 29, "hr_vo2max": 50, "timer_s": 3600},
        {"on": 28, "hr_vo2max": 46, "timer_s": 1800},
        {"on": 30, "hr_vo2max": 80, "sport": "cycling"},
        {"on": 30, "hr_vo2max": None},
        {"on": 30, "hr_vo2max": 48, "timer_s": None},
    ]
    found = known(trend(runs)["hr_vo2max"])
    assert found[30] == pytest.approx(48.6667, abs=1e-4)
    assert found.keys() == set(range(28, 60))


RUNS = st.lists(
    st.fixed_dictionaries(
        {
            "on": st.integers(0, DAYS - 1),
            "hr_vo2max": st.none() | st.just(0.0) | st.floats(30, 70),
            "timer_s": st.none() | st.floats(0, 9000),
        }
    ),
    max_size=20,
)


@given(RUNS)
def test_the_heart_rate_estimate_is_the_shape_of_that_day(runs: list[Row]) -> None:
    found = trend(runs)["hr_vo2max"]
    rows = frame("activities", runs)
    for number in range(0, DAYS, 9):
        ago = (pl.lit(FIRST + dt.timedelta(days=number)) - pl.col("local_day")).dt.total_days()
        past = rows.filter(ago >= 0, pl.col("timer_s") > 0)
        shape = past.select(vo2max.shape(pl.col("hr_vo2max"), pl.col("timer_s"), ago)).item()
        assert found[number] == (None if shape is None else pytest.approx(shape))
