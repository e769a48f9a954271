"""Messages to columns of stored values: one fancy-indexed gather per definition, then one block per storage.

Values are raw here: integers without scale, floats, octets; null is NULL, NaN or None. Meaning comes later.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from runningcoach_pipelines.fit.accumulate import NULL
from runningcoach_pipelines.fit.definitions import Definition, Slot
from runningcoach_pipelines.fit.layout import Layout, NumericSource, StoredColumn

_FEW_MESSAGES = 16
"""Up to here `struct` reads messages faster than numpy (0.2 µs a value against 5 µs a column)."""

type Rows = slice | npt.NDArray[np.intp]


@dataclass(slots=True)
class StoredTable:
    """All messages of one kind, in file order.

    `integers` has shape (integer rows, n) with NULL for null, `floats` (float rows, n) with NaN. `octets` gives for
    a column its pieces: the messages they belong to and their bytes, shape (messages, size). `lengths` gives the
    number of values of each message, for columns that vary or that some messages lack.
    """

    offsets: npt.NDArray[np.int64]
    integers: npt.NDArray[np.int64]
    floats: npt.NDArray[np.float64]
    octets: dict[StoredColumn, list[tuple[Rows, npt.NDArray[np.uint8]]]] = field(default_factory=dict)
    lengths: dict[StoredColumn, npt.NDArray[np.int64]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.offsets)

    def scalar(self, column: StoredColumn) -> npt.NDArray[np.int64]:
        """The stored integers of a column with one value per message."""
        values: npt.NDArray[np.int64] = self.integers[column.first]
        return values


def read(data: bytes, layout: Layout, starts: list[list[int]]) -> StoredTable:
    """Read the messages that start at `starts`, one list per source of the layout."""
    own_offsets = [np.array(each, np.int64) for each in starts]
    offsets, places = _merge_order(own_offsets)
    messages = [
        _Messages(data, source.definition, own) for source, own in zip(layout.sources, own_offsets, strict=True)
    ]
    parts = list(zip(messages, layout.sources, places, strict=True))
    integers = _block(
        [(each, source.integers, place) for each, source, place in parts],
        np.empty((layout.integer_rows, len(offsets)), np.int64),
    )
    floats = _block(
        [(each, source.floats, place) for each, source, place in parts],
        np.empty((layout.float_rows, len(offsets)), np.float64),
    )
    table = StoredTable(offsets, integers, floats)
    for each, source, place in parts:
        for column, slot in source.octets:
            table.octets.setdefault(column, []).append((place, each.octets(slot)))
    for column in layout.varying:
        table.lengths[column] = _lengths(column, layout, places, len(offsets))
    return table


def _merge_order(own_offsets: list[npt.NDArray[np.int64]]) -> tuple[npt.NDArray[np.int64], list[Rows]]:
    """All offsets ascending, and where each definition's messages stand among them."""
    if len(own_offsets) == 1:
        return own_offsets[0], [slice(None)]
    offsets = np.sort(np.concatenate(own_offsets))
    places: list[Rows] = []
    for own in own_offsets:
        place = np.searchsorted(offsets, own)
        first, last = int(place[0]), int(place[-1])
        places.append(slice(first, last + 1) if last - first + 1 == len(own) else place)
    return offsets, places


def _block[T: np.generic](
    parts: list[tuple[_Messages, NumericSource | None, Rows]], empty: npt.NDArray[T]
) -> npt.NDArray[T]:
    """One block from the parts of all definitions, of the shape of `empty`; what a definition lacks is null."""
    if len(parts) == 1:
        messages, source, _ = parts[0]
        if source is not None and source.identity:
            return messages.numbers(source, empty.dtype)
    empty.fill(_null(empty.dtype))
    for messages, source, place in parts:
        if source is not None:
            rows = source.rows if isinstance(place, slice) else source.rows[:, None]
            empty[rows, place] = messages.numbers(source, empty.dtype)
    return empty


def _null(dtype: np.dtype[Any]) -> Any:
    return NULL if dtype.kind == "i" else np.nan


def _lengths(column: StoredColumn, layout: Layout, places: list[Rows], count: int) -> npt.NDArray[np.int64]:
    """How many values each message has of a column on which the definitions disagree."""
    lengths = np.zeros(count, np.int64)
    for source, place in zip(layout.sources, places, strict=True):
        slot = source.definition.slot_by_key.get(column.key)
        if slot is not None and slot.base_type.is_number:
            lengths[place] = slot.count
    return lengths


class _Messages:
    """The messages of one definition, gathered at most once."""

    def __init__(self, data: bytes, definition: Definition, offsets: npt.NDArray[np.int64]) -> None:
        self._data = data
        self._definition = definition
        self._offsets = offsets

    @cached_property
    def _table(self) -> npt.NDArray[np.void]:
        return self._definition.gather(self._data, self._offsets)

    def numbers(self, source: NumericSource, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        """The values of the source's slots, shape (values per message, messages), nulls marked."""
        few = len(self._offsets) <= _FEW_MESSAGES
        values = self._unpacked(source, dtype) if few else self._gathered(source, dtype)
        null = _null(dtype)
        np.putmask(values, values == source.invalid, null)
        for row, slot in source.repeated:
            for other in slot.again:
                alternative = self._table[str(other.offset)].astype(dtype)
                if other.base_type.invalid is not None:
                    alternative[alternative == other.base_type.invalid] = null
                missing = values[row] == NULL if dtype.kind == "i" else np.isnan(values[row])
                values[row] = np.where(missing, alternative, values[row])
        return values

    def _unpacked(self, source: NumericSource, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        unpack, data = source.unpack.unpack_from, self._data
        by_message = np.array([unpack(data, offset) for offset in self._offsets.tolist()], dtype)
        return np.ascontiguousarray(by_message.T[source.unpacked_order])

    def _gathered(self, source: NumericSource, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
        table = self._table
        values = np.empty((len(source.rows), len(self._offsets)), dtype)
        row = 0
        for slot in source.slots:
            column = table[str(slot.offset)]
            if slot.count == 1:
                values[row] = column
            else:
                values[row : row + slot.count] = column.T
            row += slot.count
        return values

    def octets(self, slot: Slot) -> npt.NDArray[np.uint8]:
        """The bytes of one slot, shape (messages, size)."""
        if len(self._offsets) <= _FEW_MESSAGES:
            first = slot.offset
            cells = [self._data[at + first : at + first + slot.size] for at in self._offsets.tolist()]
            return np.frombuffer(b"".join(cells), np.uint8).reshape(len(cells), slot.size)
        column = np.ascontiguousarray(self._table[str(slot.offset)])
        return column.view(np.uint8).reshape(len(column), slot.size)
