"""The calendar, and load, fitness, fatigue and form on it."""

import datetime as dt

import polars as pl

from runningcoach_pipelines.metrics import fitness, load

_IS_RUN = pl.col("sport") == "running"
_IS_IMPUTED = pl.col("load_source") == load.Source.IMPUTED.value


def calendar(activities: pl.DataFrame, today: dt.date) -> pl.Series:
    """Every day from the first activity to `today`, or to the last activity where it is tomorrow already."""
    days = activities["local_day"]
    first, last = pl.lit(days.min(), pl.Date), pl.lit(max(today, *days.top_k(1)), pl.Date)
    return pl.select(day=pl.date_range(first, last)).to_series()


def load_series(days: pl.Series, activities: pl.DataFrame) -> pl.DataFrame:
    """Loads of each day, and what follows from them alone; rest days have load 0.

    Args:
        days: the calendar.
        activities: of one athlete; in any order, since the loads of a day are added from the smallest up.
    """
    by_day = (
        activities.sort("local_day", "load")
        .group_by(day="local_day", maintain_order=True)
        .agg(
            pl.col("load").sum(),
            activities=pl.len(),
            imputed_load=pl.col("load").filter(_IS_IMPUTED).sum(),
            run_load=pl.col("load").filter(_IS_RUN).sum(),
        )
    )
    dense = days.to_frame("day").join(by_day, on="day", how="left", maintain_order="left").fill_null(0)
    runs = fitness.fitness(dense["run_load"].to_numpy())
    return pl.concat(
        [
            dense.drop("day", "load"),
            fitness.daily_table(dense.select("load", local_day="day")).drop("local_day"),
            pl.DataFrame({"run_ctl": runs.ctl, "run_atl": runs.atl, "run_tsb": runs.tsb}),
        ],
        how="horizontal",
    )
