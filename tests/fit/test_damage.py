"""Damaged input: whatever the bytes, decoding returns what can be read or raises FitDecodeError, in bounded memory.

Real files are cut at every byte up to 16 kB (as batches, which cost a fiftieth; up to 1 kB also one by one), and
anywhere by hypothesis, larger ones included.
"""

import warnings
from collections.abc import Iterator
from functools import cache
from itertools import batched
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runningcoach_pipelines.fit import (
    FitBatch,
    FitDecodeError,
    FitFile,
    FitProblem,
    decode,
    decode_many,
    framing,
    hr_beats,
    hrv_beats,
    record_heart_rate,
)
from runningcoach_pipelines.fit.encode import Raw, encode
from runningcoach_pipelines.fit.scan import MessageIndex, scan
from tests.fit.recordings import every_rule, run

_RULES = every_rule()
_CUT_ONE_BY_ONE = 1_000
_CUT_IN_BATCHES = 16_000
_CUTS_OF_A_BATCH = 200


def decode_damaged(data: bytes) -> FitFile | None:
    """Decode, beats too, without any warning; None for what can't be read. Frames stay in proportion to the input."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit = decode(data)
        except FitDecodeError as error:
            fit = None
            problems: tuple[FitProblem, ...] = (error.problem,)
        else:
            problems = fit.problems
    for problem in problems:
        assert 0 <= problem.offset <= len(data)
        assert problem.cause
    if fit is None:
        return None
    for beats in (hr_beats, hrv_beats, record_heart_rate):
        beats(fit)
    size = sum(frame.estimated_size() for frame in fit.messages.values())
    assert size <= 300 * len(data) + (1 << 24)
    return fit


def assert_is_a_beginning(part: FitFile, whole: FitFile) -> None:
    """Each frame of a truncated file holds the first rows of the whole file's."""
    for name, frame in part.messages.items():
        complete = whole.messages[name]
        assert frame.height <= complete.height, name
        assert_equal_columns(frame, complete.head(frame.height), name)


def assert_are_beginnings(batch: FitBatch, whole: FitFile) -> None:
    """The same for a batch of truncations of one file."""
    for name, frame in batch.messages.items():
        complete = whole.messages[name]
        row = pl.int_range(pl.len()).over("file_index")
        rows = frame.select(row.alias("row")).to_series()
        assert rows.max() < complete.height, name  # type: ignore[operator]
        assert_equal_columns(frame, complete[rows], name)


def assert_equal_columns(frame: pl.DataFrame, expected: pl.DataFrame, name: str) -> None:
    """Equal in the columns of one type; a list that has one value everywhere in front of the cut is no list there."""
    comparable = [each for each in frame.columns if frame.schema[each] == expected.schema.get(each)]
    ours, theirs = frame.select(comparable), expected.select(comparable)
    if not ours.equals(theirs):
        different = [each for each in comparable if not ours[each].equals(theirs[each])]
        pytest.fail(f"{name} differs in {different}")


def flipped(data: bytes, flips: list[tuple[float, int]]) -> bytes:
    damaged = bytearray(data)
    for where, bits in flips:
        damaged[int(where * len(damaged))] ^= bits
    return bytes(damaged)


_FLIP = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255))


def test_every_truncation_of_a_run_keeps_the_messages_in_front() -> None:
    data = run(8)
    whole = decode(data)
    for length in range(len(data)):
        fit = decode_damaged(data[:length])
        if fit is not None:
            assert fit.problems
            assert_is_a_beginning(fit, whole)


@pytest.mark.parametrize("rule", _RULES)
def test_every_truncation_of_a_small_file_is_read_or_refused(rule: str) -> None:
    for length in range(0, len(_RULES[rule]), 3):
        decode_damaged(_RULES[rule][:length])


@given(rule=st.sampled_from(sorted(_RULES)), flips=st.lists(_FLIP, min_size=1, max_size=4))
@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_flipped_bytes_are_read_or_refused(rule: str, flips: list[tuple[float, int]]) -> None:
    decode_damaged(flipped(_RULES[rule], flips))


@given(st.binary(max_size=400))
@settings(max_examples=800, deadline=None)
def test_garbage_in_a_good_frame_is_read_or_refused(garbage: bytes) -> None:
    decode_damaged(encode([Raw(garbage)]))


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_garbage_alone_is_refused(garbage: bytes) -> None:
    decode_damaged(garbage)


@pytest.mark.real_files
def test_every_truncation_of_small_real_files_keeps_the_messages_in_front(real_files: Path) -> None:
    for data in _real(real_files):
        if len(data) > _CUT_ONE_BY_ONE:
            continue
        whole = decode(data)
        for length in range(len(data)):
            fit = decode_damaged(data[:length])
            if fit is not None:
                assert_is_a_beginning(fit, whole)


@pytest.mark.real_files
def test_every_truncation_of_real_files_in_batches_keeps_the_messages_in_front(real_files: Path) -> None:
    for data in _real(real_files):
        if len(data) > _CUT_IN_BATCHES:
            continue
        whole = decode(data)
        for lengths in batched(range(len(data)), _CUTS_OF_A_BATCH):
            batch = decode_many([data[:length] for length in lengths])
            assert_are_beginnings(batch, whole)
            for length, report in zip(lengths, batch.files, strict=True):
                for problem in report.problems:
                    assert 0 <= problem.offset <= length
                    assert problem.cause


@pytest.mark.real_files
@given(drawn=st.data())
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_real_files_cut_anywhere_keep_the_messages_in_front(real_files: Path, drawn: st.DataObject) -> None:
    data, whole, starts = drawn.draw(st.sampled_from(_cuttable(real_files)), "file")
    beside_a_message = st.tuples(st.sampled_from(starts), st.integers(-1, 2)).map(sum)
    length = drawn.draw(st.integers(0, len(data) - 1) | beside_a_message, "length")
    fit = decode_damaged(data[:length])
    if fit is not None:
        assert_is_a_beginning(fit, whole)


@pytest.mark.real_files
@given(drawn=st.data())
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_flipped_bytes_of_real_files_are_read_or_refused(real_files: Path, drawn: st.DataObject) -> None:
    data = drawn.draw(st.sampled_from(_real(real_files)), "file")
    # Definitions and headers stand at the front: half of the flips go there.
    front = _FLIP.map(lambda flip: (flip[0] * min(1.0, 600 / len(data)), flip[1]))
    flips = drawn.draw(st.lists(_FLIP | front, min_size=1, max_size=4), "flips")
    decode_damaged(flipped(data, flips))


@cache
def _real(folder: Path) -> tuple[bytes, ...]:
    """The real files of which anything can be read."""
    files = (path.read_bytes() for path in sorted(folder.glob("*.[fF][iI][tT]")))
    return tuple(data for data in files if decode_damaged(data) is not None)


@cache
def _cuttable(folder: Path) -> tuple[tuple[bytes, FitFile, list[int]], ...]:
    """Each real file with its whole contents and where its messages start."""
    return tuple((data, decode(data), sorted(_starts(data))) for data in _real(folder))


def _starts(data: bytes) -> Iterator[int]:
    index = MessageIndex()
    for segment in framing.segments(data, 0, len(data), check_crc=False)[0]:
        scan(data, segment, index)
    for offsets in index.offsets.values():
        yield from offsets
