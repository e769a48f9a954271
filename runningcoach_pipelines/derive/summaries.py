"""Gold: what an athlete's weeks and months add up to."""

import datetime as dt

import polars as pl
import polars.selectors as cs
from sqlalchemy import ColumnElement, Connection, Table, delete, select, true

from runningcoach_pipelines.metrics import distribution, load, quantity
from runningcoach_pipelines.store.frames import copy_frame, frame_schema, read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.tables import ActivityMetrics, ActivityZone, AnalyticsSummary
from runningcoach_pipelines.store.windows import Period, Window

CODE_VERSION = "2"

INTENSITIES = ("low_intensity_s", "moderate_intensity_s", "high_intensity_s")
"""Time in zones 1, 2 and 3 of kind `intensity`."""

RUN = pl.col("sport") == "running"
IMPUTED = pl.col("load_source") == load.Source.IMPUTED.value
CLOCKED = RUN & pl.col("distance_m").is_not_null() & (pl.col("timer_s") > 0)
"""Activities whose speed counts for the average."""

type _Intensity = dict[str, float | None]


def derive_summaries(lakehouse: Lakehouse, period: Period, window: Window) -> int:
    """Make the summaries of the whole periods that the window touches anew; returns the rows written."""
    whole = period.whole(window)
    summaries = AnalyticsSummary.table()
    with lakehouse.engine.begin() as connection:
        lock(connection, summaries.name)
        rows = summarize(_activities(connection, whole), _intensities(connection, whole), period)
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
    summaries = AnalyticsSummary.table()
    with lakehouse.engine.connect() as connection:
        made = _rounded(summarize(_activities(connection), _intensities(connection), period))
        stored = _rounded(read_frame(connection, select(summaries).where(summaries.c.period == period.value)))
    both = pl.concat([made, stored])
    starts: list[dt.date] = both.filter(both.is_unique())["period_start"].unique().sort().to_list()
    return [period.whole(Window(start, start + dt.timedelta(days=1))) for start in starts]


def _rounded(summaries: pl.DataFrame) -> pl.DataFrame:
    """Sums as whole thousandths: the order of adding up shows far behind."""
    return summaries.with_columns((cs.float() * 1000).round().cast(pl.Int64))


def summarize(activities: pl.DataFrame, intensities: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Totals by athlete and period; suspected duplicates do not count, empty periods have no row.

    What depends on other periods is not here but in `store/summaries.py`.

    Args:
        activities: rows of `activity_metrics`.
        intensities: rows of `activity_zones` of kind `intensity`.
    """
    unit = "1w" if period is Period.WEEK else "1mo"
    schema = frame_schema(AnalyticsSummary.table())
    return (
        activities.filter("counted")
        .join(_by_activity(intensities), on="activity_id", how="left", maintain_order="left")
        .group_by("athlete_id", period_start=pl.col("local_day").dt.truncate(unit), maintain_order=True)
        .agg(
            activities=pl.len(),
            runs=RUN.sum(),
            days_active=pl.col("local_day").n_unique(),
            distance_m=pl.col("distance_m").sum(),
            run_distance_m=pl.col("distance_m").filter(RUN).sum(),
            timer_s=pl.col("timer_s").sum(),
            run_timer_s=pl.col("timer_s").filter(RUN).sum(),
            ascent_m=pl.col("ascent_m").sum(),
            load=pl.col("load").sum(),
            imputed_load=pl.col("load").filter(IMPUTED).sum(),
            longest_run_m=pl.col("distance_m").filter(RUN).max(),
            run_load=pl.col("load").filter(RUN).sum(),
            avg_run_speed_mps=_ratio(pl.col("distance_m").filter(CLOCKED), pl.col("timer_s").filter(CLOCKED)),
            avg_run_heart_rate_bpm=quantity.weighted_mean(
                pl.col("avg_heart_rate_bpm").filter(RUN), pl.col("timer_s").filter(RUN)
            ),
            **{name: quantity.total(pl.col(name)) for name in INTENSITIES},
        )
        .with_columns(
            period=pl.lit(period.value),
            intensity_label=pl.struct(INTENSITIES).map_elements(_label, return_dtype=pl.String),
            code_version=pl.lit(CODE_VERSION),
        )
        .select(schema.names())
        .cast(schema)
        .sort("athlete_id", "period_start")
    )


def _activities(connection: Connection, window: Window | None = None) -> pl.DataFrame:
    table = ActivityMetrics.table()
    # Sums depend on the order in their last bit.
    order = (table.c.athlete_id, table.c.local_day, table.c.activity_id)
    return read_frame(connection, select(table).where(_inside(table, window)).order_by(*order))


def _intensities(connection: Connection, window: Window | None = None) -> pl.DataFrame:
    table = ActivityZone.table()
    return read_frame(connection, select(table).where(_inside(table, window), table.c.kind == "intensity"))


def _inside(table: Table, window: Window | None) -> ColumnElement[bool]:
    """Rows of the window's days; of all days without one."""
    if window is None:
        return true()
    return (table.c.local_day >= window.start) & (table.c.local_day < window.end)


def _by_activity(intensities: pl.DataFrame) -> pl.DataFrame:
    """A row for each activity with a heart rate: its seconds in each zone."""
    seconds = {
        name: pl.col("time_s").filter(pl.col("zone") == zone).sum() for zone, name in enumerate(INTENSITIES, start=1)
    }
    return intensities.group_by("activity_id").agg(**seconds)


def _ratio(distance_m: pl.Expr, timer_s: pl.Expr) -> pl.Expr:
    return distance_m.sum() / quantity.positive(timer_s.sum())


def _label(seconds: _Intensity) -> str | None:
    low, moderate, high = (seconds[name] for name in INTENSITIES)
    if low is None or moderate is None or high is None:
        return None
    return distribution.label((low, moderate, high))
