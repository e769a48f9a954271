"""Finding FIT files in folders and archives, and refusing by name what would do harm."""

import gzip
import os
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from runningcoach_pipelines.ingest.sources import FoundFile, Limits, Refused, count_files, find_files
from tests.ingest.zipping import encrypted, nested, zipped
from tests.making import run

RUN = run()
MIB = 1 << 20
LIMITS = Limits(file_mib=1, archive_files=100)


def found(*paths: Path, limits: Limits = LIMITS) -> tuple[dict[str, bytes], dict[str, str]]:
    """Files by name, and reasons of what was refused."""
    items = list(find_files(paths, limits))
    files = [item for item in items if isinstance(item, FoundFile)]
    refused = [item for item in items if isinstance(item, Refused)]
    assert len({item.name for item in files}) == len(files)
    return {item.name: item.data for item in files}, {item.name: item.reason for item in refused}


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def test_fit_files_are_found_by_ending_or_header_at_any_depth(tmp_path: Path) -> None:
    folder = lay(
        tmp_path,
        {
            "a.fit": RUN,
            "b/B.FIT": RUN,
            "b/c/without an ending": RUN,
            "b/c/12345.bin": RUN,
            "damaged.fit": b"no header",
            "notes.txt": b"text",
            "empty": b"",
            "photo.jpg": b"\xff\xd8",
        },
    )
    files, refused = found(folder)
    assert list(files) == ["a.fit", "damaged.fit", "b/B.FIT", "b/c/12345.bin", "b/c/without an ending"]
    assert refused == {}
    assert count_files([folder]) == 8


def test_what_is_named_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    folder = lay(tmp_path, {"notes.txt": b"text", "a.fit": RUN, "x/b.fit": RUN})
    files, _ = found(folder / "notes.txt", folder / "x", folder / "a.fit")
    assert files == {"notes.txt": b"text", "b.fit": RUN, "a.fit": RUN}
    assert count_files([folder / "x", folder / "a.fit"]) == 2


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no such file or folder"):
        found(tmp_path / "away")


def test_archives_are_opened_whatever_they_are_called(tmp_path: Path) -> None:
    inner = zipped({"2.fit": RUN + b"2", "readme": b"text", "folder/": b""})
    folder = lay(
        tmp_path,
        {
            "export": zipped({"part/inner.bin": inner, "1.fit": RUN}),
            "stored.zip": zipped({"s.fit": RUN}, method=zipfile.ZIP_STORED),
        },
    )
    files, refused = found(folder)
    assert files == {"export/1.fit": RUN, "export/part/inner.bin/2.fit": RUN + b"2", "stored.zip/s.fit": RUN}
    assert refused == {}


def test_compressed_files_are_named_by_what_is_in_them(tmp_path: Path) -> None:
    packed = gzip.compress(RUN)
    folder = lay(
        tmp_path, {"a.fit.gz": packed, "z.zip": zipped({"b.FIT.GZ": packed}), "plain.fit.gz": RUN, "c.gz": packed}
    )
    files, refused = found(folder, folder / "c.gz")
    assert files == {"a.fit": RUN, "plain.fit.gz": RUN, "z.zip/b.FIT": RUN, "c": RUN}
    assert refused == {}


@pytest.mark.parametrize(
    "name",
    [
        "../out.fit",
        "a/../../out.fit",
        "/etc/out.fit",
        "\\\\server\\out.fit",
        "..\\out.fit",
        "C:\\out.fit",
        "c:/out.fit",
    ],
)
def test_names_that_lead_out_of_an_archive_are_refused_and_the_rest_is_taken(tmp_path: Path, name: str) -> None:
    folder = lay(tmp_path, {"bad.zip": zipped({name: RUN, "good.fit": RUN})})
    files, refused = found(folder)
    assert files == {"bad.zip/good.fit": RUN}
    assert list(refused.values()) == ["its name leads out of the archive"]


@pytest.mark.parametrize("name", ["a..b.fit", "...fit", "folder./a.fit", "at 7:30.fit"])
def test_names_that_only_look_odd_are_taken(tmp_path: Path, name: str) -> None:
    files, refused = found(lay(tmp_path, {"odd.zip": zipped({f"x/{name}": RUN})}))
    assert (list(files), refused) == ([f"odd.zip/x/{name}"], {})


