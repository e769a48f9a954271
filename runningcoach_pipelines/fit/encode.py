"""Frames to FIT bytes: our own writer, for workouts, demo activities and the decoder's tests.

Values are given in physical units by field name; numbers, base types, scales and offsets come from the profile. Each
`Rows` is written as one numpy structured array, so an hour of records costs milliseconds. Reading is not done here.

    encode([
        Rows("file_id", {"type": ["activity"], "time_created": [start]}),
        Rows("record", {"timestamp": times, "heart_rate": bpm, "distance": distance_m}),
    ])
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from runningcoach_pipelines.fit import base_types, profile
from runningcoach_pipelines.fit.base_types import BaseType
from runningcoach_pipelines.fit.crc import crc16
from runningcoach_pipelines.fit.profile import FIT_EPOCH_S

__all__ = ["FIT_EPOCH_S", "Column", "Developer", "FitEncodeError", "Interleaved", "Part", "Raw", "Rows", "encode"]

_LOCAL_TYPES = 16
_MAX_FIELD_SIZE = 255

type Column = npt.ArrayLike | Sequence[Any]


class FitEncodeError(ValueError):
    """The rows can't be written as FIT; the message names message, field and cause."""


@dataclass(frozen=True, slots=True)
class Developer:
    """A developer field as a column key: its (index, number) and its base type."""

    index: int
    number: int
    base_type: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Messages of one kind, by column.

    `columns` maps a field name, a subfield name, a field number (for fields without a name) or a `Developer` key to
    one value per message: numbers in physical units, instants as aware datetimes, datetime64 (UTC) or seconds since
    1970, enum values by name or number, text as str, bytes, and arrays as 2-D arrays or lists of lists.
    None, NaN and NaT become the base type's invalid value.

    `local_type` fixes the local message type (default: the next free one). `base_types` overrides the base type of a
    field by its column key, and is needed for fields without a name. `compressed_timestamp` leaves the timestamp
    field out and writes its low five bits into the record headers. `at` gives the order inside `Interleaved` where
    there is no timestamp column.
    """

    message: str | int
    columns: Mapping[str | int | Developer, Column]
    local_type: int | None = None
    big_endian: bool = False
    base_types: Mapping[str | int, str] = field(default_factory=dict)
    compressed_timestamp: bool = False
    at: Column | None = None


@dataclass(frozen=True, slots=True)
class Interleaved:
    """Several kinds of messages written in one order by time, as a watch does. Ties keep the order of `parts`."""

    parts: Sequence[Rows]


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes put into the data part as they are: for what no well-formed writer would produce."""

    data: bytes


type Part = Rows | Interleaved | Raw


def encode(
    parts: Sequence[Part],
    *,
    header_size: Literal[12, 14] = 14,
    header_crc: bool = True,
    protocol_version: tuple[int, int] = (2, 0),
    profile_version: int = 2171,
) -> bytes:
    """One FIT file holding `parts` in their order.

    Chained files are the concatenation of several results. Raises `FitEncodeError`.
    """
    local_types = _LocalTypes()
    data = b"".join(_part_bytes(part, local_types) for part in parts)
    header = struct.pack(
        "<BBHI4s",
        header_size,
        protocol_version[0] << 4 | protocol_version[1],
        profile_version,
        len(data),
        b".FIT",
    )
    if header_size == 14:
        header += struct.pack("<H", crc16(header) if header_crc else 0)
    body = header + data
    return body + struct.pack("<H", crc16(body))


class _LocalTypes:
    """Hands out the sixteen local message types in turn; the first four are kept for compressed timestamps' use."""

    def __init__(self) -> None:
        self._next = 0

    def choose(self, rows: Rows) -> int:
        if rows.local_type is not None:
            return rows.local_type
        chosen = self._next
        self._next = (self._next + 1) % (4 if rows.compressed_timestamp else _LOCAL_TYPES)
        return chosen


@dataclass(frozen=True, slots=True)
class _Column:
    """One field ready to be written: identity, size in bytes and raw values of shape (n, size) as bytes."""

    key: str | int | Developer
    number: int
    base_type: BaseType
    octets: npt.NDArray[np.uint8]

    @property
    def size(self) -> int:
        return int(self.octets.shape[1])


def _part_bytes(part: Part, local_types: _LocalTypes) -> bytes:
    if isinstance(part, Raw):
        return part.data
    if isinstance(part, Rows):
        definition, messages = _definition_and_messages(part, local_types)
        return definition + messages.tobytes()
    return _interleave(part, local_types)


def _interleave(part: Interleaved, local_types: _LocalTypes) -> bytes:
    pairs = [_definition_and_messages(rows, local_types) for rows in part.parts]
    definitions = b"".join(definition for definition, _ in pairs)
    tables = [messages for _, messages in pairs]
    times = np.concatenate([_order_key(rows) for rows in part.parts])
    order = np.argsort(times, kind="stable")
    sizes = np.concatenate([np.full(len(table), table.shape[1]) for table in tables])
    starts = np.empty(len(sizes), np.int64)
    starts[order] = np.concatenate([[0], np.cumsum(sizes[order])[:-1]])
    out = np.empty(int(sizes.sum()), np.uint8)
    first = 0
    for table in tables:
        place = starts[first : first + len(table), None] + np.arange(table.shape[1])
        out[place] = table
        first += len(table)
    return definitions + out.tobytes()


