"""The plan for a kind of message: which columns its definitions hold, and which row of which block each one fills.

A plan is made once for a set of definitions and kept; files of one device have the same definitions. Integers of all
widths share one int64 block, floats one float64 block, shape (values per message, messages): nulls, scales and
offsets are then applied to whole blocks. An array field of `count` values takes `count` rows.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from runningcoach_pipelines.fit import arrow, meaning, profile
from runningcoach_pipelines.fit.accumulate import NULL
from runningcoach_pipelines.fit.base_types import BYTE, STRING, UINT32, UINT64, UINT64Z, BaseType
from runningcoach_pipelines.fit.definitions import Definition, Key, Slot
from runningcoach_pipelines.fit.meaning import Kind, Meaning, Storage

_NAME_SUFFIX = {Storage.STRING: "_as_text", Storage.BYTES: "_as_bytes"}


@dataclass(frozen=True, slots=True, eq=False)
class StoredColumn:
    """One field of a message kind: rows `first` to `first + count` of its block, or a list of octets."""

    key: Key
    storage: Storage
    meaning: Meaning
    field: profile.Field | None
    first: int
    count: int
    varies: bool
    """True if definitions disagree on the number of values, so that each message has its own."""
    bits: int
    """Width of one stored value."""

    @property
    def is_scalar(self) -> bool:
        return self.count == 1 and not self.varies


@dataclass(frozen=True, slots=True)
class NumericSource:
    """How one definition fills a block: its slots in the order of the block's rows."""

    slots: tuple[Slot, ...]
    rows: npt.NDArray[np.intp]
    identity: bool
    """True if the slots fill all rows of the block, in order."""
    invalid: npt.NDArray[np.int64] | npt.NDArray[np.float64]
    """Invalid raw value per row, shape (rows, 1), in the block's type; NULL or NaN where there is none."""
    repeated: tuple[tuple[int, Slot], ...]
    """The slots that have others of the same field behind them, and their place in `rows`."""
    unpack: struct.Struct
    unpacked_order: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the columns of a layout stand in the messages of one definition."""

    definition: Definition
    integers: NumericSource | None
    floats: NumericSource | None
    octets: tuple[tuple[StoredColumn, Slot], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one message kind, and the sources that fill them."""

    message_number: int
    columns: tuple[StoredColumn, ...]
    by_key: MappingProxyType[Key, StoredColumn]
    sources: tuple[Source, ...]
    integer_rows: int
    float_rows: int
    width: int
    """Values of a message, if all are there; text and bytes count as one each."""
    scaled_rows: int
    """The first rows of the integer block are scalars to be scaled; the next `time_rows` are single instants."""
    time_rows: int
    scale: npt.NDArray[np.float64]
    offset: npt.NDArray[np.float64]
    eight_bytes: tuple[tuple[str, pa.DataType, int], ...]
    """Name, Arrow type and row of the columns that are one row of the integer block as it is."""
    varying: tuple[StoredColumn, ...]
    expands: bool
    """True if a column has subfields or components."""
    units: MappingProxyType[str, str]


@dataclass(slots=True)
class _Draft:
    """A column while the definitions are read."""

    key: Key
    storage: Storage
    base_type: BaseType
    count: int
    varies: bool = False
    unsigned: bool = False


@lru_cache(maxsize=512)
def layout(
    message_number: int,
    definitions: tuple[Definition, ...],
    *,
    keys: frozenset[Key] | None = None,
    with_timestamp: bool = False,
) -> Layout:
    """The layout of a message kind for those definitions, restricted to `keys` if given.

    `with_timestamp` adds the timestamp column that compressed timestamp headers fill.
    """
    drafts = _drafts(definitions, keys)
    if with_timestamp and not any(draft.key == profile.TIMESTAMP for draft in drafts):
        drafts.append(_Draft(profile.TIMESTAMP, Storage.INTEGER, UINT32, 1))
    columns = _placed(message_number, drafts)
    integers = sorted((c for c in columns if c.storage is Storage.INTEGER), key=lambda c: c.first)
    floats = sorted((c for c in columns if c.storage is Storage.FLOAT), key=lambda c: c.first)
    scaled = [c for c in integers if c.is_scalar and c.meaning.kind is Kind.SCALED]
    times = [c for c in integers if c.is_scalar and c.meaning.kind in (Kind.DATE_TIME, Kind.LOCAL_DATE_TIME)]
    return Layout(
        message_number,
        tuple(columns),
        MappingProxyType({column.key: column for column in reversed(columns)}),
        tuple(_source(definition, columns) for definition in definitions),
        _rows(integers),
        _rows(floats),
        _rows(integers) + _rows(floats) + sum(column.storage in _NAME_SUFFIX for column in columns),
        _rows(scaled),
        _rows(times),
        _per_row(scaled, "scale"),
        _per_row(scaled, "offset"),
        tuple(
            (c.meaning.name, arrow.EIGHT_BYTES[c.meaning.kind], c.first)
            for c in integers
            if c.is_scalar and c.meaning.kind in arrow.EIGHT_BYTES
        ),
        tuple(c for c in (*integers, *floats) if c.varies),
        any(c.field is not None and bool(c.field.components or c.field.subfields) for c in columns),
        MappingProxyType({c.meaning.name: c.meaning.units for c in columns if c.meaning.units}),
    )


