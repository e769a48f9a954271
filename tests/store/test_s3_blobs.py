"""Blobs in a bucket, against OpenStack Swift's S3 API."""

import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from pydantic import SecretStr

from runningcoach_pipelines.settings import Compression, Settings
from runningcoach_pipelines.store import s3_blobs
from runningcoach_pipelines.store.blob import BlobCorrupt, BlobError, BlobMissing, compress, sha256_of
from runningcoach_pipelines.store.s3_blobs import CONFLICT_ATTEMPTS, BucketUnavailable, S3BlobStore
from tests.doubles.swift_s3 import SwiftS3, swift_s3

PAGE_SIZE = 10
RUN = b"\x0e\x20\x6c\x08 a run" * 200
SHA256 = sha256_of(RUN)
GZIP_KEY = f"fit/me/{SHA256[:2]}/{SHA256}.fit.gz"

_bucket_number = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwiftS3]:
    with swift_s3(tmp_path_factory.mktemp("swift"), page_size=PAGE_SIZE) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: SwiftS3) -> Any:
    """A client of our own, to see and to spoil what the store wrote."""
    return boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=server.region,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        config=Config(s3={"addressing_style": "path"}),
    )


@pytest.fixture
def bucket(client: Any) -> str:
    name = f"fit-files-{next(_bucket_number)}"
    client.create_bucket(Bucket=name)
    return name


def open_store(server: SwiftS3, bucket: str) -> S3BlobStore:
    return S3BlobStore(
        bucket=bucket,
        access_key=SecretStr(server.access_key),
        secret_key=SecretStr(server.secret_key),
        endpoint=server.endpoint,
        region=server.region,
    )


@pytest.fixture
def store(server: SwiftS3, bucket: str) -> S3BlobStore:
    return open_store(server, bucket)


def keys_in(client: Any, bucket: str) -> list[str]:
    return [entry["Key"] for entry in client.list_objects_v2(Bucket=bucket).get("Contents", ())]


@pytest.mark.parametrize("data", [RUN, b"", bytes(300_000)], ids=["run", "empty", "zeros"])
@pytest.mark.parametrize(
    ("compression", "ending"),
    [(Compression.GZIP, ".fit.gz"), (Compression.ZSTD, ".fit.zst"), (Compression.NONE, ".fit")],
)
def test_a_blob_comes_back_whole(store, client, bucket, *, data, compression, ending) -> None:
    sha256 = sha256_of(data)
    assert not store.contains("me", sha256)

    stored = store.put("me", sha256, data, compression)

    assert stored.created
    assert (stored.sha256, stored.raw_size, stored.compression) == (sha256, len(data), compression)
    assert store.get("me", sha256) == data
    assert store.contains("me", sha256)
    key = f"fit/me/{sha256[:2]}/{sha256}{ending}"
    assert keys_in(client, bucket) == [key]
    head = client.head_object(Bucket=bucket, Key=key)
    assert head["ContentLength"] == stored.stored_size
    assert head["Metadata"] == {
        "raw-size": str(len(data)),
        "raw-sha256": sha256,
        "compression": compression.value,
    }


def test_a_second_put_changes_nothing_and_says_so(store, client, bucket) -> None:
    first = store.put("me", SHA256, RUN, Compression.GZIP)
    marked = {"raw-size": str(len(RUN)), "mark": "a new object would not have this"}
    client.copy_object(
        Bucket=bucket,
        Key=GZIP_KEY,
        CopySource=f"{bucket}/{GZIP_KEY}",
        Metadata=marked,
        MetadataDirective="REPLACE",
    )

    assert store.put("me", SHA256, RUN, Compression.GZIP) == replace(first, created=False)

    assert client.head_object(Bucket=bucket, Key=GZIP_KEY)["Metadata"] == marked


def test_a_blob_under_another_compression_is_not_stored_twice(store, client, bucket) -> None:
    first = store.put("me", SHA256, RUN, Compression.NONE)
    assert store.put("me", SHA256, RUN, Compression.ZSTD) == replace(first, created=False)
    assert keys_in(client, bucket) == [GZIP_KEY.removesuffix(".gz")]
    assert store.get("me", SHA256) == RUN


