"""Decoding, step by step: frame the stream, scan it, and turn each kind of message into a frame."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from runningcoach_pipelines.fit import framing, layout, profile, stored, timestamps
from runningcoach_pipelines.fit.accumulate import NULL
from runningcoach_pipelines.fit.definitions import Definition, Key
from runningcoach_pipelines.fit.frames import Units, frame
from runningcoach_pipelines.fit.framing import Segment
from runningcoach_pipelines.fit.layout import Layout
from runningcoach_pipelines.fit.meaning import Storage
from runningcoach_pipelines.fit.model import FitFile, unknown_message
from runningcoach_pipelines.fit.problems import FitDecodeError, FitProblem, ProblemKind
from runningcoach_pipelines.fit.scan import MessageIndex, scan
from runningcoach_pipelines.fit.stored import StoredTable
from runningcoach_pipelines.fit.timestamps import Timeline

type Selection = Collection[str] | Mapping[str, Collection[str] | None] | None

_MAX_PROBLEMS = 100
_MONITORING, _TIMESTAMP_16 = 55, 26
_HRV = 78
# A sparse union of definitions may hold more values than the file has bytes (real files: up to 1.3 a byte).
_VALUES_PER_BYTE = 8
_VALUES_AT_LEAST = 1 << 20
# Four bytes can declare a column, which costs some 2 kB however few its values (real files: up to 1,036 columns).
_COLUMNS_AT_MOST = 1 << 14


def decode(data: bytes | memoryview, *, messages: Selection = None, check_crc: bool = True) -> FitFile:
    """Decode a FIT stream (one file or several chained ones) into one frame per kind of message.

    `messages` names the kinds wanted (None: all); a mapping narrows the columns of each kind as well (None: all).
    Damaged input yields what could be read, with `problems` set; `FitDecodeError` is raised when no message could.
    ValueError is raised for a message or field name that does not exist. Columns and types: see `FitFile`.
    """
    check_selection(messages)
    octets = data if isinstance(data, bytes) else bytes(data)
    segments, problems = framing.segments(octets, 0, len(octets), check_crc=check_crc)
    index = MessageIndex()
    for segment in segments:
        scan(octets, segment, index)
    problems += index.problems
    if problems and not any(index.offsets.values()):
        raise FitDecodeError(min(problems, key=lambda problem: problem.offset))
    reader = FrameReader(octets, segments, index)
    tables = reader.read(messages)
    return FitFile(
        tuple(segment.header for segment in segments),
        {name: table.frame for name, table in tables.items()},
        {name: dict(table.units) for name, table in tables.items()},
        tuple(index.developer_fields),
        bounded(problems + reader.problems),
    )


def check_selection(selection: Selection) -> None:
    """Raise ValueError if a name in `selection` is neither the profile's nor one that unknown things are given."""
    for name in selection or ():
        number = profile.message_number(name)
        if number is None:
            raise ValueError(f"no FIT message is called {name!r}")
        for column in (selection[name] or ()) if isinstance(selection, Mapping) else ():
            if profile.field_number(number, column) is None and not column.startswith(("unknown_", "developer_")):
                raise ValueError(f"the FIT message {name} has no field {column!r}")


@dataclass(frozen=True, slots=True)
class MessageTable:
    """The messages of one kind as a frame, the units of its columns, and where each message starts."""

    frame: pl.DataFrame
    units: Units
    offsets: npt.NDArray[np.int64]


