"""Loads by source, curves, records and predictions as the tables hold them, of one athlete only."""

import datetime as dt

import polars as pl
import pytest

from runningcoach_pipelines.store import performance
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.windows import Period, Window
from tests.deriving import TODAY, bring, derive
from tests.making import Leg, activity, at

START = dt.datetime(2025, 5, 5, 7, tzinfo=dt.UTC)
DAY_S = 86_400
MAY = Window(dt.date(2025, 5, 1), dt.date(2025, 6, 1))


@pytest.fixture
def raced(lakehouse: Lakehouse) -> Lakehouse:
    legs = {
        "slow.fit": Leg(start=START, seconds=3600, speed_mps=3.0),
        "fast.fit": Leg(start=at(START, 3 * DAY_S), seconds=1300, speed_mps=4.0),
        "unknown.fit": Leg(start=at(START, 8 * DAY_S), seconds=1200, speed_mps=2.0, heart_rate=None, sport="hiking"),
    }
    bring(lakehouse, {name: activity(leg) for name, leg in legs.items()})
    bring(lakehouse, {"other.fit": activity(Leg(start=at(START, 60), seconds=1300, speed_mps=5.0))}, athlete_id="other")
    derive(lakehouse)
    return lakehouse


def test_loads_by_source_add_up_to_the_weeks(raced: Lakehouse) -> None:
    loads = performance.load_by_source(raced.engine, "me", Period.WEEK, MAY)
    assert loads.select("period_start", "load_source").rows() == [
        (dt.date(2025, 5, 5), "heart_rate"),
        (dt.date(2025, 5, 12), "imputed"),
    ]
    months = performance.load_by_source(raced.engine, "me", Period.MONTH, MAY)
    assert months["load"].sum() == pytest.approx(loads["load"].sum())


def test_a_record_is_the_fastest_that_counts_with_its_day(raced: Lakehouse) -> None:
    rows = {distance: (time, day) for distance, time, day, _ in performance.records(raced.engine, "me").iter_rows()}
    assert rows[5000.0] == (pytest.approx(1250.0), dt.date(2025, 5, 8))
    assert rows[10_000.0] == (pytest.approx(10_000 / 3), dt.date(2025, 5, 5))


def test_the_best_of_each_month_is_that_months_fastest(raced: Lakehouse) -> None:
    best = performance.best_by_month(raced.engine, "me", 5000.0)
    assert best.rows() == [(dt.date(2025, 5, 1), pytest.approx(1250.0))]
    assert performance.best_by_month(raced.engine, "me", 42_195.0).is_empty()


def test_a_curve_holds_the_highest_means_of_runs_in_the_window(raced: Lakehouse) -> None:
    curve = performance.curve(raced.engine, "me", "speed", MAY)
    by_window = dict(curve.iter_rows())
    assert by_window[60] == pytest.approx(4.0)
    assert by_window[3600] == pytest.approx(3.0)
    assert by_window == dict(curve.sort("window_s").iter_rows())
    before = Window(dt.date(2025, 4, 1), dt.date(2025, 5, 1))
    assert performance.curve(raced.engine, "me", "speed", before).is_empty()


def test_predictions_are_those_of_the_last_day_that_has_some(raced: Lakehouse) -> None:
    rows = performance.predictions(raced.engine, "me", TODAY)
    assert rows["distance_m"].to_list() == [5000.0, 10_000.0, 21_097.5, 42_195.0]
    assert rows["day"].unique().to_list() == [TODAY]
    history = performance.predicted(raced.engine, "me", 5000.0, dt.date(2025, 6, 1))
    assert history["day"][0] == dt.date(2025, 6, 1)
    assert history["time_s"][-1] == rows["time_s"][0]
    assert performance.predictions(raced.engine, "me", dt.date(2025, 1, 1)).is_empty()


def test_years_add_up_what_counts(raced: Lakehouse) -> None:
    (row,) = performance.years(raced.engine, "me").to_dicts()
    assert (row["year"], row["runs"]) == (dt.date(2025, 1, 1), 2)
    assert row["run_distance_m"] == pytest.approx(3600 * 3.0 + 1300 * 4.0)
    assert row["timer_s"] == pytest.approx(3600 + 1300 + 1200)


def test_an_athlete_without_anything_gets_empty_frames(raced: Lakehouse) -> None:
    engine = raced.engine
    frames: list[pl.DataFrame] = [
        performance.load_by_source(engine, "nobody", Period.WEEK, MAY),
        performance.records(engine, "nobody"),
        performance.curve(engine, "nobody", "speed", MAY),
        performance.predictions(engine, "nobody", TODAY),
        performance.predicted(engine, "nobody", 5000.0, TODAY),
        performance.health(engine, "nobody", MAY),
        performance.years(engine, "nobody"),
    ]
    assert all(frame.is_empty() and frame.width for frame in frames)
