"""Importing: everything into bronze first, then a look inside; once or often, whole or interrupted."""

import datetime as dt
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from runningcoach_pipelines.derive.raw_files import inspect_raw_files
from runningcoach_pipelines.fit.encode import encode
from runningcoach_pipelines.ingest import importing
from runningcoach_pipelines.ingest.importing import ImportReport, import_files, import_paths
from runningcoach_pipelines.ingest.sources import FoundFile, Refused
from runningcoach_pipelines.settings import Compression
from runningcoach_pipelines.store.blob import sha256_of
from runningcoach_pipelines.store.lakehouse import Lakehouse, lakehouse_at
from runningcoach_pipelines.store.raw_files import FileStatus
from runningcoach_pipelines.store.tables import GarminRawFile
from runningcoach_pipelines.store.windows import Window
from tests.ingest.stored import bronze, contents
from tests.ingest.zipping import encrypted, zipped
from tests.making import START, UTC, Leg, at, cut_off, file_id, run

TODAY = dt.date(2025, 5, 5)
DAY_S = 86_400
RUN = run()


def settings_file() -> bytes:
    return encode([file_id(kind="settings")])


def take(lakehouse: Lakehouse, **files: bytes) -> ImportReport:
    found = [FoundFile(name, data) for name, data in files.items()]
    return import_files(lakehouse, found, athlete_id="me", today=TODAY)


def export(folder: Path) -> Path:
    """As Garmin's account export: nested archives with names that say nothing, all kinds mixed; some broken."""
    part = zipped({"1001.fit": RUN, "1002.fit": settings_file(), "1003.fit": cut_off(run(watch=2)), "x.json": b"{}"})
    (folder / "export.zip").write_bytes(zipped({"DI_CONNECT/part1.zip": part, "DI_CONNECT/secret.zip": encrypted(RUN)}))
    (folder / "loose").mkdir()
    (folder / "loose" / "a.fit.gz").write_bytes(gzip.compress(run(at(START, 3600))))
    (folder / "loose" / "same.fit").write_bytes(RUN)
    (folder / "loose" / "broken.fit").write_bytes(b"broken")
    return folder


def test_an_export_is_taken_whole_and_what_is_wrong_is_named(lakehouse: Lakehouse, tmp_path: Path) -> None:
    report = import_paths(lakehouse, [export(tmp_path)], athlete_id="me", today=TODAY)
    assert (report.new, report.known, dict(report.kinds)) == (5, 1, {"activity": 3, "settings": 1})
    assert [item.name for item in report.failed] == ["loose/broken.fit"]
    assert [item.name for item in report.refused] == ["export.zip/DI_CONNECT/secret.zip/run.fit"]
    assert not report.complete
    assert report.days == {dt.date(2025, 5, 4)}
    statuses = {raw.file_name: (raw.status, raw.file_type) for raw in lakehouse.files.all()}
    assert statuses == {
        "export.zip/DI_CONNECT/part1.zip/1001.fit": (FileStatus.DECODED, "activity"),
        "export.zip/DI_CONNECT/part1.zip/1002.fit": (FileStatus.DECODED, "settings"),
        "export.zip/DI_CONNECT/part1.zip/1003.fit": (FileStatus.DECODED, "activity"),
        "loose/a.fit": (FileStatus.DECODED, "activity"),
        "loose/broken.fit": (FileStatus.FAILED, None),
    }


def test_a_second_import_changes_nothing(lakehouse: Lakehouse, tmp_path: Path) -> None:
    folder = export(tmp_path)
    import_paths(lakehouse, [folder], athlete_id="me", today=TODAY)
    before = bronze(lakehouse)
    again = import_paths(lakehouse, [folder, folder / "export.zip"], athlete_id="me", today=TODAY)
    assert (again.new, again.known) == (0, 9)
    assert bronze(lakehouse) == before


