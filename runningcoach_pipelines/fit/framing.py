"""The frame of a FIT stream: headers, data parts and CRCs of one file or of several chained ones.

A stream is cut into `Segment`s here; what stands inside a data part is `scan`'s business.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from runningcoach_pipelines.fit.crc import crc16
from runningcoach_pipelines.fit.model import FitHeader
from runningcoach_pipelines.fit.problems import FitDecodeError, FitProblem, ProblemKind

_MAGIC = b".FIT"
_SHORT_HEADER = 12
_CRC_SIZE = 2


@dataclass(frozen=True, slots=True)
class Segment:
    """One FIT file within the stream: its header, and the bounds of its data part in bytes from the start."""

    header: FitHeader
    start: int
    end: int


def segments(data: bytes, start: int, stop: int, *, check_crc: bool) -> tuple[list[Segment], list[FitProblem]]:
    """Cut `data[start:stop]` into its chained files.

    Raises `FitDecodeError` when it does not begin with a FIT header.
    """
    found: list[Segment] = []
    problems: list[FitProblem] = []
    offset = start
    while offset < stop or not found:
        header = _header(data, offset, stop)
        if isinstance(header, FitProblem):
            if not found:
                raise FitDecodeError(header)
            problems.append(
                FitProblem(ProblemKind.TRAILING_BYTES, offset, f"{stop - offset} bytes after the end of the FIT file")
            )
            break
        segment, offset = _segment(data, header, stop, problems)
        found.append(segment)
        if check_crc:
            problems += _crc_problems(data, segment, stop)
    return found, problems


def _header(data: bytes, offset: int, stop: int) -> FitHeader | FitProblem:
    if stop - offset < _SHORT_HEADER:
        cause = f"{stop - offset} bytes are too few for a FIT header" if stop > offset else "the input is empty"
        return FitProblem(ProblemKind.NOT_FIT, offset, cause)
    size, protocol, profile, data_size, magic = struct.unpack_from("<BBHI4s", data, offset)
    if magic != _MAGIC or size < _SHORT_HEADER:
        return FitProblem(ProblemKind.NOT_FIT, offset, "no FIT header stands here")
    if offset + size > stop:
        return FitProblem(ProblemKind.HEADER, offset, f"the header of {size} bytes is cut short")
    crc = int.from_bytes(data[offset + 12 : offset + 14], "little") if size >= _SHORT_HEADER + _CRC_SIZE else 0
    return FitHeader(offset, size, (protocol >> 4, protocol & 0x0F), divmod(profile, 100), data_size, crc or None)


def _segment(data: bytes, header: FitHeader, stop: int, problems: list[FitProblem]) -> tuple[Segment, int]:
    """The segment of that header and the offset where the next header may stand."""
    start = header.offset + header.size
    end = start + header.data_size
    if header.data_size == 0 and stop - start > _CRC_SIZE and _is_headless(data, start, stop):
        # A recorder that lost power never wrote the size: what follows the header is data all the same.
        problems.append(
            FitProblem(
                ProblemKind.HEADER, header.offset, "the header declares no data, but data follow: read to the end"
            )
        )
        return Segment(header, start, stop - _CRC_SIZE), stop
    if end > stop:
        problems.append(
            FitProblem(
                ProblemKind.TRUNCATED,
                stop,
                f"the header declares {header.data_size} bytes of data, {stop - start} are there",
            )
        )
        return Segment(header, start, stop), stop
    return Segment(header, start, end), min(end + _CRC_SIZE, stop)


def _is_headless(data: bytes, start: int, stop: int) -> bool:
    return isinstance(_header(data, start + _CRC_SIZE, stop), FitProblem)


def _crc_problems(data: bytes, segment: Segment, stop: int) -> list[FitProblem]:
    """Header CRC covers the first 12 bytes and may be zero ("not set"); file CRC covers header and data."""
    header = segment.header
    view = memoryview(data)
    problems = []
    if header.crc is not None and crc16(view[header.offset : header.offset + _SHORT_HEADER]) != header.crc:
        problems.append(FitProblem(ProblemKind.HEADER_CRC, header.offset, "the header's CRC does not match"))
    declared_end = segment.start + header.data_size
    if segment.end != declared_end:
        return problems
    written = data[segment.end : min(segment.end + _CRC_SIZE, stop)]
    if len(written) < _CRC_SIZE:
        problems.append(FitProblem(ProblemKind.MISSING_CRC, segment.end, "the file ends before its CRC"))
    elif crc16(view[header.offset : segment.end]) != int.from_bytes(written, "little"):
        problems.append(FitProblem(ProblemKind.FILE_CRC, segment.end, "the file's CRC does not match its contents"))
    return problems
