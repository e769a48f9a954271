"""Importing: every file into bronze first, by SHA-256, then a look inside to say what it is.

Importing anything twice changes nothing. A file that cannot be read is kept and marked `failed` with the reason;
another parser version, or importing it again, tries it again.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from runningcoach_pipelines.activities.file import PARSER_VERSION, outline
from runningcoach_pipelines.fit import FitDecodeError
from runningcoach_pipelines.ingest.sources import FoundFile, Limits, Refused, find_files
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.blob import BlobCorrupt, sha256_of
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import FileStatus, RawFile, Reading
from runningcoach_pipelines.wellness.file import WELLNESS_KINDS, days_of

_LONGEST_NAME_BYTES = 2000
"""Names are a part of a database key, and an index row has its limit."""


@dataclass(slots=True)
class ImportReport:
    """What an import brought: new and known files, kinds of the new ones, and what failed or was refused."""

    new: int = 0
    known: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    days: set[dt.date] = field(default_factory=set)
    failed: list[Refused] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everything that was found could be taken and read."""
        return not self.failed and not self.refused


def import_paths(
    lakehouse: Lakehouse,
    paths: Iterable[Path],
    *,
    athlete_id: str,
    today: dt.date,
    on_file: Callable[[str], None] = lambda _name: None,
) -> ImportReport:
    """Import all FIT files at or below `paths` for an athlete.

    Raises:
        FileNotFoundError: a path does not exist.
        BlobError: the blob store refused; what was imported before stays.
    """
    settings = lakehouse.settings
    limits = Limits(file_mib=settings.max_file_mib, archive_files=settings.max_archive_files)
    return import_files(lakehouse, find_files(paths, limits), athlete_id=athlete_id, today=today, on_file=on_file)


def import_files(
    lakehouse: Lakehouse,
    found: Iterable[FoundFile | Refused],
    *,
    athlete_id: str,
    today: dt.date,
    on_file: Callable[[str], None] = lambda _name: None,
) -> ImportReport:
    """Import files that are already at hand (see `import_paths`)."""
    ensure_athlete(lakehouse.engine, athlete_id)
    report = ImportReport()
    for item in found:
        on_file(item.name)
        if isinstance(item, Refused):
            report.refused.append(item)
        else:
            import_file(lakehouse, athlete_id, item, today, report)
    return report


def read_again(lakehouse: Lakehouse, today: dt.date, files: Iterable[RawFile]) -> list[Reading]:
    """Look into files of the catalogue once more and record what is found."""
    readings = []
    for raw in files:
        reading = look_inside(lakehouse.blobs.get(raw.athlete_id, raw.sha256), lakehouse.settings, today)
        lakehouse.files.record(raw.athlete_id, raw.sha256, reading)
        readings.append(reading)
    return readings


def reader_version(settings: Settings) -> str:
    """What decides whether a file can be read: a failed one is tried again when this changes."""
    return f"{PARSER_VERSION}@{settings.history_start}"


def look_inside(data: bytes, settings: Settings, today: dt.date) -> Reading:
    """What a file is, or why it cannot be used."""
    version = reader_version(settings)
    try:
        seen = outline(data, settings.zone)
        days = (days_of(data, settings.zone) if seen.file_type in WELLNESS_KINDS else None) or seen.days
    except FitDecodeError as error:
        return Reading(version, error=str(error))
    first, last = days or (None, None)
    return Reading(
        version,
        file_type=seen.file_type,
        first_day=first,
        last_day=last,
        notes=seen.notes,
        error=_unusable(seen.file_type, days, settings.history_start, today),
    )


def import_file(lakehouse: Lakehouse, athlete_id: str, item: FoundFile, today: dt.date, report: ImportReport) -> None:
    """Store a file of an athlete that exists, look inside, and add to the report what became of it."""
    if len(item.name.encode()) > _LONGEST_NAME_BYTES:
        report.refused.append(Refused(item.name, f"its name is longer than {_LONGEST_NAME_BYTES} bytes: rename it"))
        return
    sha256 = sha256_of(item.data)
    known = lakehouse.files.find(athlete_id, sha256)
    if (
        known is not None
        and known.status is FileStatus.DECODED
        and known.file_name == item.name
        and lakehouse.blobs.contains(athlete_id, sha256)
    ):
        report.known += 1
        return
    try:
        blob = lakehouse.blobs.put(athlete_id, sha256, item.data, lakehouse.settings.compression)
    except BlobCorrupt as error:
        # What was stored under that name before is damaged: a matter of this file alone.
        report.failed.append(Refused(item.name, str(error)))
        return
    lakehouse.files.register(athlete_id, item.name, blob)
    report.new += known is None
    report.known += known is not None
    if known is not None and known.status is FileStatus.DECODED:
        return
    reading = look_inside(item.data, lakehouse.settings, today)
    lakehouse.files.record(athlete_id, sha256, reading)
    if reading.error is not None:
        report.failed.append(Refused(item.name, reading.error))
        return
    kind = reading.file_type or "unknown"
    report.kinds[kind] = report.kinds.get(kind, 0) + 1
    report.days.update(day for day in (reading.first_day, reading.last_day) if day is not None)


def _unusable(kind: str, days: tuple[dt.date, dt.date] | None, history_start: dt.date, today: dt.date) -> str | None:
    """What lies outside the calendar would be in no partition: it must not vanish silently."""
    if days is None or kind not in {"activity", *WELLNESS_KINDS}:
        return None
    first, last = days
    if first < history_start:
        return (
            f"recorded on {first}, before the first day of the history ({history_start}): the watch's clock was not "
            "set, or RUNNINGCOACH_HISTORY_START should be earlier"
        )
    if last > today + dt.timedelta(days=1):
        return f"recorded on {last}, which is in the future: the watch's clock was wrong"
    return None