def without_sparsest(complete: Layout, counts: Sequence[int], limit: int) -> frozenset[Key]:
    """The keys to keep so that the layout has at most `limit` values per message: those that most messages have."""
    filled: dict[Key, int] = {column.key: 0 for column in complete.columns}
    for source, count in zip(complete.sources, counts, strict=True):
        for slot in source.definition.slots:
            if slot.key in filled:
                filled[slot.key] += count
    kept: set[Key] = set()
    width = 0
    for column in sorted(complete.columns, key=lambda column: -filled[column.key]):
        width += column.count if column.storage in (Storage.INTEGER, Storage.FLOAT) else 1
        if width > limit:
            break
        kept.add(column.key)
    return frozenset(kept)


def _storage(base_type: BaseType) -> Storage:
    if base_type is STRING:
        return Storage.STRING
    if base_type is BYTE:
        return Storage.BYTES
    return Storage.FLOAT if base_type.is_float else Storage.INTEGER


def _drafts(definitions: tuple[Definition, ...], keys: frozenset[Key] | None) -> list[_Draft]:
    """The union of the definitions' fields, in the order in which they first appear.

    A field that is an integer here and a float there is a float; numbers, text and bytes stay apart.
    """
    drafts: dict[tuple[Key, Storage], _Draft] = {}
    for definition in definitions:
        for slot in definition.slots:
            if keys is not None and slot.key not in keys:
                continue
            storage = _storage(slot.base_type)
            shared = Storage.INTEGER if storage is Storage.FLOAT else storage
            draft = drafts.get((slot.key, shared))
            if draft is None:
                draft = drafts[slot.key, shared] = _Draft(slot.key, storage, slot.base_type, slot.count)
            draft.varies |= draft.count != slot.count
            draft.count = max(draft.count, slot.count)
            draft.unsigned |= slot.base_type in (UINT64, UINT64Z)
            if storage is Storage.FLOAT:
                draft.storage = storage
            if slot.base_type.size > draft.base_type.size:
                draft.base_type = slot.base_type
    return list(drafts.values())


_BLOCK_ORDER = {Kind.SCALED: 0, Kind.DATE_TIME: 1, Kind.LOCAL_DATE_TIME: 1}


def _block_order(entry: tuple[_Draft, Meaning, profile.Field | None]) -> int:
    draft, found, _ = entry
    is_scalar = draft.count == 1 and not draft.varies
    return _BLOCK_ORDER.get(found.kind, 2) if is_scalar else 2


def _placed(message_number: int, drafts: list[_Draft]) -> list[StoredColumn]:
    """Give each draft its meaning and its rows; in the integer block scaled columns come first, then instants."""
    message = profile.message(message_number)
    fields = message.fields if message else {}
    taken: set[Key] = set()
    meanings: list[tuple[_Draft, Meaning, profile.Field | None]] = []
    for draft in drafts:
        field = fields.get(draft.key) if isinstance(draft.key, int) else None
        if field is None and draft.key == profile.TIMESTAMP:
            field = profile.timestamp_field()
        if field is None:
            found = meaning.of_unnamed(message_number, draft.key, draft.storage, unsigned=draft.unsigned)
        else:
            found = meaning.of_field(field, draft.storage, unsigned=draft.unsigned)
        if draft.key in taken:
            found = Meaning(found.name + _NAME_SUFFIX.get(draft.storage, "_as_number"), found.kind)
            field = None
        taken.add(draft.key)
        meanings.append((draft, found, field))
    first_rows = _first_rows(meanings)
    return [
        StoredColumn(
            draft.key,
            draft.storage,
            found,
            field,
            first_rows[id(draft)],
            draft.count,
            draft.varies,
            8 * draft.base_type.size,
        )
        for draft, found, field in meanings
    ]


