"""`runningcoach check`: a table for a reader, JSON for a script, and an exit status that tells bugs from hints."""

import pytest

from runningcoach_pipelines.store.contracts import CONTRACTS
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, BestEffort, GarminRawFile
from tests.cli.conftest import Command
from tests.rows import put


@pytest.fixture
def checked(lakehouse: Lakehouse) -> Lakehouse:
    """Two activities; the watch says of one that it was 5 m longer."""
    for name, distance_m in (("like", 10_000.0), ("unlike", 10_005.0)):
        put(lakehouse, GarminRawFile, {"sha256": name, "file_name": f"{name}.fit"})
        put(lakehouse, Activity, {"activity_id": name, "source_sha256": name, "distance_m": distance_m})
        put(lakehouse, ActivityMetrics, {"activity_id": name, "sampled_distance_m": 10_000.0})
    return lakehouse


def test_differences_from_the_device_are_hints(command: Command, checked: Lakehouse) -> None:
    outcome = command("check", "--json")
    assert outcome.status == 0
    assert outcome.json["sound"] is True
    contracts = {(one["asset"], one["name"]) for one in outcome.json["contracts"]}
    assert contracts == {("activity_samples", "each_instant_once")} | {(one.asset, one.name) for one in CONTRACTS}
    (distance,) = [one for one in outcome.json["comparisons"] if one["quantity"] == "distance"]
    assert (distance["compared"], distance["within"], distance["worst"]) == (2, 1, 5)
    assert distance["examples"][0] == {
        "activity_id": "unlike",
        "file_name": "unlike.fit",
        "ours": 10_000,
        "device": 10_005,
    }
    shown = command("check")
    assert shown.status == 0
    assert "distance of unlike.fit: 10000 m, device 10005 m" in shown.err


def test_a_warning_is_no_failure(command: Command, checked: Lakehouse) -> None:
    put(checked, GarminRawFile, {"sha256": "x", "file_name": "bad.fit", "fit_file_status": "failed", "fit_error": "no"})
    outcome = command("check")
    assert outcome.status == 0
    assert "garmin_raw_files no_unreadable_files: bad.fit: no" in outcome.err
    assert "warning" in outcome.out


def test_a_broken_structure_ends_with_one(command: Command, checked: Lakehouse) -> None:
    put(checked, BestEffort, {"activity_id": "nobody's", "distance_m": 400.0})
    outcome = command("check")
    assert outcome.status == 1
    assert "BROKEN" in outcome.out
    assert "activity_metrics best_efforts_of_activities: nobody's" in outcome.err
    assert command("check", "--json").json["sound"] is False
