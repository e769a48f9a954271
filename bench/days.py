"""Ten years of days, measured: the load series against a plain loop over the same days, and all columns of a day.

    python -m bench.days [--years 10] [--passes 9]

Prints Markdown for docs/benchmarks.md: CPU-bound work of this process, wall time, the median of the passes. The history
is made of random runs in memory, so neither files nor a database are part of it; reading and writing the tables is in
`bench.pipeline`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from bench.markdown import heading, table
from runningcoach_pipelines.derive.fitness import History, daily_fitness
from runningcoach_pipelines.derive.fitness.load_series import calendar, load_series
from runningcoach_pipelines.derive.terms import Observed
from runningcoach_pipelines.metrics.efforts import DISTANCES_M
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.tables import AthleteSettings

_FIRST = dt.date(2015, 1, 5)
_RUNS_PER_YEAR = 250
PASSES = 9
_SEED = 1
_WEEK, _CTL, _ATL = 7, 1 - np.exp(-1 / 42), 1 - np.exp(-1 / 7)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--passes", type=int, default=PASSES)
    arguments = parser.parse_args()
    report(arguments.years, arguments.passes)


def report(years: int, passes: int) -> None:
    history, today = made_up(years)
    runs = history.activities
    dated = list(runs.select("local_day", "load").iter_rows())
    looped = list(plain_loop(dated, today))
    ours = load_series(calendar(runs, today), runs)
    assert np.allclose([row[1] for row in looped], ours["ctl"].to_numpy(), rtol=1e-12)
    work: tuple[tuple[str, Callable[[], object]], ...] = (
        ("load, CTL, ATL, TSB, ramp, monotony, strain, ACWR", lambda: load_series(calendar(runs, today), runs)),
        ("load, CTL, ATL, TSB, ramp, monotony in a loop", lambda: list(plain_loop(dated, today))),
        ("every column and the race predictions", lambda: daily_fitness(history, today)),
    )
    heading(f"{len(looped)} days with {runs.height} runs", made_by=f"python -m bench.days --years {years}")
    rows = [(label, *_milliseconds(task, passes)) for label, task in work]
    table((f"median of {passes} passes", "ms", "range"), rows)


def made_up(years: int) -> tuple[History, dt.date]:
    """Runs with their best efforts, and a night before every day, up to the day given."""
    rng = np.random.default_rng(_SEED)
    days = years * 365
    on = np.sort(rng.choice(days, years * _RUNS_PER_YEAR, replace=False))
    km = np.clip(rng.gamma(4, 3, on.size), 3, 35)
    speed = 3 + 0.3 * np.sin(on / 200) + rng.normal(0, 0.25, on.size)
    runs = pl.DataFrame(
        {
            "athlete_id": "me",
            "local_day": pl.Series([_FIRST + dt.timedelta(days=int(day)) for day in on]),
            "activity_id": np.arange(on.size).astype(str),
            "counted": True,
            "sport": "running",
            "distance_m": km * 1000,
            "timer_s": km * 1000 / speed,
            "load": km * 5,
            "load_source": "heart_rate",
            "hr_vo2max": rng.normal(45, 2, on.size),
            "sustained_max_heart_rate_bpm": rng.normal(180, 5, on.size),
            "speed_mps": speed,
        }
    ).with_columns(
        *(pl.lit(None, pl.Float64).alias(name) for name in ("threshold_heart_rate_bpm", "threshold_speed_mps")),
        pl.lit(None, pl.String).alias("hr_zone_bounds_bpm"),
    )
    reached = runs.join(pl.DataFrame({"over_m": DISTANCES_M}), how="cross").filter(
        pl.col("over_m") <= pl.col("distance_m")
    )
    slower = (pl.col("over_m") / 3000).pow(0.06) / (1.15 * pl.col("speed_mps"))
    efforts = reached.select(
        "athlete_id", "local_day", "activity_id", distance_m="over_m", time_s=pl.col("over_m") * slower
    )
    nights = pl.DataFrame(
        {
            "athlete_id": "me",
            "day": pl.Series([_FIRST + dt.timedelta(days=day) for day in range(days)]),
            "resting_hr_bpm": rng.normal(50, 2, days),
            "hrv_rmssd_ms": rng.normal(55, 5, days),
            "sleep_s": rng.normal(27_000, 2000, days),
        }
    )
    device = runs.select("athlete_id", day="local_day", vo2max=pl.lit(50.0))
    settings = pl.DataFrame(schema=frame_schema(AthleteSettings.table()))
    return History(runs, device, nights, settings, Observed(runs, efforts, nights)), nights["day"][-1]


def plain_loop(runs: list[tuple[dt.date, float]], today: dt.date) -> Iterator[tuple[float, ...]]:
    """The same figures (but for ACWR and strain) day by day, as a script would have them."""
    loads: dict[dt.date, float] = {}
    for day, load in runs:
        loads[day] = loads.get(day, 0.0) + load
    ctl = atl = 0.0
    fitness: list[float] = []
    week = [0.0] * _WEEK
    day = min(loads)
    while day <= today:
        load, form = loads.get(day, 0.0), ctl - atl
        ctl, atl = ctl + _CTL * (load - ctl), atl + _ATL * (load - atl)
        fitness.append(ctl)
        week = [*week[1:], load]
        spread = statistics.pstdev(week)
        monotony = min(10.0, statistics.fmean(week) / spread) if spread else 10.0
        yield load, ctl, atl, form, ctl - (fitness[-1 - _WEEK] if len(fitness) > _WEEK else 0.0), monotony
        day += dt.timedelta(days=1)


def _milliseconds(task: Callable[[], object], passes: int) -> tuple[str, str]:
    taken = []
    for _ in range(passes):
        begin = time.perf_counter()
        task()
        taken.append((time.perf_counter() - begin) * 1000)
    return f"{statistics.median(taken):.1f}", f"{min(taken):.1f}–{max(taken):.1f}"


if __name__ == "__main__":
    main()
