"""Fewer points than days: a chart of twenty years needs no more of them than the screen has."""

import polars as pl


def thinned(days: pl.DataFrame, *, by: str, most: int) -> pl.DataFrame:
    """At most `most` rows in their order: the first and the last, and of each stretch in between those where the
    column `by` is lowest and highest, so that no peak is lost.

    Args:
        most: at least 4.
    """
    if days.height <= most:
        return days
    stretches = (most - 2) // 2
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    extremes = (
        days.select(pl.col(by), row=row, stretch=row * stretches // pl.len())
        .group_by("stretch")
        .agg(lowest=pl.col("row").get(pl.col(by).arg_min()), highest=pl.col("row").get(pl.col(by).arg_max()))
    )
    ends = pl.Series([0, days.height - 1], dtype=pl.Int64)
    return days[pl.concat([ends, extremes["lowest"], extremes["highest"]]).unique().sort()]
