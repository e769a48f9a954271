"""The FIT profile in compact form: messages, fields, subfields, components, and the names of enum values.

The tables are fitdecode's (MIT), compiled on first use, message by message, and completed by our own small
`overlay`. How bytes are laid out is not the profile's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from runningcoach_pipelines.fit.model import unknown_message
from runningcoach_pipelines.fit.overlay import MESSAGES as OVERLAY_MESSAGES
from runningcoach_pipelines.fit.overlay import TYPES as OVERLAY_TYPES
from runningcoach_pipelines.fit.overlay import OverlayField

FIT_EPOCH_S = 631_065_600
"""Unix time of 1989-12-31T00:00:00Z, from which FIT counts its seconds."""

TIMESTAMP = 253
"""The field number of a message's timestamp: the same in every message, also in those without a name."""

# Types whose value names are bit masks, flags or anchors of a numeric range, not labels of values: as text they
# would lose the number (message_index 3 with the "selected" bit, workout_hr 165 = 65 bpm).
_NUMERIC_TYPES = frozenset(
    {
        "ant_channel_id", "attitude_validity", "auto_activity_detect", "backlight_timeout", "bool",
        "connectivity_capabilities", "course_capabilities", "date_time", "device_index", "file_flags",
        "language_bits_0", "language_bits_1", "language_bits_2", "language_bits_3", "language_bits_4",
        "left_right_balance", "left_right_balance_100", "local_date_time", "localtime_into_day", "message_index",
        "sport_bits_0", "sport_bits_1", "sport_bits_2", "sport_bits_3", "sport_bits_4", "sport_bits_5",
        "sport_bits_6", "supported_exd_screen_layouts", "time_into_day", "user_local_id", "weight",
        "workout_capabilities", "workout_hr", "workout_power",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldType:
    """A profile type: a base type, with `labels` by raw value when its values are named."""

    name: str
    base_type: str
    labels: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Component:
    """`bits` bits of a container field, from `bit_offset` up, that feed the field `number` of the same message."""

    number: int
    scale: float
    offset: float
    bits: int
    bit_offset: int
    accumulate: bool


@dataclass(frozen=True, slots=True)
class Subfield:
    """A meaning that a field takes when, for one (field number, raw value) of `when`, that field has that value."""

    name: str
    type: FieldType
    scale: float
    offset: float
    units: str | None
    components: tuple[Component, ...]
    when: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message: value = raw / `scale` - `offset`, in `units`."""

    number: int
    name: str
    type: FieldType
    scale: float
    offset: float
    units: str | None
    components: tuple[Component, ...] = ()
    subfields: tuple[Subfield, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the profile, with its fields by number."""

    number: int
    name: str
    fields: Mapping[int, Field]


@cache
def message(number: int) -> Message | None:
    """The message of that global number, or None if neither the profile nor the overlay knows it."""
    from fitdecode import profile

    source = profile.MESSAGE_TYPES.get(number)
    overlay = OVERLAY_MESSAGES.get(number)
    if source is None and overlay is None:
        return None
    fields = {num: _field(num, entry) for num, entry in source.fields.items()} if source else {}
    if overlay:
        fields |= {num: _overlay_field(num, entry) for num, entry in overlay.fields.items()}
    name = overlay.name if overlay and overlay.name else source.name if source else unknown_message(number)
    return Message(number, name, MappingProxyType(fields))


@cache
def message_number(name: str) -> int | None:
    """The global number of a message name, also of ``unknown_140``; None if there is no such message."""
    known = _message_numbers().get(name)
    if known is not None:
        return known
    prefix, _, digits = name.rpartition("_")
    return int(digits) if prefix == "unknown" and digits.isdecimal() and len(digits) <= 5 else None


@cache
def field_number(message_global_number: int, name: str) -> int | None:
    """The number of the field, or of the field owning the subfield, called `name`."""
    known = message(message_global_number)
    if known is None:
        return TIMESTAMP if name == "timestamp" else None
    by_name = {"timestamp": TIMESTAMP} | {entry.name: number for number, entry in known.fields.items()}
    by_subfield = {sub.name: number for number, entry in known.fields.items() for sub in entry.subfields}
    return by_name.get(name, by_subfield.get(name))


@cache
def timestamp_field() -> Field:
    """The timestamp of a message for which the profile lists none."""
    return Field(TIMESTAMP, "timestamp", field_type("date_time"), 1.0, 0.0, None)


@cache
def field_type(name: str) -> FieldType:
    """The profile type of that name; a base type is a type without labels."""
    from fitdecode import profile

    source = profile.FIELD_TYPES.get(name)
    if source is None:
        return FieldType(name, name)
    labels = {} if name in _NUMERIC_TYPES else dict(source.enum or {})
    labels |= OVERLAY_TYPES.get(name, {})
    return FieldType(name, source.base_type.name, MappingProxyType(labels))


@cache
def _message_numbers() -> Mapping[str, int]:
    from fitdecode import profile

    by_name = {entry.name: number for number, entry in profile.MESSAGE_TYPES.items()}
    by_name |= {entry.name: number for number, entry in OVERLAY_MESSAGES.items() if entry.name}
    return MappingProxyType(by_name)


# fitdecode has no type annotations: its objects are Any from here to the end of the module.
def _field(number: int, source: Any) -> Field:
    return Field(
        number,
        source.name,
        field_type(source.type.name),
        _scale(source.scale),
        float(source.offset or 0),
        source.units,
        _components(source.components),
        tuple(_subfield(entry) for entry in source.subfields or ()),
    )


def _subfield(source: Any) -> Subfield:
    return Subfield(
        source.name,
        field_type(source.type.name),
        _scale(source.scale),
        float(source.offset or 0),
        source.units,
        _components(source.components),
        tuple((reference.def_num, reference.raw_value) for reference in source.ref_fields),
    )


def _components(source: Any) -> tuple[Component, ...]:
    return tuple(
        Component(
            entry.def_num,
            _scale(entry.scale),
            float(entry.offset or 0),
            entry.bits,
            entry.bit_offset or 0,
            bool(entry.accumulate),
        )
        for entry in source or ()
    )


def _overlay_field(number: int, entry: OverlayField) -> Field:
    return Field(number, entry.name, field_type(entry.type), entry.scale, entry.offset, entry.units)


def _scale(value: float | None) -> float:
    return float(value or 1)
