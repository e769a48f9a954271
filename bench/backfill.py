"""Ten years as a person makes them again: a backfill of all months, launched in Dagster's web server."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from bench.markdown import heading, seconds, table
from bench.sandbox import Sandbox
from bench.served import served, until
from runningcoach_pipelines.store.rebuild import drop_derived
from runningcoach_pipelines.store.tables import ActivityMetrics
from runningcoach_pipelines.store.windows import Window
from tests.end_to_end import backfills

_ASSETS = ("activities", "laps", "activity_samples", "activity_metrics")
_LIMIT_S = 1800.0


def measure(place: Sandbox) -> float:
    """Seconds from the launch of the backfill until Dagster calls it complete, nothing derived before."""
    with place.lakehouse() as lakehouse:
        days = lakehouse.files.days()
        if days is None:
            raise RuntimeError("nothing was imported")
        months = [month.start.isoformat() for month in Window(days[0], days[1]).months()]
        with served(place) as dagster:
            drop_derived(lakehouse)
            start = time.perf_counter()
            backfill = backfills.launch(dagster, _ASSETS, months)
            if not until(lambda: backfills.status(dagster, backfill).startswith("COMPLETED"), _LIMIT_S):
                raise RuntimeError(f"the backfill is not complete after {_LIMIT_S:.0f} s")
            wall_s = time.perf_counter() - start
            ended = backfills.status(dagster, backfill)
        metrics = ActivityMetrics.table()
        with lakehouse.engine.connect() as connection:
            written = connection.execute(select(func.count()).select_from(metrics)).scalar_one()
        if ended != "COMPLETED_SUCCESS" or not written:
            raise RuntimeError(f"the backfill ended as {ended} with {written} activities")
        return wall_s


def report(wall_s: float, in_process: Mapping[str, Any], years: int, made_by: str) -> None:
    heading(f"A backfill of {years} years launched in Dagster's web server, `runningcoach up`", made_by=made_by)
    stages_s = sum(in_process["stages"][name]["wall_s"] for name in ("activities", "activity_metrics"))
    table(
        ("years", "from launch to complete, s", "the same in process, s", "Dagster's own share, s"),
        [(years, seconds(wall_s), seconds(stages_s), seconds(wall_s - stages_s))],
    )
