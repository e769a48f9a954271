"""Which months new files touch, and which ones hold rows that something else was made from than what holds now."""

import datetime as dt

import pytest
from sqlalchemy import text

from runningcoach_pipelines.derive.activities import derive_activities
from runningcoach_pipelines.derive.changes import changed_months, outdated_months, outdated_summaries
from runningcoach_pipelines.derive.stale import stale_windows
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import FileStatus, RawFile
from runningcoach_pipelines.store.windows import Window
from tests.deriving import SPRING, bring, derive
from tests.making import START, at, run

MONTH_S = 30 * 86_400
FILES = {name: run(at(START, months * MONTH_S)) for months, name in enumerate(["may.fit", "june.fit", "july.fit"])}


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


def months(windows: list[Window]) -> list[str]:
    return [f"{month.start:%B}" for window in windows for month in window.months()]


def execute(lakehouse: Lakehouse, statement: str) -> None:
    with lakehouse.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0


@pytest.fixture
def derived(lakehouse: Lakehouse) -> Lakehouse:
    """A run on the 4th of May, one on the 3rd of June and one on the 3rd of July, and all that follows from them."""
    bring(lakehouse, FILES)
    derive(lakehouse)
    return lakehouse


def test_nothing_is_outdated_once_all_is_derived(derived: Lakehouse) -> None:
    assert outdated_months(derived) == []
    assert outdated_summaries(derived) == []


def test_months_of_new_files_are_outdated(derived: Lakehouse) -> None:
    bring(derived, {"may again.fit": run(at(START, 86_400))})
    assert months(outdated_months(derived)) == ["May"]


def test_a_month_whose_activities_other_code_made_is_outdated(derived: Lakehouse) -> None:
    execute(derived, "update runningcoach.activities set code_version = '0' where local_day = '2025-06-03'")
    assert months(outdated_months(derived)) == ["June"]


@pytest.mark.parametrize(
    "statement",
    [
        "update runningcoach.activity_metrics set code_version = '0' where local_day = '2025-06-03'",
        "update runningcoach.activity_metrics set source_sha256 = 'x' where local_day = '2025-06-03'",
        "update runningcoach.activity_metrics set counted = false where local_day = '2025-06-03'",
        "update runningcoach.activity_metrics set activity_id = 'gone' where local_day = '2025-06-03'",
        "delete from runningcoach.activity_metrics where local_day = '2025-06-03'",
    ],
)
def test_a_month_is_to_be_measured_again_when_a_row_of_it_is_not_made_from_what_holds_now(
    derived: Lakehouse, statement: str
) -> None:
    execute(derived, statement)
    assert outdated_months(derived) == []
    # Later months look back on it: they may be stale as well.
    assert months([stale.window for stale in stale_windows(derived.engine)])[0] == "June"


def test_what_a_cut_off_derivation_has_not_reached_is_measured_next(lakehouse: Lakehouse) -> None:
    bring(lakehouse, FILES)
    derive_activities(lakehouse, SPRING)
    assert lakehouse.files.activities_to_derive() == []
    assert months([stale.window for stale in stale_windows(lakehouse.engine)]) == ["May", "June", "July"]


@pytest.mark.parametrize(
    "statement",
    [
        "update runningcoach.analytics_summaries set load = load + 1 where period_start = '2025-06-01'",
        "update runningcoach.analytics_summaries set code_version = '0' where period_start = '2025-06-02'",
        "delete from runningcoach.analytics_summaries where period_start = '2025-06-02'",
        "update runningcoach.analytics_summaries set period_start = '2025-06-09' where period_start = '2025-06-02'",
    ],
)
def test_summaries_that_do_not_add_up_are_outdated(derived: Lakehouse, statement: str) -> None:
    execute(derived, statement)
    assert months(outdated_summaries(derived)) == ["June"]
    assert outdated_months(derived) == []
