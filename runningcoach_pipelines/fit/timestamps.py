"""When a message happened: FIT's epoch, compressed timestamp headers, and the time before a message without one.

Source: FIT protocol, "Compressed Timestamp Header"; the five bits count on from the last timestamp of *any* message.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from runningcoach_pipelines.fit.accumulate import NULL, unroll
from runningcoach_pipelines.fit.base_types import UINT32
from runningcoach_pipelines.fit.definitions import Definition
from runningcoach_pipelines.fit.framing import Segment
from runningcoach_pipelines.fit.profile import TIMESTAMP
from runningcoach_pipelines.fit.scan import MessageIndex

SYSTEM_TIME_LIMIT = 0x1000_0000
"""Smaller date_time values count seconds since the device was switched on, not since the epoch."""

_COMPRESSED = 0x80
_COMPRESSED_BITS = 5

type Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every message that has a timestamp: where it starts (ascending) and its seconds of the FIT epoch."""

    offsets: Int64s
    seconds: Int64s

    def at(self, offsets: Int64s) -> Int64s:
        """Seconds of the messages that start at `offsets`; NULL for those without a timestamp."""
        if not len(self.offsets):
            return np.full(len(offsets), NULL, np.int64)
        found = np.minimum(np.searchsorted(self.offsets, offsets), len(self.offsets) - 1)
        return np.where(self.offsets[found] == offsets, self.seconds[found], NULL)

    def before(self, offsets: Int64s, segment_starts: Int64s) -> Int64s:
        """The last timestamp in front of each offset within its own file; NULL where there is none."""
        last = np.searchsorted(self.offsets, offsets, side="right") - 1
        first_of_file = segment_starts[np.searchsorted(segment_starts, offsets, side="right") - 1]
        known = last >= 0
        known[known] = self.offsets[last[known]] >= first_of_file[known]
        return np.where(known, self.seconds[last] if len(self.seconds) else NULL, NULL)


def timeline(data: bytes, index: MessageIndex, segments: list[Segment]) -> Timeline:
    """The timestamps of all messages, written whole or as the five bits of a compressed header."""
    pieces = [_stored(data, definition, offsets) for definition, offsets in index.offsets.items() if offsets]
    if not pieces:
        return Timeline(np.empty(0, np.int64), np.empty(0, np.int64))
    offsets = np.concatenate([piece[0] for piece in pieces])
    whole = np.concatenate([piece[1] for piece in pieces])
    order = np.argsort(offsets, kind="stable")
    offsets, whole = offsets[order], whole[order]
    low = np.full(len(offsets), NULL, np.int64)
    if index.compressed_segments:
        headers = np.frombuffer(data, np.uint8)[offsets].astype(np.int64)
        low = np.where(headers & _COMPRESSED, headers & 0x1F, NULL)
    seconds = unroll_by_file(low, _COMPRESSED_BITS, whole, offsets, segments)
    # unroll answers for each message that has either; the others have no timestamp.
    known = seconds != NULL
    return Timeline(offsets[known], seconds[known])


def unroll_by_file(low: Int64s, bits: int, full: Int64s, offsets: Int64s, segments: list[Segment]) -> Int64s:
    """`unroll`, beginning anew with each chained file; `offsets` tells where each value stands."""
    if len(segments) == 1:
        return unroll(low, bits, full)
    bounds = np.searchsorted(offsets, [segment.start for segment in segments[1:]]).tolist()
    edges = [0, *bounds, len(offsets)]
    parts = [unroll(low[first:last], bits, full[first:last]) for first, last in pairwise(edges)]
    return np.concatenate(parts)


def _stored(data: bytes, definition: Definition, starts: list[int]) -> tuple[Int64s, Int64s]:
    """Offsets and whole timestamps (NULL where missing) of one definition's messages."""
    offsets = np.array(starts, np.int64)
    slot = definition.slot_by_key.get(TIMESTAMP)
    if slot is None or slot.base_type is not UINT32 or slot.count != 1:
        return offsets, np.full(len(offsets), NULL, np.int64)
    everywhere: npt.NDArray[np.uint32] = np.ndarray(
        (len(data) - 3,), slot.base_type.dtype(big_endian=definition.big_endian), data, strides=(1,)
    )
    seconds = everywhere[offsets + slot.offset].astype(np.int64)
    seconds[seconds == UINT32.invalid] = NULL
    return offsets, seconds


def unroll_timestamp_16(low: Int64s, own: Int64s, before: Int64s, file: Int64s) -> Int64s:
    """Timestamps of monitoring messages: their own, or the 16 bits that count on from the last one in the file.

    `before` is the last timestamp of any message in front of each, `file` the number of the chained file that each
    stands in. Times in seconds of the FIT epoch, NULL for none.
    """
    changed = (np.diff(before, prepend=NULL) != 0) | (np.diff(file, prepend=-1) != 0)
    steps_low = np.stack([np.full(len(low), NULL, np.int64), low], axis=1)
    steps_full = np.stack([np.where(changed, before, NULL), own], axis=1)
    unrolled = unroll(steps_low.ravel(), 16, steps_full.ravel()).reshape(-1, 2)[:, 1]
    # Without any timestamp in front of them the sixteen bits alone say nothing.
    return np.where((own == NULL) & (before == NULL), NULL, unrolled)
