"""Fitness of every day: dense, from the first activity to today, counted once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from sqlalchemy import update

from runningcoach_pipelines.derive.fitness import daily_fitness, derive_fitness
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import ActivityMetrics, FitnessMetricsDaily
from runningcoach_pipelines.store.windows import lock
from tests.deriving import TODAY, bring, derive, table
from tests.making import START, at, run
from tests.waiting import waits_for_a_lock

DAY_S = 86_400
FIRST = dt.date(2025, 5, 4)

ACTIVITIES = {
    "athlete_id": pl.String,
    "local_day": pl.Date,
    "load": pl.Float64,
    "load_source": pl.String,
    "counted": pl.Boolean,
}


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def activities(*rows: tuple[str, int, float, str, bool]) -> pl.DataFrame:
    """Athlete, day after the first, load, its source, and whether it counts."""
    frame = [(athlete, day(number), load, source, counted) for athlete, number, load, source, counted in rows]
    return pl.DataFrame(frame, schema=ACTIVITIES, orient="row")


def test_every_day_from_the_first_to_today_has_a_row() -> None:
    series = daily_fitness(activities(("me", 0, 50, "heart_rate", True), ("me", 3, 70, "pace", True)), day(5))
    assert series["day"].to_list() == [day(n) for n in range(6)]
    assert series["load"].to_list() == [50, 0, 0, 70, 0, 0]
    assert series["activities"].to_list() == [1, 0, 0, 1, 0, 0]
    assert series.schema == frame_schema(FitnessMetricsDaily.table())


def test_loads_of_a_day_are_added_and_duplicates_counted_once() -> None:
    rows = activities(
        ("me", 0, 50, "heart_rate", True), ("me", 0, 30, "imputed", True), ("me", 0, 49, "heart_rate", False)
    )
    series = daily_fitness(rows, FIRST)
    assert series.select("load", "imputed_load", "activities").rows() == [(80, 30, 2)]


def test_athletes_have_a_series_each_from_their_own_first_day() -> None:
    rows = activities(("me", 0, 50, "pace", True), ("you", 3, 60, "pace", True))
    series = daily_fitness(rows, day(4))
    assert series.group_by("athlete_id", maintain_order=True).agg(pl.col("day").min(), pl.len()).rows() == [
        ("me", FIRST, 5),
        ("you", day(3), 2),
    ]
    alone = daily_fitness(rows.filter(pl.col("athlete_id") == "you"), day(4))
    assert series.filter(pl.col("athlete_id") == "you").equals(alone)


def test_a_run_of_tomorrow_where_it_is_tomorrow_already_is_in_the_series() -> None:
    series = daily_fitness(activities(("me", 1, 50, "pace", True)), FIRST)
    assert series["day"].to_list() == [day(1)]


@pytest.mark.parametrize("rows", [activities(), activities(("me", 0, 50, "pace", False))])
def test_nothing_counted_is_no_series(rows: pl.DataFrame) -> None:
    series = daily_fitness(rows, FIRST)
    assert series.is_empty()
    assert series.schema == frame_schema(FitnessMetricsDaily.table())


def test_a_late_run_changes_its_day_and_every_later_one_and_none_before(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {f"{n}": run(at(START, n * DAY_S), seconds=900) for n in (0, 2, 20, 30)})
    derive(lakehouse)
    before = table(lakehouse, "fitness_metrics_daily")
    bring(lakehouse, {"late": run(at(START, 10 * DAY_S), seconds=900)})
    derive(lakehouse)
    after = table(lakehouse, "fitness_metrics_daily")
    earlier = pl.col("day") < day(10)
    assert after.filter(earlier).equals(before.filter(earlier))
    later = after.filter(~earlier).join(before.filter(~earlier), on="day", suffix="_before")
    assert later.height == (TODAY - day(10)).days + 1
    assert (later["ctl"] > later["ctl_before"]).all()


def test_today_without_a_run_only_adds_a_day(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a": run()})
    derive(lakehouse)
    before = table(lakehouse, "fitness_metrics_daily")
    report = derive_fitness(lakehouse, TODAY + dt.timedelta(days=1))
    after = table(lakehouse, "fitness_metrics_daily")
    assert after.head(-1).equals(before)
    assert report.days == after.height == before.height + 1
    (form,) = report.latest
    assert (form.athlete_id, form.day, form.ctl) == ("me", TODAY + dt.timedelta(days=1), after["ctl"][-1])


def test_a_slower_derivation_does_not_write_over_what_it_did_not_see(lakehouse: Lakehouse) -> None:
    """While it waits for another writer of the table, an activity's load changes: that must be in its rows."""
    bring(lakehouse, {"a": run()})
    derive(lakehouse)
    with ThreadPoolExecutor(1) as pool:
        with lakehouse.engine.begin() as other:
            lock(other, FitnessMetricsDaily.__tablename__)
            working = pool.submit(derive_fitness, lakehouse, TODAY)
            assert waits_for_a_lock(lakehouse.engine, working)
            other.execute(update(ActivityMetrics).values(load=77))
        working.result(30)
    assert table(lakehouse, "fitness_metrics_daily")["load"][0] == 77
