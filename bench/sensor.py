"""A new activity through the sensors of a running `runningcoach up`: from its import to a changed fitness row."""

from __future__ import annotations

import datetime as dt
import math
import signal
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from bench.markdown import heading, table
from bench.sandbox import Sandbox, free_port
from bench.stages import ATHLETE, new_files
from runningcoach_pipelines.demo import DemoFile
from runningcoach_pipelines.ingest.importing import import_files
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import FitnessMetricsDaily

_ACTIVITIES = 3
_READY_LIMIT_S = 180.0
_DERIVED_LIMIT_S = 300.0
_STOP_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds after the import until the activity was there, and until its day's fitness had changed; endless if it
    had not when we stopped looking.
    """

    to_activity_s: float
    to_fitness_s: float


def measure(place: Sandbox, *, skip: int) -> list[Wait]:
    """Import new activities one after the other while everything runs; `skip` files of the demo are there already."""
    with _up(place), place.lakehouse() as lakehouse:
        return [_wait(lakehouse, file) for file in islice(new_files(), skip, skip + _ACTIVITIES)]


def report(waits: Sequence[Wait], years: int, made_by: str) -> None:
    heading(f"One new activity after {years} years, through the sensors of `runningcoach up`", made_by=made_by)
    rows = []
    for label, taken in (
        ("import to activity and samples", [wait.to_activity_s for wait in waits]),
        ("import to changed fitness", [wait.to_fitness_s for wait in waits]),
    ):
        rows.append((label, f"{statistics.median(taken):.0f}", f"{min(taken):.0f}–{max(taken):.0f}"))
    table((f"median of {len(waits)}", "s", "range"), rows)
    if any(math.isinf(wait.to_fitness_s) for wait in waits):
        print(f"inf: not within {_DERIVED_LIMIT_S:.0f} s.")


@contextmanager
def _up(place: Sandbox) -> Iterator[None]:
    """`runningcoach up` over the stores of `place`, ready."""
    dagster, app = free_port(), free_port()
    environment = {
        **place.environment,
        "RUNNINGCOACH_DAGSTER_PORT": str(dagster),
        "RUNNINGCOACH_APP_PORT": str(app),
        "TMPDIR": str(place.folder),
    }
    log = place.folder / "up.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "runningcoach", "up"],
            cwd=place.folder,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            if not _until(lambda: _answers(f"http://127.0.0.1:{dagster}/server_info"), _READY_LIMIT_S):
                raise RuntimeError(f"Dagster's web server is not up after {_READY_LIMIT_S:.0f} s: {log.read_text()}")
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_STOP_LIMIT_S)


def _wait(lakehouse: Lakehouse, file: DemoFile) -> Wait:
    day = file.started_at.date()
    before = _load(lakehouse, day)
    found = [FoundFile(file.name, file.data)]
    today = dt.datetime.now(lakehouse.settings.zone).date()
    report = import_files(lakehouse, found, athlete_id=ATHLETE, today=today)
    if report.new != 1:
        raise RuntimeError(f"{file.name} was not new: {report}")
    start = time.perf_counter()

    def until(holds: Callable[[], bool]) -> float:
        return time.perf_counter() - start if _until(holds, _DERIVED_LIMIT_S) else math.inf

    return Wait(
        to_activity_s=until(lambda: not lakehouse.files.activities_to_derive()),
        to_fitness_s=until(lambda: _load(lakehouse, day) != before),
    )


def _load(lakehouse: Lakehouse, day: dt.date) -> float | None:
    """The load of a day as the table of daily fitness has it."""
    table = FitnessMetricsDaily.table()
    with lakehouse.engine.connect() as connection:
        found = connection.execute(
            select(table.c.load).where(table.c.athlete_id == ATHLETE, table.c.day == day)
        ).scalar()
    return None if found is None else float(found)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # our own http:// address
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _until(holds: Callable[[], bool], limit_s: float) -> bool:
    """Whether it came to hold within the limit."""
    deadline = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.25)
    return True
