"""Gold: what an athlete's weeks and months add up to."""

import datetime as dt
from enum import StrEnum

import polars as pl
import polars.selectors as cs
from sqlalchemy import delete, select

from runningcoach_pipelines.metrics import load
from runningcoach_pipelines.store.frames import copy_frame, frame_schema, read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import ActivityMetrics, AnalyticsSummary
from runningcoach_pipelines.store.windows import Window, lock, monday

CODE_VERSION = "1"


class Period(StrEnum):
    """Weeks start on Monday, months on the 1st."""

    WEEK = "week"
    MONTH = "month"

    def whole(self, window: Window) -> Window:
        """The window widened to whole periods."""
        if self is Period.MONTH:
            months = list(window.months())
            return Window(months[0].start, months[-1].end)
        last = window.end.toordinal() - 1
        sunday = monday(window.end.fromordinal(last))
        return Window(monday(window.start), sunday.fromordinal(sunday.toordinal() + 7))


def derive_summaries(lakehouse: Lakehouse, period: Period, window: Window) -> int:
    """Make the summaries of the whole periods that the window touches anew; returns the rows written."""
    whole = period.whole(window)
    metrics, summaries = ActivityMetrics.table(), AnalyticsSummary.table()
    with lakehouse.engine.begin() as connection:
        lock(connection, summaries.name)
        activities = read_frame(
            connection,
            select(metrics)
            .where(metrics.c.local_day >= whole.start, metrics.c.local_day < whole.end)
            .order_by(metrics.c.athlete_id, metrics.c.local_day, metrics.c.activity_id),
        )
        rows = summarize(activities, period)
        connection.execute(
            delete(summaries).where(
                summaries.c.period == period.value,
                summaries.c.period_start >= whole.start,
                summaries.c.period_start < whole.end,
            )
        )
        copy_frame(connection, summaries, rows)
    return rows.height


def outdated_periods(lakehouse: Lakehouse, period: Period) -> list[Window]:
    """Periods whose summaries are missing, left over, made by other code, or not what `activity_metrics` adds up to."""
    metrics, summaries = ActivityMetrics.table(), AnalyticsSummary.table()
    with lakehouse.engine.connect() as connection:
        made = _rounded(summarize(read_frame(connection, select(metrics)), period))
        stored = _rounded(read_frame(connection, select(summaries).where(summaries.c.period == period.value)))
    both = pl.concat([made, stored])
    starts: list[dt.date] = both.filter(both.is_unique())["period_start"].unique().sort().to_list()
    return [period.whole(Window(start, start + dt.timedelta(days=1))) for start in starts]


def _rounded(summaries: pl.DataFrame) -> pl.DataFrame:
    """Sums as whole thousandths: the order of adding up shows far behind."""
    return summaries.with_columns((cs.float() * 1000).round().cast(pl.Int64))


def summarize(activities: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Totals by athlete and period; suspected duplicates do not count, empty periods have no row.

    Args:
        activities: rows of `activity_metrics`.
    """
    run = pl.col("sport") == "running"
    imputed = pl.col("load_source") == load.Source.IMPUTED.value
    unit = "1w" if period is Period.WEEK else "1mo"
    schema = frame_schema(AnalyticsSummary.table())
    return (
        activities.filter("counted")
        .group_by("athlete_id", period_start=pl.col("local_day").dt.truncate(unit), maintain_order=True)
        .agg(
            activities=pl.len(),
            runs=run.sum(),
            days_active=pl.col("local_day").n_unique(),
            distance_m=pl.col("distance_m").sum(),
            run_distance_m=pl.col("distance_m").filter(run).sum(),
            timer_s=pl.col("timer_s").sum(),
            run_timer_s=pl.col("timer_s").filter(run).sum(),
            ascent_m=pl.col("ascent_m").sum(),
            load=pl.col("load").sum(),
            imputed_load=pl.col("load").filter(imputed).sum(),
            longest_run_m=pl.col("distance_m").filter(run).max(),
        )
        .with_columns(period=pl.lit(period.value), code_version=pl.lit(CODE_VERSION))
        .select(schema.names())
        .cast(schema)
        .sort("athlete_id", "period_start")
    )
