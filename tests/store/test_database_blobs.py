"""Blobs in the table `garmin_raw_files`: stored once, checked at every read."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, update

from runningcoach_pipelines.settings import Compression
from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.blob import BlobCorrupt, BlobMissing, StoredBlob, compress, sha256_of
from runningcoach_pipelines.store.database_blobs import DatabaseBlobStore
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import GarminRawFile

RUN = b"\x0e\x20\x6c\x08 a run" * 200
SHA256 = sha256_of(RUN)
FILES = GarminRawFile.table()


@pytest.fixture
def store(lakehouse: Lakehouse) -> DatabaseBlobStore:
    ensure_athlete(lakehouse.engine, "me")
    ensure_athlete(lakehouse.engine, "you")
    return DatabaseBlobStore(lakehouse.engine)


def spoil(lakehouse: Lakehouse, **columns: Any) -> None:
    with lakehouse.engine.begin() as connection:
        connection.execute(update(GarminRawFile).values(**columns))


def rows(lakehouse: Lakehouse) -> list[Any]:
    with lakehouse.engine.connect() as connection:
        return list(connection.execute(select(FILES).order_by(FILES.c.raw_file_id)))


def test_every_compression_gives_the_bytes_back(store: DatabaseBlobStore, lakehouse: Lakehouse) -> None:
    for kind in Compression:
        data = RUN + kind.encode()
        stored = store.put("me", sha256_of(data), data, kind)
        kept = len(compress(data, kind))
        assert stored == StoredBlob(sha256_of(data), len(data), kept, kind, created=True)
        assert store.get("me", stored.sha256) == data
    assert [
        (row.compression_type, row.file_size, row.stored_size, len(row.file_content)) for row in rows(lakehouse)
    ] == [
        (kind.value, len(RUN + kind.encode()), *[len(compress(RUN + kind.encode(), kind))] * 2) for kind in Compression
    ]


def test_nothing_is_a_blob_too(store: DatabaseBlobStore) -> None:
    for kind in Compression:
        store.put("me", sha256_of(b""), b"", kind)
    assert store.get("me", sha256_of(b"")) == b""


def test_a_second_put_changes_nothing_and_says_what_is_there(store: DatabaseBlobStore, lakehouse: Lakehouse) -> None:
    first = store.put("me", SHA256, RUN, Compression.GZIP)
    before = rows(lakehouse)
    second = store.put("me", SHA256, RUN, Compression.ZSTD)
    assert second == StoredBlob(SHA256, first.raw_size, first.stored_size, Compression.GZIP, created=False)
    assert rows(lakehouse) == before


def test_of_writers_at_once_one_is_first(store: DatabaseBlobStore, lakehouse: Lakehouse) -> None:
    kinds = [Compression.GZIP, Compression.ZSTD, Compression.NONE] * 3
    with ThreadPoolExecutor(len(kinds)) as pool:
        stored = list(pool.map(lambda kind: store.put("me", SHA256, RUN, kind), kinds))
    (row,) = rows(lakehouse)
    assert sum(blob.created for blob in stored) == 1
    assert {(blob.compression.value, blob.stored_size) for blob in stored} == {(row.compression_type, row.stored_size)}


def test_the_same_file_of_two_athletes_is_two_blobs(store: DatabaseBlobStore) -> None:
    store.put("me", SHA256, RUN, Compression.NONE)
    assert not store.contains("you", SHA256)
    with pytest.raises(BlobMissing, match=f"{SHA256} of athlete you"):
        store.get("you", SHA256)
    assert store.put("you", SHA256, RUN, Compression.NONE).created


def test_a_missing_blob_says_so(store: DatabaseBlobStore, lakehouse: Lakehouse) -> None:
    assert not store.contains("me", SHA256)
    with pytest.raises(BlobMissing, match="USE_DB_STORAGE"):
        store.get("me", SHA256)


def test_a_row_whose_content_lies_in_a_bucket_is_filled_by_put(store: DatabaseBlobStore, lakehouse: Lakehouse) -> None:
    store.put("me", SHA256, RUN, Compression.GZIP)
    spoil(lakehouse, file_content=None)
    assert not store.contains("me", SHA256)
    assert list(store.iter_hashes("me")) == []
    with pytest.raises(BlobMissing):
        store.get("me", SHA256)
    assert store.put("me", SHA256, RUN, Compression.ZSTD).created
    assert store.get("me", SHA256) == RUN
    assert [row.compression_type for row in rows(lakehouse)] == ["zstd"]


@pytest.mark.parametrize(
    "columns",
    [
        {"file_content": compress(RUN[:-1] + b"!", Compression.GZIP)},
        {"file_content": compress(RUN, Compression.GZIP)[:-9]},
        {"file_content": compress(RUN, Compression.GZIP) + b"x"},
        {"file_content": b""},
        {"file_content": compress(RUN, Compression.ZSTD)},
        {"compression_type": "none"},
        {"compression_type": "zstd"},
        {"file_size": len(RUN) - 1},
        {"file_size": len(RUN) + 1},
        {"file_size": -1},
    ],
)
def test_damage_in_the_table_is_seen_at_every_read_and_never_written_over(
    store: DatabaseBlobStore, lakehouse: Lakehouse, columns: dict[str, Any]
) -> None:
    store.put("me", SHA256, RUN, Compression.GZIP)
    spoil(lakehouse, **columns)
    before = rows(lakehouse)
    with pytest.raises(BlobCorrupt, match=f"{SHA256} is damaged"):
        store.get("me", SHA256)
    with pytest.raises(BlobCorrupt, match=SHA256):
        store.put("me", SHA256, RUN, Compression.GZIP)
    assert rows(lakehouse) == before


def test_bytes_of_another_hash_are_not_stored(store: DatabaseBlobStore, lakehouse: Lakehouse) -> None:
    with pytest.raises(BlobCorrupt, match="read the file again"):
        store.put("me", SHA256, RUN + b"!", Compression.GZIP)
    assert rows(lakehouse) == []


@pytest.mark.parametrize(("athlete_id", "sha256"), [("../me", SHA256), ("me", SHA256.upper()), ("me", "../" + SHA256)])
def test_names_of_another_form_are_refused(athlete_id: str, sha256: str, lakehouse: Lakehouse) -> None:
    store = DatabaseBlobStore(lakehouse.engine)
    for ask in (
        lambda: store.put(athlete_id, sha256, RUN, Compression.NONE),
        lambda: store.get(athlete_id, sha256),
        lambda: store.contains(athlete_id, sha256),
    ):
        with pytest.raises(ValueError, match="is no"):
            ask()


def test_hashes_come_ascending_each_once(store: DatabaseBlobStore) -> None:
    contents = [bytes([n]) for n in range(20)]
    for data in contents * 2:
        store.put("me", sha256_of(data), data, Compression.NONE)
    store.put("you", sha256_of(b"other"), b"other", Compression.NONE)
    assert list(store.iter_hashes("me")) == sorted(map(sha256_of, contents))
