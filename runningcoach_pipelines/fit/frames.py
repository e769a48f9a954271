"""A table of stored values to a Polars frame: conversion by blocks, then one Arrow array per column.

Column order: the fields as the file declares them, each followed by its subfields, then what components add.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from runningcoach_pipelines.fit import arrow, meaning
from runningcoach_pipelines.fit.accumulate import NULL
from runningcoach_pipelines.fit.developer import text
from runningcoach_pipelines.fit.expansion import Expanded, Expansion, Resolved
from runningcoach_pipelines.fit.framing import Segment
from runningcoach_pipelines.fit.layout import Layout, StoredColumn
from runningcoach_pipelines.fit.meaning import Kind, Meaning, Storage
from runningcoach_pipelines.fit.stored import StoredTable

type Units = Mapping[str, str]


def frame(
    table: StoredTable, layout: Layout, segments: list[Segment], only: Collection[str] | None = None
) -> tuple[pl.DataFrame, Units]:
    """The frame of one message kind and the units of its columns; `only` narrows the columns."""
    stored = _StoredArrays(table, layout)
    columns = _Columns(layout.units)
    if layout.expands:
        _put_expanded(columns, stored, Expansion(table, layout, segments))
    else:
        for column in layout.columns:
            columns.arrays[column.meaning.name] = stored.array(column)
    return columns.frame(only)


def _put_expanded(columns: _Columns, stored: _StoredArrays, expansion: Expansion) -> None:
    expansion.run()
    for column in stored.layout.columns:
        expanded = expansion.expanded.pop(column.key, None) if isinstance(column.key, int) else None
        own = stored.array(column) if expanded is None else stored.merged(column, expanded)
        columns.arrays[column.meaning.name] = own
        columns.put_subfields(expansion.resolved.pop(column.key, []))
    for number, expanded in expansion.expanded.items():
        columns.put(*expanded_array(expanded))
        columns.put_subfields(expansion.resolved.pop(number, []))


class _Columns:
    """The arrays of a frame by name, in the order they are put, and the units of those that have one."""

    def __init__(self, units: Units) -> None:
        self.arrays: dict[str, pa.Array] = {}
        self._units = units

    def put(self, meaning: Meaning, array: pa.Array) -> None:
        self.arrays[meaning.name] = array
        if meaning.units:
            self._units = {**self._units, meaning.name: meaning.units}

    def put_subfields(self, resolved: list[Resolved]) -> None:
        for each in resolved:
            found = meaning.of_field(each.subfield, Storage.INTEGER)
            self.put(found, arrow.integers(found, each.stored))

    def frame(self, only: Collection[str] | None) -> tuple[pl.DataFrame, Units]:
        if only is not None:
            self.arrays = {name: array for name, array in self.arrays.items() if name in only}
            self._units = {name: unit for name, unit in self._units.items() if name in only}
        return pl.DataFrame(pa.RecordBatch.from_arrays([*self.arrays.values()], [*self.arrays])), self._units


class _StoredArrays:
    """The Arrow arrays of the columns a file holds itself. Nulls, scales and instants are worked out block by block."""

    def __init__(self, table: StoredTable, layout: Layout) -> None:
        self.layout = layout
        self._table = table
        self._eight_bytes = _eight_byte_arrays(table, layout)

    def array(self, column: StoredColumn) -> pa.Array:
        ready = self._eight_bytes.get(column.meaning.name)
        if ready is not None:
            return ready
        if column.storage is Storage.STRING:
            return self._strings(column)
        if column.storage is Storage.BYTES:
            return self._bytes(column)
        block = self._table.integers if column.storage is Storage.INTEGER else self._table.floats
        return arrow.column(column.meaning, block[column.first]) if column.is_scalar else self._list(column, block)

    def merged(self, column: StoredColumn, expanded: Expanded) -> pa.Array:
        """The column's own values where valid, and those its components yield elsewhere."""
        if column.storage not in (Storage.INTEGER, Storage.FLOAT):
            return self.array(column)
        rows = slice(column.first, column.first + column.count)
        found = _expanded_meaning(expanded)
        if found.kind is not Kind.SCALED and column.storage is Storage.INTEGER:
            return _first_valid(found, self._table.integers[rows], expanded.stored)
        block = self._table.floats if column.storage is Storage.FLOAT else self._table.integers
        already_scaled = Meaning(found.name, Kind.SCALED)
        return _first_valid(already_scaled, _physical(block[rows], column.meaning), _physical(expanded.stored, found))

    def _list(self, column: StoredColumn, block: npt.NDArray[Any]) -> pa.Array:
        rows = block[column.first : column.first + column.count]
        valid = _valid(rows).any(axis=0)
        lengths = self._table.lengths.get(column)
        if lengths is None:
            return arrow.lists(arrow.column(column.meaning, rows.T.ravel()), column.count, valid)
        flat = rows.T[np.arange(column.count) < lengths[:, None]]
        return arrow.lists(arrow.column(column.meaning, flat), lengths, valid)

    def _strings(self, column: StoredColumn) -> pa.Array:
        cells: list[str | None] = [None] * self._table.count
        seen: dict[bytes, str | None] = {}
        for place, piece in self._table.octets.get(column, ()):
            positions = range(*place.indices(self._table.count)) if isinstance(place, slice) else place.tolist()
            for position, row in zip(positions, piece, strict=True):
                octets = row.tobytes()
                if octets not in seen:
                    seen[octets] = text(octets)
                cells[position] = seen[octets]
        return arrow.strings(cells)

    def _bytes(self, column: StoredColumn) -> pa.Array:
        pieces = self._table.octets.get(column, [])
        lengths = np.zeros(self._table.count, np.int64)
        valid = np.zeros(self._table.count, np.bool_)
        for place, piece in pieces:
            lengths[place] = piece.shape[1]
            valid[place] = (piece != 0xFF).any(axis=1)
        starts = np.cumsum(lengths) - lengths
        flat = np.empty(int(lengths.sum()), np.uint8)
        for place, piece in pieces:
            flat[starts[place][:, None] + np.arange(piece.shape[1])] = piece
        return arrow.octets(flat, lengths, valid)