def _order_key(rows: Rows) -> npt.NDArray[np.float64]:
    column = rows.at if rows.at is not None else rows.columns.get("timestamp")
    if column is None:
        raise FitEncodeError(f"{rows.message}: interleaving needs a timestamp column or `at`")
    return _seconds(column)


def _definition_and_messages(rows: Rows, local_types: _LocalTypes) -> tuple[bytes, npt.NDArray[np.uint8]]:
    """The definition message, and the data messages as bytes of shape (n, message size)."""
    number = _message_number(rows.message)
    local_type = local_types.choose(rows)
    columns = [
        _column(rows, number, key, values)
        for key, values in rows.columns.items()
        if not (rows.compressed_timestamp and key == "timestamp")
    ]
    lengths = {len(column.octets) for column in columns}
    if len(lengths) > 1:
        by_key = {str(column.key): len(column.octets) for column in columns}
        raise FitEncodeError(f"{rows.message}: columns differ in length: {by_key}")
    count = lengths.pop() if lengths else 0
    headers = np.full((count, 1), local_type, np.uint8)
    if rows.compressed_timestamp:
        seconds = _seconds(rows.columns["timestamp"]).astype(np.int64) - FIT_EPOCH_S
        headers = (0x80 | local_type << 5 | (seconds & 0x1F)).astype(np.uint8)[:, None]
    native = [column for column in columns if not isinstance(column.key, Developer)]
    developer = [column for column in columns if isinstance(column.key, Developer)]
    messages = np.concatenate([headers, *(column.octets for column in native + developer)], axis=1)
    return _definition(number, local_type, native, developer, big_endian=rows.big_endian), messages


def _definition(
    number: int, local_type: int, native: list[_Column], developer: list[_Column], *, big_endian: bool
) -> bytes:
    header = 0x40 | local_type | (0x20 if developer else 0)
    definition = struct.pack(">BBBHB" if big_endian else "<BBBHB", header, 0, big_endian, number, len(native))
    definition += b"".join(bytes((column.number, column.size, column.base_type.number)) for column in native)
    if developer:
        indexes = [column.key.index for column in developer if isinstance(column.key, Developer)]
        definition += bytes([len(developer)])
        definition += b"".join(
            bytes((column.number, column.size, index)) for column, index in zip(developer, indexes, strict=True)
        )
    return definition


def _message_number(message: str | int) -> int:
    number = message if isinstance(message, int) else profile.message_number(message)
    if number is None:
        raise FitEncodeError(f"no FIT message is called {message!r}")
    return number


def _column(rows: Rows, message_number: int, key: str | int | Developer, values: Column) -> _Column:
    try:
        if isinstance(key, Developer):
            base_type = base_types.BY_NAME[key.base_type]
            return _Column(key, key.number, base_type, _octets(values, base_type, rows.big_endian))
        number, meaning = _meaning(message_number, key)
        base_type = base_types.BY_NAME[rows.base_types.get(key) or _owner_base_type(message_number, number)]
        raw = values if meaning is None else _raw_values(values, meaning, base_type)
        return _Column(key, number, base_type, _octets(raw, base_type, rows.big_endian))
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise FitEncodeError(f"{rows.message}.{key}: {error}") from error


def _meaning(message_number: int, key: str | int) -> tuple[int, profile.Field | profile.Subfield | None]:
    """Field number and the profile's field or subfield of that name; (number, None) for a bare number."""
    if isinstance(key, int):
        return key, None
    number = profile.field_number(message_number, key)
    message = profile.message(message_number)
    if number is None or message is None:
        raise ValueError("the profile has no such field")
    owner = message.fields[number]
    return number, next((sub for sub in owner.subfields if sub.name == key), owner)


def _owner_base_type(message_number: int, number: int) -> str:
    message = profile.message(message_number)
    if message is None or number not in message.fields:
        raise ValueError("a field without a name needs its base type in `base_types`")
    name = message.fields[number].type.base_type
    return "enum" if name == "bool" else name


def _raw_values(values: Column, meaning: profile.Field | profile.Subfield, base_type: BaseType) -> Column:
    """Raw values from physical ones: seconds of the FIT epoch, enum codes, and (value + offset) * scale."""
    if meaning.type.name in ("date_time", "local_date_time"):
        return _seconds(values) - FIT_EPOCH_S
    if base_type in (base_types.STRING, base_types.BYTE):
        return values
    if meaning.type.labels:
        codes = {label: code for code, label in meaning.type.labels.items()}
        return [[codes[v] if isinstance(v, str) else v for v in _as_list(entry)] for entry in _rows_of(values)]
    if meaning.scale == 1 and meaning.offset == 0:
        return values
    numbers = _float_matrix(values)
    return (numbers + meaning.offset) * meaning.scale


