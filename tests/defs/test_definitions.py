"""The code location as a whole: loads like the servers load it, and its graph changes only on purpose."""

import subprocess
import sys
import warnings
from pathlib import Path

import dagster as dg
import pytest
from syrupy.assertion import SnapshotAssertion

from runningcoach_pipelines.definitions import build_defs, defs

_ROOT = Path(__file__).resolve().parents[2]


def _described(spec: dg.AssetSpec) -> dict[str, object]:
    return {
        "deps": {
            dep.asset_key.to_user_string(): type(dep.partition_mapping).__name__ if dep.partition_mapping else None
            for dep in sorted(spec.deps, key=lambda dep: dep.asset_key)
        },
        "partitions": None if spec.partitions_def is None else str(type(spec.partitions_def).__name__),
        "group": spec.group_name,
        "kinds": sorted(spec.kinds),
        "owners": list(spec.owners),
        "code_version": spec.code_version,
        "automation": spec.automation_condition.get_label() if spec.automation_condition else None,
    }


def test_asset_specs_are_the_ones_agreed_on(snapshot: SnapshotAssertion) -> None:
    specs = defs.resolve_all_asset_specs()
    assert {spec.key.to_user_string(): _described(spec) for spec in specs} == snapshot


def test_backfill_policies_and_pools_are_the_ones_agreed_on(snapshot: SnapshotAssertion) -> None:
    graph = defs.resolve_asset_graph()
    policies = {}
    for key in sorted(graph.materializable_asset_keys):
        node = graph.get(key)
        policy = node.backfill_policy
        policies[key.to_user_string()] = {
            "policy": policy.policy_type.value if policy else None,
            "partitions_per_run": policy.max_partitions_per_run if policy else None,
            "pools": sorted(node.pools or ()),
        }
    assert policies == snapshot


def test_checks_and_what_blocks_are_the_ones_agreed_on(snapshot: SnapshotAssertion) -> None:
    graph = defs.resolve_asset_graph()
    blocking = {
        f"{key.asset_key.to_user_string()}: {key.name}": graph.get(key).blocking for key in graph.asset_check_keys
    }
    assert dict(sorted(blocking.items())) == snapshot


def test_every_asset_says_what_it_is() -> None:
    nameless = [spec.key for spec in defs.resolve_all_asset_specs() if not spec.description]
    assert nameless == []


def test_partitions_begin_on_a_monday_and_on_a_first() -> None:
    from runningcoach_pipelines.defs.partitions import DAY, MONTH, SETTINGS, WEEK

    assert DAY.get_first_partition_key() == "2008-01-01" == SETTINGS.history_start.isoformat()
    assert MONTH.get_first_partition_key() == "2008-01-01"
    assert WEEK.get_first_partition_key() == "2007-12-31"


def test_definitions_load_as_the_servers_load_them_without_a_warning_of_ours() -> None:
    script = "import runningcoach_pipelines.definitions as d; d.defs.get_repository_def().load_all_definitions()"
    loaded = subprocess.run(
        [sys.executable, "-W", "always::DeprecationWarning:runningcoach_pipelines", "-c", script],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stderr
    assert "runningcoach_pipelines" not in loaded.stderr


def test_other_stores_can_take_the_place_of_the_settings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        other = build_defs(resources={"lakehouse": object()})
    assert other.resources is not None
    assert set(other.resources) == {"lakehouse"}


@pytest.mark.parametrize(
    "module",
    [
        "fit",
        "metrics.fitness",
        "activities.file",
        "wellness.file",
        "derive.activities",
        "derive.wellness",
        "store.lakehouse",
        "ingest.importing",
    ],
)
def test_plain_packages_run_without_dagster(module: str) -> None:
    script = f"import sys, runningcoach_pipelines.{module}; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=_ROOT, check=False).returncode == 0
