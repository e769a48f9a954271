"""Runs as Dagster makes them, against real stores: what is written, not only that they succeeded."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import polars as pl
import pytest
from sqlalchemy import text

from runningcoach_pipelines.definitions import ASSETS, build_defs
from runningcoach_pipelines.defs import launch
from runningcoach_pipelines.defs.checks import CHECKS, each_instant_once
from runningcoach_pipelines.defs.partitions import month_range_tags
from runningcoach_pipelines.demo import iter_history
from runningcoach_pipelines.ingest.importing import import_files
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.store import read_models
from runningcoach_pipelines.store.activity_list import Filter, activities
from runningcoach_pipelines.store.contracts import ANSWERS_BY_ASSET, CONTRACTS
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.windows import Window
from tests.deriving import differing, everything
from tests.making import at
from tests.nights import MORNING, resting, wellness

_UNTIL = dt.date(2025, 5, 31)
_FILES = 24


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def filled(lakehouse: Lakehouse) -> Lakehouse:
    """Stores with the first files of a demo year imported, nothing derived."""
    history = iter_history(seed=5, years=1, until=_UNTIL)
    files = [FoundFile(file.name, file.data) for file, _ in zip(history, range(_FILES), strict=False)]
    report = import_files(lakehouse, files, athlete_id="me", today=_UNTIL)
    assert report.new == _FILES
    return lakehouse


def _window(lakehouse: Lakehouse) -> Window:
    days = lakehouse.files.days()
    assert days is not None
    return Window(days[0], days[1] + dt.timedelta(days=1))


def _run(
    lakehouse: Lakehouse, instance: dg.DagsterInstance, job: str, tags: dict[str, str] | None = None
) -> dg.ExecuteInProcessResult:
    resolved = build_defs(resources={"lakehouse": lakehouse}).resolve_job_def(job)
    return resolved.execute_in_process(instance=instance, tags=tags or {}, raise_on_error=False)


def _metadata(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, object]:
    event = result.asset_materializations_for_node
    for node in ("decode_activities", "read_wellness", asset):
        for materialization in event(node):
            if materialization.asset_key == dg.AssetKey(asset):
                return {name: value.value for name, value in materialization.metadata.items()}
    raise AssertionError(f"{asset} was not materialized")


def test_a_range_of_months_is_one_run_that_fills_silver_and_gold(
    filled: Lakehouse, instance: dg.DagsterInstance
) -> None:
    window = _window(filled)
    result = _run(filled, instance, "refresh_months", month_range_tags(window))
    assert result.success
    months = {month.start.isoformat() for month in window.months()}
    for asset in ("activities", "laps", "activity_samples", "activity_metrics"):
        assert instance.get_materialized_partitions(dg.AssetKey(asset)) == months
    samples = filled.samples.scan().collect()
    latest = activities(filled.engine, "me", Filter(), most=1000)
    assert latest.height == _metadata(result, "activities")["dagster/row_count"]
    assert samples.height == _metadata(result, "activity_samples")["dagster/row_count"]
    assert set(samples["activity_id"]) == set(latest["activity_id"])
    assert latest["load"].min() > 0  # type: ignore[operator]


def test_all_checks_pass_after_a_plan_was_run(filled: Lakehouse, instance: dg.DagsterInstance) -> None:
    steps = launch.plan(filled, None)
    launch.run(filled, instance, steps)
    assert [step.job for step in steps][-3:] == ["refresh_fitness", "refresh_weeks", "refresh_month_summaries"]
    records = instance.get_event_records(dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION))
    verdicts = {}
    for record in records:
        evaluation = record.event_log_entry.dagster_event.asset_check_evaluation_data
        verdicts[evaluation.asset_key.to_user_string(), evaluation.check_name] = evaluation.passed
    unasked = {"garmin_raw_files", *ANSWERS_BY_ASSET}
    assert len(verdicts) == len(CHECKS) - sum(contract.asset in unasked for contract in CONTRACTS)
    assert [name for name, passed in verdicts.items() if not passed] == []
    weeks = read_models.summaries(filled.engine, "me", "week", last=100)
    months = read_models.summaries(filled.engine, "me", "month", last=100)
    fitness = read_models.fitness(filled.engine, "me")
    assert weeks["load"].sum() == pytest.approx(fitness["load"].sum())
    assert months["load"].sum() == pytest.approx(fitness["load"].sum())


def test_nights_are_read_before_the_months_are_measured(filled: Lakehouse, instance: dg.DagsterInstance) -> None:
    assert "refresh_wellness" not in [step.job for step in launch.plan(filled, None)]
    nights = {
        "night.fit": wellness("monitoring_b", resting([MORNING], [47])),
        "damaged.fit": wellness("monitoring_b", resting([at(MORNING, 60)], [90])),
    }
    found = [FoundFile(name, data) for name, data in nights.items()]
    import_files(filled, found, athlete_id="me", today=_UNTIL)
    with filled.engine.begin() as connection:
        connection.execute(
            text("update runningcoach.garmin_raw_files set file_content = 'x' where file_name = 'damaged.fit'")
        )
    steps = launch.plan(filled, None)
    assert [step.job for step in steps][:2] == ["refresh_wellness", "refresh_months"]
    assert launch.plan(filled, Window(dt.date(2025, 3, 1), dt.date(2025, 4, 1)))[0].job == "refresh_months"
    assert launch.plan(filled, Window(dt.date(2025, 5, 5), dt.date(2025, 5, 6)))[0].tags == steps[0].tags
    result = _run(filled, instance, "refresh_wellness", dict(steps[0].tags))
    assert result.success
    metadata = _metadata(result, "health_metrics")
    assert (metadata["dagster/row_count"], metadata["files"]) == (1, 2)
    assert instance.get_materialized_partitions(dg.AssetKey("health_metrics")) == {"2025-05-01"}
    assert [raw.file_name for raw in filled.files.failed()] == ["damaged.fit"]


def test_what_is_up_to_date_is_not_run_again_and_a_new_file_only_runs_its_month_and_what_follows(
    filled: Lakehouse, instance: dg.DagsterInstance
) -> None:
    first = launch.plan_outdated(filled)
    launch.run(filled, instance, first)
    assert [step.job for step in first] == [
        "refresh_months",
        "refresh_fitness",
        "refresh_weeks",
        "refresh_month_summaries",
    ]
    assert [step.job for step in launch.plan_outdated(filled)] == ["refresh_fitness"]

    (late,) = (file for file, _ in zip(iter_history(seed=6, years=1, until=_UNTIL), range(1), strict=False))
    import_files(filled, [FoundFile(late.name, late.data)], athlete_id="me", today=_UNTIL)
    step_months, *following = launch.plan_outdated(filled)
    assert f"{late.started_at:%Y-%m}" in step_months.label
    assert {step.label for step in following[1:]} == {step_months.label}
    launch.run(filled, instance, [step_months, *following])
    as_it_came = everything(filled)
    launch.run(filled, instance, launch.plan(filled, None))
    assert differing(as_it_came, everything(filled)) == []


def test_a_window_is_widened_to_whole_months_for_all_that_follows(lakehouse: Lakehouse) -> None:
    day = dt.date(2024, 6, 10)
    months, _, weeks, summaries = launch.plan(lakehouse, Window(day, day + dt.timedelta(days=1)))
    assert months.tags == summaries.tags
    assert set(weeks.tags.values()) == {"2024-05-27", "2024-06-24"}


def test_days_of_imported_files_show_as_materialized(filled: Lakehouse, instance: dg.DagsterInstance) -> None:
    launch.run(filled, instance, [])
    days = {str(raw.first_day) for raw in filled.files.all()}
    assert instance.get_materialized_partitions(dg.AssetKey("garmin_raw_files")) == days


def test_a_damaged_blob_fails_its_file_and_not_the_run(filled: Lakehouse, instance: dg.DagsterInstance) -> None:
    victim = filled.files.all()[3]
    with filled.engine.begin() as connection:
        connection.execute(
            text("update runningcoach.garmin_raw_files set file_content = 'x' where sha256 = :sha"),
            {"sha": victim.sha256},
        )
    result = _run(filled, instance, "refresh_months", month_range_tags(_window(filled)))
    assert result.success
    (failed,) = filled.files.failed()
    assert failed.sha256 == victim.sha256
    assert victim.sha256 in (failed.error or "")
    derived = activities(filled.engine, "me", Filter(), most=1000)
    assert derived.height > _FILES / 2


def test_reading_a_day_again_counts_its_files_and_names_the_corrupt(
    filled: Lakehouse, instance: dg.DagsterInstance
) -> None:
    victim = filled.files.all()[0]
    assert victim.first_day is not None
    partition = {
        "dagster/asset_partition_range_start": victim.first_day.isoformat(),
        "dagster/asset_partition_range_end": victim.first_day.isoformat(),
    }
    assert _metadata(_run(filled, instance, "read_files", partition), "garmin_raw_files")["corrupt"] == 0
    with filled.engine.begin() as connection:
        connection.execute(
            text("update runningcoach.garmin_raw_files set file_content = 'x' where sha256 = :sha"),
            {"sha": victim.sha256},
        )
    assert _metadata(_run(filled, instance, "read_files", partition), "garmin_raw_files")["corrupt"] == 1


def test_compaction_changes_no_row(filled: Lakehouse, instance: dg.DagsterInstance) -> None:
    for month in _window(filled).months():
        assert _run(filled, instance, "refresh_months", month_range_tags(month)).success
    before = filled.samples.scan().collect().sort(pl.all())
    result = _run(filled, instance, "compact_lake")
    assert result.success
    assert filled.samples.scan().collect().sort(pl.all()).equals(before)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update runningcoach.activities set local_day = local_day + 1", "activities:on_the_local_day"),
        (
            "delete from runningcoach.fitness_metrics_daily where extract(day from day) = 15",
            "fitness_metrics_daily:no_missing_day",
        ),
        ("update runningcoach.analytics_summaries set load = load + 1", "weekly_summaries:loads_add_up"),
        (
            "update runningcoach.activity_metrics set sampled_distance_m = sampled_distance_m + 5",
            "activity_metrics:like_the_device",
        ),
        ("delete from runningcoach.activity_metrics", "activity_metrics:one_row_per_activity"),
        ("delete from runningcoach.activities", "activity_metrics:no_orphans"),
        (
            "update runningcoach.garmin_raw_files set fit_file_status = 'failed', fit_error = 'no'",
            "garmin_raw_files:no_unreadable_files",
        ),
    ],
)
def test_checks_fail_on_tables_that_were_broken(
    filled: Lakehouse, instance: dg.DagsterInstance, statement: str, broken: str
) -> None:
    launch.run(filled, instance, launch.plan(filled, None))
    with filled.engine.begin() as connection:
        connection.execute(text(statement))
    asset, name = broken.split(":")
    key = dg.AssetCheckKey(dg.AssetKey(asset), name)
    defs = build_defs(resources={"lakehouse": filled})
    alone = dg.Definitions(
        asset_checks=[check for check in defs.asset_checks or [] if key in check.check_keys],
        jobs=[dg.define_asset_job("only_checks", selection=dg.AssetSelection.checks(key))],
        resources={"lakehouse": filled},
        executor=dg.in_process_executor,
    )
    result = alone.resolve_job_def("only_checks").execute_in_process(instance=instance, raise_on_error=False)
    (verdict,) = result.get_asset_check_evaluations()
    assert not verdict.passed
    assert verdict.metadata["violations"].value > 0


def test_a_months_run_checks_the_samples_of_its_months(filled: Lakehouse, instance: dg.DagsterInstance) -> None:
    first, *_, last = _window(filled).months()
    assert _run(filled, instance, "refresh_months", month_range_tags(_window(filled))).success
    twice = filled.samples.read(first)
    filled.samples.replace_months(pl.concat([twice, twice.head(1)]), first)
    assert _run(filled, instance, "refresh_months", month_range_tags(last)).success
    assert _each_instant_once(instance)
    everywhere = dg.materialize(
        [*ASSETS, each_instant_once],
        selection=dg.AssetSelection.checks(each_instant_once),
        instance=instance,
        resources={"lakehouse": filled},
        raise_on_error=False,
    )
    assert not everywhere.success  # it blocks
    assert not _each_instant_once(instance)


def _each_instant_once(instance: dg.DagsterInstance) -> bool:
    """The check's newest verdict."""
    records = instance.get_event_records(dg.EventRecordsFilter(dg.DagsterEventType.ASSET_CHECK_EVALUATION))
    verdicts = [record.event_log_entry.dagster_event.asset_check_evaluation_data for record in records]
    return next(verdict.passed for verdict in verdicts if verdict.check_name == "each_instant_once")
