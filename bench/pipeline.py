"""The pipeline, measured: years from bronze to summaries, in process and in Dagster; one new activity; the metrics of
activities and of days against plain loops; peers; start-up.

    make bench
    python -m bench.pipeline [--parts history metrics days backfill sensor peers startup] [--years 2 5 10]
                             [--new-activities 9] [--peer-files 24] [--passes 3] [--cores 2]

Prints Markdown for docs/benchmarks.md. Everything works on the demo athlete of one seed, in temporary folders with a
PostgreSQL of their own; each measured piece of work has a fresh process. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import backfill, days, garmindb, metrics, sensor
from bench.markdown import heading, mebibytes, seconds, table
from bench.measuring import Finished, run
from bench.sandbox import Sandbox, plain_environment, sandbox
from bench.stages import SEED, UNTIL
from runningcoach_pipelines.demo import count_files, iter_history
from runningcoach_pipelines.fit import decode
from runningcoach_pipelines.settings import PROJECT_ROOT

PARTS = ("history", "metrics", "days", "backfill", "sensor", "peers", "startup")
"""`backfill` and `sensor` are measured on the stores that `history` leaves, and need it; `metrics` makes its own."""

_STAGES = ("activities", "activity_metrics", "fitness", "weeks", "months")
_VERSIONS = ("numpy", "polars", "deltalake", "sqlalchemy", "psycopg", "dagster", "fitdecode")
_HELP_RUNS = 9

Outcome = tuple[Finished, Any]


def main() -> None:
    arguments = _arguments()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.cores])
    command = f"python -m bench.pipeline --cores {arguments.cores}"
    _print_machine("Start")
    if "history" in arguments.parts:
        parts = [part for part in ("history", "backfill", "sensor") if part in arguments.parts]
        _history(arguments.years, arguments.new_activities, f"{command} --parts {' '.join(parts)}", parts)
    if "metrics" in arguments.parts:
        _metrics(max(arguments.years), f"{command} --parts metrics")
    if "days" in arguments.parts:
        days.report(max(arguments.years), days.PASSES)
    if "peers" in arguments.parts:
        _peers(arguments.peer_files, arguments.passes, f"{command} --parts peers")
    if "startup" in arguments.parts:
        _startup(f"{command} --parts startup")
    _print_machine("End")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--years", nargs="+", type=int, default=[2, 5, 10])
    parser.add_argument("--new-activities", type=int, default=9)
    parser.add_argument("--peer-files", type=int, default=24, help="24 take GarminDB about a minute")
    parser.add_argument("--passes", type=int, default=3, help="of the peers")
    parser.add_argument("--cores", type=int, default=2)
    return parser.parse_args()


def _print_machine(moment: str) -> None:
    load = ", ".join(f"{each:.2f}" for each in os.getloadavg())
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _VERSIONS)
    print(
        f"\n{moment}: {time.strftime('%Y-%m-%d %H:%M')} UTC{time.strftime('%z')}, load average {load}; "
        f"{len(os.sched_getaffinity(0))} of {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, {versions}",
        flush=True,
    )


def _work(place: Sandbox, *words: object) -> Outcome:
    """One piece of work of `bench.stages` in a fresh process."""
    # Not `-m`: worker processes import the main module again, and ours should cost no more than the product's.
    start = (sys.executable, "-c", "from bench.stages import main; main()")
    command: list[str | Path] = [*start, "--postmaster", str(place.postmaster)]
    finished = run(
        [*command, *map(str, words)], folder=place.folder, environment=place.environment, postmaster=place.postmaster
    )
    return finished, finished.result()


def _history(sizes: Sequence[int], new_activities: int, command: str, parts: Sequence[str]) -> None:
    """All sizes, and on the stores of the last and largest one what a new activity takes."""
    derived: dict[int, Outcome] = {}
    imported: dict[int, Outcome] = {}
    dagster: dict[int, Outcome] = {}
    made_by = f"{command} --years {' '.join(map(str, sorted(sizes)))} --new-activities {new_activities}"
    for years in sorted(sizes):
        with sandbox() as place:
            imported[years] = _work(place, "demo", years)
            derived[years] = _work(place, "derive")
            dagster[years] = _work(place, "dagster")
            _print_progress(f"{years} years done")
            if years == max(sizes):
                _print_import(imported, made_by)
                _print_totals(derived, made_by)
                _print_stages(derived, made_by)
                _print_dagster(dagster, derived, made_by)
                _print_new_activity(_work(place, "one-by-one", new_activities)[1]["activities"], years, made_by)
                if "backfill" in parts:
                    backfill.report(backfill.measure(place), derived[years][1], years, made_by)
                if "sensor" in parts:
                    sensor.report(sensor.measure(place, skip=new_activities + 1), years, made_by)


def _metrics(years: int, command: str) -> None:
    """The metrics of activities alone, on stores where everything was derived once."""
    with sandbox() as place:
        _work(place, "demo", years)
        _work(place, "derive")
        finished, result = _work(place, "metrics")
    metrics.report(finished, result, years, f"{command} --years {years}")


def _print_progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print_import(outcomes: Mapping[int, Outcome], made_by: str) -> None:
    heading("Before it: the demo athlete's files into bronze (not counted below)", made_by=made_by)
    rows = []
    for years, (finished, result) in outcomes.items():
        making = result["stages"]["making the files"]["wall_s"]
        whole = result["stages"]["making and importing the files"]["wall_s"]
        files = result["files"]
        rows.append(
            (
                years,
                files,
                seconds(making),
                seconds(whole - making),
                f"{(whole - making) / files * 1e3:.1f}",
                mebibytes(finished.tree_peak),
            )
        )
    table(("years", "files", "making them, s", "import, s", "ms a file", "peak RSS"), rows)


def _print_totals(outcomes: Mapping[int, Outcome], made_by: str) -> None:
    heading("From bronze to summaries, in process", made_by=made_by)
    rows = []
    for years, (finished, result) in outcomes.items():
        stages = result["stages"].values()
        wall = sum(stage["wall_s"] for stage in stages)
        rows.append(
            (
                years,
                f"{result['rows']['activities']:,}",
                f"{result['samples']:,}",
                seconds(wall),
                seconds(sum(stage["cpu_s"] for stage in stages)),
                seconds(sum(stage["postgres_cpu_s"] for stage in stages)),
                f"{result['samples'] / wall:,.0f}",
                mebibytes(finished.process_peak),
                mebibytes(finished.tree_peak),
                mebibytes(finished.postgres_peak),
            )
        )
    table(
        (
            *("years", "activities", "samples", "wall s", "CPU s", "PostgreSQL CPU s", "samples/s"),
            *("peak RSS, process", "with its workers", "PostgreSQL"),
        ),
        rows,
    )


def _print_stages(outcomes: Mapping[int, Outcome], made_by: str) -> None:
    heading("The stages of it", made_by=made_by)
    rows = []
    for years, (_, result) in outcomes.items():
        for name in _STAGES:
            stage = result["stages"][name]
            reads_samples = name in {"activities", "activity_metrics"}
            rows.append(
                (
                    f"{name}, {years} years",
                    f"{result['rows'][name]:,}",
                    seconds(stage["wall_s"]),
                    seconds(stage["cpu_s"]),
                    seconds(stage["postgres_cpu_s"]),
                    f"{result['samples'] / stage['wall_s']:,.0f}" if reads_samples else "",
                )
            )
    table(("stage", "rows", "wall s", "CPU s", "PostgreSQL CPU s", "samples/s"), rows)


def _print_dagster(outcomes: Mapping[int, Outcome], derived: Mapping[int, Outcome], made_by: str) -> None:
    heading("The same as Dagster runs", made_by=made_by)
    rows = []
    for years, (finished, result) in outcomes.items():
        wall = {name: stage["wall_s"] for name, stage in result["stages"].items()}
        in_process = sum(stage["wall_s"] for stage in derived[years][1]["stages"].values())
        rows.append(
            (
                years,
                result["runs"],
                seconds(wall["runs"]),
                seconds(wall["runs"] - in_process),
                seconds(wall["reporting imported days"]),
                seconds(wall["importing Dagster and the definitions"]),
                seconds(wall["opening a new instance, making its tables"]),
                mebibytes(finished.tree_peak),
            )
        )
    table(
        (
            *("years", "runs", "wall s of the runs", "minus the stages above: Dagster's share"),
            *("reporting imported days, s", "importing Dagster, s", "new instance, s", "peak RSS"),
        ),
        rows,
    )


def _print_new_activity(activities: Sequence[Mapping[str, Any]], years: int, made_by: str) -> None:
    heading(f"One new activity after {years} years, in process", made_by=made_by)
    first, *measured = activities
    names = [*first["stages"]]

    def row(label: str, value: Callable[[Mapping[str, Any]], float], *stages: str) -> tuple[str, ...]:
        taken = [value(activity) * 1e3 for activity in measured]
        costs = [sum(_cpu_s(activity["stages"][name]) for name in stages) * 1e3 for activity in measured]
        return (
            label,
            f"{statistics.median(taken):.0f}",
            f"{min(taken):.0f}–{max(taken):.0f}",
            f"{value(first) * 1e3:.0f}",
            f"{statistics.median(costs):.0f}" if stages else "",
        )

    def stage(name: str) -> Callable[[Mapping[str, Any]], float]:
        return lambda activity: float(activity["stages"][name]["wall_s"])

    rows = [
        row("**import to changed fitness**", lambda activity: activity["to_fitness_s"], *names[:-1]),
        row("beyond decoding it", lambda activity: activity["to_fitness_s"] - activity["decode_s"]),
        row("with weeks and months", lambda activity: activity["whole_s"], *names),
        *(row(f"– {name}", stage(name), name) for name in names),
        row("decoding the new file alone", lambda activity: activity["decode_s"]),
        row("decoding all files of its month", lambda activity: activity["decode_months_s"]),
    ]
    table((f"median of {len(measured)}", "ms", "range", "the first, cold", "CPU ms, with PostgreSQL's"), rows)
    files = [activity["files_in_months"] for activity in measured]
    print(f"Its month held {min(files)} to {max(files)} files, all decoded anew.")


def _cpu_s(stage: Mapping[str, float]) -> float:
    return stage["cpu_s"] + stage["postgres_cpu_s"]


def _peers(count: int, passes: int, command: str) -> None:
    """GarminDB, the plain script and ours, in turn, over the same folder."""
    made_by = f"{command} --peer-files {count} --passes {passes}"
    contenders: dict[str, list[Finished]] = {"ours": [], "fitdecode + SQLite": []}
    try:
        peer = garmindb.install()
        contenders[f"GarminDB {garmindb.VERSION}"] = []
    except RuntimeError as error:
        print(error)
        peer = None
    rows_written: dict[str, int] = {}
    stages: list[Mapping[str, Mapping[str, float]]] = []
    with tempfile.TemporaryDirectory(prefix="runningcoach-bench-") as name:
        files = Path(name) / "files"
        records = _write_peer_files(files, count)
        for number in range(passes):
            for contender, runs in contenders.items():
                home = Path(name) / f"{contender.split()[0]}-{number}"
                home.mkdir()
                if contender == "ours":
                    finished, result = _import_with_ours(files)
                    written = result["samples"]
                    stages.append(result["stages"])
                elif peer is not None and contender.startswith("GarminDB"):
                    finished, written = _import_with_garmindb(peer, files, home)
                else:
                    finished, written = _import_with_the_script(files, home)
                runs.append(finished)
                rows_written[contender] = written
                _print_progress(f"{contender}, pass {number + 1} done")
        size = sum(path.stat().st_size for path in files.iterdir())
    heading("Peers: a folder of FIT files", made_by=made_by)
    print(
        f"{count} demo files of ten years, {size / 1e6:.1f} MB, {records:,} records; whole processes, median of "
        f"{passes} passes taken in turn. Ours stores the files (SHA-256, gzip, PostgreSQL), decodes them, writes "
        "activities, laps and samples (Delta), measures loads, and makes daily fitness, weeks and months; its server "
        "runs and is migrated before. The others write rows into SQLite and stop there.\n"
    )
    _print_peers(contenders, records, rows_written)
    taken = {name: statistics.median(each[name]["wall_s"] for each in stages) for name in stages[0]}
    parts = ", ".join(f"{name} {seconds(value)} s" for name, value in taken.items())
    print(f"Of ours: {parts}; the rest is starting Python and opening the stores.")


def _print_peers(contenders: Mapping[str, Sequence[Finished]], records: int, written: Mapping[str, int]) -> None:
    def wall(runs: Sequence[Finished]) -> float:
        return statistics.median(each.cost.wall_s for each in runs)

    def cpu(runs: Sequence[Finished]) -> float:
        return statistics.median(each.cost.cpu_s + each.cost.postgres_cpu_s for each in runs)

    ours = contenders["ours"]
    rows = [
        (
            name,
            seconds(wall(runs)),
            seconds(cpu(runs)),
            f"{records / wall(runs):,.0f}",
            f"{wall(runs) / wall(ours):.1f}x",
            f"{cpu(runs) / cpu(ours):.1f}x",
            f"{written[name]:,}",
            mebibytes(max(each.tree_peak for each in runs)),
        )
        for name, runs in contenders.items()
    ]
    table(
        (
            *("importer", "wall s", "CPU s (with PostgreSQL's)", "records/s"),
            *("wall, times ours", "CPU, times ours", "sample rows written", "peak RSS"),
        ),
        rows,
    )


def _write_peer_files(folder: Path, count: int) -> int:
    """Files spread evenly over ten years, so over five watches, under names that GarminDB can tell apart."""
    folder.mkdir()
    total = count_files(seed=SEED, years=10, until=UNTIL)
    chosen = {(2 * number + 1) * total // (2 * count) for number in range(count)}
    records = 0
    for number, file in enumerate(iter_history(seed=SEED, years=10, until=UNTIL)):
        if number in chosen:
            (folder / f"{1_000_000 + number}.fit").write_bytes(file.data)
            records += decode(file.data, messages={"record": ["timestamp"]}).messages["record"].height
    return records


def _import_with_ours(files: Path) -> tuple[Finished, Any]:
    with sandbox() as place:
        return _work(place, "import", files)


def _import_with_garmindb(python: Path, files: Path, home: Path) -> tuple[Finished, int]:
    def started(command: list[str | Path], settings: dict[str, str]) -> Finished:
        return run(command, folder=home, environment={**plain_environment(), **settings})

    finished, database = garmindb.import_folder(python, files, home, started)
    return finished, _rows(database, "activity_records")


def _import_with_the_script(files: Path, home: Path) -> tuple[Finished, int]:
    database = home / "plain.db"
    command = [sys.executable, "-m", "bench.plain_sqlite", str(files), str(database)]
    finished = run(command, folder=PROJECT_ROOT, environment=plain_environment())
    return finished, _rows(database, "record")


def _rows(database: Path, name: str) -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute(f"select count(*) from {name}").fetchone()[0])
    finally:
        connection.close()


def _startup(command: str) -> None:
    heading("Start-up of the command line", made_by=command)
    runningcoach = str(Path(sys.executable).parent / "runningcoach")
    commands = {"runningcoach --help": [runningcoach, "--help"], "python -c pass": [sys.executable, "-c", "pass"]}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(_HELP_RUNS + 1):
        for name, words in commands.items():
            start = time.perf_counter()
            subprocess.run(words, check=True, capture_output=True, env=plain_environment())
            taken[name].append(time.perf_counter() - start)
    table(
        (f"median of {_HELP_RUNS}, after one to warm up", "ms", "range"),
        (
            (
                f"`{name}`",
                f"{statistics.median(values[1:]) * 1e3:.0f}",
                f"{min(values[1:]) * 1e3:.0f}–{max(values[1:]) * 1e3:.0f}",
            )
            for name, values in taken.items()
        ),
    )


if __name__ == "__main__":
    main()
