"""One piece of work of ours on the stores of the environment, its costs as a JSON document on the last line.

Of {demo YEARS | derive | metrics | dagster | import FOLDER | one-by-one COUNT}, `bench.pipeline` runs each in a process
of its own, so that a peak of memory belongs to that work alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from bench.measuring import cost_of
from bench.metrics import all_metrics
from runningcoach_pipelines.activities.file import ACTIVITY_MESSAGES
from runningcoach_pipelines.demo import DemoFile, iter_history
from runningcoach_pipelines.derive.activities import derive_activities
from runningcoach_pipelines.derive.activity_metrics import derive_activity_metrics
from runningcoach_pipelines.derive.changes import changed_months
from runningcoach_pipelines.derive.fitness import derive_fitness
from runningcoach_pipelines.derive.summaries import derive_summaries
from runningcoach_pipelines.fit import decode
from runningcoach_pipelines.ingest.demo_athlete import seed_demo_athlete
from runningcoach_pipelines.ingest.importing import import_files, import_paths
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import Lakehouse, open_lakehouse
from runningcoach_pipelines.store.rebuild import drop_derived
from runningcoach_pipelines.store.windows import Period, Window

SEED = 1
UNTIL = dt.date(2025, 10, 10)
"""Last day of the demo history; within a month, so that new activities come to others of their month."""

ATHLETE = "demo"
_MONTHS_PER_RUN = 24


class _Stages:
    """Costs of the stages done so far, by name."""

    def __init__(self, postmaster: int) -> None:
        self._postmaster = postmaster
        self.done: dict[str, dict[str, Any]] = {}

    def __call__[T](self, name: str, work: Callable[[], T]) -> T:
        result, cost = cost_of(work, self._postmaster)
        self.done[name] = asdict(cost)
        return result


def demo(lakehouse: Lakehouse, stages: _Stages, years: int) -> dict[str, Any]:
    """The demo athlete of some years into bronze."""
    made = stages("making the files", lambda: sum(1 for _ in iter_history(seed=SEED, years=years, until=UNTIL)))
    stages(
        "making and importing the files",
        lambda: seed_demo_athlete(lakehouse, ATHLETE, seed=SEED, years=years, today=UNTIL + dt.timedelta(days=1)),
    )
    return {"files": made}


def derive(lakehouse: Lakehouse, stages: _Stages) -> dict[str, Any]:
    """Bronze to summaries, all months in one call each."""
    days = lakehouse.files.days()
    if days is None:
        raise SystemExit("nothing was imported")
    window = Window(days[0], days[1] + dt.timedelta(days=1))
    activities = stages("activities", lambda: derive_activities(lakehouse, window))
    metrics = stages("activity_metrics", lambda: derive_activity_metrics(lakehouse, window))
    fitness = stages("fitness", lambda: derive_fitness(lakehouse, lakehouse.settings.today()))
    weeks = stages("weeks", lambda: derive_summaries(lakehouse, Period.WEEK, window))
    months = stages("months", lambda: derive_summaries(lakehouse, Period.MONTH, window))
    rows = {
        "activities": activities.activities,
        "activity_metrics": metrics.activities,
        "fitness": fitness.days,
        "weeks": weeks,
        "months": months,
    }
    return {"samples": activities.samples, "failures": len(activities.failures), "rows": rows}


def dagster(lakehouse: Lakehouse, stages: _Stages) -> dict[str, Any]:
    """Bronze to summaries again, from empty derived tables, as Dagster runs in this process."""
    drop_derived(lakehouse)
    launch, opened_instance = stages("importing Dagster and the definitions", _dagster)
    with ExitStack() as stack:
        instance = stages(
            "opening a new instance, making its tables", lambda: stack.enter_context(opened_instance(os.environ))
        )
        # Without steps, `run` only reports the imported days.
        stages("reporting imported days", lambda: launch.run(lakehouse, instance, []))
        steps = launch.plan(lakehouse, None)
        stages("runs", lambda: launch.run(lakehouse, instance, steps))
    return {"runs": len(steps)}


def import_folder(lakehouse: Lakehouse, stages: _Stages, folder: Path) -> dict[str, Any]:
    """A folder of FIT files into bronze, then everything derived."""
    report = stages(
        "import", lambda: import_paths(lakehouse, [folder], athlete_id=ATHLETE, today=lakehouse.settings.today())
    )
    if not report.complete:
        raise SystemExit(f"not imported: {report.failed + report.refused}")
    return derive(lakehouse, stages)


def one_by_one(lakehouse: Lakehouse, postmaster: int, count: int) -> list[dict[str, Any]]:
    """New activities after the history, each from import to changed fitness; the first is a warm-up."""
    return [_one(lakehouse, file, postmaster) for file in islice(new_files(), count + 1)]


def new_files() -> Iterator[DemoFile]:
    """The demo athlete's files after `UNTIL`, without second recordings of the same activity."""
    history = iter_history(seed=SEED, years=1, until=UNTIL + dt.timedelta(days=60))
    return (file for file in history if file.started_at.date() > UNTIL and "footpod" not in file.name)


