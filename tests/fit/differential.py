"""fitdecode as an oracle: every message, field and value of a file, compared with our frames.

`compare` returns the cells that differ; test_differential explains each or fails.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import fitdecode
import polars as pl

from runningcoach_pipelines.fit import FitFile, profile
from runningcoach_pipelines.fit.model import developer_column, unknown_field, unknown_message

EPOCH_US = 631_065_600_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that differs. `expanded` says that components yield it, `raw` is what fitdecode read for the field."""

    message: str
    column: str
    base_type: str
    expanded: bool
    raw: Any
    theirs: Any
    ours: Any


@dataclass(slots=True)
class Comparison:
    cells: int = 0
    differences: list[Difference] = field(default_factory=list)
    structure: list[str] = field(default_factory=list)
    """Messages or columns that only one of the two has."""


def compare(data: bytes, ours: FitFile) -> Comparison:
    """Compare each cell that fitdecode reads from `data` with the same cell of `ours`."""
    result = Comparison()
    columns = {name: _Cells(frame) for name, frame in ours.messages.items()}
    rows: Counter[str] = Counter()
    for message in oracle_messages(data):
        number = message.global_mesg_num
        known = profile.message(number)
        name = known.name if known else unknown_message(number)
        if not message.fields:
            continue
        row = rows[name]
        rows[name] += 1
        if name not in columns:
            result.structure.append(f"{name} is missing")
            continue
        _compare_message(message, known, columns[name], row, result)
    for name, frame in ours.messages.items():
        if frame.height != rows[name]:
            result.structure.append(f"{name}: {frame.height} messages, not {rows[name]}")
    return result


def oracle_messages(data: bytes) -> Iterator[Any]:
    """The data messages that fitdecode can read before it gives up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = fitdecode.FitReader(
            data,
            processor=None,
            check_crc=fitdecode.CrcCheck.DISABLED,
            error_handling=fitdecode.ErrorHandling.IGNORE,
        )
        try:
            for frame in reader:
                if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                    yield frame
        except (fitdecode.FitError, AssertionError, TypeError, KeyError, ValueError, IndexError):
            return


class _Cells:
    """The columns of a frame as Python values, converted once; instants as seconds of the FIT epoch."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        self._lists: dict[str, list[Any]] = {}

    def get(self, column: str, row: int) -> Any:
        if column not in self._lists:
            if column not in self._frame.columns:
                return _MISSING
            series = self._frame[column]
            if series.dtype.base_type() is pl.Datetime:
                series = (series.cast(pl.Int64) - EPOCH_US) // 1_000_000
            self._lists[column] = series.to_list()
        values = self._lists[column]
        return values[row] if row < len(values) else _MISSING


_MISSING = object()


def _compare_message(message: Any, known: profile.Message | None, cells: _Cells, row: int, result: Comparison) -> None:
    check = _Check(message.name, cells, row, result)
    expanded = _expanded(message)
    seen: set[int] = set()
    for cell in message.fields:
        definition = cell.field_def
        owner = _owner(cell)
        if definition is not None and definition.is_dev:
            check.cell(
                cell, developer_column(definition.dev_data_index, definition.def_num), _plain(cell.raw_value, cell)
            )
        elif (definition is None and owner != profile.TIMESTAMP) or (cell.raw_value is None and owner in expanded):
            continue
        elif owner not in seen:
            seen.add(owner)
            _compare_native(message, cell, known.fields.get(owner) if known else None, check)
    for parts in expanded.values():
        values = [_plain(part.value, part) for part in parts]
        expected = values[0] if len(values) == 1 else values if any(v is not None for v in values) else None
        check.cell(parts[0], parts[0].name, expected)


def _owner(cell: Any) -> int:
    number: int = cell.parent_field.def_num if cell.parent_field else cell.def_num
    return number


def _expanded(message: Any) -> dict[int, list[Any]]:
    """The cells that components yield for fields without a valid value of their own."""
    native = {
        cell.field_def.def_num
        for cell in message.fields
        if cell.field_def is not None and not cell.field_def.is_dev and cell.raw_value is not None
    }
    expanded: dict[int, list[Any]] = {}
    for cell in message.fields:
        owner = _owner(cell)
        if cell.field_def is None and owner != profile.TIMESTAMP and owner not in native:
            expanded.setdefault(owner, []).append(cell)
    return expanded


def _compare_native(message: Any, cell: Any, field: profile.Field | None, check: _Check) -> None:
    if field is None and _owner(cell) == profile.TIMESTAMP:
        check.cell(cell, "timestamp", cell.raw_value)
    elif field is None:
        check.cell(cell, unknown_field(message.global_mesg_num, _owner(cell)), _plain(cell.raw_value, cell))
    elif cell.parent_field is not None:
        subfield = next(each for each in field.subfields if each.name == cell.name)
        check.cell(cell, cell.name, _meant(cell, subfield))
        check.cell(cell, field.name, _scaled(cell.raw_value, field))
    else:
        check.cell(cell, field.name, _meant(cell, field) if cell.field is not None else _scaled(cell.raw_value, field))


@dataclass(frozen=True, slots=True)
class _Check:
    """Compares the cells of one message."""

    message: str
    cells: _Cells
    row: int
    result: Comparison

    def cell(self, cell: Any, column: str, theirs: Any) -> None:
        self.result.cells += 1
        ours = self.cells.get(column, self.row)
        if ours is _MISSING:
            # A subfield has a column only where one of its values is there.
            if theirs is not None or cell.parent_field is None:
                self.result.structure.append(f"{self.message}.{column} is missing")
        elif not _same(theirs, ours):
            self.result.differences.append(
                Difference(
                    self.message,
                    column,
                    cell.base_type.name,
                    cell.field_def is None,
                    cell.raw_value,
                    theirs,
                    ours,
                )
            )


def _meant(cell: Any, field: profile.Field | profile.Subfield) -> Any:
    """fitdecode's value; for the types we keep as numbers and for booleans, from its raw value."""
    if field.type.name == "bool":
        return None if cell.raw_value is None else bool(cell.raw_value)
    if field.type.labels:
        return _labelled(cell.value, field)
    if cell.type.enum:
        return _scaled(cell.raw_value, field)
    return _plain(cell.value, cell)


def _labelled(value: Any, field: profile.Field | profile.Subfield) -> Any:
    if isinstance(value, tuple):
        values = [_labelled(v, field) for v in value]
        return values if any(v is not None for v in values) else None
    # A number is a code without a name in fitdecode's profile; our overlay may have one.
    return value if value is None or isinstance(value, str) else field.type.labels.get(value, str(value))


def _scaled(raw: Any, field: profile.Field | profile.Subfield) -> Any:
    if isinstance(raw, tuple):
        values = [_scaled(v, field) for v in raw]
        return values if any(v is not None for v in values) else None
    if raw is None or isinstance(raw, str):
        return raw
    if field.type.labels:
        return field.type.labels.get(raw, str(raw))
    return raw / field.scale - field.offset if (field.scale, field.offset) != (1, 0) else raw


def _plain(value: Any, cell: Any) -> Any:
    if isinstance(value, tuple):
        if cell.field_def is not None and cell.base_type.name == "byte":
            return bytes(value)
        values = list(value)
        return values if any(v is not None for v in values) else None
    return value


def _same(expected: Any, got: Any) -> bool:
    if expected == got:
        return True
    if isinstance(got, list) and not isinstance(expected, list):
        return [expected] == got
    return False
