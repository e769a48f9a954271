"""Counters that are written with fewer bits than they have: compressed timestamps, timestamp_16, accumulators.

All of them follow one rule: the low bits come again and again, and a low value smaller than the last one means that
the counter has passed a multiple of 2**bits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

NULL = int(np.iinfo(np.int64).min)
"""Stands for "no value" in every integer column of this package."""


def unroll(
    low: npt.NDArray[np.int64], bits: int, full: npt.NDArray[np.int64], *, start: int = 0
) -> npt.NDArray[np.int64]:
    """The whole counter from its low `bits`, shape (n,) in file order.

    Where `full` is not NULL the counter was written whole: that is its value, and what follows counts from it. Where
    both are NULL the result is NULL and the counter stands still. Before anything is known it is `start`.
    """
    mask = (1 << bits) - 1
    event = np.flatnonzero((low != NULL) | (full != NULL))
    result = np.full(len(low), NULL, np.int64)
    if not len(event):
        return result
    whole = full[event]
    is_whole = whole != NULL
    low_bits = np.where(is_whole, whole, low[event]) & mask
    steps = np.diff(low_bits, prepend=start & mask) & mask
    steps[is_whole] = 0
    passed = np.cumsum(steps)
    last_whole = np.maximum.accumulate(np.where(is_whole, np.arange(len(event)), -1))
    base = np.where(last_whole >= 0, whole[last_whole] - passed[last_whole], start)
    result[event] = base + passed
    return result
