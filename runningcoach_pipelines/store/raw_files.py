"""The catalogue of bronze: which FIT files there are, what they are, and whether they could be read.

The bytes themselves are the blob store's. Nothing here deletes a file.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Engine,
    Interval,
    RowMapping,
    and_,
    cast,
    exists,
    func,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from runningcoach_pipelines.store.blob import StoredBlob
from runningcoach_pipelines.store.tables import ActivitySource, GarminRawFile, GarminRawFileName, WellnessSource
from runningcoach_pipelines.store.windows import Window

_FILES = GarminRawFile.table()
_SOURCES = ActivitySource.table()
_WELLNESS_SOURCES = WellnessSource.table()


class FileStatus(StrEnum):
    """What became of a file: only kept so far, read, or kept but unreadable."""

    STORED = "stored"
    DECODED = "decoded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RawFile:
    """A row of the catalogue without its content."""

    raw_file_id: int
    athlete_id: str
    sha256: str
    file_name: str | None
    file_size: int
    status: FileStatus
    error: str | None
    notes: str | None
    file_type: str | None
    first_day: dt.date | None
    last_day: dt.date | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look inside a file gave: its kind and days, or the reason why it cannot be read."""

    parser_version: str
    file_type: str | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    notes: str | None = None
    error: str | None = None


_ACTIVITY = ("activity",)

_COLUMNS = (
    _FILES.c.raw_file_id,
    _FILES.c.athlete_id,
    _FILES.c.sha256,
    _FILES.c.file_name,
    _FILES.c.file_size,
    _FILES.c.fit_file_status.label("status"),
    _FILES.c.fit_error.label("error"),
    _FILES.c.fit_notes.label("notes"),
    _FILES.c.file_type,
    _FILES.c.first_day,
    _FILES.c.last_day,
)


def _readable(kinds: Collection[str]) -> ColumnElement[bool]:
    return and_(_FILES.c.fit_file_status == FileStatus.DECODED.value, _FILES.c.file_type.in_(sorted(kinds)))


def _touching(window: Window) -> ColumnElement[bool]:
    return and_(_FILES.c.first_day < window.end, _FILES.c.last_day >= window.start)


def _raw_file(row: RowMapping) -> RawFile:
    return RawFile(**{**row, "status": FileStatus(row["status"])})


