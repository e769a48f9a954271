"""Metrics of activities, measured on the stores of the environment: all months, one activity, and a plain loop beside.

    make bench
    python -m bench.pipeline --parts metrics [--years 10]

`bench.pipeline` makes the stores and prints; `bench.stages` runs `all_metrics` in a process of its own.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import select

from bench import plain_metrics
from bench.markdown import heading, mebibytes, seconds, table
from bench.measuring import Finished
from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.activity_metrics import derive_activity_metrics
from runningcoach_pipelines.derive.activity_metrics.measuring import gold, judge, measure
from runningcoach_pipelines.metrics.efforts import DISTANCES_M, WINDOWS_S, best_efforts
from runningcoach_pipelines.store.athletes import read_settings
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, DeviceValues
from runningcoach_pipelines.store.windows import Window

_ONES = 24
_LOOPED = 6
_PASSES = 9
_FOUR_HOURS_S = 4 * 3600


def all_metrics(lakehouse: Lakehouse) -> dict[str, Any]:
    """Every month of the store, how much of it is reading samples; then single activities, and the loop."""
    days = lakehouse.files.days()
    if days is None:
        raise SystemExit("nothing was imported")
    window = Window(days[0], days[1] + dt.timedelta(days=1))
    reading_s, samples = _timed(lambda: sum(lakehouse.samples.read(month).height for month in window.months()))
    whole_s, derived = _timed(lambda: derive_activity_metrics(lakehouse, window))
    return {
        "activities": derived.activities,
        "samples": samples,
        "reading_s": reading_s,
        "whole_s": whole_s,
        **_single(lakehouse),
        **_four_hours(),
    }


def report(finished: Finished, result: Mapping[str, Any], years: int, made_by: str) -> None:
    heading(f"Metrics of {years} years", made_by=made_by)
    beyond_s = result["whole_s"] - result["reading_s"]
    loop_s = result["loop_s_per_sample"] * result["samples"]
    rows = [
        (f"all {result['activities']:,} activities, {result['samples']:,} samples", f"{result['whole_s']:.1f} s"),
        ("– of it reading the samples, measured apart", f"{result['reading_s']:.1f} s"),
        ("**– beyond reading them**, rows written", f"**{beyond_s:.1f} s**"),
        ("peak RSS of the process", mebibytes(finished.process_peak)),
        (f"a plain loop over {result['looped']} runs, for as many samples", f"{seconds(loop_s)} s"),
        ("– times ours, beyond reading", f"{loop_s / beyond_s:.1f}x"),
        (f"**one activity** of {result['one_samples']:,} samples, in memory", f"**{result['one_ms']:.1f} ms**"),
        ("– a plain loop over it", f"{result['one_loop_ms']:.0f} ms"),
        ("– times ours", f"{result['one_loop_ms'] / result['one_ms']:.1f}x"),
        (f"**best efforts of a 4-hour run**, {result['distances']} distances", f"**{result['efforts_ms']:.1f} ms**"),
        ("– a plain loop over it", f"{result['efforts_loop_ms']:.0f} ms"),
        ("– times ours", f"{result['efforts_loop_ms'] / result['efforts_ms']:.0f}x"),
    ]
    table(("what", "takes"), rows)
    print(
        "The loop takes averages, TRIMP, weighted power, ascent, time in zones, splits, best efforts and mean-max\n"
        "curves by the same definitions, over lists; ours takes every column and writes five tables."
    )


def _single(lakehouse: Lakehouse) -> dict[str, Any]:
    """Runs of an hour or so of the last year, each measured alone with the terms of its day at hand."""
    table_ = Activity.table()
    hourly = (table_.c.sport == "running") & table_.c.timer_s.between(3000, 4500) & (table_.c.sample_count > 2500)
    stored = ActivityMetrics.table()
    with lakehouse.engine.connect() as connection:
        chosen = select(table_).where(hourly).order_by(table_.c.started_at.desc()).limit(_ONES)
        activities = read_frame(connection, chosen)
        devices = read_frame(connection, select(DeviceValues.table()))
        metrics = read_frame(connection, select(stored).where(stored.c.activity_id.in_(activities["activity_id"])))
        first, last = activities["local_day"].min(), activities["local_day"].max()
        assert isinstance(first, dt.date)
        assert isinstance(last, dt.date)
        window = Window(first, last + dt.timedelta(days=1))
        known = terms.effective(
            activities.select("athlete_id", "local_day").unique(),
            read_settings(connection),
            terms.observed(connection, window),
        )
        factors = terms.factors(terms.stored_loads(connection, window), window.months())
    samples = lakehouse.samples.read(window)
    ones = [activities[row] for row in range(activities.height)]
    of_each = [samples.join(one, on="activity_id", how="semi") for one in ones]
    said = [devices.join(one, on="activity_id", how="semi") for one in ones]
    taken = []
    for one, device, own in zip(ones, said, of_each, strict=True):
        alone = _best_of(3, lambda one=one, device=device, own=own: _one(one, device, own, known, factors))
        taken.append(alone)
    looped = [
        _best_of(1, lambda own=own, one=one: _looped(own, metrics.join(one, on="activity_id", how="semi")))
        for own, one in zip(of_each[:_LOOPED], ones[:_LOOPED], strict=True)
    ]
    looped_samples = sum(own.height for own in of_each[:_LOOPED])
    return {
        "one_samples": int(statistics.median(own.height for own in of_each)),
        "one_ms": statistics.median(taken) * 1000,
        "one_loop_ms": statistics.median(looped) * 1000,
        "looped": len(looped),
        "loop_s_per_sample": sum(looped) / looped_samples,
    }


def _one(
    activity: pl.DataFrame, device: pl.DataFrame, samples: pl.DataFrame, known: pl.DataFrame, factors: pl.DataFrame
) -> None:
    recorded = measure(activity, device, samples)
    gold(recorded, judge(recorded, known), factors)


def _looped(own: pl.DataFrame, metrics: pl.DataFrame) -> None:
    """The plain loop over one activity, checked against what is stored of it."""
    row = metrics.row(0, named=True)
    plain = _plain(own)
    points = plain_metrics.trimp(plain, hr_rest=row["hr_rest_bpm"], hr_max=row["hr_max_bpm"])
    found = plain_metrics.averages(plain)
    plain_metrics.zones(plain.heart_rate_bpm, [float(bound) for bound in row["hr_zone_bounds_bpm"].split(",")])
    if plain.altitude_m is not None:
        plain_metrics.ascent(plain.altitude_m)
    plain_metrics.splits(plain)
    for distance_m in DISTANCES_M:
        plain_metrics.best_effort(plain.elapsed_s, plain.distance_m, distance_m)
    for channel in (plain.speed_mps, plain.heart_rate_bpm, plain.power_w):
        if channel is not None:
            plain_metrics.mean_max(channel, WINDOWS_S)
    assert row["sex"] is not None or np.isclose(points, row["trimp"], rtol=0.02), (points, row["trimp"])
    assert all(np.isclose(value, row[name], rtol=0.02) for name, value in found.items()), (found, row)


def _plain(own: pl.DataFrame) -> plain_metrics.Samples:
    """The loop wants one value for every second: gaps are filled with the one before."""
    filled = own.sort("elapsed_s").with_columns(pl.all().forward_fill().backward_fill())

    def channel(name: str) -> list[float]:
        return filled[name].cast(pl.Float64).to_list()

    def if_any(name: str) -> list[float] | None:
        return channel(name) if own[name].count() else None

    return plain_metrics.Samples(
        channel("elapsed_s"),
        channel("distance_m"),
        channel("speed_mps"),
        channel("heart_rate_bpm"),
        if_any("altitude_m"),
        if_any("power_w"),
    )


def _four_hours() -> dict[str, Any]:
    """Every distance of a run of four hours, one sample a second."""
    rng = np.random.default_rng(1)
    speed = 3.5 + 0.4 * np.sin(np.arange(_FOUR_HOURS_S) / 700) + rng.normal(0, 0.15, _FOUR_HOURS_S)
    elapsed, path = np.arange(_FOUR_HOURS_S, dtype=float), np.cumsum(speed.clip(0.5))
    run = pl.DataFrame({"activity_id": "a", "elapsed_s": elapsed, "distance_m": path})
    ours = best_efforts(run)
    times, distances = elapsed.tolist(), path.tolist()
    began = time.perf_counter()
    looped = [plain_metrics.best_effort(times, distances, distance_m) for distance_m in ours["distance_m"]]
    loop_s = time.perf_counter() - began
    assert np.allclose(np.array(looped, dtype=float), ours["time_s"].to_numpy(), atol=1e-6)
    return {
        "distances": ours.height,
        "efforts_ms": _best_of(_PASSES, lambda: best_efforts(run)) * 1000,
        "efforts_loop_ms": loop_s * 1000,
    }


def _best_of(passes: int, work: Callable[[], object]) -> float:
    """Median seconds, after one pass to warm up if there are several."""
    if passes > 1:
        work()
    return statistics.median(_timed(work)[0] for _ in range(passes))


def _timed[T](work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result