def _first_rows(meanings: list[tuple[_Draft, Meaning, profile.Field | None]]) -> dict[int, int]:
    first_rows: dict[int, int] = {}
    next_row = {Storage.INTEGER: 0, Storage.FLOAT: 0}
    for draft, _, _ in sorted(meanings, key=_block_order):
        first_rows[id(draft)] = next_row.get(draft.storage, 0)
        if draft.storage in next_row:
            next_row[draft.storage] += draft.count
    return first_rows


def _source(definition: Definition, columns: list[StoredColumn]) -> Source:
    pairs: list[tuple[StoredColumn, Slot]] = []
    for column in columns:
        slot = definition.slot_by_key.get(column.key)
        if slot is not None and _fits(column.storage, _storage(slot.base_type)):
            pairs.append((column, slot))
    return Source(
        definition,
        _numeric_source(definition, pairs, columns, Storage.INTEGER),
        _numeric_source(definition, pairs, columns, Storage.FLOAT),
        tuple((column, slot) for column, slot in pairs if column.storage in _NAME_SUFFIX),
    )


def _fits(column: Storage, slot: Storage) -> bool:
    return column is slot or (column is Storage.FLOAT and slot is Storage.INTEGER)


def _numeric_source(
    definition: Definition, pairs: list[tuple[StoredColumn, Slot]], columns: list[StoredColumn], storage: Storage
) -> NumericSource | None:
    mine = sorted(((c, s) for c, s in pairs if c.storage is storage), key=lambda pair: pair[0].first)
    if not mine:
        return None
    slots = tuple(slot for _, slot in mine)
    rows = np.concatenate([np.arange(c.first, c.first + s.count) for c, s in mine])
    width = _rows([column for column in columns if column.storage is storage])
    if storage is Storage.FLOAT:
        invalid = _per_value(
            slots, [np.nan if s.base_type.is_float else s.base_type.invalid for s in slots], np.float64
        )
    else:
        invalid = _per_value(slots, [_invalid_pattern(s.base_type) for s in slots], np.int64)
    places = np.cumsum([0] + [slot.count for slot in slots]).tolist()
    repeated = tuple((place, slot) for place, slot in zip(places, slots, strict=False) if slot.again)
    return NumericSource(slots, rows, len(rows) == width, invalid, repeated, *_unpacker(definition, slots, storage))


def _per_value(slots: tuple[Slot, ...], values: list[Any], dtype: type[np.generic]) -> npt.NDArray[Any]:
    return np.repeat(np.array(values, dtype), [slot.count for slot in slots])[:, None]


def _unpacker(
    definition: Definition, slots: tuple[Slot, ...], storage: Storage
) -> tuple[struct.Struct, npt.NDArray[np.intp]]:
    """A struct that reads the values of `slots` from one message, and the order that brings them into theirs."""
    by_offset = sorted(range(len(slots)), key=lambda i: slots[i].offset)
    code = ">" if definition.big_endian else "<"
    position = 0
    for i in by_offset:
        slot = slots[i]
        letter = slot.base_type.struct_code
        if letter == "Q" and storage is Storage.INTEGER:
            letter = "q"  # the bit pattern, as it is held in the int64 block
        code += f"{slot.offset - position}x{slot.count}{letter}"
        position = slot.offset + slot.size
    starts = dict(zip(by_offset, np.cumsum([0] + [slots[i].count for i in by_offset]).tolist(), strict=False))
    order = [starts[i] + k for i, slot in enumerate(slots) for k in range(slot.count)]
    return struct.Struct(code), np.array(order, np.intp)


def _invalid_pattern(base_type: BaseType) -> int:
    """The invalid raw value as it looks in an int64 block (that of uint64 is -1)."""
    if base_type.invalid is None:
        return int(NULL)
    return base_type.invalid - (1 << 64) if base_type.invalid >= 1 << 63 else base_type.invalid


def _rows(columns: list[StoredColumn]) -> int:
    return sum(column.count for column in columns)


def _per_row(columns: list[StoredColumn], attribute: str) -> npt.NDArray[np.float64]:
    values = [getattr(column.meaning, attribute) for column in columns for _ in range(column.count)]
    return np.array(values, np.float64)[:, None]
