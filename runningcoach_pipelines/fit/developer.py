"""Developer fields: which descriptions are in force, by (developer index, field number), as the file is read.

Source: FIT protocol, "Developer Data". Names play no part here: two apps may use the same one, or none.
"""

from __future__ import annotations

from runningcoach_pipelines.fit import base_types
from runningcoach_pipelines.fit.base_types import BaseType
from runningcoach_pipelines.fit.definitions import Definition
from runningcoach_pipelines.fit.model import DeveloperField

FIELD_DESCRIPTION = 206
DEVELOPER_DATA_ID = 207

# Field numbers of field_description and of developer_data_id.
_INDEX, _NUMBER, _BASE_TYPE, _NAME, _UNITS, _NATIVE_MESSAGE, _NATIVE_FIELD = 0, 1, 2, 3, 8, 14, 15
_APPLICATION_ID, _APPLICATION_INDEX = 1, 3


class DeveloperFields:
    """The descriptions of one FIT file read so far. A description holds for the definitions that follow it."""

    def __init__(self) -> None:
        self.described: list[DeveloperField] = []
        self._types: dict[tuple[int, int], BaseType] = {}
        self._applications: dict[int, bytes] = {}

    def base_type(self, key: tuple[int, int]) -> BaseType | None:
        """The base type in force for that field; None before its description."""
        return self._types.get(key)

    def read(self, definition: Definition, data: bytes, offset: int) -> None:
        """Take note of the field_description or developer_data_id message at `offset`."""
        values = definition.values_at(data, offset)
        if definition.message_number == DEVELOPER_DATA_ID:
            application, index = values.get(_APPLICATION_ID), values.get(_APPLICATION_INDEX)
            if isinstance(index, int) and isinstance(application, bytes):
                self._applications[index] = application
            return
        index, number = values.get(_INDEX), values.get(_NUMBER)
        if not isinstance(index, int) or not isinstance(number, int):
            return
        stored_type = values.get(_BASE_TYPE)
        base_type = base_types.of_definition(stored_type, 0) if isinstance(stored_type, int) else base_types.BYTE
        self._types[index, number] = base_type
        native_message, native_field = values.get(_NATIVE_MESSAGE), values.get(_NATIVE_FIELD)
        self.described.append(
            DeveloperField(
                index,
                number,
                _text(values.get(_NAME)),
                _text(values.get(_UNITS)),
                base_type.name,
                native_message if isinstance(native_message, int) else None,
                native_field if isinstance(native_field, int) else None,
                self._applications.get(index),
                offset,
            )
        )


def _text(value: float | bytes | None) -> str | None:
    return text(value) if isinstance(value, bytes) else None


def text(octets: bytes) -> str | None:
    """A FIT string: UTF-8 up to the first NUL; damaged bytes become U+FFFD, nothing becomes None."""
    return octets.partition(b"\0")[0].decode("utf-8", "replace") or None
