"""Garmin Connect from Dagster, against a loopback one: runs, the schedule, and the sensor for holes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from sqlalchemy import func, select

from runningcoach_pipelines.definitions import build_defs, defs
from runningcoach_pipelines.defs.partitions import day_range_tags
from runningcoach_pipelines.defs.schedules import garmin_sync
from runningcoach_pipelines.defs.sensors import garmin_holes
from runningcoach_pipelines.garmin.account import GarminAccount
from runningcoach_pipelines.garmin.backfill import wanted
from runningcoach_pipelines.garmin.endpoints import EPOCH
from runningcoach_pipelines.garmin.fetching import Fetcher
from runningcoach_pipelines.garmin.login import GarminLogin, LoggedIn
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import GarminCoverage
from runningcoach_pipelines.store.windows import Window
from tests.doubles.garmin import EMAIL, PASSWORD, Answer, GarminDouble, loopback_garmin
from tests.garmin.fetching.history import DAY, History

TODAY = dt.datetime.now(ZoneInfo("Asia/Seoul")).date()
_BLOCK = EPOCH + (TODAY - 200 * DAY - EPOCH).days // 28 * 28 * DAY
OLD = Window(_BLOCK, _BLOCK + 4 * DAY)


@pytest.fixture
def history() -> History:
    history = History()
    history.fill(TODAY - 240 * DAY, TODAY, run_every=6)
    return history


@pytest.fixture
def garmin(history: History, monkeypatch: pytest.MonkeyPatch) -> Iterator[GarminDouble]:
    with loopback_garmin(lambda: dt.datetime.now(dt.UTC), history.routes) as double:
        monkeypatch.setenv("RUNNINGCOACH_GARMIN_URL", double.url)
        monkeypatch.setenv("RUNNINGCOACH_GARMIN_PAUSE_S", "0")
        yield double


@pytest.fixture
def connected(lakehouse: Lakehouse, garmin: GarminDouble, monkeypatch: pytest.MonkeyPatch) -> Lakehouse:
    """Stores with an account that is logged in."""
    assert lakehouse.settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", lakehouse.settings.database_url.get_secret_value())
    monkeypatch.setenv("RUNNINGCOACH_HOME", str(lakehouse.settings.home))
    settings = lakehouse.settings.model_copy(update={"garmin_url": garmin.url, "garmin_pause_s": 0.0})
    account = GarminAccount(lakehouse.engine, settings, "me")
    assert isinstance(GarminLogin(account).begin(EMAIL, PASSWORD), LoggedIn)
    garmin.faults.clear()
    return replace(lakehouse, settings=settings)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def run(
    lakehouse: Lakehouse, instance: dg.DagsterInstance, job: str, window: Window | None = None
) -> dg.ExecuteInProcessResult:
    resolved = build_defs(resources={"lakehouse": lakehouse}).resolve_job_def(job)
    tags = day_range_tags(window) if window is not None else {}
    return resolved.execute_in_process(instance=instance, tags=tags, raise_on_error=False)


def materialized(instance: dg.DagsterInstance) -> set[str]:
    return instance.get_materialized_partitions(dg.AssetKey("garmin_raw_events"))


def rows(lakehouse: Lakehouse) -> int:
    with lakehouse.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(GarminCoverage)).scalar_one()


def test_a_range_of_days_is_one_run_that_says_what_it_asked(
    connected: Lakehouse, instance: dg.DagsterInstance, garmin: GarminDouble
) -> None:
    result = run(connected, instance, "fetch_garmin", OLD)
    assert result.success
    assert materialized(instance) == {(OLD.start + offset * DAY).isoformat() for offset in range(4)}
    (event, *_) = result.asset_materializations_for_node("garmin_raw_events")
    assert event.metadata["left"].value == 0
    assert event.metadata["questions"].value == event.metadata["states"].value["ok"]
    assert event.metadata["by_endpoint"].value["hrv"] == 1
    assert "sleep" not in event.metadata["by_endpoint"].value  # its minutes are gone by now
    logged = [entry.user_message for entry in instance.all_logs(result.run_id)]
    assert any("0 to go" in message for message in logged)
    calls = garmin.call_count
    assert run(connected, instance, "fetch_garmin", OLD).success
    assert garmin.call_count == calls


def test_a_block_fails_the_run_and_the_next_one_goes_on(
    connected: Lakehouse, instance: dg.DagsterInstance, garmin: GarminDouble
) -> None:
    garmin.fault("/hrv-service", Answer(429))
    result = run(connected, instance, "fetch_garmin", OLD)
    assert not result.success
    assert materialized(instance) == set()
    assert rows(connected) > 0
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "Nothing calls Garmin before" in str(failure.step_failure_data.error)


def test_what_fails_alone_is_listed_and_holds_up_nothing(
    connected: Lakehouse, instance: dg.DagsterInstance, garmin: GarminDouble
) -> None:
    garmin.fault("/hrv-service", Answer(400))
    result = run(connected, instance, "fetch_garmin", OLD)
    assert result.success
    (event, *_) = result.asset_materializations_for_node("garmin_raw_events")
    failures = event.metadata["failures"]
    assert isinstance(failures, dg.TableMetadataValue)
    assert [str(record.data["question"])[:4] for record in failures.records] == ["hrv "]


def test_a_sync_reports_the_days_that_say_something_new(connected: Lakehouse, instance: dg.DagsterInstance) -> None:
    assert run(connected, instance, "sync_garmin").success
    days = materialized(instance)
    assert days
    assert max(days) == TODAY.isoformat()
    connected.engine.dispose()
    before = len(instance.all_logs(run(connected, instance, "sync_garmin").run_id))
    assert before > 0


def test_the_schedule_and_the_sensor_are_silent_without_a_login_and_while_the_breaker_is_open(
    connected: Lakehouse, instance: dg.DagsterInstance, garmin: GarminDouble
) -> None:
    assert isinstance(tick_schedule(), dg.RunRequest)
    garmin.fault("/hrv-service", Answer(429))
    run(connected, instance, "fetch_garmin", OLD)
    for silent in (tick_schedule(), tick_sensor(instance)):
        assert isinstance(silent, dg.SkipReason)
        assert "Nothing calls Garmin before" in str(silent.skip_message)
    GarminLogin.of(connected.engine, connected.settings, "me").forget()
    for silent in (tick_schedule(), tick_sensor(instance)):
        assert isinstance(silent, dg.SkipReason)
        assert silent.skip_message == "nobody is logged in to Garmin Connect"


def test_the_sensor_asks_for_holes_until_there_are_none(
    connected: Lakehouse, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNNINGCOACH_GARMIN_REQUESTS_PER_HOUR", "10000")
    monkeypatch.setenv("RUNNINGCOACH_GARMIN_REQUESTS_PER_DAY", "10000")
    settings = connected.settings.model_copy(
        update={"garmin_requests_per_hour": 10_000, "garmin_requests_per_day": 10_000}
    )
    connected = replace(connected, settings=settings)
    assert isinstance(tick_sensor(instance), dg.SkipReason)  # nothing is wanted yet
    wanted(Fetcher.of(connected, "me"), TODAY - 8 * DAY, None)
    keys = set()
    for _ in range(20):
        request = tick_sensor(instance)
        if isinstance(request, dg.SkipReason):
            break
        assert request.run_key not in keys
        keys.add(request.run_key)
        first, last = (
            dt.date.fromisoformat(request.tags[f"dagster/asset_partition_range_{end}"]) for end in ("start", "end")
        )
        assert TODAY - 8 * DAY <= first <= last < TODAY - 3 * DAY
        assert run(connected, instance, "fetch_garmin", Window(first, last + DAY)).success
    else:
        pytest.fail("holes do not get fewer")
    assert keys


def tick_schedule() -> object:
    return garmin_sync(dg.build_schedule_context(scheduled_execution_time=dt.datetime.now(dt.UTC)))


def tick_sensor(instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    result = garmin_holes(dg.build_sensor_context(instance=instance, definitions=defs))
    assert isinstance(result, dg.RunRequest | dg.SkipReason)
    return result