class RawFiles:
    """The rows of `garmin_raw_files`, all athletes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(self, athlete_id: str, file_name: str, blob: StoredBlob) -> None:
        """Make sure the blob has its row and its name; the row keeps the name of the first import."""
        statement = upsert(GarminRawFile).values(
            athlete_id=athlete_id,
            sha256=blob.sha256,
            file_name=file_name,
            file_size=blob.raw_size,
            stored_size=blob.stored_size,
            compression_type=blob.compression.value,
        )
        statement = statement.on_conflict_do_update(
            index_elements=["athlete_id", "sha256"],
            set_={"file_name": statement.excluded.file_name},
            where=_FILES.c.file_name.is_(None),
        )
        name = upsert(GarminRawFileName).values(athlete_id=athlete_id, sha256=blob.sha256, file_name=file_name)
        with self._engine.begin() as connection:
            connection.execute(statement)
            connection.execute(name.on_conflict_do_nothing())

    def names(self, athlete_id: str) -> list[tuple[str, str]]:
        """Every name the athlete's files were found under, with the file's SHA-256, by name."""
        table = GarminRawFileName.table()
        statement = select(table.c.file_name, table.c.sha256).where(table.c.athlete_id == athlete_id)
        with self._engine.connect() as connection:
            return [
                (name, sha256) for name, sha256 in connection.execute(statement.order_by(*statement.selected_columns))
            ]

    def record(self, athlete_id: str, sha256: str, reading: Reading) -> None:
        """Write down what was found in the file."""
        status = FileStatus.FAILED if reading.error is not None else FileStatus.DECODED
        statement = (
            update(GarminRawFile)
            .where(_FILES.c.athlete_id == athlete_id, _FILES.c.sha256 == sha256)
            .values(
                fit_file_status=status.value,
                fit_error=reading.error,
                fit_notes=reading.notes,
                parser_version=reading.parser_version,
                file_type=reading.file_type,
                first_day=reading.first_day,
                last_day=reading.last_day,
            )
        )
        with self._engine.begin() as connection:
            connection.execute(statement)

    def find(self, athlete_id: str, sha256: str) -> RawFile | None:
        found = self._select(and_(_FILES.c.athlete_id == athlete_id, _FILES.c.sha256 == sha256))
        return found[0] if found else None

    def all(self) -> list[RawFile]:
        return self._select(true())

    def failed(self) -> list[RawFile]:
        return self._select(_FILES.c.fit_file_status == FileStatus.FAILED.value)

    def to_read(self, parser_version: str) -> list[RawFile]:
        """Files nobody has looked into, and failed ones that another parser version may read."""
        return self._select(
            or_(
                _FILES.c.fit_file_status == FileStatus.STORED.value,
                and_(
                    _FILES.c.fit_file_status == FileStatus.FAILED.value,
                    _FILES.c.parser_version != parser_version,
                ),
            )
        )

    def recorded_in(self, window: Window) -> list[RawFile]:
        """Files by the first day they were recorded on; those that tell none by the day of their import."""
        day = func.coalesce(_FILES.c.first_day, cast(_FILES.c.imported_at, Date))
        return self._select(and_(day >= window.start, day < window.end))

    def activities_in(self, window: Window) -> list[RawFile]:
        """Readable activity files that hold a session on a day of the window, oldest import first."""
        return self._select(and_(_readable(_ACTIVITY), _touching(window)))

    def wellness_in(self, window: Window, kinds: Collection[str]) -> list[RawFile]:
        """Readable files of these kinds that tell of a day of the window, oldest import first."""
        return self._select(and_(_readable(kinds), _touching(window)))

    def activities_to_derive(self) -> list[RawFile]:
        """Readable activity files from which no activity has been derived yet, oldest import first."""
        derived = exists().where(
            _SOURCES.c.athlete_id == _FILES.c.athlete_id, _SOURCES.c.source_sha256 == _FILES.c.sha256
        )
        return self._select(and_(_readable(_ACTIVITY), _FILES.c.first_day.is_not(None), not_(derived)))

    def wellness_to_derive(self, kinds: Collection[str]) -> list[RawFile]:
        """Readable files of these kinds of which a month has not been derived yet, oldest import first."""
        touched = func.generate_series(
            func.date_trunc("month", cast(_FILES.c.first_day, DateTime)),
            cast(_FILES.c.last_day, DateTime),
            cast("1 month", Interval),
        ).column_valued("touched")
        derived = exists().where(
            _WELLNESS_SOURCES.c.athlete_id == _FILES.c.athlete_id,
            _WELLNESS_SOURCES.c.source_sha256 == _FILES.c.sha256,
            _WELLNESS_SOURCES.c.month == cast(touched, Date),
        )
        missing = select(touched).where(not_(derived.correlate_except(_WELLNESS_SOURCES)))
        return self._select(and_(_readable(kinds), exists(missing.correlate(_FILES))))

    def days(self, kinds: Collection[str] = _ACTIVITY) -> tuple[dt.date, dt.date] | None:
        """First and last day of all readable files of these kinds, None when there is none."""
        statement = select(func.min(_FILES.c.first_day), func.max(_FILES.c.last_day)).where(_readable(kinds))
        with self._engine.connect() as connection:
            first, last = connection.execute(statement).one()
        return None if first is None else (first, last)

    def _select(self, where: ColumnElement[bool]) -> list[RawFile]:
        statement = select(*_COLUMNS).where(where).order_by(_FILES.c.raw_file_id)
        with self._engine.connect() as connection:
            return [_raw_file(row) for row in connection.execute(statement).mappings()]