class FrameReader:
    """Reads the frames of scanned segments."""

    def __init__(self, data: bytes, segments: list[Segment], index: MessageIndex) -> None:
        self._data = data
        self._segments = segments
        self._index = index
        self._timeline: Timeline | None = None
        self.problems: list[FitProblem] = []

    def read(self, selection: Selection) -> dict[str, MessageTable]:
        """The selected messages by name, in the order in which kinds first appear."""
        tables: dict[str, MessageTable] = {}
        columns = 0
        for number, sources in self._by_message().items():
            known = profile.message(number)
            name = known.name if known else unknown_message(number)
            if columns > _COLUMNS_AT_MOST:
                cause = f"message {number} is left out: those in front have {columns} columns already"
                self.problems.append(FitProblem(ProblemKind.TOO_MANY_COLUMNS, sources[0][1][0], cause))
            elif selection is None or name in selection:
                only = selection[name] if isinstance(selection, Mapping) else None
                # A damaged float may be a signalling NaN, or too large to be scaled: no reason to warn.
                with np.errstate(invalid="ignore", over="ignore"):
                    table = self._table(number, sources, only)
                if table.frame.width:
                    tables[name] = table
                    columns += table.frame.width
        return tables

    def _by_message(self) -> dict[int, list[tuple[Definition, list[int]]]]:
        by_message: dict[int, list[tuple[Definition, list[int]]]] = {}
        for definition, offsets in self._index.offsets.items():
            if offsets:
                by_message.setdefault(definition.message_number, []).append((definition, offsets))
        return by_message

    def _table(
        self, number: int, sources: list[tuple[Definition, list[int]]], only: Collection[str] | None
    ) -> MessageTable:
        starts = [offsets for _, offsets in sources]
        plan = self._layout(number, tuple(definition for definition, _ in sources), starts, only)
        table = stored.read(self._data, plan, starts)
        self._complete_timestamps(number, plan, table)
        self._note_system_time(number, plan, table)
        result, units = frame(table, plan, self._segments, only)
        return MessageTable(result, units, table.offsets)

    def _layout(
        self, number: int, definitions: tuple[Definition, ...], starts: list[list[int]], only: Collection[str] | None
    ) -> Layout:
        with_timestamp = self._is_timed_by_others(number, definitions)
        keys = None if only is None else _keys_of(number, definitions, frozenset(only))
        plan = layout.layout(number, definitions, keys=keys, with_timestamp=with_timestamp)
        counts = [len(offsets) for offsets in starts]
        affordable = max(_VALUES_AT_LEAST, _VALUES_PER_BYTE * len(self._data)) // sum(counts)
        if plan.width <= affordable:
            return plan
        kept = layout.without_sparsest(plan, counts, affordable)
        self.problems.append(
            FitProblem(
                ProblemKind.TOO_SPARSE,
                starts[0][0],
                f"message {number} has {plan.width} values a message, nearly all null: kept the fullest {affordable}",
            )
        )
        return layout.layout(number, definitions, keys=kept, with_timestamp=with_timestamp)

    def _is_timed_by_others(self, number: int, definitions: tuple[Definition, ...]) -> bool:
        """Whether messages of that kind get timestamps that they don't hold whole themselves."""
        if number == _MONITORING and any(_TIMESTAMP_16 in each.slot_by_key for each in definitions):
            return True
        return number == _HRV or bool(self._index.compressed_segments)

    def _complete_timestamps(self, number: int, plan: Layout, table: StoredTable) -> None:
        """Fill the timestamps that compressed headers, timestamp_16 and, for hrv, the messages in front hold."""
        column = plan.by_key.get(profile.TIMESTAMP)
        if column is None or column.storage is not Storage.INTEGER or not column.is_scalar:
            return
        seconds = table.scalar(column)
        if self._index.compressed_segments:
            seconds[:] = np.where(seconds == NULL, self.timeline.at(table.offsets), seconds)
        if number == _HRV:
            before = self.timeline.before(table.offsets, self._segment_starts)
            seconds[:] = np.where(seconds == NULL, before, seconds)
        short = plan.by_key.get(_TIMESTAMP_16) if number == _MONITORING else None
        if short is not None and short.storage is Storage.INTEGER and short.is_scalar:
            before = self.timeline.before(table.offsets, self._segment_starts)
            seconds[:] = timestamps.unroll_timestamp_16(table.scalar(short), seconds, before, self._file_of(table))

    def _note_system_time(self, number: int, plan: Layout, table: StoredTable) -> None:
        times = table.integers[plan.scaled_rows : plan.scaled_rows + plan.time_rows]
        # Read without sign, NULL is larger than any time.
        early = times.view(np.uint64) < timestamps.SYSTEM_TIME_LIMIT
        rows = np.flatnonzero(early.any(axis=0))
        if not len(rows):
            return
        cause = f"times of message {number} count from the device's start, not from 1989"
        for first in np.unique(self._file_of(table)[rows], return_index=True)[1].tolist():
            self.problems.append(FitProblem(ProblemKind.SYSTEM_TIME, int(table.offsets[rows[first]]), cause))

    @property
    def timeline(self) -> Timeline:
        if self._timeline is None:
            self._timeline = timestamps.timeline(self._data, self._index, self._segments)
        return self._timeline

    def _file_of(self, table: StoredTable) -> npt.NDArray[np.int64]:
        """For each message which of the chained files it stands in, counted from 1."""
        return np.searchsorted(self._segment_starts, table.offsets, side="right")

    @property
    def _segment_starts(self) -> npt.NDArray[np.int64]:
        return np.array([segment.start for segment in self._segments], np.int64)


def _keys_of(number: int, definitions: tuple[Definition, ...], names: frozenset[str]) -> frozenset[Key]:
    """The fields of those definitions that the columns called `names` are made of."""
    whole = layout.layout(number, definitions)
    message = profile.message(number)
    fields = message.fields if message else {}
    wanted = {column.key for column in whole.columns if column.meaning.name in names}
    wanted |= {n for n, field in fields.items() if field.name in names}
    for n, field in fields.items():
        for subfield in field.subfields:
            if subfield.name in names or n in wanted:
                wanted |= {n, *(reference for reference, _ in subfield.when)}
    for _ in range(2):
        for n, field in fields.items():
            targets = {c.number for c in field.components}
            targets |= {c.number for subfield in field.subfields for c in subfield.components}
            if targets & wanted:
                wanted |= {n, *(ref for subfield in field.subfields for ref, _ in subfield.when)}
    return frozenset(wanted | {profile.TIMESTAMP})


def bounded(problems: list[FitProblem]) -> tuple[FitProblem, ...]:
    """The problems of one file by their place, cut short where damage repeats itself."""
    problems = sorted(problems, key=lambda problem: problem.offset)
    if len(problems) <= _MAX_PROBLEMS:
        return tuple(problems)
    rest = len(problems) - _MAX_PROBLEMS
    last = replace(
        problems[_MAX_PROBLEMS], kind=ProblemKind.TOO_MANY_PROBLEMS, cause=f"{rest} more problems from here on"
    )
    return (*problems[:_MAX_PROBLEMS], last)
