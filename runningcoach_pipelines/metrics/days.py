"""Days of an athlete: which local day an activity belongs to, and daily sums without gaps."""

from datetime import date

import polars as pl

from runningcoach_pipelines.metrics.quantity import Quantity, column


def local_day(start_utc: pl.Expr, utc_offset_s: Quantity) -> pl.Expr:
    """Athlete-local date of the START of an activity under its own UTC offset (travel, 00:30 starts).

    `start_utc`: a Datetime column, in UTC or naive UTC. Null if the offset is unknown.

    Source: A convention; the device's clock at the start of an activity.
    """
    offset = pl.duration(seconds=column(utc_offset_s), time_unit="us")
    return (start_utc.dt.replace_time_zone(None).cast(pl.Datetime("us")) + offset).dt.date()


def daily_loads(activities: pl.DataFrame, *, last_day: date | None = None) -> pl.DataFrame:
    """Sum of the loads of every local day from the first activity to `last_day` (default: the last activity).

    In: `start_utc`, `utc_offset_s`, `load`, one row per activity in any order. An unknown load adds
    nothing. Out: `local_day` Date, `load` Float64, one row per day without gaps; a rest day is 0.
    """
    daily = (
        activities.select(
            local_day(pl.col("start_utc"), pl.col("utc_offset_s")).alias("local_day"),
            column(pl.col("load")).alias("load"),
        )
        .drop_nulls("local_day")
        .group_by("local_day")
        .agg(pl.col("load").sum())
    )
    return every_day(daily, last_day=last_day)


def every_day(sums: pl.DataFrame, *, last_day: date | None = None) -> pl.DataFrame:
    """The sums of an athlete's days with a row of zeros for each day in between, up to `last_day` (default: the last
    with a sum).

    In: `local_day` Date, once each and in any order, and numbers. Out: the same columns by day, without gaps.
    """
    if sums.is_empty():
        return sums
    days = sums["local_day"]
    first, last = pl.lit(days.min(), dtype=pl.Date), pl.lit(last_day or days.max(), dtype=pl.Date)
    calendar = pl.select(pl.date_range(first, last, "1d").alias("local_day"))
    return calendar.join(sums, on="local_day", how="left", maintain_order="left").fill_null(0)
