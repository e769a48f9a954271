"""A new activity through the sensors of a running `runningcoach up`: from its import to a changed fitness row."""

from __future__ import annotations

import datetime as dt
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select

from bench.markdown import heading, table
from bench.sandbox import Sandbox
from bench.served import served, until
from bench.stages import ATHLETE, new_files
from runningcoach_pipelines.demo import DemoFile
from runningcoach_pipelines.ingest.importing import import_files
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import FitnessMetricsDaily

_ACTIVITIES = 3
_DERIVED_LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds after the import until the activity was there, and until its day's fitness had changed; endless if it
    had not when we stopped looking.
    """

    to_activity_s: float
    to_fitness_s: float


def measure(place: Sandbox, *, skip: int) -> list[Wait]:
    """Import new activities one after the other while everything runs; `skip` files of the demo are there already."""
    with served(place), place.lakehouse() as lakehouse:
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


def _wait(lakehouse: Lakehouse, file: DemoFile) -> Wait:
    day = file.started_at.date()
    before = _load(lakehouse, day)
    found = [FoundFile(file.name, file.data)]
    report = import_files(lakehouse, found, athlete_id=ATHLETE, today=lakehouse.settings.today())
    if report.new != 1:
        raise RuntimeError(f"{file.name} was not new: {report}")
    start = time.perf_counter()

    def seconds_until(holds: Callable[[], bool]) -> float:
        return time.perf_counter() - start if until(holds, _DERIVED_LIMIT_S) else math.inf

    return Wait(
        to_activity_s=seconds_until(lambda: not lakehouse.files.activities_to_derive()),
        to_fitness_s=seconds_until(lambda: _load(lakehouse, day) != before),
    )


def _load(lakehouse: Lakehouse, day: dt.date) -> float | None:
    """The load of a day as the table of daily fitness has it."""
    table = FitnessMetricsDaily.table()
    with lakehouse.engine.connect() as connection:
        found = connection.execute(
            select(table.c.load).where(table.c.athlete_id == ATHLETE, table.c.day == day)
        ).scalar()
    return None if found is None else float(found)
