"""Fields that stand for others: subfields (one meaning of several) and components (several values in one field).

Source: FIT protocol, "Dynamic Fields" and "Components". The rules:

- A subfield applies where one of its reference fields holds the raw value the profile names; the first that applies
  wins. The field itself keeps its own column.
- A component is a range of bits of its container, in the *component's* scale. It feeds another field of the same
  message, which may have subfields and components in turn.
- A field that the file also holds itself keeps its own value where that is valid; the component fills the rest.
- An accumulated component counts on through the file from the field's own values (`accumulate`).
- A component whose value is the target's invalid value is null.
- A container that a file stores as float or text has no bits to take: nothing is expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runningcoach_pipelines.fit import base_types, profile
from runningcoach_pipelines.fit.accumulate import NULL
from runningcoach_pipelines.fit.definitions import Key
from runningcoach_pipelines.fit.framing import Segment
from runningcoach_pipelines.fit.layout import Layout, StoredColumn
from runningcoach_pipelines.fit.meaning import Storage
from runningcoach_pipelines.fit.profile import Component, Field, Subfield
from runningcoach_pipelines.fit.stored import StoredTable
from runningcoach_pipelines.fit.timestamps import unroll_by_file

_MAX_DEPTH = 4
_MAX_CONTAINER = 32  # bytes; the widest container of the profile has 30
_HOLDS_BITS = (Storage.INTEGER, Storage.BYTES)

type Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A subfield of `parent` and its stored values, NULL where it does not apply. Shape (n,)."""

    parent: Key
    subfield: Subfield
    stored: Int64s


@dataclass(frozen=True, slots=True)
class Expanded:
    """What components yield for one field: integers in the component's scale, shape (values per message, n)."""

    target: Field
    scale: float
    offset: float
    stored: Int64s


def resolve_subfields(field: Field, stored: Int64s, table: StoredTable, layout: Layout) -> Iterator[Resolved]:
    """The subfields of `field` that apply anywhere, in the profile's order."""
    free = stored != NULL
    codes: dict[int, tuple[Int64s, set[int]] | None] = {}
    for subfield in field.subfields:
        applies = None
        for number, value in subfield.when:
            if number not in codes:
                codes[number] = _reference(number, table, layout)
            reference = codes[number]
            if reference is not None and value in reference[1]:
                here = reference[0] == value
                applies = here if applies is None else applies | here
        if applies is None:
            continue
        applies &= free
        if applies.any():
            free &= ~applies
            yield Resolved(field.number, subfield, np.where(applies, stored, NULL))


def _reference(number: int, table: StoredTable, layout: Layout) -> tuple[Int64s, set[int]] | None:
    """Stored values of a reference field, and the distinct ones among them."""
    column = layout.by_key.get(number)
    if column is None or column.storage is not Storage.INTEGER or not column.is_scalar:
        return None
    stored = table.scalar(column)
    return stored, set(np.unique(stored).tolist())


class Expansion:
    """All expansions of one table of messages."""

    def __init__(self, table: StoredTable, layout: Layout, segments: list[Segment]) -> None:
        self._table = table
        self._layout = layout
        self._segments = segments
        message = profile.message(layout.message_number)
        self._fields = message.fields if message else {}
        self.expanded: dict[int, Expanded] = {}
        """By the number of the field that the components feed."""
        self.resolved: dict[Key, list[Resolved]] = {}
        """By the number of the field that the subfields belong to."""

    def run(self) -> None:
        for column in self._layout.columns:
            if column.field is None:
                continue
            if column.field.components and column.storage in _HOLDS_BITS:
                self._expand(column.field.components, _container(self._table, column), 0)
            if column.field.subfields and column.storage is Storage.INTEGER and column.is_scalar:
                self._resolve(column.field, self._table.scalar(column), 0)

    def _resolve(self, field: Field, stored: Int64s, depth: int) -> None:
        for resolved in resolve_subfields(field, stored, self._table, self._layout):
            self._add_resolved(resolved)
            if resolved.subfield.components:
                width = base_types.BY_NAME[resolved.subfield.type.base_type].size
                self._expand(resolved.subfield.components, _scalar_octets(resolved.stored, width), depth)

    def _add_resolved(self, resolved: Resolved) -> None:
        siblings = self.resolved.setdefault(resolved.parent, [])
        for position, sibling in enumerate(siblings):
            if sibling.subfield is resolved.subfield:
                stored = np.where(sibling.stored == NULL, resolved.stored, sibling.stored)
                siblings[position] = Resolved(resolved.parent, resolved.subfield, stored)
                return
        siblings.append(resolved)

    def _expand(self, components: tuple[Component, ...], container: _Container, depth: int) -> None:
        by_target: dict[int, list[Component]] = {}
        for component in components:
            by_target.setdefault(component.number, []).append(component)
        for number, parts in by_target.items():
            target = self._fields.get(number)
            bits = [container.bits(part) for part in parts if part.bit_offset < container.width]
            if target is None or not bits:
                continue
            values = np.stack(bits)
            first = parts[0]
            if first.accumulate:
                values = self._accumulate(values, first, target)
            values[values == _invalid_component(first, target)] = NULL
            self._add(Expanded(target, first.scale, first.offset, values), depth)

    def _accumulate(self, values: Int64s, component: Component, target: Field) -> Int64s:
        """Count on through the messages from the target's own values, which stand in front of each message's bits."""
        low = np.vstack([np.full(values.shape[1], NULL, np.int64), values])
        full = np.full(low.shape, NULL, np.int64)
        own = self._layout.by_key.get(target.number)
        if own is not None and own.storage is Storage.INTEGER and own.is_scalar:
            full[0] = _rescaled(self._table.scalar(own), target, component)
        offsets = np.repeat(self._table.offsets, low.shape[0])
        flat = unroll_by_file(low.T.ravel(), component.bits, full.T.ravel(), offsets, self._segments)
        counted = flat.reshape(-1, low.shape[0]).T[1:]
        return np.where(values == NULL, NULL, counted)

    def _add(self, expanded: Expanded, depth: int) -> None:
        target = expanded.target
        earlier = self.expanded.get(target.number)
        if earlier is not None and earlier.stored.shape == expanded.stored.shape:
            stored = np.where(earlier.stored == NULL, expanded.stored, earlier.stored)
            expanded = Expanded(target, expanded.scale, expanded.offset, stored)
        self.expanded[target.number] = expanded
        if depth >= _MAX_DEPTH or len(expanded.stored) > 1 or not (target.components or target.subfields):
            return
        stored = _in_target_scale(expanded)
        own = self._layout.by_key.get(target.number)
        if own is not None and own.storage is Storage.INTEGER and own.is_scalar:
            stored = np.where(self._table.scalar(own) == NULL, stored, NULL)
        if target.components:
            width = base_types.BY_NAME[target.type.base_type].size
            self._expand(target.components, _scalar_octets(stored, width), depth + 1)
        self._resolve(target, stored, depth + 1)


