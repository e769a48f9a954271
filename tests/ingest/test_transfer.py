"""Folders into the blob store and back, bit for bit; an original goes only when its copy has been compared."""

import os
from pathlib import Path

import pytest
from sqlalchemy import update

from runningcoach_pipelines.ingest.transfer import MigrationReport, extract, migrate, verify
from runningcoach_pipelines.store.blob import sha256_of
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.s3_blobs import BucketUnavailable
from runningcoach_pipelines.store.tables import GarminRawFile
from tests.deriving import TODAY, bring, in_a_bucket_out_of_reach
from tests.ingest.stored import bronze
from tests.ingest.zipping import zipped
from tests.making import START, at, run

RUN, OTHER = run(), run(at(START, 3600))


def folder_of(path: Path) -> dict[str, bytes]:
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    """Two runs, one of them twice, a broken file, and things that are none of ours."""
    files = {"2024/a.fit": RUN, "2025/b.FIT": OTHER, "2025/copy of a": RUN, "broken.fit": b"broken"}
    return lay(tmp_path / "originals", files | {"export.zip": zipped({"z.fit": run(watch=9)}), "notes.txt": b"text"})


def moved(lakehouse: Lakehouse, folder: Path, *, delete: bool = False) -> MigrationReport:
    return migrate(lakehouse, folder, athlete_id="me", today=TODAY, delete_originals=delete)


def test_every_fit_file_goes_in_and_the_folder_stays_as_it_was(lakehouse: Lakehouse, originals: Path) -> None:
    before = folder_of(originals)
    report = moved(lakehouse, originals)
    assert (report.imported.new, report.imported.known, report.deleted) == (3, 1, 0)
    assert [item.name for item in report.imported.failed] == ["broken.fit"]
    assert folder_of(originals) == before
    state = bronze(lakehouse)
    moved(lakehouse, originals)
    assert bronze(lakehouse) == state


def test_originals_go_when_asked_and_come_back_bit_for_bit(
    lakehouse: Lakehouse, originals: Path, tmp_path: Path
) -> None:
    before = folder_of(originals)
    report = moved(lakehouse, originals, delete=True)
    assert report.deleted == 4
    left = folder_of(originals)
    assert set(left) == {"export.zip", "notes.txt"}
    extracted = extract(lakehouse, tmp_path / "back", athlete_id="me")
    assert (extracted.written, extracted.known, extracted.problems) == (4, 0, [])
    assert folder_of(tmp_path / "back") | left == before


def test_an_interrupted_migration_is_finished_by_the_next(
    lakehouse: Lakehouse, originals: Path, tmp_path: Path
) -> None:
    before = folder_of(originals)
    seen: list[str] = []

    def interrupt(name: str) -> None:
        seen.append(name)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(lakehouse, originals, athlete_id="me", today=TODAY, delete_originals=True, on_file=interrupt)
    gone = set(before) - set(folder_of(originals))
    assert len(gone) == 2
    report = moved(lakehouse, originals, delete=True)
    assert report.deleted == 2
    extract(lakehouse, tmp_path / "back", athlete_id="me")
    assert folder_of(tmp_path / "back") | folder_of(originals) == before


def test_files_imported_before_are_deleted_only_after_their_copy_was_compared(
    lakehouse: Lakehouse, originals: Path
) -> None:
    moved(lakehouse, originals)
    spoil(lakehouse, RUN)
    report = moved(lakehouse, originals, delete=True)
    assert report.deleted == 2
    assert {"2024/a.fit", "2025/copy of a"} <= set(folder_of(originals))
    kept = [item.name for item in report.imported.refused if "the original was kept" in item.reason]
    assert kept == ["2024/a.fit", "2025/copy of a"]


