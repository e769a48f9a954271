"""FIT blobs in PostgreSQL: `garmin_raw_files.file_content`, the default `BlobStore`.

The row's other columns (what the file is, when it was run) belong to `raw_files.py`.
"""

from collections.abc import Iterator

from sqlalchemy import Engine, Row, select
from sqlalchemy.dialects.postgresql import insert as upsert

from runningcoach_pipelines.settings import Compression
from runningcoach_pipelines.store.blob import (
    BlobMissing,
    StoredBlob,
    check_athlete,
    check_content,
    check_name,
    compress,
    unpack,
)
from runningcoach_pipelines.store.tables import GarminRawFile

_FILES = GarminRawFile.table()


class DatabaseBlobStore:
    """A `BlobStore` (see `blob.py`) over the table `garmin_raw_files`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, athlete_id: str, sha256: str, data: bytes, compression: Compression) -> StoredBlob:
        """Store `data` unless it is there; a row whose content is elsewhere (a bucket) gets its content."""
        check_content(athlete_id, sha256, data)
        if (stored := self._find(athlete_id, sha256)) is not None:
            unpack(
                stored.file_content,
                Compression(stored.compression_type),
                stored.file_size,
                athlete_id=athlete_id,
                sha256=sha256,
            )
            return StoredBlob(
                sha256=sha256,
                raw_size=stored.file_size,
                stored_size=stored.stored_size,
                compression=Compression(stored.compression_type),
                created=False,
            )
        content = compress(data, compression)
        columns = {
            "file_content": content,
            "file_size": len(data),
            "stored_size": len(content),
            "compression_type": compression.value,
        }
        statement = (
            upsert(GarminRawFile)
            .values(athlete_id=athlete_id, sha256=sha256, **columns)
            .on_conflict_do_update(
                index_elements=["athlete_id", "sha256"],
                set_=columns,
                where=_FILES.c.file_content.is_(None),
            )
            .returning(_FILES.c.raw_file_id)
        )
        with self._engine.begin() as connection:
            created = connection.execute(statement).first() is not None
        if not created:
            # Another writer was first; what it stored is what counts.
            return self.put(athlete_id, sha256, data, compression)
        return StoredBlob(
            sha256=sha256,
            raw_size=len(data),
            stored_size=len(content),
            compression=compression,
            created=True,
        )

    def get(self, athlete_id: str, sha256: str) -> bytes:
        """The raw bytes, their hash checked.

        Raises:
            BlobMissing: there is no such row, or its content lies in a bucket.
            BlobCorrupt: what is stored is not what the hash stands for.
        """
        check_name(athlete_id, sha256)
        stored = self._find(athlete_id, sha256)
        if stored is None:
            raise BlobMissing(
                f"no content of FIT file {sha256} of athlete {athlete_id} in the database. If it was imported with "
                "USE_DB_STORAGE=false, set the same bucket again."
            )
        return unpack(
            stored.file_content,
            Compression(stored.compression_type),
            stored.file_size,
            athlete_id=athlete_id,
            sha256=sha256,
        )

    def contains(self, athlete_id: str, sha256: str) -> bool:
        check_name(athlete_id, sha256)
        with self._engine.connect() as connection:
            found = connection.execute(
                select(_FILES.c.raw_file_id).where(
                    _FILES.c.athlete_id == athlete_id,
                    _FILES.c.sha256 == sha256,
                    _FILES.c.file_content.is_not(None),
                )
            )
            return found.first() is not None

    def iter_hashes(self, athlete_id: str) -> Iterator[str]:
        """Hashes of all blobs of the athlete, ascending."""
        check_athlete(athlete_id)
        statement = (
            select(_FILES.c.sha256)
            .where(_FILES.c.athlete_id == athlete_id, _FILES.c.file_content.is_not(None))
            .order_by(_FILES.c.sha256)
        )
        with self._engine.connect() as connection:
            yield from connection.execute(statement).scalars().all()

    def _find(self, athlete_id: str, sha256: str) -> Row[bytes, int, int, str] | None:
        statement = select(
            _FILES.c.file_content, _FILES.c.file_size, _FILES.c.stored_size, _FILES.c.compression_type
        ).where(
            _FILES.c.athlete_id == athlete_id,
            _FILES.c.sha256 == sha256,
            _FILES.c.file_content.is_not(None),
        )
        with self._engine.connect() as connection:
            return connection.execute(statement, execution_options={"binary": True}).first()