def test_another_compression_changes_nothing_of_what_is_there(lakehouse: Lakehouse) -> None:
    take(lakehouse, a=RUN)
    before = bronze(lakehouse)
    other = lakehouse.settings.model_copy(update={"compression": Compression.ZSTD})
    zstd = lakehouse_at(other, lakehouse.settings.database_url.get_secret_value())  # type: ignore[union-attr]
    take(zstd, a=RUN)
    assert bronze(lakehouse) == before
    take(zstd, b=run(watch=2))
    zstd.engine.dispose()
    assert {row.compression_type for row in bronze(lakehouse)["garmin_raw_files"]} == {"gzip", "zstd"}


def test_an_unreadable_file_is_kept_bit_for_bit_with_the_reason(lakehouse: Lakehouse) -> None:
    report = take(lakehouse, bad=b"no FIT file", good=RUN)
    (failed,) = report.failed
    (raw,) = lakehouse.files.failed()
    assert (failed.name, failed.reason, raw.file_name) == ("bad", raw.error, "bad")
    assert contents(lakehouse) == [b"no FIT file", RUN]
    assert report.kinds == {"activity": 1}


def test_a_failed_file_is_read_again_by_another_parser_and_not_before(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(lakehouse, bad=b"no FIT file")
    day = Window(dt.date(2000, 1, 1), dt.date(2100, 1, 1))
    assert inspect_raw_files(lakehouse, day, TODAY).read_again == 0
    monkeypatch.setattr(importing, "PARSER_VERSION", "next")
    report = inspect_raw_files(lakehouse, day, TODAY)
    assert (report.read_again, [raw.file_name for raw in report.failed]) == (1, ["bad"])
    assert inspect_raw_files(lakehouse, day, TODAY).read_again == 0


def test_a_file_that_nobody_has_looked_into_is_read(lakehouse: Lakehouse) -> None:
    take(lakehouse)
    lakehouse.blobs.put("me", sha256_of(RUN), RUN, Compression.GZIP)
    today = Window(dt.date(2000, 1, 1), dt.date(2100, 1, 1))
    assert inspect_raw_files(lakehouse, today, TODAY).read_again == 1
    (raw,) = lakehouse.files.all()
    assert (raw.status, raw.file_type) == (FileStatus.DECODED, "activity")


def test_a_damaged_blob_is_found_and_stops_no_inspection_and_no_import(lakehouse: Lakehouse) -> None:
    take(lakehouse, a=RUN, b=run(watch=2))
    with lakehouse.engine.begin() as connection:
        connection.execute(update(GarminRawFile).values(file_content=b"x").where(GarminRawFile.file_name == "a"))
    report = inspect_raw_files(lakehouse, Window(dt.date(2025, 5, 4), dt.date(2025, 5, 5)), TODAY)
    assert (report.files, [raw.file_name for raw, _ in report.corrupt]) == (2, ["a"])
    imported = take(lakehouse, renamed=RUN, c=run(watch=3))
    assert [(item.name, "is damaged" in item.reason) for item in imported.failed] == [("renamed", True)]
    assert imported.new == 1


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (dt.datetime(2007, 12, 31, 14, 59, tzinfo=UTC), "before the first day of the history"),
        (dt.datetime(1990, 1, 1, tzinfo=UTC), "recorded on 1990-01-01, before the first day of the history"),
        (dt.datetime(2025, 5, 6, 15, tzinfo=UTC), "recorded on 2025-05-07, which is in the future"),
    ],
)
def test_a_run_outside_the_calendar_is_kept_and_said(lakehouse: Lakehouse, start: dt.datetime, reason: str) -> None:
    report = take(lakehouse, odd=run(start))
    assert [reason in item.reason for item in report.failed] == [True]
    assert contents(lakehouse) == [run(start)]
    assert lakehouse.files.activities_to_derive() == []


@pytest.mark.parametrize(
    "start",
    [dt.datetime(2007, 12, 31, 15, 0, tzinfo=UTC), dt.datetime(2025, 5, 6, 14, 59, tzinfo=UTC)],
    ids=["first day of the history", "tomorrow, where it is tomorrow already"],
)
def test_a_run_at_the_edge_of_the_calendar_is_taken(lakehouse: Lakehouse, start: dt.datetime) -> None:
    assert take(lakehouse, edge=run(start)).complete