@dataclass(frozen=True, slots=True)
class _Container:
    """The bytes of a container field for n messages, little-endian, shape (n, size), and where it is valid."""

    octets: npt.NDArray[np.uint8]
    valid: npt.NDArray[np.bool_]

    @property
    def width(self) -> int:
        return 8 * int(self.octets.shape[1])

    def bits(self, component: Component) -> Int64s:
        """`bits` bits from `bit_offset` on; NULL where the container is invalid or ends before them."""
        first, shift = divmod(component.bit_offset, 8)
        last = min(-(-(component.bit_offset + component.bits) // 8), self.octets.shape[1])
        value = np.zeros(len(self.octets), np.int64)
        for position in range(last - 1, first - 1, -1):
            value = value << 8 | self.octets[:, position]
        value = value >> shift & ((1 << component.bits) - 1)
        return np.where(self.valid, value, NULL)


def _scalar_octets(stored: Int64s, size: int) -> _Container:
    octets = np.ascontiguousarray(stored).astype("<i8", copy=False).view(np.uint8).reshape(-1, 8)
    return _Container(octets[:, :size], stored != NULL)


def _container(table: StoredTable, column: StoredColumn) -> _Container:
    if column.storage is Storage.BYTES:
        return _octet_container(table, column)
    stored = table.integers[column.first : column.first + column.count]
    valid = (stored != NULL).any(axis=0)
    size = column.bits // 8
    per_value = np.ascontiguousarray(stored.T).astype("<i8", copy=False).view(np.uint8).reshape(-1, column.count, 8)
    return _Container(per_value[:, :, :size].reshape(table.count, -1), valid)


def _octet_container(table: StoredTable, column: StoredColumn) -> _Container:
    size = min(column.count, _MAX_CONTAINER)
    octets = np.full((table.count, size), 0xFF, np.uint8)
    for place, piece in table.octets.get(column, ()):
        if isinstance(place, slice):
            octets[place, : piece.shape[1]] = piece[:, :size]
        else:
            octets[place[:, None], np.arange(min(piece.shape[1], size))] = piece[:, :size]
    return _Container(octets, (octets != 0xFF).any(axis=1))


def _invalid_component(component: Component, target: Field) -> int:
    """The value of a component that means "invalid" in the target: 0 for the z types, else all bits set."""
    base_type = base_types.BY_NAME.get(target.type.base_type)
    if component.accumulate or base_type is None or base_type.invalid is None:
        return int(NULL)
    if base_type.invalid == 0 or component.bits == 8 * base_type.size:
        return base_type.invalid
    return int(NULL)


def _rescaled(stored: Int64s, field: Field, component: Component) -> Int64s:
    """A field's stored values in the scale of a component that feeds it."""
    if (field.scale, field.offset) == (component.scale, component.offset):
        return stored
    physical = np.where(stored == NULL, 0, stored) / field.scale - field.offset
    counted = np.rint((physical + component.offset) * component.scale)
    return np.where(stored == NULL, NULL, counted.astype(np.int64))


def _in_target_scale(expanded: Expanded) -> Int64s:
    """An expanded scalar as the target itself would store it."""
    target = expanded.target
    stored: Int64s = expanded.stored[0]
    if (target.scale, target.offset) == (expanded.scale, expanded.offset):
        return stored
    physical = np.where(stored == NULL, 0, stored) / expanded.scale - expanded.offset
    as_stored = np.rint((physical + target.offset) * target.scale)
    return np.where(stored == NULL, NULL, as_stored.astype(np.int64))
