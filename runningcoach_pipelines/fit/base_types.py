"""The seventeen base types of FIT: number, width, numpy type and the value that means "invalid".

Source: FIT protocol, "Base Types". What a field *means* (scale, enum, date) is the profile's business, not this
module's.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

ENDIAN_BIT = 0x80
"""Bit 7 of a base type number says "wider than one byte"; some writers leave it out (0x04 for 0x84)."""


@dataclass(frozen=True, slots=True)
class BaseType:
    """One base type. `kind` is the numpy character and width without byte order, e.g. ``u2``."""

    name: str
    number: int
    kind: str
    size: int
    struct_code: str
    invalid: int | None
    """The raw value that means "not measured"; None for strings, bytes and floats (NaN)."""

    @property
    def is_float(self) -> bool:
        return self.kind[0] == "f"

    @property
    def is_integer(self) -> bool:
        return self.kind[0] in "iu"

    @property
    def is_number(self) -> bool:
        return self.is_integer or self.is_float

    def dtype(self, *, big_endian: bool) -> np.dtype[np.generic]:
        """The numpy type of one element in the byte order of its definition."""
        return np.dtype((">" if big_endian else "<") + self.kind)


ENUM = BaseType("enum", 0x00, "u1", 1, "B", 0xFF)
SINT8 = BaseType("sint8", 0x01, "i1", 1, "b", 0x7F)
UINT8 = BaseType("uint8", 0x02, "u1", 1, "B", 0xFF)
SINT16 = BaseType("sint16", 0x83, "i2", 2, "h", 0x7FFF)
UINT16 = BaseType("uint16", 0x84, "u2", 2, "H", 0xFFFF)
SINT32 = BaseType("sint32", 0x85, "i4", 4, "i", 0x7FFF_FFFF)
UINT32 = BaseType("uint32", 0x86, "u4", 4, "I", 0xFFFF_FFFF)
STRING = BaseType("string", 0x07, "S1", 1, "s", None)
FLOAT32 = BaseType("float32", 0x88, "f4", 4, "f", None)
FLOAT64 = BaseType("float64", 0x89, "f8", 8, "d", None)
UINT8Z = BaseType("uint8z", 0x0A, "u1", 1, "B", 0)
UINT16Z = BaseType("uint16z", 0x8B, "u2", 2, "H", 0)
UINT32Z = BaseType("uint32z", 0x8C, "u4", 4, "I", 0)
BYTE = BaseType("byte", 0x0D, "V1", 1, "s", None)
SINT64 = BaseType("sint64", 0x8E, "i8", 8, "q", 0x7FFF_FFFF_FFFF_FFFF)
UINT64 = BaseType("uint64", 0x8F, "u8", 8, "Q", 0xFFFF_FFFF_FFFF_FFFF)
UINT64Z = BaseType("uint64z", 0x90, "u8", 8, "Q", 0)

_ALL = (
    ENUM, SINT8, UINT8, SINT16, UINT16, SINT32, UINT32, STRING, FLOAT32, FLOAT64,
    UINT8Z, UINT16Z, UINT32Z, BYTE, SINT64, UINT64, UINT64Z,
)  # fmt: skip

BY_NAME = MappingProxyType({base_type.name: base_type for base_type in _ALL})

_UNSIGNED_BY_SIZE = MappingProxyType({1: UINT8, 2: UINT16, 4: UINT32})

# A reader masks the endian bit before it looks a type up, so 0x04 and 0x84 are both uint16.
_BY_TYPE_INDEX = MappingProxyType({base_type.number & ~ENDIAN_BIT: base_type for base_type in _ALL})


def is_known(number: int) -> bool:
    """Whether a base type number, with or without its endian bit, names a base type."""
    return number & 0x60 == 0 and number & ~ENDIAN_BIT in _BY_TYPE_INDEX


def fits(number: int, size: int) -> bool:
    """Whether a field of `size` bytes can hold whole values of that known base type."""
    return size % _BY_TYPE_INDEX[number & ~ENDIAN_BIT].size == 0


def of_definition(number: int, size: int) -> BaseType:
    """The base type a definition's field is read with.

    COROS watches declare a uint32 of one byte: an integer whose size is a narrower width is read as an unsigned
    integer of that width. Other sizes that are no multiple of the type, and unknown types, leave the bytes alone.
    """
    if not is_known(number):
        return BYTE
    declared = _BY_TYPE_INDEX[number & ~ENDIAN_BIT]
    if size % declared.size == 0:
        return declared
    return _UNSIGNED_BY_SIZE.get(size, BYTE) if declared.is_integer and size < declared.size else BYTE
