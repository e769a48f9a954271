"""The CRC of FIT files: CRC-16/ARC (polynomial 0x8005 reflected, initial value 0), over header and data."""

from __future__ import annotations

import fastcrc.crc16


def crc16(data: bytes | memoryview) -> int:
    """CRC-16/ARC of `data`."""
    return fastcrc.crc16.arc(bytes(data) if isinstance(data, memoryview) else data)
