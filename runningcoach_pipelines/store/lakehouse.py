"""All stores in one hand: what a derivation, a command or a page is given to work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.blob import BlobStore
from runningcoach_pipelines.store.database import open_engine, serving_database
from runningcoach_pipelines.store.database_blobs import DatabaseBlobStore
from runningcoach_pipelines.store.lake import SampleLake
from runningcoach_pipelines.store.raw_files import RawFiles


@dataclass(frozen=True, slots=True)
class Lakehouse:
    """The database, the FIT blobs, their catalogue, and the samples."""

    settings: Settings
    engine: Engine
    blobs: BlobStore
    files: RawFiles
    samples: SampleLake


def lakehouse_at(settings: Settings, url: str, *, application_name: str = "runningcoach") -> Lakehouse:
    """The stores over the database at `url`; nothing is created or migrated."""
    return lakehouse_over(settings, open_engine(url, application_name=application_name))


def lakehouse_over(settings: Settings, engine: Engine) -> Lakehouse:
    """The stores over a database that is open already."""
    return Lakehouse(
        settings=settings,
        engine=engine,
        blobs=blob_store(settings, engine),
        files=RawFiles(engine),
        samples=SampleLake.from_settings(settings),
    )


def blob_store(settings: Settings, engine: Engine) -> BlobStore:
    """The database, or the bucket when `USE_DB_STORAGE=false`."""
    if settings.use_db_storage:
        return DatabaseBlobStore(engine)
    from runningcoach_pipelines.store.s3_blobs import S3BlobStore

    return S3BlobStore.from_settings(settings)


@contextmanager
def open_lakehouse(settings: Settings, *, migrate: bool = False) -> Iterator[Lakehouse]:
    """The stores of the settings, the embedded PostgreSQL started if need be; closed at the end.

    Args:
        migrate: bring the schema up to date first.
    """
    from runningcoach_pipelines.store.database import upgrade

    with serving_database(settings) as url:
        lakehouse = lakehouse_at(settings, url)
        try:
            if migrate:
                upgrade(lakehouse.engine)
            yield lakehouse
        finally:
            lakehouse.engine.dispose()
