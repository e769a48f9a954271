"""Damaged input: whatever the bytes, decoding returns what can be read or raises FitDecodeError, in bounded memory."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runningcoach_pipelines.fit import FitDecodeError, FitFile, FitProblem, decode
from runningcoach_pipelines.fit.encode import Raw, encode
from tests.fit.recordings import every_rule, run

_RULES = every_rule()
_SMALL_FILE = 800
_MEDIUM_FILE = 60_000
_TRUNCATIONS = 600
_FLIPS = 2_000


def decode_damaged(data: bytes) -> FitFile | None:
    """Decode without any warning; None for what can't be read. Frames stay in proportion to the input."""
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
    size = sum(frame.estimated_size() for frame in fit.messages.values())
    assert size <= 300 * len(data) + (1 << 24)
    return fit


def assert_is_a_beginning(part: FitFile, whole: FitFile) -> None:
    """Each frame of a truncated file holds the first rows of the whole file's."""
    for name, frame in part.messages.items():
        complete = whole.messages[name]
        assert frame.height <= complete.height
        for column in frame.columns:
            if column in complete.columns and frame.schema[column] == complete.schema[column]:
                assert frame[column].equals(complete[column].head(frame.height)), (name, column)


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
def test_truncated_real_files_keep_the_messages_in_front(real_files: Path) -> None:
    random = np.random.default_rng(3)
    for path in _files(real_files, _MEDIUM_FILE):
        data = path.read_bytes()
        whole = decode(data)
        every = range(len(data)) if len(data) <= _SMALL_FILE else random.integers(0, len(data), 6).tolist()
        for length in list(every)[:_TRUNCATIONS]:
            fit = decode_damaged(data[:length])
            if fit is not None and len(whole.headers) == 1:
                assert_is_a_beginning(fit, whole)


@pytest.mark.real_files
def test_thousands_of_flipped_bytes_in_real_files_are_read_or_refused(real_files: Path) -> None:
    random = np.random.default_rng(4)
    files = [path.read_bytes() for path in _files(real_files, _MEDIUM_FILE)]
    for _ in range(_FLIPS):
        damaged = bytearray(files[random.integers(len(files))])
        # Definitions and headers stand at the front: half of the flips go there.
        reach = len(damaged) if random.random() < 0.5 else min(len(damaged), 600)
        for _ in range(random.integers(1, 4)):
            damaged[random.integers(reach)] ^= int(random.integers(1, 256))
        decode_damaged(bytes(damaged))


def _files(folder: Path, largest: int) -> list[Path]:
    paths = [path for path in sorted(folder.glob("*.[fF][iI][tT]")) if path.stat().st_size <= largest]
    return [path for path in paths if decode_damaged(path.read_bytes()) is not None]
