"""The catalogue of FIT files: what is known of each, and who asks for which."""

import datetime as dt
from collections.abc import Sequence

import polars as pl
import pytest
from sqlalchemy import update

from runningcoach_pipelines.settings import Compression
from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.blob import StoredBlob, sha256_of
from runningcoach_pipelines.store.frames import copy_frame, frame_schema
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import FileStatus, RawFile, RawFiles, Reading
from runningcoach_pipelines.store.tables import ActivitySource, GarminRawFile
from runningcoach_pipelines.store.windows import Window
from tests.store.sampling import MAY


@pytest.fixture
def files(lakehouse: Lakehouse) -> RawFiles:
    ensure_athlete(lakehouse.engine, "me")
    ensure_athlete(lakehouse.engine, "you")
    return lakehouse.files


def register(files: RawFiles, name: str, content: str | None = None, *, athlete_id: str = "me") -> str:
    data = (content or name).encode()
    blob = StoredBlob(sha256_of(data), len(data), len(data), Compression.NONE, created=True)
    files.register(athlete_id, name, blob)
    return blob.sha256


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def activity(first: str, last: str | None = None) -> Reading:
    return Reading("1", "activity", day(first), day(last or first))


def known(files: RawFiles, name: str, reading: Reading, *, athlete_id: str = "me") -> str:
    sha256 = register(files, name, athlete_id=athlete_id)
    files.record(athlete_id, sha256, reading)
    return sha256


def names(found: Sequence[RawFile]) -> list[str | None]:
    return [raw.file_name for raw in found]


def test_a_registered_file_is_there_and_unread(files: RawFiles) -> None:
    sha256 = register(files, "a.fit")
    raw = files.find("me", sha256)
    assert raw is not None
    assert (raw.status, raw.file_name, raw.file_size, raw.file_type, raw.error) == (
        FileStatus.STORED,
        "a.fit",
        5,
        None,
        None,
    )
    assert files.find("you", sha256) is None


def test_a_second_name_is_kept_beside_the_first(files: RawFiles) -> None:
    sha256 = register(files, "b.fit", "content")
    register(files, "a.fit", "content")
    register(files, "b.fit", "content")
    register(files, "a.fit", "another content")
    register(files, "theirs.fit", "content", athlete_id="you")
    assert names(files.all()) == ["b.fit", "a.fit", "theirs.fit"]
    assert files.names("me") == sorted([("a.fit", sha256), ("a.fit", sha256_of(b"another content")), ("b.fit", sha256)])
    assert files.names("you") == [("theirs.fit", sha256)]


def test_what_was_found_inside_is_written_down(files: RawFiles) -> None:
    sha256 = register(files, "a.fit")
    files.record("me", sha256, Reading("1", "activity", day("2025-05-01"), day("2025-05-02"), notes="cut short"))
    raw = files.find("me", sha256)
    assert raw is not None
    assert (raw.status, raw.file_type, raw.first_day, raw.last_day, raw.notes, raw.error) == (
        FileStatus.DECODED,
        "activity",
        day("2025-05-01"),
        day("2025-05-02"),
        "cut short",
        None,
    )


def test_a_reason_makes_a_file_failed_and_a_better_reading_makes_it_whole(files: RawFiles) -> None:
    sha256 = known(files, "a.fit", Reading("1", error="no FIT header"))
    assert [(raw.file_name, raw.error) for raw in files.failed()] == [("a.fit", "no FIT header")]
    files.record("me", sha256, activity("2025-05-01"))
    assert files.failed() == []
    assert names(files.activities_in(MAY)) == ["a.fit"]


def test_unread_files_and_failures_of_another_version_are_to_be_read(files: RawFiles) -> None:
    register(files, "unread.fit")
    known(files, "failed.fit", Reading("1", error="damaged"))
    known(files, "fine.fit", activity("2025-05-01"))
    assert names(files.to_read("1")) == ["unread.fit"]
    assert names(files.to_read("2")) == ["unread.fit", "failed.fit"]


@pytest.mark.parametrize(
    ("first", "last", "inside"),
    [
        ("2025-04-30", "2025-04-30", False),
        ("2025-04-30", "2025-05-01", True),
        ("2025-05-01", "2025-05-01", True),
        ("2025-05-31", "2025-05-31", True),
        ("2025-04-01", "2025-06-30", True),
        ("2025-06-01", "2025-06-01", False),
    ],
)
def test_a_file_belongs_to_every_window_it_has_a_day_of(files: RawFiles, first: str, last: str, inside: bool) -> None:
    known(files, "a.fit", activity(first, last))
    assert bool(files.activities_in(MAY)) is inside


def test_other_kinds_and_failures_hold_no_activity(files: RawFiles) -> None:
    on = day("2025-05-01")
    known(files, "sleep.fit", Reading("1", "monitoring_b", on, on))
    known(files, "failed.fit", Reading("1", "activity", on, on, error="damaged"))
    assert files.activities_in(MAY) == files.activities_to_derive() == []
    assert files.days() is None


def test_files_come_in_the_order_of_their_import(files: RawFiles) -> None:
    for name, on in (("c", "2025-05-03"), ("a", "2025-05-09"), ("b", "2025-05-01")):
        known(files, name, activity(on))
    known(files, "theirs", activity("2025-05-02"), athlete_id="you")
    assert names(files.activities_in(MAY)) == ["c", "a", "b", "theirs"]
    assert files.days() == (day("2025-05-01"), day("2025-05-09"))


def test_a_file_without_a_day_counts_on_the_day_of_its_import(files: RawFiles, lakehouse: Lakehouse) -> None:
    known(files, "dated.fit", activity("2025-05-01"))
    known(files, "undated.fit", Reading("1", "settings"))
    with lakehouse.engine.begin() as connection:
        connection.execute(update(GarminRawFile).values(imported_at=dt.datetime(2025, 6, 30, 23, 59, tzinfo=dt.UTC)))
    assert names(files.recorded_in(MAY)) == ["dated.fit"]
    assert names(files.recorded_in(Window(day("2025-06-30"), day("2025-07-01")))) == ["undated.fit"]
    assert files.recorded_in(Window(day("2025-07-01"), day("2025-07-02"))) == []


def test_files_wait_until_something_was_derived_from_them(files: RawFiles, lakehouse: Lakehouse) -> None:
    done = known(files, "done.fit", activity("2025-05-01"))
    known(files, "waits.fit", activity("2025-05-02"))
    known(files, "waits too.fit", activity("2025-05-03"), athlete_id="you")
    table = ActivitySource.table()
    source = pl.DataFrame([("me", done, 0, "a", day("2025-05-01"), True)], schema=frame_schema(table), orient="row")
    with lakehouse.engine.begin() as connection:
        copy_frame(connection, table, source)
    assert names(files.activities_to_derive()) == ["waits.fit", "waits too.fit"]
