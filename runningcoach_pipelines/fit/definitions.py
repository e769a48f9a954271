"""Definition messages: which message follows, in which byte order, and where in it each field lies.

Source: FIT protocol, "Definition Message". A definition says nothing about meaning; the profile does.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from runningcoach_pipelines.fit import base_types
from runningcoach_pipelines.fit.base_types import BaseType
from runningcoach_pipelines.fit.problems import ProblemKind

type Key = int | tuple[int, int]
"""A native field's number, or (developer index, number) of a developer field."""

_FIXED = struct.Struct("<xBHB")
_FIXED_BIG_ENDIAN = struct.Struct(">xBHB")


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one field lies in a message: `count` values of `base_type` from `offset` (the header byte is 0).

    `again` lists further slots of the same field in the same definition, to be used where this one is invalid.
    """

    key: Key
    base_type: BaseType
    offset: int
    count: int
    again: tuple[Slot, ...] = ()

    @property
    def size(self) -> int:
        return self.count * self.base_type.size


class Definition:
    """One definition, shared by every message and every file whose definition has the same bytes.

    Compared by identity: `parse` returns the same object for the same bytes.
    """

    def __init__(
        self,
        message_number: int,
        *,
        big_endian: bool,
        size: int,
        slots: tuple[Slot, ...],
        oddities: tuple[tuple[ProblemKind, str], ...],
    ) -> None:
        self.message_number = message_number
        self.big_endian = big_endian
        self.size = size
        self.slots = slots
        self.oddities = oddities

    @cached_property
    def slot_by_key(self) -> dict[Key, Slot]:
        return {slot.key: slot for slot in self.slots}

    @cached_property
    def table_dtype(self) -> np.dtype[np.void]:
        """A message as a structured numpy type; a field's name is the text of its offset."""
        slots = [each for slot in self.slots for each in (slot, *slot.again)]
        return np.dtype(
            {
                "names": [str(slot.offset) for slot in slots],
                "formats": [self._slot_format(slot) for slot in slots],
                "offsets": [slot.offset for slot in slots],
                "itemsize": self.size,
            }
        )

    def _slot_format(self, slot: Slot) -> npt.DTypeLike:
        if not slot.base_type.is_number:
            return f"V{slot.size}"
        element = slot.base_type.dtype(big_endian=self.big_endian)
        return element if slot.count == 1 else (element, (slot.count,))

    def gather(self, data: bytes, offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.void]:
        """The messages that start at `offsets` as one structured table, by a single fancy index."""
        everywhere: npt.NDArray[np.void] = np.ndarray((len(data) - self.size + 1,), f"V{self.size}", data, strides=(1,))
        return everywhere[offsets].view(self.table_dtype)

    def values_at(self, data: bytes, offset: int) -> dict[Key, int | float | bytes]:
        """The scalar and octet fields of one message, as stored; for the few messages the scan itself needs."""
        order = ">" if self.big_endian else "<"
        found: dict[Key, int | float | bytes] = {}
        for slot in self.slots:
            at = offset + slot.offset
            if not slot.base_type.is_number:
                found[slot.key] = data[at : at + slot.size]
            elif slot.count == 1:
                (value,) = struct.unpack_from(order + slot.base_type.struct_code, data, at)
                if value != slot.base_type.invalid:
                    found[slot.key] = value
        return found


def length(data: bytes, offset: int, end: int) -> int | None:
    """Length of the definition message at `offset`, header byte included; None when it is cut by `end`."""
    if offset + 6 > end:
        return None
    total = 6 + 3 * data[offset + 5]
    if data[offset] & 0x20:
        if offset + total >= end:
            return None
        total += 1 + 3 * data[offset + total]
    return total if offset + total <= end else None


def developer_keys(body: bytes) -> tuple[tuple[int, int], ...]:
    """(developer index, number) of each developer field of a definition with its developer bit set."""
    first = 6 + 3 * body[4]
    return tuple((body[at + 2], body[at]) for at in range(first, len(body) - 2, 3))


@lru_cache(maxsize=2048)
def parse(body: bytes, developer_types: tuple[BaseType, ...] | None = None) -> Definition:
    """The definition whose bytes after the header byte are `body`.

    `developer_types` gives the base types of its developer fields, in order; None for a definition without the
    developer bit. Oddities (empty, misaligned, unknown or repeated fields) are noted, never raised.
    """
    big_endian = body[1] != 0
    _, message_number, field_count = (_FIXED_BIG_ENDIAN if big_endian else _FIXED).unpack_from(body)
    oddities: list[tuple[ProblemKind, str]] = []
    slots: list[Slot] = []
    offset = 1
    for at in range(5, 5 + 3 * field_count, 3):
        number, size, type_number = body[at], body[at + 1], body[at + 2]
        base_type = base_types.of_definition(type_number, size)
        where = f"message {message_number} field {number}"
        if size == 0:
            oddities.append((ProblemKind.FIELD_SIZE, f"{where} has size 0"))
        else:
            if not base_types.is_known(type_number):
                oddities.append((ProblemKind.UNKNOWN_BASE_TYPE, f"{where} has base type {type_number:#04x}"))
            elif not base_types.fits(type_number, size):
                oddities.append((ProblemKind.FIELD_SIZE, f"{where} has size {size}, which its type can't have"))
            slots.append(Slot(number, base_type, offset, size // base_type.size))
        offset += size
    if developer_types is not None:
        at = 6 + 3 * field_count
        for key, base_type in zip(developer_keys(body), developer_types, strict=True):
            size = body[at + 1]
            if size:
                fitting = base_types.of_definition(base_type.number, size)
                slots.append(Slot(key, fitting, offset, size // fitting.size))
            offset += size
            at += 3
    return Definition(
        message_number,
        big_endian=big_endian,
        size=offset,
        slots=_one_slot_per_field(slots, message_number, oddities),
        oddities=tuple(oddities),
    )


def _one_slot_per_field(
    slots: list[Slot], message_number: int, oddities: list[tuple[ProblemKind, str]]
) -> tuple[Slot, ...]:
    """A field listed twice is read from its first scalar that is valid, or, without a scalar, from its first slot."""
    by_key: dict[Key, list[Slot]] = {}
    for slot in slots:
        by_key.setdefault(slot.key, []).append(slot)
    if len(by_key) == len(slots):
        return tuple(slots)
    unique = []
    for key, same in by_key.items():
        if len(same) > 1:
            oddities.append(
                (ProblemKind.DUPLICATE_FIELD, f"message {message_number} lists field {key} {len(same)} times")
            )
        scalars = [slot for slot in same if slot.count == 1 and slot.base_type.is_number]
        first, *rest = scalars or same[:1]
        again = tuple(slot for slot in rest if slot.base_type.is_float == first.base_type.is_float)
        unique.append(Slot(first.key, first.base_type, first.offset, first.count, again))
    return tuple(unique)
