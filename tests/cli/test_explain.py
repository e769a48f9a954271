"""`runningcoach explain`: the trail of a number for a reader, the same as JSON, and what the exit status says."""

from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, FitnessMetricsDaily, GarminRawFile
from tests.cli.conftest import Command
from tests.rows import day, put


def put_a_day(lakehouse: Lakehouse, *, load: float) -> None:
    first = day("2025-05-01")
    put(lakehouse, GarminRawFile, {"sha256": "a" * 64, "file_name": "morning.fit"})
    put(lakehouse, Activity, {"activity_id": "a", "local_day": first, "source_sha256": "a" * 64})
    metrics = {"activity_id": "a", "local_day": first, "source_sha256": "a" * 64}
    put(lakehouse, ActivityMetrics, metrics | {"load": 40.0, "hr_load": 40.0, "load_source": "heart_rate"})
    put(lakehouse, FitnessMetricsDaily, {"day": first, "load": load})


def test_the_trail_is_shown_down_to_the_file(command: Command, lakehouse: Lakehouse) -> None:
    put_a_day(lakehouse, load=40.0)
    outcome = command("explain", "load", "2025-05-01")
    assert outcome.status == 0
    lines = outcome.out.splitlines()
    assert lines[0] == "load of me, 2025-05-01: 40 load"
    assert "  formula  Σ `load` of the day's counted activities." in lines
    assert "    load of running a: 40 load (by heart_rate)" in lines
    assert "  checked  the same again from the inputs shown" in lines
    assert f"    morning.fit  {'a' * 64}" in lines
    assert "    load of me, a: 40 load" in lines


def test_json_holds_the_same(command: Command, lakehouse: Lakehouse) -> None:
    put_a_day(lakehouse, load=40.0)
    (one,) = command("explain", "load", "2025-05-01", "--json").json
    assert (one["value"], one["unit"], one["check"]["agrees"]) == (40, "load", True)
    assert one["files"] == [{"file_name": "morning.fit", "sha256": "a" * 64}]
    assert one["contributors"][0]["metric"] == "load"


def test_a_number_that_does_not_follow_ends_with_one(command: Command, lakehouse: Lakehouse) -> None:
    put_a_day(lakehouse, load=50.0)
    outcome = command("explain", "load", "2025-05-01")
    assert outcome.status == 1
    assert "DIFFERS: 40 load from the inputs shown" in outcome.out
    assert "runningcoach materialize" in outcome.out


def test_what_is_not_there_or_not_known_is_told_apart(command: Command, lakehouse: Lakehouse) -> None:
    put_a_day(lakehouse, load=40.0)
    nothing = command("explain", "load", "2025-05-09")
    assert (nothing.status, "there is no load of me for 2025-05-09" in nothing.err) == (1, True)
    other = command("explain", "load", "2025-05-01", "--athlete", "you")
    assert (other.status, "there is no load of you" in other.err) == (1, True)
    assert "`--athlete` asks for another: me." in other.err
    assert "--athlete" not in nothing.err
    unknown = command("explain", "vigour", "2025-05-01")
    assert (unknown.status, "Known are fitness_metrics_daily: load" in unknown.err) == (2, True)
    never = command("explain", "load", "2025-02-30")
    assert (never.status, "2025-02-30 is no date" in never.err) == (2, True)
