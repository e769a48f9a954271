"""Values and their nulls to Arrow arrays, without a copy where the layout in memory allows it.

Everything is built from buffers: `pyarrow.array` would look for pandas on each call. What the values mean is given by
a `Meaning`; integers come as stored, with NULL for null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from runningcoach_pipelines.fit.accumulate import NULL
from runningcoach_pipelines.fit.meaning import Kind, Meaning
from runningcoach_pipelines.fit.profile import FIT_EPOCH_S

EIGHT_BYTES = {
    Kind.SCALED: pa.float64(),
    Kind.INTEGER: pa.int64(),
    Kind.UNSIGNED: pa.uint64(),
    Kind.DATE_TIME: pa.timestamp("us", "UTC"),
    Kind.LOCAL_DATE_TIME: pa.timestamp("us"),
}
"""Arrow types of the kinds that take eight bytes a value."""

LABELS = pa.dictionary(pa.uint32(), pa.large_string())
"""Arrow type of enum columns: Categorical in Polars."""

_MICROSECONDS = 1_000_000
_FEW_CODES = 256
_SHORT_CODES = 1 << 16
"""Enums have one byte or two; wider codes are rare, and found by sorting."""

type Int64s = npt.NDArray[np.int64]
type Booleans = npt.NDArray[np.bool_]


def column(meaning: Meaning, stored: npt.NDArray[Any]) -> pa.Array:
    """One array of stored numbers, shape (n,), in their meaning."""
    return floats(meaning, stored) if stored.dtype.kind == "f" else integers(meaning, stored)


def floats(meaning: Meaning, stored: npt.NDArray[np.float64]) -> pa.Array:
    """One array of stored floats, NaN for null, scaled."""
    return eight_bytes(Kind.SCALED, stored / meaning.scale - meaning.offset, ~np.isnan(stored))


def integers(meaning: Meaning, stored: Int64s) -> pa.Array:
    """One array of stored integers, shape (n,), in their meaning."""
    if meaning.kind is Kind.LABEL:
        return labels(stored, meaning.labels or {})
    valid = stored != NULL
    if meaning.kind is Kind.BOOLEAN:
        return booleans(stored, valid)
    if meaning.kind is Kind.SCALED:
        return eight_bytes(Kind.SCALED, stored / meaning.scale - meaning.offset, valid)
    if meaning.kind in (Kind.DATE_TIME, Kind.LOCAL_DATE_TIME):
        return eight_bytes(meaning.kind, microseconds(stored), valid)
    return eight_bytes(meaning.kind, np.ascontiguousarray(stored), valid)


def microseconds(seconds: Int64s) -> Int64s:
    """Microseconds since 1970 from seconds of the FIT epoch; of NULL, anything."""
    return (seconds + FIT_EPOCH_S) * _MICROSECONDS


def eight_bytes(kind: Kind, values: npt.NDArray[np.generic], valid: Booleans) -> pa.Array:
    """An array of a kind in EIGHT_BYTES from its values (contiguous, eight bytes each)."""
    return pa.Array.from_buffers(EIGHT_BYTES[kind], len(values), [bitmap(valid), pa.py_buffer(values)])


def booleans(stored: Int64s, valid: Booleans) -> pa.Array:
    return pa.Array.from_buffers(pa.bool_(), len(stored), [bitmap(valid), bitmap((stored != 0) | ~valid)])


def labels(codes: Int64s, names: Mapping[int, str]) -> pa.Array:
    """Enum codes by name, as a dictionary array of type LABELS; a code without a name is its number as text."""
    if len(codes) <= _FEW_CODES:
        seen: dict[int, int] = {}
        places = np.array([seen.setdefault(code, len(seen)) for code in codes.tolist()], np.uint32)
        dictionary = _dictionary(tuple(_label(code, names) for code in seen))
    else:
        distinct, places = _distinct(codes)
        dictionary = strings([_label(code, names) for code in distinct.tolist()])
    # Null is an entry of the dictionary: rows need no validity bits of their own.
    return pa.DictionaryArray.from_buffers(LABELS, len(codes), [None, pa.py_buffer(places)], dictionary)


def _distinct(codes: Int64s) -> tuple[Int64s, npt.NDArray[np.uint32]]:
    """The distinct codes, and where each code stands among them; short codes need no sorting, only a table."""
    short = np.where(codes == NULL, _SHORT_CODES, codes)
    if short.min() < 0 or short.max() > _SHORT_CODES:
        distinct, places = np.unique(codes, return_inverse=True)
        return distinct, places.astype(np.uint32)
    occurs = np.zeros(_SHORT_CODES + 1, np.bool_)
    occurs[short] = True
    distinct = np.flatnonzero(occurs)
    place = np.zeros(_SHORT_CODES + 1, np.uint32)
    place[distinct] = np.arange(len(distinct))
    return np.where(distinct == _SHORT_CODES, NULL, distinct), place[short]


@lru_cache(maxsize=1024)
def _dictionary(names: tuple[str | None, ...]) -> pa.Array:
    return strings(names)


def _label(code: int, names: Mapping[int, str]) -> str | None:
    return None if code == NULL else names.get(code) or str(code)


def strings(values: Sequence[str | None]) -> pa.Array:
    octets = [value.encode() if value else b"" for value in values]
    valid = np.array([value is not None for value in values], np.bool_)
    return _variable_width(pa.large_string(), b"".join(octets), np.array([*map(len, octets)], np.int64), valid)


def octets(flat: npt.NDArray[np.uint8], lengths: Int64s, valid: Booleans) -> pa.Array:
    """Binary values that stand one after the other in `flat`."""
    return _variable_width(pa.large_binary(), pa.py_buffer(flat), lengths, valid)


def _variable_width(kind: pa.DataType, data: object, lengths: Int64s, valid: Booleans) -> pa.Array:
    buffer = pa.py_buffer(data) if isinstance(data, bytes) else data
    return pa.Array.from_buffers(kind, len(valid), [bitmap(valid), pa.py_buffer(_ends(lengths)), buffer])


def lists(values: pa.Array, lengths: Int64s | int, valid: Booleans) -> pa.Array:
    """Lists whose values stand one after the other in `values`; all of one length, or each of its own."""
    ends = np.arange(0, len(values) + 1, lengths, dtype=np.int64) if isinstance(lengths, int) else _ends(lengths)
    buffers = [bitmap(valid), pa.py_buffer(ends)]
    return pa.Array.from_buffers(pa.large_list(values.type), len(valid), buffers, children=[values])


def bitmap(valid: Booleans) -> pa.Buffer:
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


def _ends(lengths: Int64s) -> Int64s:
    ends = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=ends[1:])
    return ends