def spoil(lakehouse: Lakehouse, data: bytes) -> None:
    """Flip one bit of what is stored of a file."""
    sha256 = sha256_of(data)
    with lakehouse.engine.begin() as connection:
        content = bytearray(
            connection.execute(GarminRawFile.table().select().where(GarminRawFile.sha256 == sha256)).one().file_content
        )
        content[len(content) // 2] ^= 1
        connection.execute(
            update(GarminRawFile).where(GarminRawFile.sha256 == sha256).values(file_content=bytes(content))
        )


def test_an_original_that_changes_while_it_is_stored_is_kept(lakehouse: Lakehouse, tmp_path: Path) -> None:
    """The link leads to how much this process has read: another content each time."""
    folder = lay(tmp_path / "changing", {"a.fit": RUN})
    (folder / "changing.fit").symlink_to("/proc/self/io")
    report = moved(lakehouse, folder, delete=True)
    assert report.deleted == 1
    assert (folder / "changing.fit").is_symlink()
    assert [(item.name, "differs from the file" in item.reason) for item in report.imported.refused] == [
        ("changing.fit", True)
    ]


def test_a_link_to_an_original_goes_and_the_original_stays(lakehouse: Lakehouse, tmp_path: Path) -> None:
    elsewhere = lay(tmp_path / "elsewhere", {"a.fit": RUN})
    folder = lay(tmp_path / "folder", {})
    folder.mkdir()
    (folder / "link.fit").symlink_to(elsewhere / "a.fit")
    assert moved(lakehouse, folder, delete=True).deleted == 1
    assert folder_of(elsewhere) == {"a.fit": RUN}


def test_a_missing_folder_is_an_error(lakehouse: Lakehouse, originals: Path) -> None:
    with pytest.raises(NotADirectoryError, match="no such folder"):
        moved(lakehouse, originals / "away")
    with pytest.raises(NotADirectoryError, match="no such folder"):
        moved(lakehouse, originals / "notes.txt")


def test_too_large_originals_are_refused_and_kept(lakehouse: Lakehouse, tmp_path: Path) -> None:
    folder = lay(tmp_path / "large", {"big.fit": bytes((64 << 20) + 1)})
    report = moved(lakehouse, folder, delete=True)
    assert [(item.name, "larger than 64 MiB" in item.reason) for item in report.imported.refused] == [("big.fit", True)]
    assert (folder / "big.fit").exists()


def test_verify_names_what_differs_and_what_is_missing(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a": RUN, "b": OTHER, "c": run(watch=2)})
    assert verify(lakehouse) == []
    spoil(lakehouse, RUN)
    with lakehouse.engine.begin() as connection:
        connection.execute(update(GarminRawFile).where(GarminRawFile.file_name == "b").values(file_content=None))
    seen: list[str] = []
    wrong = {raw.file_name: reason for raw, reason in verify(lakehouse, on_file=seen.append)}
    assert seen == ["a", "b", "c"]
    assert set(wrong) == {"a", "b"}
    assert "is damaged" in wrong["a"]
    assert "no content" in wrong["b"]


def test_a_store_that_does_not_answer_is_no_damage(lakehouse: Lakehouse, tmp_path: Path) -> None:
    bring(lakehouse, {"a.fit": RUN})
    away = in_a_bucket_out_of_reach(lakehouse)
    for ask in (lambda: verify(away), lambda: extract(away, tmp_path / "back", athlete_id="me")):
        with pytest.raises(BucketUnavailable, match=r"127\.0\.0\.1"):
            ask()


def test_extracting_again_writes_nothing(lakehouse: Lakehouse, tmp_path: Path) -> None:
    bring(lakehouse, {"x/a.fit": RUN, "b.fit": OTHER})
    extract(lakehouse, tmp_path, athlete_id="me")
    (tmp_path / "b.fit").unlink()
    again = extract(lakehouse, tmp_path, athlete_id="me")
    assert (again.written, again.known) == (1, 1)
    assert folder_of(tmp_path) == {"x/a.fit": RUN, "b.fit": OTHER}


def test_names_that_clash_get_the_hash_of_the_content(lakehouse: Lakehouse, tmp_path: Path) -> None:
    bring(lakehouse, {"run.fit": RUN})
    bring(lakehouse, {"run.fit": OTHER})
    for _ in range(2):
        assert extract(lakehouse, tmp_path, athlete_id="me").problems == []
        files = folder_of(tmp_path)
        assert sorted(files.values()) == sorted([RUN, OTHER])
        (plain, hashed) = sorted(files, key=len)
        assert (plain, hashed) == ("run.fit", f"run~{sha256_of(files[hashed])[:12]}.fit")


def test_a_file_and_a_folder_of_one_name_are_both_restored(lakehouse: Lakehouse, tmp_path: Path) -> None:
    bring(lakehouse, {"a.fit": RUN, "a.fit/b.fit": OTHER})
    assert extract(lakehouse, tmp_path, athlete_id="me").problems == []
    assert folder_of(tmp_path) == {"a.fit": RUN, f"{sha256_of(OTHER)}.fit": OTHER}


@pytest.mark.parametrize("name", ["../out.fit", "/etc/out.fit", "a/../../out.fit", "..", ".", "", "//x/out.fit"])
def test_a_dangerous_name_stays_inside_the_folder(lakehouse: Lakehouse, tmp_path: Path, name: str) -> None:
    bring(lakehouse, {name: RUN})
    target = tmp_path / "deep" / "folder"
    assert extract(lakehouse, target, athlete_id="me").problems == []
    assert folder_of(tmp_path) == {f"deep/folder/{sha256_of(RUN)}.fit": RUN}


def test_what_is_there_with_other_content_is_left_alone_and_named(lakehouse: Lakehouse, tmp_path: Path) -> None:
    bring(lakehouse, {"a.fit": RUN, "b.fit": OTHER})
    lay(tmp_path, {"a.fit": b"mine"})
    report = extract(lakehouse, tmp_path, athlete_id="me")
    assert [(item.name, "is there with other content" in item.reason) for item in report.problems] == [("a.fit", True)]
    assert folder_of(tmp_path) == {"a.fit": b"mine", "b.fit": OTHER}


def test_a_damaged_blob_is_named_and_the_rest_is_restored(lakehouse: Lakehouse, tmp_path: Path) -> None:
    bring(lakehouse, {"a.fit": RUN, "b.fit": OTHER})
    spoil(lakehouse, RUN)
    report = extract(lakehouse, tmp_path, athlete_id="me")
    assert [item.name for item in report.problems] == ["a.fit"]
    assert folder_of(tmp_path) == {"b.fit": OTHER}


def test_the_longest_names_are_restored_as_well(lakehouse: Lakehouse, tmp_path: Path) -> None:
    longest = "x" * (os.pathconf(tmp_path, "PC_NAME_MAX") - 4) + ".fit"
    bring(lakehouse, {longest: RUN})
    assert extract(lakehouse, tmp_path, athlete_id="me").problems == []
    assert folder_of(tmp_path) == {longest: RUN}


def test_only_the_athletes_own_files_are_restored(lakehouse: Lakehouse, tmp_path: Path) -> None:
    bring(lakehouse, {"a.fit": RUN})
    bring(lakehouse, {"b.fit": OTHER}, athlete_id="you")
    extract(lakehouse, tmp_path, athlete_id="you")
    assert folder_of(tmp_path) == {"b.fit": OTHER}
