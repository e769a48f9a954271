"""Bronze looked at again: blobs re-hashed, and unreadable files given to a newer parser."""

import datetime as dt
from dataclasses import dataclass

from runningcoach_pipelines.ingest.importing import read_again, reader_version
from runningcoach_pipelines.store.blob import BlobCorrupt, BlobMissing
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import FileStatus, RawFile
from runningcoach_pipelines.store.windows import Window

CODE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class RawFilesReport:
    """Files of a window, their size, and what is wrong with them."""

    files: int
    raw_bytes: int
    read_again: int
    corrupt: list[tuple[RawFile, str]]
    failed: list[RawFile]


def inspect_raw_files(lakehouse: Lakehouse, window: Window, today: dt.date) -> RawFilesReport:
    """Re-hash every blob of the window and try again what another parser version may read.

    Raises:
        BlobError: the blob store does not answer.
    """
    stale = {raw.raw_file_id for raw in lakehouse.files.to_read(reader_version(lakehouse.settings))}
    files = lakehouse.files.recorded_in(window)
    corrupt: list[tuple[RawFile, str]] = []
    again: list[RawFile] = []
    for raw in files:
        try:
            lakehouse.blobs.get(raw.athlete_id, raw.sha256)
        except (BlobCorrupt, BlobMissing) as error:
            corrupt.append((raw, str(error)))
        else:
            again += [raw] if raw.raw_file_id in stale else []
    read_again(lakehouse, today, again)
    return RawFilesReport(
        files=len(files),
        raw_bytes=sum(raw.file_size for raw in files),
        read_again=len(again),
        corrupt=corrupt,
        failed=[raw for raw in lakehouse.files.recorded_in(window) if raw.status is FileStatus.FAILED],
    )
