"""What decoding a FIT file yields: header, frames by message, developer field descriptions and problems.

No decoding happens here, and polars is imported for type checkers only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runningcoach_pipelines.fit.problems import FitProblem

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class FitHeader:
    """The header of one file of a (possibly chained) FIT stream."""

    offset: int
    size: int
    protocol_version: tuple[int, int]
    profile_version: tuple[int, int]
    data_size: int
    crc: int | None
    """Header CRC as written; None when absent (12-byte header) or zero, which the protocol allows for "not set"."""


@dataclass(frozen=True, slots=True)
class DeveloperField:
    """One `field_description` message: what a developer column holds.

    A field is known by (`developer_index`, `number`), never by `name`: names repeat, collide with native fields or
    are missing. Its column is `column`. A later description of the same key replaces an earlier one for the messages
    after it; both are listed in file order.
    """

    developer_index: int
    number: int
    name: str | None
    units: str | None
    base_type: str
    native_message: int | None
    native_field: int | None
    application_id: bytes | None
    offset: int
    """Where the description stands, in bytes from the start of the input; -1 when it is not known."""

    @property
    def column(self) -> str:
        return developer_column(self.developer_index, self.number)


@dataclass(frozen=True, slots=True)
class FitFile:
    """A decoded FIT file.

    `messages` maps message names to frames with one row per message, in file order; a message that does not occur has
    no entry. `units` maps a message name and a column to the unit of its values.

    A frame has a column for each field that a definition in the file declares:

    - scaled fields are Float64 (raw / scale - offset), other integers Int64 (UInt64 for 64 bits without sign), floats
      Float64, text String, bytes Binary, booleans Boolean, positions Int64 semicircles (180 / 2**31 degrees);
    - date_time is Datetime in UTC, local_date_time Datetime without zone, times of day Int64 seconds;
    - an enum is Categorical: its name, or its number as text where it has none (hence no Enum, whose values are fixed);
      masks and offsets (message_index, device_index, left_right_balance, workout_hr, ...) stay Int64;
    - null is what the file marks as invalid; a field of several values is a List, null if all of them are invalid;
    - a subfield has its own column beside its field's (product and garmin_product), if it applies anywhere;
    - what components yield stands in their target's column (speed in enhanced_speed), where that has no own value;
    - names are the profile's or our overlay's, else `unknown_<message number>` for a message,
      `unknown_<message number>_field_<number>` for a field, `developer_<index>_<number>` for a developer field;
    - `hrv` has no time of its own; its timestamp is that of the message in front.
    """

    headers: tuple[FitHeader, ...]
    messages: Mapping[str, pl.DataFrame]
    units: Mapping[str, Mapping[str, str]]
    developer_fields: tuple[DeveloperField, ...]
    problems: tuple[FitProblem, ...]

    @property
    def header(self) -> FitHeader:
        """The first header; a chained stream has more in `headers`."""
        return self.headers[0]


def developer_column(developer_index: int, number: int) -> str:
    """Column name of a developer field, e.g. ``developer_0_7``."""
    return f"developer_{developer_index}_{number}"


def unknown_message(number: int) -> str:
    """Name of a message the profile does not know, e.g. ``unknown_140``."""
    return f"unknown_{number}"


def unknown_field(message_number: int, number: int) -> str:
    """Column name of a field the profile does not know, e.g. ``unknown_140_field_14``."""
    return f"unknown_{message_number}_field_{number}"
