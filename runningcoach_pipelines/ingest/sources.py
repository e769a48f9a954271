"""Finding FIT files: plain files, folders, ZIPs within ZIPs, `.fit.gz`. Bytes come out; nothing is unpacked to disk.

What a name says is not trusted: a file counts as FIT by its ending or by its header. What would be dangerous or
too large is refused by name, with the reason.
"""

import gzip
import io
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import IO

_MIB = 1 << 20
_SPOOL_MIB = 16
_DEEPEST_ARCHIVE = 5
_LARGEST_ARCHIVE_MIB = 8192
_SUSPICIOUS_RATIO = 200
"""FIT files deflate about twofold; an entry that inflates 200-fold is made to fill the disk."""
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_FIT_MAGIC = slice(8, 12)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A FIT file by ending or header; `name` shows the way through archives: `export.zip/part1.zip/1.fit`.

    The name is that of the bytes: `1.fit.gz` gives a `1.fit`.
    """

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that was not taken, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken at most."""

    file_mib: int
    archive_files: int


Found = FoundFile | Refused


class _Budget:
    """Entries that may still be taken out of archives in this import."""

    def __init__(self, entries: int) -> None:
        self.left = entries


def find_files(paths: Iterable[Path], limits: Limits) -> Iterator[Found]:
    """All FIT files at or below `paths`, in a stable order, one at a time.

    Raises:
        FileNotFoundError: a path does not exist.
    """
    budget = _Budget(limits.archive_files)
    for path in paths:
        if path.is_dir():
            unlisted: list[OSError] = []
            for child in files_below(path, unlisted.append):
                yield from _from_file(child, name_of(child.relative_to(path)), limits, budget, named=False)
            for error in unlisted:
                yield Refused(name_of(PurePath(error.filename)), f"the folder cannot be read: {error.strerror}")
        elif path.exists():
            yield from _from_file(path, name_of(PurePath(path.name)), limits, budget, named=True)
        else:
            raise FileNotFoundError(f"{path}: there is no such file or folder")


def files_in_archive(data: bytes, name: str, limits: Limits) -> Iterator[Found]:
    """All FIT files in a ZIP that is at hand, as `find_files` finds them in one on disk."""
    yield from _from_zip(io.BytesIO(data), name, limits, _Budget(limits.archive_files), depth=1)


def count_files(paths: Iterable[Path]) -> int:
    """How many files lie at or below `paths`, archives counted as one: what a progress bar starts from."""
    return sum(sum(1 for _ in files_below(path)) if path.is_dir() else 1 for path in paths)


def name_of(path: PurePath) -> str:
    """The path as text that every store takes; bytes that are no UTF-8 are spelled out (`l\\xe4ufe.fit`)."""
    return os.fsencode(path.as_posix()).decode(errors="backslashreplace")


def files_below(folder: Path, on_error: Callable[[OSError], None] = lambda _error: None) -> Iterator[Path]:
    """Everything below `folder` that is no folder, in a stable order; `on_error` gets what cannot be listed."""
    for parent, folders, names in os.walk(folder, onerror=on_error):
        folders.sort()
        yield from (Path(parent) / name for name in sorted(names))


def _from_file(path: Path, name: str, limits: Limits, budget: _Budget, *, named: bool) -> Iterator[Found]:
    try:
        if not path.is_file():
            if named or _is_fit(name, b""):
                yield Refused(name, "is no regular file, or a link to nowhere")
            return
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(16)
            stream.seek(0)
            if _is_zip(name, head):
                yield from _from_zip(stream, name, limits, budget, depth=1)
            elif named or _is_fit(name, head):
                yield _read(stream, name, size, limits, inflate=_is_gzip(head))
    except OSError as error:
        yield Refused(name, f"cannot be read: {error.strerror or error}")


def _from_zip(stream: IO[bytes], name: str, limits: Limits, budget: _Budget, *, depth: int) -> Iterator[Found]:
    if depth > _DEEPEST_ARCHIVE:
        yield Refused(name, f"archives nested more than {_DEEPEST_ARCHIVE} deep")
        return
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        yield Refused(name, f"not a readable ZIP: {error}")
        return
    with archive:
        for entry in sorted(archive.infolist(), key=lambda info: info.filename):
            if entry.is_dir():
                continue
            budget.left -= 1
            if budget.left < 0:
                yield Refused(
                    name,
                    f"more than {limits.archive_files} entries in one import; "
                    "raise RUNNINGCOACH_MAX_ARCHIVE_FILES if that is right",
                )
                return
            yield from _from_entry(archive, entry, name, limits, budget, depth=depth)


def _from_entry(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    parent: str,
    limits: Limits,
    budget: _Budget,
    *,
    depth: int,
) -> Iterator[Found]:
    name = f"{parent}/{entry.filename}"
    if (reason := _dangerous(entry)) is not None:
        yield Refused(name, reason)
        return
    try:
        with archive.open(entry) as stream:
            head = stream.read(16)
        with archive.open(entry) as stream:
            if _is_zip(name, head):
                yield from _from_nested_zip(stream, name, limits, budget, depth=depth)
            elif _is_fit(entry.filename, head):
                yield _read(stream, name, entry.file_size, limits, inflate=_is_gzip(head))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        # zipfile raises RuntimeError for a password and ValueError for a name in another encoding than it says.
        yield Refused(name, f"cannot be unpacked: {error}")


def _from_nested_zip(stream: IO[bytes], name: str, limits: Limits, budget: _Budget, *, depth: int) -> Iterator[Found]:
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_MIB * _MIB) as spooled:
        left = _LARGEST_ARCHIVE_MIB * _MIB
        while chunk := stream.read(_MIB):
            left -= len(chunk)
            if left < 0:
                yield Refused(name, f"an archive of more than {_LARGEST_ARCHIVE_MIB} MiB inside another")
                return
            spooled.write(chunk)
        spooled.seek(0)
        yield from _from_zip(spooled, name, limits, budget, depth=depth + 1)


def _read(stream: IO[bytes], name: str, size: int, limits: Limits, *, inflate: bool) -> Found:
    most = limits.file_mib * _MIB
    too_large = Refused(name, f"larger than {limits.file_mib} MiB; raise RUNNINGCOACH_MAX_FILE_MIB if it is a FIT file")
    if size > most:
        return too_large
    data = stream.read(most + 1)
    if inflate:
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as inflated:
                data = inflated.read(most + 1)
        except (OSError, EOFError, zlib.error) as error:
            return Refused(name, f"not a readable gzip file: {error}")
        name = name[:-3] if name.lower().endswith(".gz") else name
    return too_large if len(data) > most else FoundFile(name, data)


def _dangerous(entry: zipfile.ZipInfo) -> str | None:
    # Windows tools write backslashes, and a drive letter is as absolute as a slash.
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        return "its name leads out of the archive"
    if entry.compress_type not in _METHODS:
        return "compressed by another method than deflate: pack it again as an ordinary ZIP"
    if entry.file_size > _MIB and entry.file_size > _SUSPICIOUS_RATIO * max(entry.compress_size, 1):
        return f"a ZIP bomb: {entry.compress_size} bytes that unpack to {entry.file_size}"
    return None


def _is_fit(name: str, head: bytes) -> bool:
    return name.lower().endswith((".fit", ".fit.gz")) or head[_FIT_MAGIC] == b".FIT"


def _is_zip(name: str, head: bytes) -> bool:
    called_so = name.lower().endswith(".zip") and head[_FIT_MAGIC] != b".FIT"
    return called_so or head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def _is_gzip(head: bytes) -> bool:
    return head[:2] == b"\x1f\x8b"