def test_simultaneous_puts_of_one_blob_make_one_object(store, client, bucket) -> None:
    threads = 6
    together = threading.Barrier(threads)

    def put(_thread: int) -> bool:
        together.wait()
        return store.put("me", SHA256, RUN, Compression.GZIP).created

    with ThreadPoolExecutor(threads) as pool:
        created = list(pool.map(put, range(threads)))

    assert created.count(True) == 1
    assert keys_in(client, bucket) == [GZIP_KEY]
    assert store.get("me", SHA256) == RUN


def test_athletes_do_not_see_each_others_blobs(store) -> None:
    store.put("me", SHA256, RUN, Compression.GZIP)
    assert not store.contains("me2", SHA256)
    assert list(store.iter_hashes("me2")) == []
    with pytest.raises(BlobMissing, match="me2"):
        store.get("me2", SHA256)


def test_a_missing_blob_is_named_with_its_place(store, server, bucket) -> None:
    with pytest.raises(BlobMissing) as caught:
        store.get("me", SHA256)
    for part in (SHA256, "me", bucket, server.endpoint):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("body", "metadata", "told"),
    [
        (compress(RUN[::-1], Compression.GZIP), {"raw-size": str(len(RUN))}, sha256_of(RUN[::-1])),
        (compress(RUN, Compression.GZIP)[:-9], {"raw-size": str(len(RUN))}, "cut short"),
        (b"not gzip at all", {"raw-size": str(len(RUN))}, "gzip does not decompress"),
        (compress(RUN, Compression.GZIP), {"raw-size": "7"}, "7 bytes"),
        (compress(RUN, Compression.GZIP), {"raw-size": "9" * 30}, "9" * 30),
        (compress(RUN, Compression.GZIP), {}, "metadata raw-size"),
    ],
    ids=["other content", "cut", "garbage", "wrong size", "absurd size", "no metadata"],
)
def test_an_object_that_was_tampered_with_is_corrupt(store, client, bucket, *, body, metadata, told) -> None:
    store.put("me", SHA256, RUN, Compression.GZIP)
    client.put_object(Bucket=bucket, Key=GZIP_KEY, Body=body, Metadata=metadata)

    with pytest.raises(BlobCorrupt) as caught:
        store.get("me", SHA256)
    assert SHA256 in str(caught.value)
    assert told in str(caught.value)

    # Storing it again tells so too, and leaves the evidence alone.
    with pytest.raises(BlobCorrupt):
        store.put("me", SHA256, RUN, Compression.GZIP)
    assert client.get_object(Bucket=bucket, Key=GZIP_KEY)["Body"].read() == body


def test_an_object_larger_than_any_blob_is_not_read(store, monkeypatch) -> None:
    store.put("me", SHA256, RUN, Compression.NONE)
    monkeypatch.setattr(s3_blobs, "LARGEST_OBJECT_BYTES", len(RUN) - 1)
    with pytest.raises(BlobCorrupt, match="more than any blob"):
        store.get("me", SHA256)


def test_bytes_of_another_hash_are_not_stored(store, client, bucket) -> None:
    with pytest.raises(BlobCorrupt, match=sha256_of(b"other")):
        store.put("me", SHA256, b"other", Compression.GZIP)
    assert keys_in(client, bucket) == []


def test_bytes_that_change_on_the_way_are_refused_by_the_server(store, client, bucket) -> None:
    def flip_first_byte(params: dict[str, Any], **_event: Any) -> None:
        body = params["body"].getbuffer()
        body[0] ^= 1

    # Before signing: only the checksum that the store sends can tell.
    store._client.meta.events.register("before-call.s3.PutObject", flip_first_byte)

    with pytest.raises(BucketUnavailable, match="BadDigest"):
        store.put("me", SHA256, RUN, Compression.GZIP)
    assert keys_in(client, bucket) == []


OPERATIONS: dict[str, Callable[[S3BlobStore], object]] = {
    "put": lambda store: store.put("me", SHA256, RUN, Compression.GZIP),
    "get": lambda store: store.get("me", SHA256),
    "contains": lambda store: store.contains("me", SHA256),
    "iter_hashes": lambda store: list(store.iter_hashes("me")),
}
every_operation = pytest.mark.parametrize("operate", OPERATIONS.values(), ids=OPERATIONS.keys())


