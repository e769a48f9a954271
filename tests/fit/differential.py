"""fitdecode as an oracle: every message, field and value of a file, compared with our frames.

`compare` returns the differing cells by class. The classes that may differ are named in docs/fit-differences.md.
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


@dataclass(slots=True)
class Comparison:
    cells: int = 0
    equal: int = 0
    differing: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def note(self, kind: str, *example: Any) -> None:
        self.differing[kind] += 1
        self.examples.setdefault(kind, example)


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
            result.note("message missing", name)
            continue
        _compare_message(message, known, columns[name], row, result)
    for name, frame in ours.messages.items():
        if frame.height != rows[name]:
            result.note("message count", name, frame.height, rows[name])
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
    native = {
        cell.field_def.def_num
        for cell in message.fields
        if cell.field_def is not None and not cell.field_def.is_dev and cell.raw_value is not None
    }
    expanded: dict[tuple[int, str], list[Any]] = {}
    for cell in message.fields:
        owner = cell.parent_field.def_num if cell.parent_field else cell.def_num
        if cell.field_def is None and owner != profile.TIMESTAMP and owner not in native:
            expanded.setdefault((owner, cell.name), []).append(cell)
    filled = {owner for owner, _ in expanded}
    seen: set[Any] = set()
    for cell in message.fields:
        definition = cell.field_def
        if definition is not None and definition.is_dev:
            column = developer_column(definition.dev_data_index, definition.def_num)
            _check(result, message, column, _plain(cell.raw_value, cell), cells.get(column, row), cell)
            continue
        owner = cell.parent_field.def_num if cell.parent_field else cell.def_num
        if (definition is None and owner != profile.TIMESTAMP) or (cell.raw_value is None and owner in filled):
            continue
        field = known.fields.get(owner) if known else None
        if owner in seen:
            if _plain(cell.raw_value, cell) is not None:
                result.note("repeated field", message.name, owner)
            continue
        seen.add(owner)
        if field is None:
            column = unknown_field(message.global_mesg_num, owner)
            _check(result, message, column, _plain(cell.raw_value, cell), cells.get(column, row), cell)
        elif cell.parent_field is not None:
            subfield = next(s for s in field.subfields if s.name == cell.name)
            _check(result, message, cell.name, _meant(cell, subfield), cells.get(cell.name, row), cell)
            _check(result, message, field.name, _scaled(cell.raw_value, field), cells.get(field.name, row), cell)
        else:
            expected = _meant(cell, field) if cell.field is not None else _scaled(cell.raw_value, field)
            _check(result, message, field.name, expected, cells.get(field.name, row), cell)
    for (_, name), parts in expanded.items():
        values = [_plain(part.value, part) for part in parts]
        expected = values[0] if len(values) == 1 else values if any(v is not None for v in values) else None
        _check(result, message, name, expected, cells.get(name, row), parts[0], expanded=True)


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


def _check(
    result: Comparison, message: Any, column: str, expected: Any, got: Any, cell: Any, *, expanded: bool = False
) -> None:
    result.cells += 1
    if got is _MISSING and expected is None and cell.parent_field is not None:
        result.equal += 1  # a subfield has a column only where one of its values is there
    elif got is _MISSING:
        result.note("column missing", message.name, column, expected)
    elif _same(expected, got):
        result.equal += 1
    else:
        kind = f"{'expanded ' if expanded else ''}{message.name}.{column} [{cell.base_type.name}]"
        result.note(kind, expected, got)


def _same(expected: Any, got: Any) -> bool:
    if expected == got:
        return True
    if isinstance(got, list) and not isinstance(expected, list):
        return [expected] == got
    return False
