"""Dagster's instance on a real PostgreSQL: its connections are few while it is open, and gone afterwards."""

from collections.abc import Mapping

import dagster as dg
import psycopg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG

from runningcoach_pipelines.defs.instance import end_abandoned_runs, opened_instance
from runningcoach_pipelines.services.stack import service_environment
from runningcoach_pipelines.settings import Settings

_EVENTS = 40


@pytest.fixture
def environment(database_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    named = service_environment(settings, database_url)
    for name, value in named.items():
        monkeypatch.setenv(name, value)  # opened_instance sets them for good: taken back here
    return named


def _backends(url: str) -> set[int]:
    """Server processes that work for Dagster."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        return {row[0] for row in rows}


def _cut(url: str, backends: set[int]) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("select pg_terminate_backend(pid, 5000) from unnest(%s::int[]) pid", [list(backends)])


def _report(instance: dg.DagsterInstance, number: int) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization("bronze", partition=str(number)))


def test_an_open_instance_keeps_its_connections_and_a_closed_one_has_none(
    database_url: str, environment: Mapping[str, str]
) -> None:
    others = _backends(database_url)
    with opened_instance(environment) as instance:
        reference = instance.get_ref()
    assert _backends(database_url) <= others
    seen: set[int] = set()
    # As the processes of runs and the code server open it.
    with dg.DagsterInstance.from_ref(reference) as instance:
        for number in range(_EVENTS):
            _report(instance, number)
            instance.get_runs_count()
            instance.all_instigator_state()
            seen |= _backends(database_url) - others
        assert len(instance.get_materialized_partitions(dg.AssetKey("bronze"))) == _EVENTS
    assert 0 < len(seen) < _EVENTS / 4
    assert _backends(database_url) <= others


def test_an_open_instance_goes_on_after_its_connections_were_cut(
    database_url: str, environment: Mapping[str, str]
) -> None:
    others = _backends(database_url)
    with opened_instance(environment) as instance:
        _report(instance, 1)
        cut = _backends(database_url) - others
        assert cut
        _cut(database_url, cut)
        _report(instance, 2)
        assert instance.get_materialized_partitions(dg.AssetKey("bronze")) == {"1", "2"}
        assert not cut & _backends(database_url)


def test_runs_whose_services_are_gone_are_ended_and_others_are_left_alone(environment: Mapping[str, str]) -> None:
    @dg.job
    def idle() -> None:
        pass

    started, failed = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.FAILURE
    with opened_instance(environment) as instance:
        launched = instance.create_run_for_job(idle, status=started, tags={GRPC_INFO_TAG: "{}"})
        in_process = instance.create_run_for_job(idle, status=started)
        assert end_abandoned_runs(instance) == 1
        assert instance.get_run_by_id(launched.run_id).status is failed  # type: ignore[union-attr]
        assert instance.get_run_by_id(in_process.run_id).status is started  # type: ignore[union-attr]
        assert end_abandoned_runs(instance) == 0
