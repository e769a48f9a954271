"""From nothing to a dashboard: the demo, what it left behind, serving it, a new file, and stopping without a trace."""

import datetime as dt
import json
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import polars as pl
import pytest

from runningcoach_pipelines.demo import iter_history
from runningcoach_pipelines.store.lake import SampleLake
from runningcoach_pipelines.waiting import wait_until
from tests.end_to_end import backfills
from tests.end_to_end.conftest import COMMAND, Product

pytestmark = pytest.mark.end_to_end

_PATIENCE_S = 240.0


def _fingerprints(product: Product) -> str:
    """A hash of every derived table, and of the samples by activity."""
    tables = [
        "activities",
        "activity_sources",
        "laps",
        "activity_metrics",
        "fitness_metrics_daily",
        "analytics_summaries",
    ]
    queries = " union all ".join(
        f"select '{table}', count(*), md5(string_agg(t::text, '' order by t::text)) from {table} t" for table in tables
    )
    done = product.run("db", "shell", "-c", queries)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _samples(product: Product) -> str:
    frame = SampleLake(str(product.home / "lake" / "activity_samples")).scan().collect().sort(pl.all())
    return f"{frame.height} {frame.hash_rows().sum()}"


def test_the_demo_ends_with_a_printout_and_leaves_no_process(product: Product) -> None:
    done = product.run("demo", "--years", "1", "--no-serve")
    assert done.returncode == 0, done.stderr
    assert "The last 8 weeks" in done.stdout
    assert "fitness (CTL)" in done.stdout
    assert wait_until(lambda: product.processes() == [], 20), product.processes()
    status = json.loads(product.run("status", "--json").stdout)
    (athlete,) = status["athletes"]
    assert athlete["athlete_id"] == "demo"
    assert athlete["activities"] > 200
    assert athlete["failed"] == 0


def test_the_demo_again_computes_no_month_and_changes_nothing(product: Product) -> None:
    before = _fingerprints(product), _samples(product)
    done = product.run("demo", "--years", "1", "--no-serve")
    assert done.returncode == 0
    assert "The last 8 weeks" in done.stdout
    assert "refresh_months" not in done.stdout
    assert (_fingerprints(product), _samples(product)) == before


def test_everything_derived_is_the_same_when_it_is_rebuilt_from_the_files(product: Product) -> None:
    before = _fingerprints(product), _samples(product)
    done = product.run("materialize", "--rebuild")
    assert done.returncode == 0, done.stderr
    assert (_fingerprints(product), _samples(product)) == before


def test_sigterm_ends_an_up_that_a_script_started_in_the_background(product: Product) -> None:
    # Such a shell starts its jobs with SIGINT ignored, and Dagster copies that to SIGTERM.
    process = _up(product, ignoring_sigint=True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert wait_until(lambda: product.processes() == [], 20), product.processes()


@pytest.mark.parametrize("command", ["up", "demo"])
def test_a_taken_port_is_named_with_its_setting_before_any_work(product: Product, command: str) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the last test may linger there
        taken.bind(("127.0.0.1", product.port("DAGSTER")))
        taken.listen()
        done = product.run(command)
    assert done.returncode == 1
    assert "The last 8 weeks" not in done.stdout
    assert str(product.port("DAGSTER")) in done.stderr
    assert "RUNNINGCOACH_DAGSTER_PORT" in done.stderr
    assert wait_until(lambda: product.processes() == [], 20), product.processes()


def test_dagster_started_by_hand_loads_the_definitions_without_a_warning_of_ours(product: Product) -> None:
    exported = product.run("env")
    assert exported.returncode == 0, exported.stderr
    names = dict(line.removeprefix("export ").split("=", 1) for line in exported.stdout.splitlines())
    done = subprocess.run(
        [Path(sys.executable).with_name("dagster"), "definitions", "validate", "-w", "workspace.yaml"],
        env={**product.environment, **{name: shlex.split(value)[0] for name, value in names.items()}},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "All code locations passed validation" in done.stdout + done.stderr
    assert "runningcoach_pipelines/" not in done.stdout + done.stderr
    # `env` leaves the database up; the next command stops it.
    assert product.run("status").returncode == 0
    assert wait_until(lambda: product.processes() == [], 20), product.processes()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own loopback URL
            return bool(response.status == 200)
    except OSError:
        return False


def _up(product: Product, *, ignoring_sigint: bool = False) -> subprocess.Popen[bytes]:
    """`runningcoach up`, ready. Its own word counts: for a moment a killed one's services still answer."""
    shell = ["sh", "-c", 'trap "" INT; exec "$0" up', str(COMMAND)]
    served = product.start_program(shell) if ignoring_sigint else product.start("up")
    assert wait_until(lambda: served.is_up or served.process.poll() is not None, _PATIENCE_S)
    assert served.process.poll() is None, served.output.read_text()
    assert _answers(f"http://127.0.0.1:{product.port('DAGSTER')}/server_info")
    assert _answers(f"http://127.0.0.1:{product.port('APP')}/_stcore/health")
    return served.process


def _fitness_days(product: Product) -> int:
    done = product.run("db", "shell", "-c", "select 'days', count(*) from fitness_metrics_daily")
    return int(next(line.split("|")[1] for line in done.stdout.splitlines() if line.strip().startswith("days")))


def test_up_serves_sees_a_new_file_survives_kills_and_stops_without_a_trace(product: Product, tmp_path: Path) -> None:
    process = _up(product)
    days = _fitness_days(product)
    # A run from the year before the demo's: the sensor must see it, and every day between must get its row.
    old = next(iter(iter_history(seed=9, years=2, until=dt.datetime.now(dt.UTC).date() - dt.timedelta(days=400))))
    (tmp_path / "old.fit").write_bytes(old.data)
    assert product.run("import", tmp_path / "old.fit", "--athlete", "demo").returncode == 0
    assert wait_until(lambda: _fitness_days(product) > days + 300, _PATIENCE_S)

    dagster = f"http://127.0.0.1:{product.port('DAGSTER')}"
    month = (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=100)).replace(day=1).isoformat()
    backfill = backfills.launch(dagster, ("activities", "laps", "activity_samples", "activity_metrics"), [month])
    assert wait_until(lambda: backfills.status(dagster, backfill).startswith("COMPLETED"), _PATIENCE_S)
    assert backfills.status(dagster, backfill) == "COMPLETED_SUCCESS"

    for command in ("up", "demo"):
        second = product.run(command)
        assert second.returncode == 1
        assert "is up already" in second.stderr
        assert "The last 8 weeks" not in second.stdout

    process.kill()
    process.wait()
    again = _up(product)
    again.send_signal(signal.SIGTERM)
    assert again.wait(60) == 0
    assert wait_until(lambda: product.processes() == [], 20), product.processes()

    last = _up(product)
    last.send_signal(signal.SIGINT)
    assert last.wait(60) == 0
    assert "have stopped" in product.started[-1].output.read_text()
    assert list(product.temporary.iterdir()) == []
    assert wait_until(lambda: product.processes() == [], 20), product.processes()
