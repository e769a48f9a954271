"""Sums, means and spreads of the last N days that depend on nothing outside their window.

Polars' own rolling kernels add what enters and subtract what leaves, so a day of years ago would show in today's last
digits; here every window is summed by itself, from its newest day to its oldest. Rows are dense days, oldest first;
unknown days count in neither sum nor number; before the series nothing is known. The expressions read a whole column:
no `over`, no `group_by`.
"""

import numpy as np
import polars as pl

from runningcoach_pipelines.metrics.quantity import Floats, column


def count(values: pl.Expr, days: int) -> pl.Expr:
    """How many of the last `days` (this one included) are known."""
    known = column(values).is_not_null().cast(pl.Float64)
    return known.map_batches(lambda series: pl.Series(_sums(series.to_numpy(), days)), return_dtype=pl.Float64).cast(
        pl.Int32
    )


def total(values: pl.Expr, days: int, *, least: int = 1) -> pl.Expr:
    """Sum of the last `days`, this one included; null with fewer than `least` known."""
    summed = column(values).map_batches(
        lambda series: pl.Series(_sums(series.fill_null(0.0).to_numpy(), days)), return_dtype=pl.Float64
    )
    return pl.when(count(values, days) >= least).then(summed)


def mean(values: pl.Expr, days: int, *, least: int = 1) -> pl.Expr:
    """Mean of the last `days`, this one included; null with fewer than `least` (or 1) known."""
    return total(values, days, least=max(1, least)) / count(values, days)


def deviation(values: pl.Expr, days: int, *, least: int = 2) -> pl.Expr:
    """Sample standard deviation of the last `days`, this one included; null with fewer than `least` (or 2) known."""
    spread = column(values).map_batches(
        lambda series: pl.Series(_deviations(series.to_numpy(), days)), return_dtype=pl.Float64
    )
    return pl.when(count(values, days) >= max(2, least)).then(spread)


def _sums(values: Floats, days: int) -> Floats:
    sums = np.zeros(values.size)
    for back in range(min(days, values.size)):
        sums[back:] += values[: values.size - back]
    return sums


def _deviations(values: Floats, days: int) -> Floats:
    """Of a series with NaN where it is unknown; 0 where less than two are known."""
    known = np.isfinite(values)
    sizes = _sums(known.astype(np.float64), days)
    centre = _sums(np.where(known, values, 0.0), days) / np.maximum(sizes, 1.0)
    squares = np.zeros(values.size)
    for back in range(min(days, values.size)):
        apart = values[: values.size - back] - centre[back:]
        squares[back:] += np.where(known[: values.size - back], apart, 0.0) ** 2
    return np.sqrt(squares / np.maximum(sizes - 1.0, 1.0))