@every_operation
def test_a_wrong_secret_is_told_without_telling_it(server, bucket, operate) -> None:
    secret = "not-the-secret-of-this-server"
    store = open_store(replace(server, secret_key=secret), bucket)
    with pytest.raises(BucketUnavailable, match="R2_SECRET_KEY") as caught:
        operate(store)
    assert bucket in str(caught.value)
    assert server.endpoint in str(caught.value)
    assert secret not in "".join(traceback.format_exception(caught.value)) + repr(vars(store))


@every_operation
def test_a_bucket_that_does_not_exist_is_told(server, operate) -> None:
    with pytest.raises(BucketUnavailable, match="create the bucket, or set R2_BUCKET_NAME"):
        operate(open_store(server, "no-such-bucket"))


def test_the_region_of_the_bucket_need_not_be_known(server, bucket) -> None:
    store = open_store(replace(server, region="auto"), bucket)
    assert store.put("me", SHA256, RUN, Compression.GZIP).created
    assert store.get("me", SHA256) == RUN


def test_an_endpoint_where_nothing_listens_is_told(server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(BucketUnavailable, match="check AWS_ENDPOINT_URL") as caught:
        open_store(replace(server, endpoint=endpoint), "fit-files").get("me", SHA256)
    assert endpoint in str(caught.value)


@pytest.mark.parametrize("endpoint", ["not an address", "http://", "http://user:pass@127.0.0.1:1"])
def test_an_endpoint_that_is_no_address_is_refused_at_once(server, endpoint) -> None:
    with pytest.raises(BucketUnavailable, match="AWS_ENDPOINT_URL") as caught:
        open_store(replace(server, endpoint=endpoint), "fit-files")
    assert "pass@" not in "".join(traceback.format_exception(caught.value))


def test_hashes_are_listed_over_pages_once_each_in_order(store, client, bucket) -> None:
    blobs = {sha256_of(data): data for data in (b"run %d" % number for number in range(2 * PAGE_SIZE + 3))}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda item: store.put("me", *item, Compression.NONE), blobs.items()))
    twice = min(blobs)
    client.put_object(Bucket=bucket, Key=f"fit/me/{twice[:2]}/{twice}.fit.zst", Body=b"")
    for foreign in ("fit/me/00/notes.txt", f"fit/me/00/{SHA256}.fit", f"fit/me/{SHA256}.fit"):
        client.put_object(Bucket=bucket, Key=foreign, Body=b"")
    store.put("me2", SHA256, RUN, Compression.NONE)

    assert list(store.iter_hashes("me")) == sorted(blobs)


def test_the_settings_name_the_bucket(server, bucket) -> None:
    settings = Settings(
        _env_file=None,
        use_db_storage=False,
        s3_endpoint=server.endpoint,
        s3_region=server.region,
        s3_access_key=SecretStr(server.access_key),
        s3_secret_key=SecretStr(server.secret_key),
        s3_bucket=bucket,
    )
    store = S3BlobStore.from_settings(settings)
    assert store.put("me", SHA256, RUN, settings.compression).created

    with pytest.raises(BlobError, match="R2_BUCKET_NAME"):
        S3BlobStore.from_settings(settings.model_copy(update={"s3_bucket": None}))


@contextmanager
def conflicting_s3(conflicts: int) -> Iterator[str]:
    """An endpoint whose bucket is empty and whose first `conflicts` PUTs meet another upload of the same key.

    Swift never answers 409 to a conditional put; AWS does.
    """
    left = iter(range(conflicts))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer(200, b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if next(left, None) is None:
                self.answer(200, b"")
            else:
                self.answer(409, b"<Error><Code>ConditionalRequestConflict</Code></Error>")

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_message: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as stub:
        threading.Thread(target=stub.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{stub.server_port}"
        stub.shutdown()


def test_a_put_that_meets_another_upload_tries_again(server) -> None:
    with conflicting_s3(conflicts=2) as endpoint:
        store = open_store(replace(server, endpoint=endpoint), "fit-files")
        assert store.put("me", SHA256, RUN, Compression.GZIP).created

    with conflicting_s3(conflicts=CONFLICT_ATTEMPTS) as endpoint:
        store = open_store(replace(server, endpoint=endpoint), "fit-files")
        with pytest.raises(BucketUnavailable, match="try again"):
            store.put("me", SHA256, RUN, Compression.GZIP)


def test_the_double_is_gone_after_its_block(tmp_path) -> None:
    with swift_s3(tmp_path / "a folder") as running:
        address = urlsplit(running.endpoint)
        with socket.create_connection((address.hostname, address.port)):
            pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port))
