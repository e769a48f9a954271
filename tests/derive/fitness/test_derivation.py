"""Days written from what the tables hold, under the table's lock."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from sqlalchemy import update

from runningcoach_pipelines.derive.fitness import derive_fitness
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.tables import (
    Activity,
    ActivityMetrics,
    AthleteSettings,
    BestEffort,
    DeviceValues,
    FitnessMetricsDaily,
    HealthMetrics,
)
from tests.deriving import TODAY, bring, derive, table
from tests.making import START, at, run
from tests.rows import Row, put
from tests.waiting import waits_for_a_lock

DAY_S = 86_400
FIRST = dt.date(2025, 5, 4)


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def put_run(lakehouse: Lakehouse, activity_id: str, on: int, *, vo2max: float | None = None, **changes: object) -> None:
    """An activity with its metrics and what the device says of it; later ids start later."""
    named: Row = {"activity_id": activity_id, "local_day": day(on)}
    started_at = dt.datetime.combine(day(on), dt.time(8, ord(activity_id[0]) % 60), dt.UTC)
    put(lakehouse, Activity, named | {"started_at": started_at, "source_sha256": activity_id})
    put(lakehouse, DeviceValues, named | {"vo2max": vo2max})
    put(lakehouse, ActivityMetrics, named | {"load": 50.0, "load_source": "heart_rate", "timer_s": 3600.0} | changes)


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


def test_what_the_tables_hold_reaches_the_days(lakehouse: Lakehouse) -> None:
    put_run(lakehouse, "a", 0, hr_vo2max=47.0, distance_m=10_000.0)
    put(lakehouse, AthleteSettings, {"valid_from": day(0), "hr_rest_bpm": 45, "hr_max_bpm": 188, "sex": None})
    put(lakehouse, BestEffort, {"activity_id": "a", "local_day": day(0), "distance_m": 5000.0, "time_s": 1200.0})
    put(
        lakehouse, HealthMetrics, *({"day": day(n), "resting_hr_bpm": 50 + n, "hrv_rmssd_ms": 55} for n in range(-3, 1))
    )
    report = derive_fitness(lakehouse, day(1))
    first, second = table(lakehouse, "fitness_metrics_daily").rows(named=True)
    assert first["hr_vo2max"] == 47
    assert first["race_vo2max"] == pytest.approx(49.8, abs=0.05)
    assert (first["hr_max_bpm"], first["hr_max_source"]) == (188, "athlete")
    assert (first["resting_hr_bpm"], first["resting_hr_delta_bpm"]) == (50, 2)
    assert first["hrv_status"] == "within"
    assert first["readiness"] == "ready"
    assert second["resting_hr_bpm"] is None
    assert second["critical_speed_reason"] == "fewer than 3 efforts of 2 to 20 min"
    predictions = table(lakehouse, "race_predictions")
    assert predictions["day"].to_list() == [day(0)] * 4 + [day(1)] * 4
    assert (report.days, report.predictions) == (2, 8)


def test_efforts_and_activities_that_do_not_count_change_nothing(lakehouse: Lakehouse) -> None:
    put_run(lakehouse, "a", 0)
    derive_fitness(lakehouse, day(5))
    before = table(lakehouse, "fitness_metrics_daily")
    put_run(lakehouse, "b", 1, vo2max=60.0, counted=False, hr_vo2max=60.0, distance_m=20_000.0)
    effort = {"activity_id": "b", "local_day": day(1), "distance_m": 5000.0, "time_s": 1000.0, "counts": False}
    put(lakehouse, BestEffort, effort)
    derive_fitness(lakehouse, day(5))
    assert table(lakehouse, "fitness_metrics_daily").equals(before)
    assert table(lakehouse, "race_predictions").is_empty()


def test_the_devices_last_word_of_a_day_counts(lakehouse: Lakehouse) -> None:
    put_run(lakehouse, "b", 0, vo2max=51.0)
    put_run(lakehouse, "a", 0, vo2max=50.0)
    put_run(lakehouse, "c", 0, vo2max=44.0, sport="cycling")
    put(lakehouse, HealthMetrics, {"day": day(0), "vo2max": 52.0}, {"day": day(2), "vo2max": 53.0})
    derive_fitness(lakehouse, day(3))
    assert table(lakehouse, "fitness_metrics_daily")["device_vo2max"].to_list() == [51, 51, 53, 53]