def test_a_longer_history_makes_old_runs_readable(lakehouse: Lakehouse) -> None:
    take(lakehouse, old=run(dt.datetime(2007, 6, 1, tzinfo=UTC)))
    longer = lakehouse.settings.model_copy(update={"history_start": dt.date(2007, 1, 1)})
    reopened = lakehouse_at(longer, lakehouse.settings.database_url.get_secret_value())  # type: ignore[union-attr]
    assert take(reopened, old=run(dt.datetime(2007, 6, 1, tzinfo=UTC))).complete
    reopened.engine.dispose()
    assert [raw.first_day for raw in lakehouse.files.activities_to_derive()] == [dt.date(2007, 6, 1)]


def test_other_kinds_may_be_of_any_time(lakehouse: Lakehouse) -> None:
    old = encode([file_id(dt.datetime(1995, 1, 1, tzinfo=UTC), kind="course"), Leg().records()])
    report = take(lakehouse, course=old)
    assert (report.complete, dict(report.kinds)) == (True, {"course": 1})
    assert lakehouse.files.activities_to_derive() == []


def test_an_import_goes_on_after_failures_and_refusals(lakehouse: Lakehouse) -> None:
    found = [FoundFile("1", b""), Refused("2", "too large"), FoundFile("3", RUN), FoundFile("x" * 3000, run(watch=2))]
    seen: list[str] = []
    report = import_files(lakehouse, found, athlete_id="me", today=TODAY, on_file=seen.append)
    assert seen == [item.name for item in found]
    assert (report.new, [item.name for item in report.failed]) == (2, ["1"])
    assert [item.name for item in report.refused] == ["2", "x" * 3000]


def test_an_interrupted_import_is_finished_by_the_next(lakehouse: Lakehouse) -> None:
    files = [FoundFile(f"{n}.fit", run(at(START, -n * DAY_S))) for n in range(4)]

    def interrupted() -> Iterator[FoundFile]:
        yield from files[:2]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_files(lakehouse, interrupted(), athlete_id="me", today=TODAY)
    assert contents(lakehouse) == [file.data for file in files[:2]]
    # Killed between storing the third and writing down what it is.
    lakehouse.blobs.put("me", sha256_of(files[2].data), files[2].data, Compression.GZIP)
    report = import_files(lakehouse, files, athlete_id="me", today=TODAY)
    assert (report.new, report.known) == (1, 3)
    assert contents(lakehouse) == [file.data for file in files]
    raws = lakehouse.files.all()
    assert [(raw.file_name, raw.status) for raw in raws] == [(file.name, FileStatus.DECODED) for file in files]


def test_the_same_file_of_two_athletes_is_kept_for_each(lakehouse: Lakehouse) -> None:
    take(lakehouse, a=RUN)
    report = import_files(lakehouse, [FoundFile("b", RUN)], athlete_id="you", today=TODAY)
    assert report.new == 1
    assert contents(lakehouse, "you") == contents(lakehouse, "me") == [RUN]


def test_names_of_any_script_are_kept(lakehouse: Lakehouse, tmp_path: Path) -> None:
    (tmp_path / "달리기 🏃 'x';--.fit").write_bytes(RUN)
    (tmp_path / "l\udce4ufe.fit").write_bytes(run(watch=2))
    assert import_paths(lakehouse, [tmp_path], athlete_id="me", today=TODAY).complete
    assert {raw.file_name for raw in lakehouse.files.all()} == {"달리기 🏃 'x';--.fit", "l\\xe4ufe.fit"}


def test_files_over_the_set_size_are_refused_by_name(lakehouse: Lakehouse, tmp_path: Path) -> None:
    small = lakehouse.settings.model_copy(update={"max_file_mib": 1})
    limited = lakehouse_at(small, lakehouse.settings.database_url.get_secret_value())  # type: ignore[union-attr]
    (tmp_path / "big.fit").write_bytes(bytes(2 << 20))
    report = import_paths(limited, [tmp_path], athlete_id="me", today=TODAY)
    limited.engine.dispose()
    assert [(item.name, "larger than 1 MiB" in item.reason) for item in report.refused] == [("big.fit", True)]
    assert lakehouse.files.all() == []
