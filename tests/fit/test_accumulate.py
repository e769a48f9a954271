"""Counters of a few bits, made whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.fit.accumulate import NULL, unroll


def _column(values: list[int | None]) -> np.ndarray:
    return np.array([NULL if value is None else value for value in values], np.int64)


@pytest.mark.parametrize(
    ("low", "full", "expected"),
    [
        ([1, 5, 31, 0, 3], [None] * 5, [1, 5, 31, 32, 35]),
        ([None, 2, 1], [100, None, None], [100, 130, 161]),
        ([None, 4, None, 4], [100, None, 200, None], [100, 100, 200, 228]),
        ([7, None, 6], [None, None, None], [7, None, 38]),
        ([3], [64], [64]),
        ([], [], []),
    ],
)
def test_five_bits_count_on(low: list[int | None], full: list[int | None], expected: list[int | None]) -> None:
    assert unroll(_column(low), 5, _column(full)).tolist() == _column(expected).tolist()


@given(st.lists(st.integers(0, 4095), max_size=50), st.integers(0, 10**9), st.integers(2, 16))
def test_a_counter_that_grows_by_less_than_its_range_is_found_again(steps: list[int], start: int, bits: int) -> None:
    counter = np.cumsum([start, *(step % (1 << bits) for step in steps)])
    low = counter & ((1 << bits) - 1)
    full = np.full(len(counter), NULL)
    full[0] = start
    assert unroll(low, bits, full).tolist() == counter.tolist()
