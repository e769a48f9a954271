"""Months of activities read, measured and written: all tables of a month in one transaction."""

from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.activity_metrics.measuring import gold, judge, measure
from runningcoach_pipelines.metrics.load import Source
from runningcoach_pipelines.store.athletes import read_settings
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, Base, DeviceValues
from runningcoach_pipelines.store.windows import Window, lock, replace_window


@dataclass(frozen=True, slots=True)
class MetricsReport:
    """Activities whose metrics were written, and those whose load had to be imputed."""

    activities: int
    imputed: int


def derive_activity_metrics(lakehouse: Lakehouse, window: Window) -> MetricsReport:
    """Make `activity_metrics` and its child tables of the window's whole months anew, month by month.

    Later months look back on earlier ones, so the order matters: estimates of a month that lies after the window
    may be stale afterwards (`terms`).
    """
    activities = imputed = 0
    for month in window.months():
        with lakehouse.engine.begin() as connection:
            lock(connection, ActivityMetrics.table().name)
            rows = _derive_month(connection, lakehouse, month)
        activities += rows.height
        imputed += rows.filter(pl.col("load_source") == Source.IMPUTED.value).height
    return MetricsReport(activities, imputed)


def _derive_month(connection: Connection, lakehouse: Lakehouse, month: Window) -> pl.DataFrame:
    """Rows of `activity_metrics`, written with those of the other tables."""
    recorded = measure(
        _of_month(connection, Activity, month),
        _of_month(connection, DeviceValues, month),
        lakehouse.samples.read(month),
    )
    seen = terms.observed(connection, month).with_month(month, *recorded.seen())
    days = recorded.activities.select("athlete_id", "local_day").unique()
    judged = judge(recorded, terms.effective(days, read_settings(connection), seen))
    recent = terms.loads_with_month(terms.stored_loads(connection, month), month, terms.loads(judged.activities))
    tables = gold(recorded, judged, terms.factors(recent, [month]))
    for table, rows in tables.items():
        replace_window(connection, table, rows, day="local_day", window=month, key="activity_id")
    return tables[ActivityMetrics.table()]


def _of_month(connection: Connection, model: type[Base], month: Window) -> pl.DataFrame:
    table = model.table()
    inside = (table.c.local_day >= month.start) & (table.c.local_day < month.end)
    return read_frame(connection, select(table).where(inside).order_by(table.c.activity_id))
