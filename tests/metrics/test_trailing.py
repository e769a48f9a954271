"""Figures of the last days: those of the window's own values, and of nothing else."""

import statistics

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.metrics import trailing

SERIES = st.lists(st.none() | st.floats(-1e3, 1e3), min_size=1, max_size=40)
DAYS = st.integers(1, 12)
VALUE = pl.col("value")


def of_days(values: list[float | None], figure: pl.Expr) -> list[float | None]:
    return pl.DataFrame({"value": values}, schema={"value": pl.Float64}).select(figure).to_series().to_list()


def windows(values: list[float | None], days: int) -> list[list[float]]:
    """What is known in the days up to each, one window after the other."""
    return [
        [value for value in values[max(0, end - days) : end] if value is not None] for end in range(1, len(values) + 1)
    ]


@given(SERIES, DAYS, st.integers(1, 3))
def test_every_window_is_summed_by_itself(values: list[float | None], days: int, least: int) -> None:
    known = windows(values, days)
    assert of_days(values, trailing.count(VALUE, days)) == [len(own) for own in known]
    sums = [pytest.approx(sum(own), abs=1e-9) if len(own) >= least else None for own in known]
    assert of_days(values, trailing.total(VALUE, days, least=least)) == sums
    means = [pytest.approx(statistics.fmean(own), abs=1e-9) if len(own) >= least else None for own in known]
    assert of_days(values, trailing.mean(VALUE, days, least=least)) == means
    spreads = [pytest.approx(statistics.stdev(own), abs=1e-6) if len(own) >= max(2, least) else None for own in known]
    assert of_days(values, trailing.deviation(VALUE, days, least=least)) == spreads


@given(SERIES, SERIES, DAYS)
def test_what_lies_before_a_window_leaves_no_trace(
    before: list[float | None], values: list[float | None], days: int
) -> None:
    for figure in (trailing.total, trailing.mean, trailing.deviation):
        alone = of_days(values, figure(VALUE, days))[days - 1 :]
        assert of_days(before + values, figure(VALUE, days))[len(before) + days - 1 :] == alone


@given(SERIES, DAYS)
def test_what_is_no_number_is_not_known(values: list[float | None], days: int) -> None:
    marked = [float("nan") if value is None else value for value in values]
    for figure in (trailing.count, trailing.total, trailing.mean, trailing.deviation):
        assert of_days(marked, figure(VALUE, days)) == of_days(values, figure(VALUE, days))
