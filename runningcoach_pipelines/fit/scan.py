"""The boundary scan: walk the data part of a FIT file message by message and note where each one starts.

Nothing is decoded here but definitions and developer field descriptions, which say how long the next messages are.
The walk is a plain loop on purpose. Modern watches alternate between kinds of messages with every record, so looking
for runs or periods costs more than it saves (measured: 75 ns a message this way, 150 and 240 ns the others).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from runningcoach_pipelines.fit import base_types, definitions
from runningcoach_pipelines.fit.base_types import BaseType
from runningcoach_pipelines.fit.definitions import Definition
from runningcoach_pipelines.fit.developer import DEVELOPER_DATA_ID, FIELD_DESCRIPTION, DeveloperFields
from runningcoach_pipelines.fit.framing import Segment
from runningcoach_pipelines.fit.model import DeveloperField
from runningcoach_pipelines.fit.problems import FitProblem, ProblemKind

# Record header bits (FIT protocol, "Record Header").
_COMPRESSED = 0x80
_DEFINITION = 0x40
_DEVELOPER = 0x20
_LOCAL_TYPE = 0x0F

_Step = tuple[Callable[[int], int | None], int]


class MessageIndex:
    """Where the messages of one or more segments start, by definition, ascending; and what was odd on the way."""

    def __init__(self) -> None:
        self.offsets: dict[Definition, list[int]] = {}
        self.compressed_segments: set[int] = set()
        """Starts of the segments that hold compressed timestamp headers."""
        self.developer_fields: list[DeveloperField] = []
        self.problems: list[FitProblem] = []


class _Damaged(Exception):
    """Ends the scan of one segment; never leaves this module."""

    def __init__(self, kind: ProblemKind, offset: int, cause: str) -> None:
        super().__init__(cause)
        self.problem = FitProblem(kind, offset, cause)


def scan(data: bytes, segment: Segment, index: MessageIndex) -> None:
    """Add the messages of `segment` to `index`, up to its end or to the first message that can't be delimited."""
    _SegmentScan(data, segment, index).run()


class _SegmentScan:
    """The state of one segment's walk: local message types and developer fields, both reset by each header."""

    def __init__(self, data: bytes, segment: Segment, index: MessageIndex) -> None:
        self._data = data
        self._segment = segment
        self._index = index
        self._developer = DeveloperFields()
        self._local: dict[int, tuple[Definition, list[int]]] = {}
        self._undescribed: dict[Definition, bytes] = {}
        # By header byte: how to note a plain data message and its size; or, with size 0, what to do instead.
        self._steps: list[_Step] = [(self._attend, 0)] * 256

    def run(self) -> None:
        try:
            self._walk()
        except _Damaged as damage:
            self._index.problems.append(damage.problem)
        self._index.developer_fields += self._developer.described
        self._describe_late()

    def _walk(self) -> None:
        data, steps, position, end = self._data, self._steps, self._segment.start, self._segment.end
        size = 0
        while position < end:
            note, size = steps[data[position]]
            if size:
                note(position)
                position += size
            else:
                position = note(position)  # type: ignore[assignment]  # _attend returns where to go on
        if position > end:
            cut = position - size
            self._local[data[cut] & _LOCAL_TYPE][1].pop()
            raise self._truncated(cut)

    def _attend(self, position: int) -> int:
        """Everything but a plain data message: definitions, compressed headers, odd header bits, descriptions."""
        header = self._data[position]
        if header & _COMPRESSED:
            self._index.compressed_segments.add(self._segment.start)
            return self._data_message(position, header >> 5 & 0x03)
        if header & _DEFINITION:
            return self._define(position, header)
        return self._data_message(position, header & _LOCAL_TYPE)

    def _data_message(self, position: int, local_type: int) -> int:
        if local_type not in self._local:
            raise _Damaged(
                ProblemKind.UNDEFINED_LOCAL_TYPE, position, f"local message type {local_type} was never defined"
            )
        definition, offsets = self._local[local_type]
        if position + definition.size > self._segment.end:
            raise self._truncated(position)
        if definition.message_number in (FIELD_DESCRIPTION, DEVELOPER_DATA_ID):
            self._developer.read(definition, self._data, position)
        offsets.append(position)
        return position + definition.size

    def _define(self, position: int, header: int) -> int:
        length = definitions.length(self._data, position, self._segment.end)
        if length is None:
            raise self._truncated(position)
        body = self._data[position + 1 : position + length]
        if header & _DEVELOPER:
            definition = self._define_with_developer_fields(body, position)
        else:
            definition = definitions.parse(body)
        offsets = self._index.offsets.get(definition)
        if offsets is None:
            offsets = self._index.offsets[definition] = []
            self._index.problems += [FitProblem(kind, position, cause) for kind, cause in definition.oddities]
        local_type = header & _LOCAL_TYPE
        self._local[local_type] = (definition, offsets)
        if definition.message_number in (FIELD_DESCRIPTION, DEVELOPER_DATA_ID):
            self._steps[local_type] = (self._attend, 0)
        else:
            self._steps[local_type] = (offsets.append, definition.size)
        return position + length

    def _define_with_developer_fields(self, body: bytes, position: int) -> Definition:
        types = self._developer_types(body)
        definition = definitions.parse(body, tuple(known or base_types.BYTE for known in types))
        if None in types:
            missing = [key for key, known in zip(definitions.developer_keys(body), types, strict=True) if not known]
            if definition not in self._undescribed:
                self._index.problems.append(
                    FitProblem(ProblemKind.DEVELOPER_FIELD, position, f"developer fields {missing} are not described")
                )
            self._undescribed[definition] = body
        return definition

    def _developer_types(self, body: bytes) -> list[BaseType | None]:
        return [self._developer.base_type(key) for key in definitions.developer_keys(body)]

    def _describe_late(self) -> None:
        """A description that arrived after its definition still holds for it: better than nameless bytes."""
        for definition, body in self._undescribed.items():
            types = self._developer_types(body)
            described = definitions.parse(body, tuple(known or base_types.BYTE for known in types))
            if described is not definition:
                offsets = self._index.offsets[definition]
                first = bisect_left(offsets, self._segment.start)
                self._index.offsets.setdefault(described, []).extend(offsets[first:])
                self._index.offsets[described].sort()
                del offsets[first:]

    def _truncated(self, position: int) -> _Damaged:
        return _Damaged(ProblemKind.TRUNCATED, position, "the message here is cut by the end of the data")
