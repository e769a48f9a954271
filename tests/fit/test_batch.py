"""Many files at once: as one table, or file by file in worker processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from runningcoach_pipelines.fit import FitDecodeError, FitFile, ProblemKind, decode, decode_each, decode_many
from runningcoach_pipelines.fit.encode import Rows, encode
from tests.fit.recordings import at, run


def test_a_batch_holds_the_rows_of_each_file_in_order() -> None:
    files = [run(3), run(5), run(2)]
    batch = decode_many(files)
    for number, data in enumerate(files):
        for name, frame in decode(data).messages.items():
            rows = batch.messages[name].filter(pl.col("file_index") == number).drop("file_index")
            assert_frame_equal(rows, frame)
    assert batch.units["record"]["heart_rate"] == "bpm"


def test_columns_that_other_files_have_are_null() -> None:
    files = [
        encode([Rows("record", {"timestamp": [at(0)], "heart_rate": [100]})]),
        encode([Rows("record", {"timestamp": [at(1)], "power": [250]})]),
    ]
    record = decode_many(files).messages["record"]
    assert record.rows() == [(0, at(0), 100, None), (1, at(1), None, 250)]


def test_accumulators_and_timestamps_do_not_run_on_into_the_next_file() -> None:
    # 0xFF0 of 12 bits, then 0x000: within one file the counter would come round.
    far, near = b"\x64\x00\xff", b"\x64\x00\x00"
    files = [encode([Rows("record", {"compressed_speed_distance": [each]})]) for each in (far, near)]
    assert decode_many(files).messages["record"]["distance"].to_list() == [255.0, 0.0]


def test_a_bad_file_has_an_error_and_the_others_their_rows() -> None:
    batch = decode_many([run(3), b"not a FIT file", b"", run(2)])
    assert [report.error is None for report in batch.files] == [True, False, False, True]
    assert batch.files[1].error is not None
    assert batch.files[1].error.problem.offset == 0
    assert batch.messages["record"]["file_index"].to_list() == [0] * 3 + [3] * 2


def test_problems_and_descriptions_are_counted_from_the_start_of_their_file() -> None:
    damaged = run(3)[:-1] + b"x"
    alone, batch = decode(damaged), decode_many([run(4), damaged])
    assert [problem.kind for problem in alone.problems] == [ProblemKind.FILE_CRC]
    assert batch.files[1].problems == alone.problems
    assert batch.files[1].developer_fields == alone.developer_fields
    assert batch.files[1].headers == alone.headers


def test_a_batch_of_nothing_is_empty() -> None:
    assert decode_many([]).messages == {}


def count_records(fit: FitFile) -> int:
    return fit.messages["record"].height


def end_the_process_for_seven_records(fit: FitFile) -> int:
    if count_records(fit) == 7:
        os._exit(3)
    return count_records(fit)


def test_files_are_decoded_in_processes_in_their_order_and_a_bad_one_stops_nothing() -> None:
    files = [run(2), b"not a FIT file", *(run(seconds) for seconds in range(3, 9))]
    results = list(decode_each(files, workers=2, then=count_records))
    assert isinstance(results[1], FitDecodeError)
    assert results[:1] + results[2:] == [2, 3, 4, 5, 6, 7, 8]


def test_a_file_that_ends_its_process_costs_only_its_own_result() -> None:
    results = list(decode_each([run(n) for n in (5, 7, 6, 8)], workers=1, then=end_the_process_for_seven_records))
    lost = results.pop(1)
    assert isinstance(lost, FitDecodeError)
    assert lost.problem.kind is ProblemKind.WORKER_LOST
    assert results == [5, 6, 8]


def test_whole_files_come_back_from_the_processes() -> None:
    (fit,) = decode_each([run(3)], workers=1)
    assert isinstance(fit, FitFile)
    here = decode(run(3))
    assert [*fit.messages] == [*here.messages]
    for name, frame in here.messages.items():
        assert_frame_equal(fit.messages[name], frame)
    assert fit.messages["session"].filter(pl.col("sport") == "running").height == 1


def test_no_more_files_are_read_ahead_than_two_for_each_worker() -> None:
    taken = 0

    def source() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(10):
            taken += 1
            yield run(2)

    results = decode_each(source(), workers=1, then=count_records)
    assert next(results) == 2
    assert taken == 2
    assert list(results) == [2] * 9


def test_workers_that_cannot_start_are_one_clear_error_and_not_a_failure_of_each_file(tmp_path: Path) -> None:
    (tmp_path / "run.fit").write_bytes(run(3))
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from pathlib import Path\n"
        "from runningcoach_pipelines.fit import decode_each\n"
        "print(list(decode_each([Path(__file__).with_name('run.fit').read_bytes()] * 3, workers=1)))\n"
    )
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        timeout=120,
    )
    assert done.returncode == 1
    assert "no worker process can start" in done.stderr
    assert done.stdout == ""
