"""The dashboard, measured on demo years: what its pages ask the stores, and the pages' scripts themselves.

    make bench-app
    python -m bench.app [--years 10] [--rounds 40] [--views 200]

Prints Markdown for docs/benchmarks.md. Nothing is asserted. The scripts run in Streamlit's own test runner, without a
browser; each is run once before it is timed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from streamlit.testing.v1 import AppTest

from bench.markdown import heading, mebibytes, table
from bench.sandbox import Sandbox, sandbox
from runningcoach_pipelines.settings import PROJECT_ROOT
from runningcoach_pipelines.store import activity_list, performance, read_models
from runningcoach_pipelines.store.activity_list import Filter, Order
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.one_activity import one_activity, samples_of
from runningcoach_pipelines.store.summaries import summaries_in_context
from runningcoach_pipelines.store.windows import Period, Window

ATHLETE = "demo"
_PAGES = ("overview", "activities", "activity", "fitness", "health", "summaries", "data", "settings")
_TIMEOUT_S = 120


def main() -> None:
    arguments = _arguments()
    with sandbox() as place:
        _make_athlete(place, arguments.years)
        os.environ.update(place.environment | {"RUNNINGCOACH_ATHLETE": ATHLETE})
        made_by = f"python -m bench.app --years {arguments.years}"
        with place.lakehouse() as lakehouse:
            heading(f"Read models over {arguments.years} demo years", made_by=made_by)
            _table_of({name: _times_ms(ask, arguments.rounds) for name, ask in _questions(lakehouse).items()})
        heading(f"Scripts of the pages over {arguments.years} demo years", made_by=made_by)
        _table_of({page: _times_ms(partial(_view, page), arguments.rounds // 4) for page in _PAGES})
        heading(f"Memory of the process over {arguments.views} page views", made_by=made_by)
        _memory(arguments.views)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=40, help="of each read model; a quarter of it of each page")
    parser.add_argument("--views", type=int, default=200)
    return parser.parse_args()


def _make_athlete(place: Sandbox, years: int) -> None:
    command = [Path(sys.executable).parent / "runningcoach", "demo", "--years", str(years), "--no-serve"]
    subprocess.run(command, cwd=place.folder, env=dict(place.environment), check=True, stdout=subprocess.DEVNULL)


def _questions(lakehouse: Lakehouse) -> dict[str, Callable[[], object]]:
    """What the pages ask, by page."""
    engine, today = lakehouse.engine, lakehouse.settings.today()
    ever = Window(dt.date(2000, 1, 1), today + dt.timedelta(days=1))
    longest = activity_list.activities(engine, ATHLETE, Filter(sports=("running",)), order=Order.LONGEST, most=1)
    activity_id = str(longest["activity_id"][0])
    hours = float(longest["timer_s"][0]) / 3600

    def overview() -> None:
        read_models.athlete_status(engine, ATHLETE)
        read_models.fitness_until(engine, ATHLETE, today, last=42)
        read_models.fitness(engine, ATHLETE, since=today - dt.timedelta(days=365))
        read_models.weeks(engine, ATHLETE, Window(today - dt.timedelta(weeks=25), today))
        activity_list.activities(engine, ATHLETE, Filter(), most=10)

    def activities() -> None:
        activity_list.choices(engine, ATHLETE)
        activity_list.count(engine, ATHLETE, Filter(text="2020"))
        activity_list.activities(engine, ATHLETE, Filter(text="2020"), order=Order.HEAVIEST, skip=25, most=25)

    def activity() -> None:
        one = one_activity(engine, ATHLETE, activity_id)
        if one is not None:
            samples_of(lakehouse.samples, one)

    def fitness() -> None:
        read_models.fitness(engine, ATHLETE)
        performance.load_by_source(engine, ATHLETE, Period.MONTH, ever)
        summaries_in_context(engine, ATHLETE, Period.MONTH, ever)
        performance.predictions(engine, ATHLETE, today)

    return {
        "Overview": overview,
        "Activities": activities,
        f"Activity, the longest run ({hours:.1f} h)": activity,
        "Fitness, the whole history": fitness,
    }


def _view(page: str) -> None:
    app = AppTest.from_file(str(PROJECT_ROOT / "runningcoach_app" / "main.py"), default_timeout=_TIMEOUT_S)
    app.switch_page(f"views/{page}.py").run()
    if app.exception:
        raise RuntimeError(f"the page {page} fails: {app.exception[0].value}")


def _times_ms(work: Callable[[], object], rounds: int) -> list[float]:
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return times


def _table_of(times: dict[str, list[float]]) -> None:
    rows = [
        (name, len(each), f"{statistics.median(each):.0f}", f"{statistics.quantiles(each, n=20)[-1]:.0f}")
        for name, each in times.items()
    ]
    table(("page", "rounds", "median ms", "95th percentile ms"), rows)


def _memory(views: int) -> None:
    rows = []
    for seen in range(views + 1):
        if seen % (views // 4) == 0:
            rows.append((seen, mebibytes(_resident_bytes())))
        _view(_PAGES[seen % len(_PAGES)])
    table(("page views", "resident memory"), rows)


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
