"""FIT files between a folder and the blob store: in (`migrate`), out (`extract`), and checked (`verify`).

Each may be interrupted at any moment and run again: what is done is skipped, what is half done is done over. An
original is deleted only after its stored copy has been read back and compared.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from runningcoach_pipelines.ingest.importing import ImportReport, import_file
from runningcoach_pipelines.ingest.sources import FoundFile, Limits, Refused, files_below, find_files, name_of
from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.blob import BlobCorrupt, BlobMissing, sha256_of
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import RawFile

Progress = Callable[[str], None]


@dataclass(slots=True)
class MigrationReport:
    """What was imported, and how many originals were deleted."""

    imported: ImportReport = field(default_factory=ImportReport)
    deleted: int = 0


@dataclass(slots=True)
class ExtractionReport:
    """Files written, files that were there already, and what went wrong by name."""

    written: int = 0
    known: int = 0
    problems: list[Refused] = field(default_factory=list)


def migrate(
    lakehouse: Lakehouse,
    folder: Path,
    *,
    athlete_id: str,
    today: dt.date,
    delete_originals: bool = False,
    on_file: Progress = lambda _name: None,
) -> MigrationReport:
    """Import every FIT file below `folder`; archives stay where they are (`import` takes what is in them).

    Files that cannot be decoded are stored as well, and deleted as well: their bytes are safe. What cannot be read,
    stored or deleted is reported and stays.

    Raises:
        NotADirectoryError: `folder` is no folder.
        BlobError: the blob store refused; no original of a file that is not stored was deleted.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder}: no such folder")
    ensure_athlete(lakehouse.engine, athlete_id)
    report = MigrationReport()
    limits = Limits(file_mib=lakehouse.settings.max_file_mib, archive_files=0)
    for path in _plain_files(folder, report.imported.refused):
        name = name_of(path.relative_to(folder))
        on_file(name)
        for found in find_files([path], limits):
            if isinstance(found, Refused):
                report.imported.refused.append(Refused(name, found.reason))
                continue
            import_file(lakehouse, athlete_id, FoundFile(name, found.data), today, report.imported)
            if not delete_originals:
                continue
            try:
                _delete_original(lakehouse, athlete_id, path, found.data)
                report.deleted += 1
            except (BlobCorrupt, BlobMissing, OSError) as error:
                report.imported.refused.append(Refused(name, f"the original was kept: {error}"))
    return report


def verify(lakehouse: Lakehouse, *, on_file: Progress = lambda _name: None) -> list[tuple[RawFile, str]]:
    """Re-hash every blob of every athlete; returns those that differ or are missing, with the reason.

    Raises:
        BlobError: the blob store does not answer.
    """
    wrong = []
    for raw in lakehouse.files.all():
        on_file(raw.file_name or raw.sha256)
        try:
            lakehouse.blobs.get(raw.athlete_id, raw.sha256)
        except (BlobCorrupt, BlobMissing) as error:
            wrong.append((raw, str(error)))
    return wrong


def extract(
    lakehouse: Lakehouse, folder: Path, *, athlete_id: str, on_file: Progress = lambda _name: None
) -> ExtractionReport:
    """Write every file of the athlete below `folder`, under every name it was found under.

    A file that is there with other content is left alone and reported.

    Raises:
        BlobError: the blob store does not answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    report = ExtractionReport()
    taken: set[PurePosixPath] = set()
    for name, sha256 in lakehouse.files.names(athlete_id):
        on_file(name)
        relative = _free_name(name, sha256, taken)
        taken.add(relative)
        try:
            data = lakehouse.blobs.get(athlete_id, sha256)
            _write(folder / relative, data, sha256, report)
        except (BlobCorrupt, BlobMissing, OSError) as error:
            report.problems.append(Refused(name, str(error)))
    return report


def _plain_files(folder: Path, refused: list[Refused]) -> Iterator[Path]:
    """FIT files that are no archives; what cannot be read is added to `refused`."""

    def refuse(error: OSError) -> None:
        name = name_of(Path(error.filename).relative_to(folder))
        refused.append(Refused(name, f"cannot be read: {error.strerror}"))

    for path in files_below(folder, refuse):
        if not path.is_file():
            continue
        try:
            with path.open("rb") as stream:
                head = stream.read(12)
        except OSError as error:
            refuse(error)
            continue
        archive = head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"))
        if not archive and (path.suffix.lower() == ".fit" or head[8:12] == b".FIT"):
            yield path


def _delete_original(lakehouse: Lakehouse, athlete_id: str, path: Path, data: bytes) -> None:
    sha256 = sha256_of(data)
    if lakehouse.blobs.get(athlete_id, sha256) != data or path.read_bytes() != data:
        raise BlobCorrupt(f"the stored copy {sha256} differs from the file")
    path.unlink()


def _free_name(name: str, sha256: str, taken: set[PurePosixPath]) -> PurePosixPath:
    """The name itself where it is safe and free, else one with the hash in it."""
    path = PurePosixPath(name)
    leads_out = path.is_absolute() or not path.parts or ".." in path.parts
    if leads_out or not taken.isdisjoint(path.parents):
        path = PurePosixPath(f"{sha256}.fit")
    if path in taken:
        path = path.with_name(f"{path.stem}~{sha256[:12]}{path.suffix}")
    return path


def _write(path: Path, data: bytes, sha256: str, report: ExtractionReport) -> None:
    if path.exists():
        if path.read_bytes() != data:
            raise FileExistsError(f"{path} is there with other content; move it away and extract again")
        report.known += 1
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{sha256[:16]}.part")
    part.write_bytes(data)
    part.replace(path)
    report.written += 1
