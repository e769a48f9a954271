"""Dagster's instance on a real PostgreSQL: its connections are few while it is open, and gone afterwards."""

import dagster as dg
import psycopg
import pytest

from runningcoach_pipelines.defs.instance import opened_instance
from runningcoach_pipelines.services.stack import service_environment
from runningcoach_pipelines.settings import Settings

_EVENTS = 40


def _backends(url: str) -> set[int]:
    """Server processes that work for Dagster."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        return {row[0] for row in rows}


def test_an_open_instance_keeps_its_connections_and_a_closed_one_has_none(
    database_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = service_environment(settings, database_url)
    for name in environment:
        monkeypatch.setenv(name, environment[name])  # opened_instance sets them for good: taken back here
    others = _backends(database_url)
    seen: set[int] = set()
    with opened_instance(environment) as instance:
        for number in range(_EVENTS):
            instance.report_runless_asset_event(dg.AssetMaterialization("bronze", partition=str(number)))
            seen |= _backends(database_url) - others
        assert len(instance.get_materialized_partitions(dg.AssetKey("bronze"))) == _EVENTS
    assert 0 < len(seen) < _EVENTS / 4
    assert _backends(database_url) <= others
