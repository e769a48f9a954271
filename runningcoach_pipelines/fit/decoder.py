"""Row by row decoding on top of fitdecode: stands in until the columnar decoder replaces it."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from typing import Any

import polars as pl

from runningcoach_pipelines.fit import profile
from runningcoach_pipelines.fit.model import DeveloperField, FitFile, FitHeader, unknown_field, unknown_message
from runningcoach_pipelines.fit.problems import FitDecodeError, FitProblem, ProblemKind

_EPOCH_US = 631_065_600 * 1_000_000


def decode(
    data: bytes | memoryview, *, messages: Collection[str] | None = None, check_crc: bool = True
) -> FitFile:
    import fitdecode

    headers: list[FitHeader] = []
    problems: list[FitProblem] = []
    developer: list[DeveloperField] = []
    rows: dict[int, list[dict[str, Any]]] = {}
    dtypes: dict[int, dict[str, tuple[str, str | None]]] = {}
    wanted = None if messages is None else set(messages)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = fitdecode.FitReader(
            bytes(data),
            processor=None,
            check_crc=fitdecode.CrcCheck.READONLY if check_crc else fitdecode.CrcCheck.DISABLED,
            error_handling=fitdecode.ErrorHandling.IGNORE,
            keep_raw_chunks=True,
        )
        offset = 0
        try:
            for frame in reader:
                offset = frame.chunk.offset
                if frame.frame_type == fitdecode.FIT_FRAME_HEADER:
                    headers.append(
                        FitHeader(
                            offset, frame.header_size, frame.proto_ver, frame.profile_ver, frame.body_size, frame.crc
                        )
                    )
                elif frame.frame_type == fitdecode.FIT_FRAME_CRC:
                    if check_crc and not frame.matched:
                        problems.append(
                            FitProblem(ProblemKind.FILE_CRC, offset, "the file CRC does not match the data")
                        )
                elif frame.frame_type == fitdecode.FIT_FRAME_DATA:
                    number = frame.global_mesg_num
                    if number == 206:
                        developer.append(_developer(frame, offset, reader.local_dev_types))
                    known = profile.message(number)
                    name = known.name if known else unknown_message(number)
                    if wanted is None or name in wanted:
                        rows.setdefault(number, []).append(_row(frame, dtypes.setdefault(number, {})))
        except (fitdecode.FitError, AssertionError, TypeError, KeyError, ValueError) as error:
            cause = FitProblem(
                ProblemKind.TRUNCATED if headers else ProblemKind.NOT_FIT, offset, str(error) or "unreadable"
            )
            if not headers:
                raise FitDecodeError(cause) from error
            problems.append(cause)
    if not headers:
        raise FitDecodeError(FitProblem(ProblemKind.NOT_FIT, 0, "the input is empty"))
    frames: dict[str, pl.DataFrame] = {}
    for number, entries in rows.items():
        known = profile.message(number)
        frames[known.name if known else unknown_message(number)] = pl.DataFrame(
            {
                column: _series(column, [row.get(column) for row in entries], kind)
                for column, kind in dtypes[number].items()
            }
        )
    return FitFile(tuple(headers), frames, {}, tuple(developer), tuple(problems))


def _developer(frame: Any, offset: int, types: Any) -> DeveloperField:
    def raw(name: str) -> Any:
        return frame.get_raw_value(name, fallback=None)

    name = raw("field_name")
    units = raw("units")
    base_type = raw("fit_base_type_id")
    application = (types.get(raw("developer_data_index")) or {}).get("application_id")
    return DeveloperField(
        raw("developer_data_index"),
        raw("field_definition_number"),
        name[0] if isinstance(name, tuple) else name,
        units[0] if isinstance(units, tuple) else units,
        "byte" if base_type is None else profile.field_type("fit_base_type").labels.get(base_type, "byte"),
        raw("native_mesg_num"),
        raw("native_field_num"),
        bytes(application) if application else None,
        offset,
    )


def _row(frame: Any, dtypes: dict[str, tuple[str, str | None]]) -> dict[str, Any]:
    number = frame.global_mesg_num
    known = profile.message(number)
    row: dict[str, Any] = {}
    for cell in sorted(frame.fields, key=lambda cell: cell.field_def is None):
        raw = cell.raw_value
        if cell.field_def is not None and cell.field_def.is_dev:
            column = f"developer_{cell.field_def.dev_data_index}_{cell.field_def.def_num}"
            _put(row, dtypes, column, raw, cell.base_type.name, None)
            continue
        owner = cell.parent_field.def_num if cell.parent_field else cell.def_num
        field = known.fields.get(owner) if known else None
        if field is None:
            _put(row, dtypes, unknown_field(number, owner), raw, cell.base_type.name, None)
            continue
        sub = next((s for s in field.subfields if cell.parent_field and s.name == cell.name), None)
        for meaning in (field, sub) if sub else (field,):
            if cell.field_def is None and owner != profile.TIMESTAMP:
                value = cell.raw_value
                if isinstance(value, tuple) or meaning.type.labels:
                    value = _physical(value, meaning, 1.0, 0.0)
            else:
                value = _physical(raw, meaning, meaning.scale, meaning.offset)
            _put(
                row,
                dtypes,
                meaning.name,
                value,
                cell.base_type.name,
                _kind(meaning),
            )
    return row


def _kind(meaning: profile.Field | profile.Subfield) -> str | None:
    if meaning.type.name in ("date_time", "local_date_time", "bool"):
        return meaning.type.name
    if meaning.type.labels:
        return "label"
    return "scaled" if (meaning.scale, meaning.offset) != (1, 0) else None


def _physical(raw: Any, meaning: profile.Field | profile.Subfield, scale: float, offset: float) -> Any:
    if isinstance(raw, tuple):
        return tuple(_physical(v, meaning, scale, offset) for v in raw)
    if raw is None or isinstance(raw, str):
        return raw
    if meaning.type.name in ("date_time", "local_date_time"):
        return raw * 1_000_000 + _EPOCH_US
    if meaning.type.name == "bool":
        return bool(raw)
    if meaning.type.labels:
        return meaning.type.labels.get(raw, str(raw))
    return raw / scale - offset if (scale, offset) != (1, 0) else raw


def _put(
    row: dict[str, Any],
    dtypes: dict[str, tuple[str, str | None]],
    column: str,
    value: Any,
    base_type: str,
    kind: str | None,
) -> None:
    dtypes.setdefault(column, (base_type, kind))
    if row.get(column) is None:
        row[column] = value


def _series(name: str, values: list[Any], kind: tuple[str, str | None]) -> pl.Series:
    base_type, meaning = kind
    if base_type == "byte" and meaning is None:
        return pl.Series(name, [None if v is None else bytes(v) for v in values], pl.Binary)
    values = [v[0] if isinstance(v, tuple) and len(v) == 1 else v for v in values]
    lists = any(isinstance(v, tuple) for v in values)
    if lists:
        values = [None if v is None else list(v) if isinstance(v, tuple) else [v] for v in values]
    flat = [x for v in values if v is not None for x in (v if isinstance(v, list) else [v]) if x is not None]
    dtype: pl.DataType
    if meaning == "date_time":
        dtype = pl.Datetime("us", "UTC")
    elif meaning == "local_date_time":
        dtype = pl.Datetime("us")
    elif meaning == "bool":
        dtype = pl.Boolean()
    elif meaning == "label" or any(isinstance(x, str) for x in flat) or base_type == "string":
        dtype = pl.String()
    elif meaning == "scaled" or any(isinstance(x, float) for x in flat):
        dtype = pl.Float64()
    else:
        dtype = pl.UInt64() if base_type in ("uint64", "uint64z") else pl.Int64()
    return pl.Series(name, values, pl.List(dtype) if lists else dtype, strict=False)