def _seconds(values: Column) -> npt.NDArray[np.float64]:
    """Seconds since 1970 from datetimes, datetime64 or numbers, NaN for what is missing. Shape (n,)."""
    array = np.asarray(values)
    if array.dtype.kind == "M":
        seconds = array.astype("M8[us]").astype(np.int64) / 1e6
        return np.where(np.isnat(array), np.nan, seconds)
    if array.dtype.kind == "O":
        return np.array([_second(value) for value in array], np.float64)
    return array.astype(np.float64)


def _second(value: dt.datetime | float | None) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, dt.datetime):
        # A naive datetime is a local_date_time: its wall clock is counted as if it were UTC.
        return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).timestamp()
    return float(value)


def _octets(values: Column, base_type: BaseType, big_endian: bool) -> npt.NDArray[np.uint8]:
    """The bytes of one field for n messages, shape (n, size)."""
    if base_type in (base_types.STRING, base_types.BYTE):
        return _text_octets(values, is_string=base_type is base_types.STRING)
    dtype = base_type.dtype(big_endian=big_endian)
    array = _integer_matrix(values, base_type) if base_type.is_integer else _float_matrix(values)
    if array.shape[1] * base_type.size > _MAX_FIELD_SIZE:
        raise ValueError(f"{array.shape[1]} values don't fit into a field of {_MAX_FIELD_SIZE} bytes")
    return np.ascontiguousarray(array.astype(dtype)).view(np.uint8).reshape(len(array), -1)


def _integer_matrix(values: Column, base_type: BaseType) -> npt.NDArray[np.generic]:
    """Integers of shape (n, count), rounded to nearest, invalid where missing; out of range raises."""
    array = np.asarray(values) if isinstance(values, np.ndarray) else None
    if array is not None and array.dtype.kind in "iub":
        matrix: npt.NDArray[np.generic] = array.reshape(len(array), -1)
        _require_range(matrix, base_type)
        return matrix
    if base_type.size == 8:
        return _wide_integer_matrix(values, base_type)
    numbers = _float_matrix(values)
    missing = np.isnan(numbers)
    rounded = np.rint(np.where(missing, 0, numbers)).astype(np.int64)
    _require_range(rounded, base_type)
    return np.where(missing, base_type.invalid or 0, rounded)


def _wide_integer_matrix(values: Column, base_type: BaseType) -> npt.NDArray[np.generic]:
    # 64-bit values don't survive float64, so they go one by one.
    rows = [
        [base_type.invalid if value is None else int(value) for value in _as_list(entry)] for entry in _rows_of(values)
    ]
    return np.array(rows, base_type.kind)


def _require_range(values: npt.NDArray[Any], base_type: BaseType) -> None:
    limits = np.iinfo(np.dtype(base_type.kind))
    if values.size and (int(values.min()) < limits.min or int(values.max()) > limits.max):
        raise ValueError(f"value outside {base_type.name} ({limits.min} to {limits.max} raw)")


def _float_matrix(values: Column) -> npt.NDArray[np.float64]:
    """Floats of shape (n, count); None becomes NaN, and shorter arrays are filled up with NaN."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iufb":
        return values.reshape(len(values), -1).astype(np.float64)
    rows = [_as_list(entry) for entry in _rows_of(values)]
    width = max((len(row) for row in rows), default=1)
    padded = [row + [None] * (width - len(row)) for row in rows]
    matrix = np.array([[np.nan if v is None else v for v in row] for row in padded], np.float64)
    return matrix.reshape(len(rows), width)


def _text_octets(values: Column, *, is_string: bool) -> npt.NDArray[np.uint8]:
    """Strings with a closing NUL, or bytes filled up with 0xFF, all rows as wide as the longest."""
    end, fill = (b"\0", b"\0") if is_string else (b"", b"\xff")
    cells = [_text_cell(value, end) for value in _rows_of(values)]
    width = max((len(cell) for cell in cells), default=1) or 1
    if width > _MAX_FIELD_SIZE:
        raise ValueError(f"{width} bytes don't fit into a field of {_MAX_FIELD_SIZE}")
    joined = b"".join(cell.ljust(width, fill) for cell in cells)
    return np.frombuffer(joined, np.uint8).reshape(len(cells), width)


def _text_cell(value: object, end: bytes) -> bytes:
    if value is None:
        return b""
    if isinstance(value, str):
        return value.encode() + end
    if isinstance(value, bytes):
        return value
    if isinstance(value, Sequence):
        return b"".join(_text_cell(item, end) if isinstance(item, str) else bytes([item]) for item in value)
    return bytes([int(str(value))])


def _rows_of(values: Column) -> Sequence[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)  # type: ignore[arg-type]


def _as_list(entry: object) -> list[Any]:
    return list(entry) if isinstance(entry, list | tuple | np.ndarray) else [entry]
