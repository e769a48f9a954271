"""The sensor for new files: which months it asks for, and that a failed read does not look like no news."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from sqlalchemy.exc import OperationalError

from runningcoach_pipelines.definitions import defs
from runningcoach_pipelines.defs.partitions import month_range_tags
from runningcoach_pipelines.defs.sensors import new_files, new_wellness_files
from runningcoach_pipelines.demo import iter_history
from runningcoach_pipelines.derive.activities import derive_activities
from runningcoach_pipelines.derive.changes import changed_months
from runningcoach_pipelines.derive.wellness import derive_wellness
from runningcoach_pipelines.ingest.importing import import_files
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import FileStatus, RawFile
from runningcoach_pipelines.store.windows import Window
from tests.making import at
from tests.nights import MORNING, resting, wellness

_TODAY = dt.date(2025, 6, 1)


def _recorded(*days: tuple[str, str] | None) -> list[RawFile]:
    return [
        RawFile(
            raw_file_id=number,
            athlete_id="me",
            sha256=f"{number:064x}",
            file_name=None,
            file_size=1,
            status=FileStatus.DECODED,
            error=None,
            notes=None,
            file_type="activity",
            first_day=dt.date.fromisoformat(span[0]) if span else None,
            last_day=dt.date.fromisoformat(span[1]) if span else None,
        )
        for number, span in enumerate(days)
    ]


@pytest.mark.parametrize(
    ("files", "windows"),
    [
        ([], []),
        ([None], []),
        ([("2024-03-05", "2024-03-05")], [("2024-03-01", "2024-04-01")]),
        ([("2024-03-31", "2024-04-01")], [("2024-03-01", "2024-05-01")]),
        ([("2024-03-31", "2024-03-31")], [("2024-03-01", "2024-05-01")]),
        (
            [("2024-05-02", "2024-05-02"), ("2024-03-09", "2024-03-09")],
            [("2024-03-01", "2024-04-01"), ("2024-05-01", "2024-06-01")],
        ),
        ([("2024-12-31", "2024-12-31"), ("2025-01-01", "2025-01-01")], [("2024-12-01", "2025-02-01")]),
        (
            [("2024-01-01", "2024-03-31")],
            [("2023-12-01", "2024-02-01"), ("2024-02-01", "2024-04-01"), ("2024-04-01", "2024-05-01")],
        ),
    ],
)
def test_changed_months(files: list[tuple[str, str] | None], windows: list[tuple[str, str]]) -> None:
    expected = [Window(dt.date.fromisoformat(start), dt.date.fromisoformat(end)) for start, end in windows]
    assert changed_months(_recorded(*files), at_most=2) == expected


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def _settings_in_environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("RUNNINGCOACH_HOME", str(settings.home))


def _import_some(lakehouse: Lakehouse, count: int) -> None:
    history = iter_history(seed=3, years=1, until=dt.date(2025, 5, 31))
    files = [FoundFile(file.name, file.data) for file, _ in zip(history, range(count), strict=False)]
    import_files(lakehouse, files, athlete_id="me", today=_TODAY)


def _tick(instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(instance=instance, cursor=cursor, definitions=defs)
    result = new_files(context)
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


@pytest.mark.usefixtures("_settings_in_environment")
def test_an_empty_catalogue_is_no_news(instance: dg.DagsterInstance) -> None:
    assert isinstance(_tick(instance), dg.SkipReason)


@pytest.mark.usefixtures("_settings_in_environment")
def test_new_files_ask_for_their_months_once_and_derived_ones_no_more(
    lakehouse: Lakehouse, instance: dg.DagsterInstance
) -> None:
    _import_some(lakehouse, 3)
    first, second = _tick(instance), _tick(instance)
    assert isinstance(first, dg.SensorResult)
    assert isinstance(second, dg.SensorResult)
    assert first.run_requests is not None
    (request,) = first.run_requests
    (window,) = changed_months(lakehouse.files.all(), at_most=24)
    assert dict(request.tags).items() >= month_range_tags(window).items()
    assert second.run_requests is not None
    assert [r.run_key for r in second.run_requests] == [request.run_key]
    derive_activities(lakehouse, window)
    assert isinstance(_tick(instance), dg.SkipReason)


@pytest.mark.usefixtures("_settings_in_environment")
def test_days_of_imported_files_are_reported_once(lakehouse: Lakehouse, instance: dg.DagsterInstance) -> None:
    _import_some(lakehouse, 3)
    first = _tick(instance)
    assert isinstance(first, dg.SensorResult)
    reported = {event.partition for event in first.asset_events}
    assert reported == {str(raw.first_day) for raw in lakehouse.files.all()}
    again = _tick(instance, first.cursor)
    assert isinstance(again, dg.SensorResult)
    assert list(again.asset_events) == []


@pytest.mark.usefixtures("_settings_in_environment")
@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED])
def test_nothing_is_asked_for_while_a_run_derives_months(
    lakehouse: Lakehouse, instance: dg.DagsterInstance, status: dg.DagsterRunStatus
) -> None:
    _import_some(lakehouse, 3)
    under_way = instance.create_run_for_job(defs.resolve_job_def("refresh_months"), status=status)
    assert isinstance(_tick(instance), dg.SkipReason)
    instance.report_run_canceled(under_way)
    instance.create_run_for_job(defs.resolve_job_def("refresh_wellness"), status=status)
    assert isinstance(_tick(instance), dg.SensorResult)


@pytest.mark.usefixtures("_settings_in_environment")
def test_nothing_is_asked_for_from_the_launch_of_a_backfill_until_it_is_complete(
    lakehouse: Lakehouse, instance: dg.DagsterInstance
) -> None:
    _import_some(lakehouse, 3)
    _launch(instance, "summaries", ["weekly_summaries"])
    assert isinstance(_tick(instance), dg.SensorResult)
    launched = _launch(instance, "months", ["activities", "laps", "activity_samples"])
    assert isinstance(_tick(instance), dg.SkipReason)
    instance.update_backfill(launched.with_status(BulkActionStatus.COMPLETED_FAILED))
    assert isinstance(_tick(instance), dg.SensorResult)


def _launch(instance: dg.DagsterInstance, name: str, assets: list[str]) -> PartitionBackfill:
    """A backfill as it stands before the daemon has seen it."""
    launched = PartitionBackfill(
        backfill_id=name,
        status=BulkActionStatus.REQUESTED,
        from_failure=False,
        tags={},
        backfill_timestamp=dt.datetime.now(dt.UTC).timestamp(),
        asset_selection=[dg.AssetKey(asset) for asset in assets],
    )
    instance.add_backfill(launched)
    return launched


def _wellness_tick(instance: dg.DagsterInstance) -> dg.SensorResult | dg.SkipReason:
    result = new_wellness_files(dg.build_sensor_context(instance=instance, definitions=defs))
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


@pytest.mark.usefixtures("_settings_in_environment")
def test_nights_ask_for_their_months_until_they_are_derived_and_again_for_a_late_file(
    lakehouse: Lakehouse, instance: dg.DagsterInstance
) -> None:
    assert isinstance(_wellness_tick(instance), dg.SkipReason)
    _import_some(lakehouse, 1)
    assert isinstance(_wellness_tick(instance), dg.SkipReason)
    asked = []
    for watch, offset_s in ((1, 0), (2, 60)):
        night = wellness("monitoring_b", resting([at(MORNING, offset_s)], [47]), watch=watch)
        import_files(lakehouse, [FoundFile("night.fit", night)], athlete_id="me", today=_TODAY)
        first, second = _wellness_tick(instance), _wellness_tick(instance)
        assert isinstance(first, dg.SensorResult)
        assert isinstance(second, dg.SensorResult)
        assert first.run_requests is not None
        assert first.run_requests == second.run_requests
        (request,) = first.run_requests
        window = Window(dt.date(2025, 5, 1), dt.date(2025, 6, 1))
        assert dict(request.tags).items() >= month_range_tags(window).items()
        assert [event.partition for event in first.asset_events] == ["2025-05-05"]
        asked.append(request.run_key)
        derive_wellness(lakehouse, window)
        assert isinstance(_wellness_tick(instance), dg.SkipReason)
    assert len(set(asked)) == 2


def test_a_failed_read_is_not_an_empty_read(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody:nothing@127.0.0.1:9/none")
    monkeypatch.setenv("RUNNINGCOACH_HOME", str(tmp_path))
    for tick in (_tick, _wellness_tick):
        with pytest.raises(OperationalError):
            tick(instance)
