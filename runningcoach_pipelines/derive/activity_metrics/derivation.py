"""Months of activities read, measured and written: all tables in one transaction."""

from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, Date, func, select

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.activity_metrics.measuring import gold, judge, measure
from runningcoach_pipelines.metrics.load import Source
from runningcoach_pipelines.store.athletes import read_settings
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, Base, DeviceValues
from runningcoach_pipelines.store.windows import Window, replace_window

_SAMPLES_AT_ONCE = 300_000
"""Months are measured together up to this many samples: memory stays flat, and the cost of each step is shared."""


@dataclass(frozen=True, slots=True)
class MetricsReport:
    """Activities whose metrics were written, and those whose load had to be imputed."""

    activities: int
    imputed: int


def derive_activity_metrics(lakehouse: Lakehouse, window: Window) -> MetricsReport:
    """Make `activity_metrics` and its child tables of the window's whole months anew.

    Later months look back on earlier ones, so the order matters: what is stored of months after the window may be
    stale afterwards (`derive/stale.py`).
    """
    activities = imputed = 0
    for months in _together(lakehouse, window):
        with lakehouse.engine.begin() as connection:
            lock(connection, ActivityMetrics.table().name)
            rows = _derive(connection, lakehouse, months)
        activities += rows.height
        imputed += rows.filter(pl.col("load_source") == Source.IMPUTED.value).height
    return MetricsReport(activities, imputed)


def _together(lakehouse: Lakehouse, window: Window) -> list[Window]:
    """The window's whole months, neighbours joined as long as their samples are few."""
    months = list(window.months())
    table = Activity.table()
    inside = (table.c.local_day >= months[0].start) & (table.c.local_day < months[-1].end)
    month = func.date_trunc("month", table.c.local_day).cast(Date)
    with lakehouse.engine.connect() as connection:
        rows = connection.execute(select(month, func.sum(table.c.sample_count)).where(inside).group_by(month)).all()
    samples = {first: int(count) for first, count in rows}
    runs: list[Window] = []
    held = 0
    for one in months:
        held += samples.get(one.start, 0)
        if runs and held <= _SAMPLES_AT_ONCE:
            runs[-1] = Window(runs[-1].start, one.end)
        else:
            runs.append(one)
            held = samples.get(one.start, 0)
    return runs


def _derive(connection: Connection, lakehouse: Lakehouse, months: Window) -> pl.DataFrame:
    """Rows of `activity_metrics`, written with those of the other tables."""
    recorded = measure(
        _inside(connection, Activity, months),
        _inside(connection, DeviceValues, months),
        lakehouse.samples.read(months),
    )
    seen = terms.observed(connection, months).with_month(months, *recorded.seen())
    days = recorded.activities.select("athlete_id", "local_day").unique()
    judged = judge(recorded, terms.effective(days, read_settings(connection), seen))
    recent = terms.loads_with_month(terms.stored_loads(connection, months), months, judged.loads())
    tables = gold(recorded, judged, terms.factors(recent, months.months()))
    for table, rows in tables.items():
        replace_window(connection, table, rows, day="local_day", window=months, key="activity_id")
    return tables[ActivityMetrics.table()]


def _inside(connection: Connection, model: type[Base], months: Window) -> pl.DataFrame:
    table = model.table()
    inside = (table.c.local_day >= months.start) & (table.c.local_day < months.end)
    return read_frame(connection, select(table).where(inside).order_by(table.c.activity_id))
