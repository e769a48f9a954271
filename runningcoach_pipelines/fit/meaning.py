"""What a stored value means: its column name, kind of value, scale, offset, unit and labels.

This is where the profile meets a file: the profile says "speed, mm/s", the file says "two bytes, or a float".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from runningcoach_pipelines.fit import profile
from runningcoach_pipelines.fit.definitions import Key
from runningcoach_pipelines.fit.model import developer_column, unknown_field


class Storage(Enum):
    """How a column's values are held before they get their meaning."""

    INTEGER = auto()
    FLOAT = auto()
    STRING = auto()
    BYTES = auto()


class Kind(Enum):
    """What a column's values become."""

    SCALED = auto()
    DATE_TIME = auto()
    LOCAL_DATE_TIME = auto()
    INTEGER = auto()
    UNSIGNED = auto()
    BOOLEAN = auto()
    LABEL = auto()
    STRING = auto()
    BYTES = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of one column: value = stored / `scale` - `offset` for SCALED, a name of `labels` for LABEL."""

    name: str
    kind: Kind
    scale: float = 1.0
    offset: float = 0.0
    units: str | None = None
    labels: Mapping[int, str] | None = None


_KIND_BY_TYPE = {
    "date_time": Kind.DATE_TIME,
    "local_date_time": Kind.LOCAL_DATE_TIME,
    "bool": Kind.BOOLEAN,
}
_UNSCALED_KIND = {Storage.STRING: Kind.STRING, Storage.BYTES: Kind.BYTES}


def of_field(field: profile.Field | profile.Subfield, storage: Storage, *, unsigned: bool = False) -> Meaning:
    """The meaning of a profile field or subfield whose file stores it as `storage`."""
    if storage in _UNSCALED_KIND:
        return Meaning(field.name, _UNSCALED_KIND[storage], units=field.units)
    if storage is Storage.FLOAT:
        return Meaning(field.name, Kind.SCALED, field.scale, field.offset, field.units)
    kind = _KIND_BY_TYPE.get(field.type.name)
    if kind:
        return Meaning(field.name, kind)
    if field.type.labels:
        return Meaning(field.name, Kind.LABEL, labels=field.type.labels)
    if (field.scale, field.offset) != (1, 0):
        return Meaning(field.name, Kind.SCALED, field.scale, field.offset, field.units)
    return Meaning(field.name, Kind.UNSIGNED if unsigned else Kind.INTEGER, units=field.units)


def of_unnamed(message_number: int, key: Key, storage: Storage, *, unsigned: bool = False) -> Meaning:
    """The meaning of a field the profile does not know, or of a developer field: the bare value."""
    name = unknown_field(message_number, key) if isinstance(key, int) else developer_column(*key)
    if storage is Storage.FLOAT:
        return Meaning(name, Kind.SCALED)
    return Meaning(name, _UNSCALED_KIND.get(storage, Kind.UNSIGNED if unsigned else Kind.INTEGER))
