"""What follows by itself after a run: today's, a late one from years ago, and nothing when nothing changed."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import pytest

from runningcoach_pipelines.definitions import defs

_NOW = dt.datetime(2025, 5, 15, 3, 0, tzinfo=dt.UTC)
_FOLLOWERS = {"activity_metrics", "fitness_metrics_daily", "weekly_summaries", "monthly_summaries"}


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


class Ticks:
    """Automation evaluated again and again against one instance, as the daemon does."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._cursor: object = None
        self._now = _NOW

    def requested(self) -> dict[str, set[str | None]]:
        """Partitions that a tick asks for, by asset; None stands for an asset without partitions."""
        self._now += dt.timedelta(seconds=30)
        result = dg.evaluate_automation_conditions(
            defs=defs, instance=self._instance, evaluation_time=self._now, cursor=self._cursor
        )
        self._cursor = result.cursor
        return {
            name: set(result.get_requested_partitions(dg.AssetKey(name)))
            for name in _FOLLOWERS
            if result.get_num_requested(dg.AssetKey(name))
        }

    def materialize(self, requested: dict[str, set[str | None]]) -> None:
        for name, partitions in requested.items():
            for partition in partitions:
                materialized(self._instance, name, partition)


def materialized(instance: dg.DagsterInstance, asset: str, partition: str | None = None) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=partition))


def decoded(instance: dg.DagsterInstance, month: str) -> None:
    """What a run of `refresh_months` leaves behind."""
    for asset in ("activities", "laps", "activity_samples", "activity_metrics"):
        materialized(instance, asset, month)


def blocking_checks_pass(instance: dg.DagsterInstance) -> None:
    for asset, check in (
        ("activities", "one_row_per_source"),
        ("activities", "on_the_local_day"),
        ("activity_samples", "each_instant_once"),
    ):
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(asset_key=dg.AssetKey(asset), check_name=check, passed=True, metadata={})
        )


def test_todays_run_refreshes_its_weeks_its_month_and_fitness_and_then_rests(instance: dg.DagsterInstance) -> None:
    ticks = Ticks(instance)
    assert ticks.requested() == {}
    decoded(instance, "2025-05-01")
    blocking_checks_pass(instance)
    wanted = ticks.requested()
    assert wanted == {
        "fitness_metrics_daily": {None},
        "weekly_summaries": {"2025-04-28", "2025-05-05", "2025-05-12"},
        "monthly_summaries": {"2025-05-01"},
    }
    ticks.materialize(wanted)
    assert ticks.requested() == {}


def test_a_run_from_years_ago_refreshes_just_that_month_and_fitness(instance: dg.DagsterInstance) -> None:
    ticks = Ticks(instance)
    decoded(instance, "2025-05-01")
    blocking_checks_pass(instance)
    ticks.materialize(ticks.requested())
    ticks.requested()
    decoded(instance, "2012-03-01")
    blocking_checks_pass(instance)
    assert ticks.requested() == {
        "fitness_metrics_daily": {None},
        "weekly_summaries": {"2012-02-27", "2012-03-05", "2012-03-12", "2012-03-19", "2012-03-26"},
        "monthly_summaries": {"2012-03-01"},
    }


def test_a_new_night_refreshes_fitness_alone(instance: dg.DagsterInstance) -> None:
    ticks = Ticks(instance)
    decoded(instance, "2025-05-01")
    blocking_checks_pass(instance)
    ticks.materialize(ticks.requested())
    ticks.requested()
    materialized(instance, "health_metrics", "2012-03-01")
    assert ticks.requested() == {"fitness_metrics_daily": {None}}


def test_metrics_follow_when_only_the_samples_were_decoded_again(instance: dg.DagsterInstance) -> None:
    ticks = Ticks(instance)
    decoded(instance, "2025-05-01")
    blocking_checks_pass(instance)
    ticks.materialize(ticks.requested())
    ticks.requested()
    for asset in ("activities", "laps", "activity_samples"):
        materialized(instance, asset, "2025-05-01")
    assert ticks.requested()["activity_metrics"] == {"2025-05-01"}


def test_a_failed_blocking_check_holds_what_follows(instance: dg.DagsterInstance) -> None:
    ticks = Ticks(instance)
    ticks.requested()
    for asset in ("activities", "laps", "activity_samples"):
        materialized(instance, asset, "2025-05-01")
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("activity_samples"), check_name="each_instant_once", passed=False, metadata={}
        )
    )
    assert "activity_metrics" not in ticks.requested()


def test_without_a_change_nothing_is_asked_for(instance: dg.DagsterInstance) -> None:
    ticks = Ticks(instance)
    assert [ticks.requested() for _ in range(3)] == [{}, {}, {}]


def test_an_update_that_lands_as_an_earlier_run_ends_is_not_lost(instance: dg.DagsterInstance) -> None:
    ticks = Ticks(instance)
    ticks.requested()
    decoded(instance, "2025-05-01")
    blocking_checks_pass(instance)
    ticks.materialize(ticks.requested())
    decoded(instance, "2025-05-01")
    wanted = ticks.requested()
    assert wanted["fitness_metrics_daily"] == {None}
    assert wanted["monthly_summaries"] == {"2025-05-01"}
    ticks.materialize(wanted)
    assert ticks.requested() == {}
