"""How lazy plans are carried out here."""

import polars as pl

_AS_WRITTEN = pl.QueryOptFlags.none()


def collected(plan: pl.LazyFrame) -> pl.DataFrame:
    """The plan's frame, made in memory and as written.

    Polars' streaming engine sums in the order in which its workers come, so the last bit of a sum would depend on
    chance; and to optimise these plans takes longer than to carry them out.
    """
    return plan.collect(engine="in-memory", optimizations=_AS_WRITTEN)


def in_one_piece(plan: pl.LazyFrame) -> pl.DataFrame:
    """The same in contiguous memory, for rows that were filtered or joined and are to be summed.

    Filters and joins work on parts, as many as there are cores, and an activity that lies across two parts is summed
    part by part: its last digit would depend on which other activities were measured with it.
    """
    return collected(plan).rechunk()
