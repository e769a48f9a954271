"""A table of stored values to a Polars frame: conversion by blocks, then one Arrow array per column.

Column order: the fields as the file declares them, each followed by its subfields, then what components add.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from runningcoach_pipelines.fit import arrow, meaning
from runningcoach_pipelines.fit.accumulate import NULL
from runningcoach_pipelines.fit.definitions import Key
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
    columns = _Columns(only, dict(layout.units))
    stored = _StoredArrays(table, layout)
    if not layout.expands:
        for column in layout.columns:
            columns.put(column.meaning, stored.array(column))
        return columns.frame()
    expansion = Expansion(table, layout, segments)
    expansion.run()
    for column in layout.columns:
        expanded = expansion.expanded.pop(column.key, None) if isinstance(column.key, int) else None
        own = stored.array(column) if expanded is None else stored.merged(column, expanded)
        columns.put(column.meaning, own)
        columns.put_subfields(expansion.resolved.pop(column.key, []))
    for number, expanded in expansion.expanded.items():
        columns.put(*expanded_array(expanded))
        columns.put_subfields(expansion.resolved.pop(number, []))
    return columns.frame()


class _Columns:
    """The arrays of a frame by name, in the order they are put."""

    def __init__(self, only: Collection[str] | None, units: dict[str, str]) -> None:
        self._only = only
        self._units = units
        self._arrays: dict[str, pa.Array] = {}

    def put(self, meaning: Meaning, array: pa.Array) -> None:
        if self._only is None or meaning.name in self._only:
            self._arrays[meaning.name] = array
            if meaning.units:
                self._units[meaning.name] = meaning.units

    def put_subfields(self, resolved: list[Resolved]) -> None:
        for each in resolved:
            found = meaning.of_field(each.subfield, Storage.INTEGER)
            self.put(found, arrow.integers(found, each.stored))

    def frame(self) -> tuple[pl.DataFrame, Units]:
        batch = pa.RecordBatch.from_arrays(list(self._arrays.values()), list(self._arrays))
        return pl.DataFrame(batch), self._units


class _StoredArrays:
    """The Arrow arrays of the columns a file holds itself. Nulls, scales and instants are worked out block by block."""

    def __init__(self, table: StoredTable, layout: Layout) -> None:
        self._table = table
        self._count = table.count
        integers = table.integers
        valid = integers != NULL
        self._all_valid = valid.all(axis=1).tolist()
        self._bits = pa.py_buffer(np.packbits(valid, axis=1, bitorder="little"))
        self._bits_size = (table.count + 7) // 8
        self._integers = pa.py_buffer(integers)
        first_other = layout.scaled_rows + layout.time_rows
        self._scaled = pa.py_buffer(integers[: layout.scaled_rows] / layout.scale - layout.offset)
        self._times = pa.py_buffer(arrow.microseconds(integers[layout.scaled_rows : first_other]))
        self._first_time = layout.scaled_rows

    def array(self, column: StoredColumn) -> pa.Array:
        if column.storage is Storage.INTEGER:
            if not column.is_scalar:
                return self._list(column, self._table.integers)
            if column.meaning.kind in arrow.FIXED_WIDTH:
                return self._slice(column)
            return arrow.integers(column.meaning, self._table.integers[column.first])
        if column.storage is Storage.FLOAT:
            if not column.is_scalar:
                return self._list(column, self._table.floats)
            return arrow.floats(column.meaning, self._table.floats[column.first])
        if column.storage is Storage.STRING:
            return self._strings(column)
        return self._bytes(column)

    def merged(self, column: StoredColumn, expanded: Expanded) -> pa.Array:
        """The column's own values where valid, and those its components yield elsewhere."""
        if column.storage not in (Storage.INTEGER, Storage.FLOAT):
            return self.array(column)
        found = _expanded_meaning(expanded)
        own = self._own_values(column, as_float=found.kind is Kind.SCALED)
        new = _values(found, expanded.stored)
        own_valid, new_valid = _valid(own), _valid(new)
        use_own = own_valid.any(axis=0)
        if len(own) == 1 and len(new) == 1:
            return arrow.values(found, np.where(use_own, own[0], new[0]))
        chosen = np.vstack([np.broadcast_to(use_own, own.shape), np.broadcast_to(~use_own & new_valid.any(axis=0), new.shape)])
        flat = np.vstack([own, new]).T[chosen.T]
        lengths = chosen.sum(axis=0)
        return arrow.lists(arrow.values(found, flat), lengths, lengths > 0)

    def _own_values(self, column: StoredColumn, *, as_float: bool) -> npt.NDArray[np.generic]:
        rows = slice(column.first, column.first + column.count)
        if column.storage is Storage.FLOAT:
            return _values(column.meaning, self._table.floats[rows])
        own = self._table.integers[rows]
        return _values(column.meaning, own) if as_float else own

    def _slice(self, column: StoredColumn) -> pa.Array:
        row, count, kind = column.first, self._count, column.meaning.kind
        size = 8 * count
        if kind is Kind.SCALED:
            values = self._scaled.slice(row * size, size)
        elif kind in (Kind.DATE_TIME, Kind.LOCAL_DATE_TIME):
            values = self._times.slice((row - self._first_time) * size, size)
        else:
            values = self._integers.slice(row * size, size)
        bits = None if self._all_valid[row] else self._bits.slice(row * self._bits_size, self._bits_size)
        return pa.Array.from_buffers(arrow.FIXED_WIDTH[kind], count, [bits, values])

    def _list(self, column: StoredColumn, block: npt.NDArray[np.generic]) -> pa.Array:
        rows = block[column.first : column.first + column.count]
        valid = _valid(rows).any(axis=0)
        lengths = self._table.lengths.get(column)
        if lengths is None:
            flat = rows.T.ravel()
            lengths = np.full(self._count, column.count, np.int64)
        else:
            flat = rows.T[np.arange(column.count) < lengths[:, None]]
        return arrow.lists(arrow.values(column.meaning, flat), lengths, valid)

    def _strings(self, column: StoredColumn) -> pa.Array:
        cells: list[str | None] = [None] * self._count
        seen: dict[bytes, str | None] = {}
        for place, piece in self._table.octets.get(column, ()):
            positions = range(*place.indices(self._count)) if isinstance(place, slice) else place.tolist()
            for position, row in zip(positions, piece, strict=True):
                octets = row.tobytes()
                if octets not in seen:
                    seen[octets] = text(octets)
                cells[position] = seen[octets]
        return arrow.strings(cells)

    def _bytes(self, column: StoredColumn) -> pa.Array:
        pieces = self._table.octets.get(column, [])
        lengths = np.zeros(self._count, np.int64)
        valid = np.zeros(self._count, np.bool_)
        for place, piece in pieces:
            lengths[place] = piece.shape[1]
            valid[place] = (piece != 0xFF).any(axis=1)
        starts = np.cumsum(lengths) - lengths
        flat = np.empty(int(lengths.sum()), np.uint8)
        for place, piece in pieces:
            flat[starts[place][:, None] + np.arange(piece.shape[1])] = piece
        return arrow.octets(flat, lengths, valid)


