"""What a formula accepts (a column or a plain number) and what counts as measured. No physiology here."""

from dataclasses import dataclass
from math import inf

import numpy as np
import polars as pl
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Clean:
    """A Float64 column by name that holds neither NaN nor an infinity: it needs no guard, which costs more than sums"""

    name: str


type Quantity = float | pl.Expr | Clean | None
"""A column, a plain number, or None for a value that nobody knows (the result is then null)."""


def column(quantity: Quantity) -> pl.Expr:
    """The quantity as a float column; NaN and infinities become null."""
    value = _float(quantity)
    return value if isinstance(quantity, Clean) else pl.when(value.is_finite()).then(value)


def positive(quantity: Quantity) -> pl.Expr:
    """The quantity where it is above zero, else null: heart rates, weights and thresholds are never 0."""
    value = _float(quantity)
    # Not by `column`: each stage names its input twice, and Polars optimises every copy of a nested formula.
    return pl.when(value.is_between(0.0, inf, closed="none")).then(value)


def _float(quantity: Quantity) -> pl.Expr:
    if isinstance(quantity, Clean):
        return pl.col(quantity.name)
    value = quantity if isinstance(quantity, pl.Expr) else pl.lit(quantity, dtype=pl.Float64)
    return value.cast(pl.Float64)


def quotient[Q: (float, pl.Expr)](of: Q, to: Q | float) -> Q:
    """`of` / `to`, by the inverse.

    Polars divides by a value that all rows share by its inverse, too, but not in a frame of one row, nor by a column
    of equal values: the last digit of a plain quotient would tell in whose company an activity was measured.
    """
    return of * (1.0 / to)


def total(values: pl.Expr) -> pl.Expr:
    """Sum of what is known, null when nothing is (a plain Polars sum would say 0)."""
    return pl.when(values.count() > 0).then(values.sum())


def weighted_mean(values: Quantity, weight_s: Quantity) -> pl.Expr:
    """Mean of `values` weighted by time; samples without a value or a weight count in neither sum.

    Source: Definition.
    """
    value, weight = column(values), column(weight_s)
    known_weight = pl.when(value.is_not_null()).then(weight).sum()
    return pl.when(known_weight > 0).then((value * weight).sum() / known_weight)
