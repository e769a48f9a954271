"""Which months new files touch."""

import datetime as dt

import pytest

from runningcoach_pipelines.derive.changes import changed_months
from runningcoach_pipelines.store.raw_files import FileStatus, RawFile


def file(first: str | None, last: str | None = None) -> RawFile:
    days = [dt.date.fromisoformat(text) if text else None for text in (first, last or first)]
    return RawFile(1, "me", "0" * 64, "a.fit", 1, FileStatus.DECODED, None, None, "activity", *days)


@pytest.mark.parametrize(
    ("files", "runs"),
    [
        ([], []),
        ([file(None)], []),
        ([file("2025-05-15")], ["2025-05-01/2025-06-01"]),
        ([file("2025-05-15"), file("2025-05-20"), file("2025-05-15")], ["2025-05-01/2025-06-01"]),
        ([file("2025-05-02")], ["2025-05-01/2025-06-01"]),
        ([file("2025-05-01")], ["2025-04-01/2025-06-01"]),
        ([file("2025-05-31")], ["2025-05-01/2025-07-01"]),
        ([file("2025-01-01")], ["2024-12-01/2025-02-01"]),
        ([file("2025-05-30", "2025-06-02")], ["2025-05-01/2025-07-01"]),
        ([file("2025-07-15"), file("2025-05-15")], ["2025-05-01/2025-06-01", "2025-07-01/2025-08-01"]),
        ([file("2025-06-15"), file("2025-05-15")], ["2025-05-01/2025-07-01"]),
        (
            [file(f"2025-{month:02}-15") for month in range(1, 8)],
            ["2025-01-01/2025-04-01", "2025-04-01/2025-07-01", "2025-07-01/2025-08-01"],
        ),
        ([file("2024-12-15"), file("2025-01-15")], ["2024-12-01/2025-02-01"]),
    ],
)
def test_neighbouring_months_are_run_together(files: list[RawFile], runs: list[str]) -> None:
    assert [f"{window.start}/{window.end}" for window in changed_months(files, at_most=3)] == runs