def _eight_byte_arrays(table: StoredTable, layout: Layout) -> dict[str, pa.Array]:
    """The scalar columns of the integer block: all of them share one buffer of values and one of validity bits."""
    if not layout.eight_bytes:
        return {}
    integers, count = table.integers, table.count
    first_time, first_other = layout.scaled_rows, layout.scaled_rows + layout.time_rows
    values = np.empty_like(integers)
    scaled = values[:first_time].view(np.float64)
    np.divide(integers[:first_time], layout.scale, out=scaled)
    np.subtract(scaled, layout.offset, out=scaled)
    values[first_time:first_other] = arrow.microseconds(integers[first_time:first_other])
    values[first_other:] = integers[first_other:]
    valid = integers != NULL
    without_nulls = [None, pa.py_buffer(values)]
    with_nulls = [arrow.bitmap(valid.ravel()), without_nulls[1]]
    all_valid = valid.all(axis=1).tolist()
    return {
        name: pa.Array.from_buffers(kind, count, without_nulls if all_valid[row] else with_nulls, -1, row * count)
        for name, kind, row in layout.eight_bytes
    }


def expanded_array(expanded: Expanded) -> tuple[Meaning, pa.Array]:
    """What components yield for a field the file does not hold itself: a scalar, or a list if there are several."""
    found = _expanded_meaning(expanded)
    if len(expanded.stored) == 1:
        return found, arrow.integers(found, expanded.stored[0])
    valid = _valid(expanded.stored).any(axis=0)
    return found, arrow.lists(arrow.integers(found, expanded.stored.T.ravel()), len(expanded.stored), valid)


def _first_valid(found: Meaning, own: npt.NDArray[Any], new: npt.NDArray[Any]) -> pa.Array:
    """For each message the values of `own` if any is valid, else those of `new`; shapes (values, messages)."""
    use_own = _valid(own).any(axis=0)
    if len(own) == 1 and len(new) == 1:
        return arrow.column(found, np.where(use_own, own[0], new[0]))
    use_new = ~use_own & _valid(new).any(axis=0)
    chosen = np.vstack([np.broadcast_to(use_own, own.shape), np.broadcast_to(use_new, new.shape)])
    flat = np.vstack([own, new]).T[chosen.T]
    lengths = chosen.sum(axis=0)
    return arrow.lists(arrow.column(found, flat), lengths, lengths > 0)


def _expanded_meaning(expanded: Expanded) -> Meaning:
    found = meaning.of_field(expanded.target, Storage.INTEGER)
    if found.kind is Kind.SCALED or (expanded.scale, expanded.offset) != (1, 0):
        return Meaning(found.name, Kind.SCALED, expanded.scale, expanded.offset, found.units)
    return found


def _physical(stored: npt.NDArray[Any], found: Meaning) -> npt.NDArray[np.float64]:
    """Scaled values, NaN for null."""
    scaled: npt.NDArray[np.float64] = stored / found.scale - found.offset
    if stored.dtype.kind == "i":
        scaled[stored == NULL] = np.nan
    return scaled


def _valid(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return ~np.isnan(values) if values.dtype.kind == "f" else values != NULL