def test_archives_are_opened_five_deep_and_no_deeper(tmp_path: Path) -> None:
    folder = lay(tmp_path, {"five.zip": nested(RUN, 5), "six.zip": nested(RUN, 6)})
    files, refused = found(folder)
    assert list(files) == ["five.zip/inner.zip/inner.zip/inner.zip/inner.zip/run.fit"]
    (name,) = refused
    assert name.startswith("six.zip/inner.zip")
    assert refused[name] == "archives nested more than 5 deep"


def test_an_entry_that_fills_the_disk_is_refused(tmp_path: Path) -> None:
    bomb = zipped({"bomb.fit": bytes(2 * MIB), "nested.zip": zipped({"b": bytes(300 * MIB // 100)}), "run.fit": RUN})
    files, refused = found(lay(tmp_path, {"bomb.zip": bomb}), limits=Limits(file_mib=64, archive_files=100))
    assert files == {"bomb.zip/run.fit": RUN}
    assert "a ZIP bomb" in refused["bomb.zip/bomb.fit"]


def test_an_entry_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """Its directory promises ten bytes; the data inflate to three MiB."""
    data = bytearray(zipped({"liar.fit": os.urandom(1000) * 3000}))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    files, refused = found(lay(tmp_path, {"liar.zip": bytes(data)}))
    assert files == {}
    assert "cannot be unpacked" in refused["liar.zip/liar.fit"]


def test_no_more_entries_are_taken_than_allowed_over_all_archives(tmp_path: Path) -> None:
    archive = zipped({f"{n}.fit": RUN for n in range(4)})
    folder = lay(tmp_path, {"1.zip": archive, "2.zip": zipped({"a.zip": archive, "b.fit": RUN}), "3.fit": RUN})
    files, refused = found(folder, limits=Limits(file_mib=1, archive_files=6))
    assert len(files) == 4 + 1 + 1
    assert "3.fit" in files
    assert set(refused) == {"2.zip/a.zip", "2.zip"}
    assert all("RUNNINGCOACH_MAX_ARCHIVE_FILES" in reason for reason in refused.values())


@pytest.mark.parametrize("name", ["big.fit", "big.fit.gz", "big.zip"])
def test_files_over_the_limit_are_refused_by_name_and_those_at_it_are_taken(tmp_path: Path, name: str) -> None:
    def packed(size: int) -> bytes:
        data = (RUN * (size // len(RUN) + 1))[:size]
        if name.endswith(".gz"):
            return gzip.compress(data)
        return zipped({"big.fit": data}, method=zipfile.ZIP_STORED) if name.endswith(".zip") else data

    _, refused = found(lay(tmp_path / "over", {name: packed(MIB + 1)}))
    assert [reason for reason in refused.values() if "larger than 1 MiB; raise RUNNINGCOACH_MAX_FILE_MIB" in reason]
    files, refused = found(lay(tmp_path / "at", {name: packed(MIB)}))
    assert ([len(data) for data in files.values()], refused) == ([MIB], {})


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    files, refused = found(lay(tmp_path, {"bomb.fit.gz": gzip.compress(bytes(64 * MIB))}))
    assert files == {}
    assert "larger than 1 MiB" in refused["bomb.fit.gz"]


BROKEN = {
    "encrypted.zip": (encrypted(RUN), "cannot be unpacked: .*password"),
    "cut.zip": (zipped({"a.fit": RUN})[:-30], "not a readable ZIP"),
    "lzma.zip": (zipped({"a.fit": RUN}, method=zipfile.ZIP_LZMA), "another method than deflate"),
    "bzip2.zip": (zipped({"a.fit": RUN}, method=zipfile.ZIP_BZIP2), "another method than deflate"),
    "cut.fit.gz": (gzip.compress(RUN)[:-20], "not a readable gzip file"),
    "header.fit.gz": (b"\x1f\x8b\x08", "not a readable gzip file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_unpacked_is_refused_and_the_rest_is_taken(tmp_path: Path, name: str) -> None:
    data, reason = BROKEN[name]
    folder = lay(tmp_path, {name: data, "outer.zip": zipped({name: data, "good.fit": RUN}), "zz.fit": RUN})
    files, refused = found(folder)
    assert set(files) == {"outer.zip/good.fit", "zz.fit"}
    assert len(refused) == 2
    assert all(re.search(reason, said) for said in refused.values())


def corrupted(data: bytes, marker: bytes, offset: int, value: int) -> bytes:
    patched = bytearray(data)
    patched[patched.index(marker) + offset] = value
    return bytes(patched)


@pytest.mark.parametrize(
    "archive",
    [
        corrupted(zipped({"a.fit": RUN}), b"a.fit", 40, 0xFF),
        corrupted(zipped({"a.fit": RUN}), b"PK\x03\x04", 0, 0x51),
        corrupted(zipped({"\xe4.fit": RUN}), "\xe4.fit".encode(), 0, 0xFF),
        corrupted(zipped({"a.fit": RUN}), b"PK\x01\x02", 6, 99),
        corrupted(zipped({"a.fit": RUN}), b"PK\x01\x02", 16, 0x00),
        corrupted(zipped({"a.fit": RUN}), b"PK\x05\x06", 16, 0xF0),
    ],
    ids=["data", "local header", "local name", "version", "checksum", "directory"],
)
def test_a_damaged_archive_is_refused_and_stops_nothing(tmp_path: Path, archive: bytes) -> None:
    files, refused = found(
        lay(tmp_path, {"a.zip": b"PK\x03\x04" + archive[4:], "b.zip": zipped({"in.zip": archive}), "c.fit": RUN})
    )
    assert "c.fit" in files
    assert all(data == RUN for data in files.values())
    assert any(name.startswith("b.zip/in.zip") for name in [*refused, *files])


def test_a_file_called_zip_that_is_none_is_refused_and_a_fit_file_called_zip_is_taken(tmp_path: Path) -> None:
    files, refused = found(
        lay(tmp_path, {"bad.zip": b"damaged", "empty.zip": b"", "run.zip": RUN, "no.zip": zipped({})})
    )
    assert files == {"run.zip": RUN}
    assert set(refused) == {"bad.zip", "empty.zip"}
    assert all("not a readable ZIP" in reason for reason in refused.values())


def test_links_are_followed_to_files_and_not_to_folders(tmp_path: Path) -> None:
    elsewhere = lay(tmp_path / "elsewhere", {"a.fit": RUN})
    folder = lay(tmp_path / "folder", {"b.fit": RUN})
    (folder / "link.fit").symlink_to(elsewhere / "a.fit")
    (folder / "circle").symlink_to(folder)
    (folder / "away.fit").symlink_to(tmp_path / "nowhere")
    files, refused = found(folder)
    assert files == {"b.fit": RUN, "link.fit": RUN}
    assert refused == {"away.fit": "is no regular file, or a link to nowhere"}


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.fit")
    assert found(tmp_path / "pipe.fit")[1] == {"pipe.fit": "is no regular file, or a link to nowhere"}
    assert found(tmp_path)[1] == {"pipe.fit": "is no regular file, or a link to nowhere"}


def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    folder = lay(tmp_path, {"a.fit": RUN, "b/b.fit": RUN, "c.fit": RUN})
    items = find_files([folder], LIMITS)
    assert next(items) == FoundFile("a.fit", RUN)
    (folder / "b" / "b.fit").unlink()
    (folder / "b").rmdir()
    assert names(items) == ["c.fit", f"{folder}/b"]


def names(items: Iterable[FoundFile | Refused]) -> list[str]:
    return [item.name for item in items]


def test_a_file_that_vanishes_is_named(tmp_path: Path) -> None:
    folder = lay(tmp_path, {"a.fit": RUN, "b.fit": RUN, "c.fit": RUN})
    items = find_files([folder], LIMITS)
    next(items)
    (folder / "b.fit").unlink()
    assert names(items) == ["b.fit", "c.fit"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    folder = lay(tmp_path, {"a.fit": RUN, "b.fit": RUN})
    (folder / "a.fit").chmod(0)
    files, refused = found(folder)
    assert (list(files), refused) == (["b.fit"], {"a.fit": "cannot be read: Permission denied"})


def test_a_name_that_is_no_text_is_spelled_out(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"l\xe4ufe.fit")).write_bytes(RUN)
    files, _ = found(tmp_path)
    assert list(files) == ["l\\xe4ufe.fit"]
