"""The calendar and the loads on it: dense, from the first activity to today, each activity once."""

import numpy as np
import polars as pl
import pytest

from runningcoach_pipelines.derive.fitness import daily_fitness
from runningcoach_pipelines.derive.fitness.load_series import calendar, load_series
from runningcoach_pipelines.metrics import fitness
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.tables import FitnessMetricsDaily, RacePrediction
from tests.histories import FIRST, Row, day, frame, history


def series(rows: list[Row], today: int) -> pl.DataFrame:
    activities = frame("activities", rows)
    days = calendar(activities, day(today))
    return load_series(days, activities).with_columns(day=days)


def test_every_day_from_the_first_to_today_has_a_row() -> None:
    found = series([{"on": 0, "load": 50}, {"on": 3, "load": 70}], 5)
    assert found["day"].to_list() == [day(n) for n in range(6)]
    assert found["load"].to_list() == [50, 0, 0, 70, 0, 0]
    assert found["activities"].to_list() == [1, 0, 0, 1, 0, 0]


def test_loads_of_a_day_are_added_whatever_their_order() -> None:
    loads = [0.1, 0.2, 0.3, 40.0]
    rows = [{"on": 0, "load": load, "load_source": "imputed"} for load in loads]
    found, other = series(rows, 0), series(rows[::-1], 0)
    assert found.equals(other)
    assert found.select("load", "imputed_load", "activities").row(0) == (pytest.approx(40.6), pytest.approx(40.6), 4)


def test_imputed_loads_and_runs_are_told_apart() -> None:
    rows = [
        {"on": 0, "load": 50.0},
        {"on": 0, "load": 30.0, "load_source": "imputed", "sport": "cycling"},
        {"on": 1, "load": 20.0, "load_source": "imputed"},
    ]
    found = series(rows, 1)
    assert found.select("load", "imputed_load", "run_load").rows() == [(80, 30, 50), (20, 20, 20)]


def test_fitness_of_all_sports_and_of_runs_are_those_of_their_loads() -> None:
    rng = np.random.default_rng(2)
    rows = [
        {"on": number, "load": float(load), "sport": sport}
        for number, load in enumerate(rng.gamma(2, 30, 60).round(1))
        for sport in (("running",) if number % 3 else ("running", "cycling"))
    ]
    found = series(rows, 70)
    everything, runs = (fitness.fitness(found[name].to_numpy()) for name in ("load", "run_load"))
    for name in ("ctl", "atl", "tsb"):
        assert found[name].to_list() == getattr(everything, name).tolist()
        assert found[f"run_{name}"].to_list() == getattr(runs, name).tolist()
    assert found["ramp"].to_list() == everything.ramp.tolist()
    assert found["ctl"][-1] > found["run_ctl"][-1] > 0


def test_the_shape_of_recent_load_is_null_where_it_is_not_defined() -> None:
    found = series([{"on": n, "load": load} for n, load in enumerate([0.0, 20, 10, 10, 10, 10, 10])], 40)
    assert found["monotony"][6] == pytest.approx(1.8708, abs=1e-4)
    assert found["strain"][6] == pytest.approx(130.958, abs=1e-3)
    assert found["monotony"][20] is None
    assert found["strain"][20] is None
    assert found["acwr_uncoupled"].null_count() >= 27
    assert found["acwr_uncoupled"][27] == 0
    assert found["acwr_ewma"][6] is not None


def test_the_averages_are_warm_after_three_time_constants() -> None:
    found = series([{"on": 0}], 130)
    assert found["warming_up"].to_list() == [True] * 126 + [False] * 5


def test_athletes_have_a_series_each_from_their_own_first_day() -> None:
    both = history([{"on": 0}, {"on": 3, "athlete_id": "you"}])
    alone = history([{"on": 3, "athlete_id": "you"}])
    found = daily_fitness(both, day(4)).days
    assert found.group_by("athlete_id", maintain_order=True).agg(pl.col("day").min(), pl.len()).rows() == [
        ("me", FIRST, 5),
        ("you", day(3), 2),
    ]
    assert found.filter(pl.col("athlete_id") == "you").equals(daily_fitness(alone, day(4)).days)


def test_a_run_of_tomorrow_where_it_is_tomorrow_already_is_in_the_series() -> None:
    assert daily_fitness(history([{"on": 1}]), FIRST).days["day"].to_list() == [day(1)]


def test_nothing_counted_is_no_series() -> None:
    found = daily_fitness(history(nights=[{"on": 0, "resting_hr_bpm": 50}]), FIRST)
    assert found.days.is_empty()
    assert found.predictions.is_empty()
    assert found.days.schema == frame_schema(FitnessMetricsDaily.table())
    assert found.predictions.schema == frame_schema(RacePrediction.table())