def expanded_array(expanded: Expanded) -> tuple[Meaning, pa.Array]:
    """What components yield for a field the file does not hold itself: a scalar, or a list if there are several."""
    found = _expanded_meaning(expanded)
    if len(expanded.stored) == 1:
        return found, arrow.integers(found, expanded.stored[0])
    valid = _valid(expanded.stored).any(axis=0)
    lengths = np.full(expanded.stored.shape[1], len(expanded.stored), np.int64)
    return found, arrow.lists(arrow.integers(found, expanded.stored.T.ravel()), lengths, valid)


def _expanded_meaning(expanded: Expanded) -> Meaning:
    found = meaning.of_field(expanded.target, Storage.INTEGER)
    if found.kind is Kind.SCALED or (expanded.scale, expanded.offset) != (1, 0):
        return Meaning(found.name, Kind.SCALED, expanded.scale, expanded.offset, found.units)
    return found


def _values(found: Meaning, stored: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Stored values in their meaning if it is SCALED (float64, NaN for null), else as they are."""
    if found.kind is not Kind.SCALED:
        return stored
    scaled = stored / found.scale - found.offset  # type: ignore[operator]
    if stored.dtype.kind == "i":
        scaled[stored == NULL] = np.nan
    return scaled


def _valid(values: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    return ~np.isnan(values) if values.dtype.kind == "f" else values != NULL
