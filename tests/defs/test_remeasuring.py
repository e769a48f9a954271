"""Stale months in Dagster: when the sensor asks for them, and that a plan ends with nothing stale."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import polars as pl
import pytest
from sqlalchemy import text

from runningcoach_pipelines.definitions import build_defs, defs
from runningcoach_pipelines.defs import launch
from runningcoach_pipelines.defs.partitions import month_range_tags
from runningcoach_pipelines.defs.remeasuring import changed_terms
from runningcoach_pipelines.derive.stale import outdated_fitness, stale_windows
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store import read_models
from runningcoach_pipelines.store.athletes import SettingsFrom, store_settings
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.windows import Window
from tests.deriving import SPRING, TODAY, bring, derive, table
from tests.making import START, at, run

METRICS = dg.AssetKey("activity_metrics")
SUMMER = Window(dt.date(2025, 6, 1), dt.date(2025, 8, 1))
HARDER = SettingsFrom(SUMMER.start, hr_max_bpm=200)
EASIER = SettingsFrom(SUMMER.start, hr_max_bpm=180)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def measured(lakehouse: Lakehouse, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Lakehouse:
    """A run in each month of spring, everything derived; the sensor sees these stores."""
    assert settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("RUNNINGCOACH_HOME", str(settings.home))
    bring(lakehouse, {f"{month}.fit": run(at(START, month * 30 * 86_400), heart_rate=150) for month in range(-2, 3)})
    derive(lakehouse)
    assert outdated_fitness(lakehouse.engine) is None
    return lakehouse


def tick(instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    result = changed_terms(dg.build_sensor_context(instance=instance, definitions=defs))
    assert isinstance(result, dg.RunRequest | dg.SkipReason)
    return result


def asked_for(instance: dg.DagsterInstance) -> dg.RunRequest:
    request = tick(instance)
    assert isinstance(request, dg.RunRequest), request
    return request


def measure(lakehouse: Lakehouse, instance: dg.DagsterInstance, request: dg.RunRequest) -> None:
    job = build_defs(resources={"lakehouse": lakehouse}).resolve_job_def("measure_months")
    assert job.execute_in_process(instance=instance, tags=dict(request.tags)).success


def test_nothing_is_asked_for_while_nothing_has_changed(measured: Lakehouse, instance: dg.DagsterInstance) -> None:
    assert isinstance(tick(instance), dg.SkipReason)


def test_changed_settings_ask_for_just_their_months_and_measuring_them_settles_it(
    measured: Lakehouse, instance: dg.DagsterInstance
) -> None:
    before = table(measured, "activity_metrics")
    store_settings(measured.engine, "me", [HARDER])
    request = asked_for(instance)
    assert dict(request.tags).items() >= month_range_tags(SUMMER).items()
    measure(measured, instance, request)
    assert outdated_fitness(measured.engine) is not None
    assert isinstance(tick(instance), dg.SkipReason), "fitness follows by itself"
    assert instance.get_materialized_partitions(METRICS) == {"2025-06-01", "2025-07-01"}
    early = pl.col("local_day") < SUMMER.start
    assert table(measured, "activity_metrics").filter(early).equals(before.filter(early))


def test_the_same_change_is_asked_for_under_one_key(measured: Lakehouse, instance: dg.DagsterInstance) -> None:
    store_settings(measured.engine, "me", [HARDER])
    assert asked_for(instance).run_key == asked_for(instance).run_key


def test_another_change_and_a_change_back_and_forth_have_keys_of_their_own(
    measured: Lakehouse, instance: dg.DagsterInstance
) -> None:
    keys = []
    for settings in (HARDER, EASIER):
        store_settings(measured.engine, "me", [settings])
        keys.append(asked_for(instance).run_key)
    for settings in (HARDER, EASIER, HARDER):
        store_settings(measured.engine, "me", [settings])
        request = asked_for(instance)
        keys.append(request.run_key)
        measure(measured, instance, request)
    assert keys[2] == keys[0]
    assert len({*keys}) == len(keys) - 1


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED])
@pytest.mark.parametrize("job", ["refresh_months", "measure_months"])
def test_nothing_is_asked_for_while_months_are_being_measured(
    measured: Lakehouse, instance: dg.DagsterInstance, job: str, status: dg.DagsterRunStatus
) -> None:
    store_settings(measured.engine, "me", [HARDER])
    under_way = instance.create_run_for_job(defs.resolve_job_def(job), status=status)
    assert isinstance(tick(instance), dg.SkipReason)
    instance.report_run_canceled(under_way)
    assert isinstance(tick(instance), dg.RunRequest)


def test_the_earliest_months_come_first(measured: Lakehouse, instance: dg.DagsterInstance) -> None:
    with measured.engine.begin() as connection:
        connection.execute(
            text("update runningcoach.activity_metrics set code_version = 'old' where local_day < '2025-04-01'")
        )
    store_settings(measured.engine, "me", [HARDER])
    request = asked_for(instance)
    assert request.tags["dagster/asset_partition_range_start"] == "2025-03-01"
    assert request.tags["dagster/asset_partition_range_end"] == "2025-03-01"


def test_months_that_are_no_partitions_are_left_alone(measured: Lakehouse, instance: dg.DagsterInstance) -> None:
    with measured.engine.begin() as connection:
        connection.execute(text("update runningcoach.activity_metrics set code_version = 'old'"))
        for name in ("activities", "activity_metrics", "best_efforts", "device_values"):
            connection.execute(text(f"update runningcoach.{name} set local_day = local_day - interval '30 years'"))
    assert stale_windows(measured.engine) != []
    assert isinstance(tick(instance), dg.SkipReason)


def test_settings_after_the_last_activity_reach_fitness_once(measured: Lakehouse, instance: dg.DagsterInstance) -> None:
    store_settings(measured.engine, "me", [SettingsFrom(TODAY, hr_max_bpm=200)])
    request = asked_for(instance)
    assert request.job_name == "refresh_fitness"
    assert asked_for(instance).run_key == request.run_key
    job = build_defs(resources={"lakehouse": measured}).resolve_job_def("refresh_fitness")
    assert job.execute_in_process(instance=instance).success
    assert isinstance(tick(instance), dg.SkipReason)
    last = table(measured, "fitness_metrics_daily").sort("day").row(-1, named=True)
    assert (last["hr_max_bpm"], last["hr_max_source"]) == (200, "athlete")


def test_a_plan_of_some_months_also_measures_what_it_makes_stale(
    measured: Lakehouse, instance: dg.DagsterInstance
) -> None:
    bring(measured, {f"hard {n}.fit": run(at(START, n * 86_400), heart_rate=190) for n in range(1, 13)})
    may = Window(dt.date(2025, 5, 1), dt.date(2025, 6, 1))
    done: list[launch.Step] = []
    launch.run(measured, instance, launch.plan(measured, may), on_step=done.append)
    assert [(step.job, step.label) for step in done if step.job.endswith("_months")] == [
        ("refresh_months", "2025-05 to 2025-05"),
        ("measure_months", "2025-06 to 2025-07"),
    ]
    assert stale_windows(measured.engine) == []
    assert instance.get_materialized_partitions(dg.AssetKey("activities")) == {"2025-05-01"}
    highest = table(measured, "activity_metrics").filter(pl.col("local_day") >= may.start)["hr_max_bpm"]
    assert set(highest) == {190.0}
    months = read_models.summaries(measured.engine, "me", "month", last=100)
    fitness = read_models.fitness(measured.engine, "me")
    assert months["load"].sum() == pytest.approx(fitness["load"].sum())


def test_a_plan_of_everything_in_order_measures_nothing_twice(
    lakehouse: Lakehouse, instance: dg.DagsterInstance
) -> None:
    bring(lakehouse, {f"{n}.fit": run(at(START, n * 10 * 86_400), heart_rate=150 + n) for n in range(14)})
    done: list[launch.Step] = []
    launch.run(lakehouse, instance, launch.plan(lakehouse, SPRING), on_step=done.append)
    assert [step.job for step in done].count("refresh_months") == 1
    assert "measure_months" not in {step.job for step in done}
    assert stale_windows(lakehouse.engine) == []
