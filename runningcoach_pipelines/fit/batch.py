"""Decoding many files: as one table per kind of message (`decode_many`), or file by file on all cores (`decode_each`).

`decode_many` pays where the files come from one device: their definitions are the same, so each column of a thousand
small files is built once. Files of different devices are better off one by one, for the union of their columns is
mostly null.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from multiprocessing import get_context
from typing import Any, overload

import numpy as np
import polars as pl

from runningcoach_pipelines.fit import framing
from runningcoach_pipelines.fit.decoder import FrameReader, MessageTable, Selection, bounded, check_selection, decode
from runningcoach_pipelines.fit.framing import Segment
from runningcoach_pipelines.fit.model import DeveloperField, FitFile, FitHeader
from runningcoach_pipelines.fit.problems import FitDecodeError, FitProblem, ProblemKind
from runningcoach_pipelines.fit.scan import MessageIndex, scan

FILE_INDEX = "file_index"
"""Column of every frame of a batch: which of the given files the message stands in."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a batch says about one of its files. Offsets count from the start of that file."""

    headers: tuple[FitHeader, ...]
    developer_fields: tuple[DeveloperField, ...]
    problems: tuple[FitProblem, ...]
    error: FitDecodeError | None


@dataclass(frozen=True, slots=True)
class FitBatch:
    """Several files decoded as one: frames by message name, each with a FILE_INDEX column, and a report per file."""

    messages: Mapping[str, pl.DataFrame]
    units: Mapping[str, Mapping[str, str]]
    files: tuple[FileReport, ...]


def decode_many(files: Sequence[bytes], *, messages: Selection = None, check_crc: bool = True) -> FitBatch:
    """Decode files of one device into one frame per message kind.

    Each row is the one `decode` gives for its file; columns that other files of the batch have are null. A file that
    can't be read has an `error` in its report and no rows.
    """
    check_selection(messages)
    data = b"".join(files)
    starts = np.cumsum([0, *map(len, files)]).tolist()
    index = MessageIndex()
    segments: list[Segment] = []
    reports: list[FileReport] = []
    for start, stop in pairwise(starts):
        report, found = _scan_file(data, start, stop, index, check_crc=check_crc)
        reports.append(report)
        segments += found
    if not segments:
        return FitBatch({}, {}, tuple(reports))
    reader = FrameReader(data, segments, index)
    tables = reader.read(messages)
    for problem in reader.problems:
        file = int(np.searchsorted(starts, problem.offset, side="right")) - 1
        own = _relative([problem], starts[file])
        reports[file] = replace(reports[file], problems=bounded([*reports[file].problems, *own]))
    return FitBatch(
        {name: _with_file_index(table, starts) for name, table in tables.items()},
        {name: dict(table.units) for name, table in tables.items()},
        tuple(reports),
    )


def _scan_file(
    data: bytes, start: int, stop: int, index: MessageIndex, *, check_crc: bool
) -> tuple[FileReport, list[Segment]]:
    first_problem, first_description = len(index.problems), len(index.developer_fields)
    before = sum(map(len, index.offsets.values()))
    try:
        segments, problems = framing.segments(data, start, stop, check_crc=check_crc)
    except FitDecodeError as error:
        own = FitDecodeError(*_relative([error.problem], start))
        return FileReport((), (), (own.problem,), own), []
    for segment in segments:
        scan(data, segment, index)
    found = _relative(problems + index.problems[first_problem:], start)
    is_empty = sum(map(len, index.offsets.values())) == before
    report = FileReport(
        tuple(replace(segment.header, offset=segment.header.offset - start) for segment in segments),
        tuple(
            replace(described, offset=described.offset - start)
            for described in index.developer_fields[first_description:]
        ),
        bounded(found),
        FitDecodeError(min(found, key=lambda problem: problem.offset)) if found and is_empty else None,
    )
    return report, segments


def _relative(problems: list[FitProblem], start: int) -> list[FitProblem]:
    return [replace(problem, offset=problem.offset - start) for problem in problems]


def _with_file_index(table: MessageTable, starts: list[int]) -> pl.DataFrame:
    file_index = np.searchsorted(starts, table.offsets, side="right") - 1
    return table.frame.insert_column(0, pl.Series(FILE_INDEX, file_index.astype(np.int64)))


@overload
def decode_each(
    files: Iterable[bytes], *, messages: Selection = ..., check_crc: bool = ..., workers: int | None = ...
) -> Iterator[FitFile | FitDecodeError]: ...
@overload
def decode_each[T](
    files: Iterable[bytes],
    *,
    messages: Selection = ...,
    check_crc: bool = ...,
    workers: int | None = ...,
    then: Callable[[FitFile], T],
) -> Iterator[T | FitDecodeError]: ...
def decode_each(
    files: Iterable[bytes],
    *,
    messages: Selection = None,
    check_crc: bool = True,
    workers: int | None = None,
    then: Callable[[FitFile], Any] | None = None,
) -> Iterator[Any]:
    """Decode files on all cores (or in `workers` processes), and yield the results in the order of `files`.

    `then` is applied to each decoded file in the worker, so that only what it returns travels back; it must be
    importable. A file that can't be read yields its `FitDecodeError`. At most two files per worker are in memory,
    and `files` is read no further ahead than that. A file whose decoding ends the worker process yields an error, too.
    """
    count = workers or os.process_cpu_count() or 1
    task = _Task(messages, check_crc, then)
    source = iter(files)
    pool = _pool(count)
    pending: deque[tuple[bytes, Future[Any]]] = deque()
    try:
        while True:
            for data in islice(source, 2 * count - len(pending)):
                pending.append((data, pool.submit(task, data)))
            if not pending:
                return
            data, future = pending.popleft()
            try:
                result = future.result()
            except BrokenProcessPool:
                pool.shutdown()
                result = _alone(task, data)
                pool = _pool(count)
                pending = deque((waiting, pool.submit(task, waiting)) for waiting, _ in pending)
            yield result
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker does with one file."""

    messages: Selection
    check_crc: bool
    then: Callable[[FitFile], Any] | None

    def __call__(self, data: bytes) -> Any:
        try:
            decoded = decode(data, messages=self.messages, check_crc=self.check_crc)
        except FitDecodeError as error:
            return error
        return self.then(decoded) if self.then else decoded


def _pool(workers: int) -> ProcessPoolExecutor:
    # Not forked: the parent's Polars threads would not survive it.
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _alone(task: _Task, data: bytes) -> Any:
    """The result for one file of a broken pool, which may be the one that broke it.

    Raises:
        RuntimeError: it was not the file: no worker process can start.
    """
    with _pool(1) as pool:
        try:
            pool.submit(os.getpid).result()
        except BrokenProcessPool as error:
            raise RuntimeError(
                "no worker process can start to decode files; each imports the program's main module again, which "
                "must do nothing but define things when it is imported"
            ) from error
        try:
            return pool.submit(task, data).result()
        except BrokenProcessPool:
            return FitDecodeError(FitProblem(ProblemKind.WORKER_LOST, 0, "decoding this file ended its process"))
