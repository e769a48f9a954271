"""Reading demo files in tests: with fitdecode, whole, or quickly with the records cut out first."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import fitdecode
import numpy as np

from runningcoach_pipelines.fit.crc import crc16

RECORD = 20

type Message = dict[str, Any]


@dataclass(frozen=True)
class Read:
    """The messages of a file by name, each a dict of field and subfield values; fields without a name by number."""

    messages: dict[str, list[Message]]

    def __getitem__(self, name: str) -> list[Message]:
        return self.messages.get(name, [])

    @property
    def session(self) -> Message:
        (session,) = self["session"]
        return session

    @property
    def utc_offset(self) -> timedelta:
        (activity,) = self["activity"]
        return naive(activity["local_timestamp"]) - naive(activity["timestamp"])

    def column(self, name: str) -> np.ndarray:
        """A field of all records, NaN where it is missing."""
        return np.array([np.nan if r.get(name) is None else r[name] for r in self["record"]], float)


def naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def read(data: bytes) -> Read:
    """Every message, strictly: a wrong CRC or anything malformed raises."""
    messages: dict[str, list[Message]] = {}
    with fitdecode.FitReader(
        io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    ) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage):
                values = {field.name: field.value for field in frame.fields}
                messages.setdefault(frame.name, []).append(values)
    return Read(messages)


def read_summary(data: bytes) -> Read:
    """Every message but the records."""
    return read(without_records(data))


def without_records(data: bytes) -> bytes:
    """The same file without its record messages. It knows only what the demo writes: little-endian, no compression."""
    sizes: dict[int, int] = {}
    dropped: set[int] = set()
    kept = []
    at, end = 14, len(data) - 2
    while at < end:
        header = data[at]
        local_type = header & 0x0F
        if header & 0x40:
            (message, fields) = struct.unpack_from("<HB", data, at + 3)
            length = 6 + 3 * fields
            sizes[local_type] = 1 + sum(data[at + 7 + 3 * field] for field in range(fields))
            (dropped.add if message == RECORD else dropped.discard)(local_type)
        else:
            length = sizes[local_type]
        if local_type not in dropped:
            kept.append(data[at : at + length])
        at += length
    body = b"".join(kept)
    header_bytes = data[:4] + struct.pack("<I", len(body)) + data[8:12]
    whole = header_bytes + struct.pack("<H", crc16(header_bytes)) + body
    return whole + struct.pack("<H", crc16(whole))