def _one(lakehouse: Lakehouse, file: DemoFile, postmaster: int) -> dict[str, Any]:
    stages = _Stages(postmaster)
    found = [FoundFile(file.name, file.data)]
    start = time.perf_counter()
    stages("import", lambda: import_files(lakehouse, found, athlete_id=ATHLETE, today=lakehouse.settings.today()))
    windows = changed_months(lakehouse.files.activities_to_derive(), at_most=_MONTHS_PER_RUN)
    stages("activities", lambda: [derive_activities(lakehouse, window) for window in windows])
    stages("activity_metrics", lambda: [derive_activity_metrics(lakehouse, window) for window in windows])
    stages("fitness", lambda: derive_fitness(lakehouse, lakehouse.settings.today()))
    to_fitness_s = time.perf_counter() - start
    stages(
        "weeks and months",
        lambda: [derive_summaries(lakehouse, period, window) for period in Period for window in windows],
    )
    in_months = [raw for window in windows for raw in lakehouse.files.activities_in(window)]
    return {
        "stages": stages.done,
        "to_fitness_s": to_fitness_s,
        "whole_s": time.perf_counter() - start,
        "decode_s": _decode_s(file.data),
        "files_in_months": len(in_months),
        "decode_months_s": sum(_decode_s(lakehouse.blobs.get(raw.athlete_id, raw.sha256)) for raw in in_months),
    }


def _decode_s(data: bytes) -> float:
    """Median of three."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        decode(data, messages=ACTIVITY_MESSAGES)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _dagster() -> tuple[Any, Any]:
    from runningcoach_pipelines.defs import launch
    from runningcoach_pipelines.defs.instance import opened_instance

    return launch, opened_instance


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postmaster", type=int, required=True)
    work = parser.add_subparsers(dest="work", required=True)
    work.add_parser("demo").add_argument("years", type=int)
    work.add_parser("derive")
    work.add_parser("metrics")
    work.add_parser("dagster")
    work.add_parser("import").add_argument("folder", type=Path)
    work.add_parser("one-by-one").add_argument("count", type=int)
    arguments = parser.parse_args()
    stages = _Stages(arguments.postmaster)
    with open_lakehouse(Settings()) as lakehouse:
        match arguments.work:
            case "demo":
                result: Any = demo(lakehouse, stages, arguments.years)
            case "derive":
                result = derive(lakehouse, stages)
            case "metrics":
                result = all_metrics(lakehouse)
            case "dagster":
                result = dagster(lakehouse, stages)
            case "import":
                result = import_folder(lakehouse, stages, arguments.folder)
            case _:
                result = {"activities": one_by_one(lakehouse, arguments.postmaster, arguments.count)}
    print(json.dumps({**result, "stages": stages.done}))
