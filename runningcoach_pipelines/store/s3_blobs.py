"""FIT blobs in a bucket: Cloudflare R2, AWS S3 or anything else that speaks S3.

One object per blob under `fit/{athlete_id}/{sha256[:2]}/{sha256}.fit`, followed by `.gz` or `.zst` when
compressed. The bucket is never created, nothing in it is overwritten or deleted. boto3 ends here: it is
imported when a store is built, and its exceptions leave as `BlobError`s. What all blob stores share is in
`blob`.
"""

import base64
import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from runningcoach_pipelines.settings import Compression, Settings
from runningcoach_pipelines.store.blob import (
    LARGEST_BLOB_BYTES,
    BlobCorrupt,
    BlobError,
    BlobMissing,
    StoredBlob,
    check_athlete,
    check_content,
    check_name,
    compress,
    unpack,
)

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
LARGEST_OBJECT_BYTES = LARGEST_BLOB_BYTES + LARGEST_BLOB_BYTES // 256  # compressing noise adds a little
REQUEST_ATTEMPTS = 3
CONFLICT_ATTEMPTS = 4

# In the order in which a read tries them.
_SUFFIXES = {Compression.GZIP: ".fit.gz", Compression.ZSTD: ".fit.zst", Compression.NONE: ".fit"}
_KEY = re.compile(r"fit/[^/]+/([0-9a-f]{2})/(?P<sha256>\1[0-9a-f]{62})\.fit(?:\.gz|\.zst)?")
_RAW_SIZE = "raw-size"

_CHECK_KEYS = (
    "check R2_ACCESS_KEY and R2_SECRET_KEY (or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY) and that they "
    "may list, read and write in the bucket"
)
_REMEDIES = {
    "AccessDenied": _CHECK_KEYS,
    "InvalidAccessKeyId": _CHECK_KEYS,
    "SignatureDoesNotMatch": _CHECK_KEYS,
    "NoSuchBucket": "create the bucket, or set R2_BUCKET_NAME (or AWS_S3_BUCKET) to one that exists",
}
_TRY_AGAIN = "try again; nothing that was stored is lost"
_CHECK_ENDPOINT = "check AWS_ENDPOINT_URL (or R2_ACCOUNT_ID), AWS_REGION and the network"


class BucketUnavailable(BlobError):
    """The bucket does not answer, or not with what was asked for."""


@dataclass(frozen=True, slots=True)
class _StoredObject:
    body: bytes
    metadata: Mapping[str, str]


class S3BlobStore:
    """A `BlobStore` over one bucket. Safe to share between threads; build one in each process."""

    def __init__(
        self, *, bucket: str, access_key: SecretStr, secret_key: SecretStr, endpoint: str | None, region: str
    ) -> None:
        """Prepare a client; no request is sent yet.

        Without an endpoint it is AWS's own of the region. Raises BucketUnavailable when endpoint or region
        can't be an address.
        """
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        parts = urlsplit(endpoint or "")
        if parts.username or parts.password:
            raise BucketUnavailable(
                "the S3 endpoint carries a user name or password, which would end up in logs: remove it from "
                "AWS_ENDPOINT_URL"
            )
        on_aws = endpoint is None or (parts.hostname or "").endswith(".amazonaws.com")
        self._bucket = bucket
        try:
            self._client: Any = boto3.session.Session().client(
                "s3",
                endpoint_url=endpoint,
                region_name=region,
                aws_access_key_id=access_key.get_secret_value(),
                aws_secret_access_key=secret_key.get_secret_value(),
                config=Config(
                    connect_timeout=CONNECT_TIMEOUT_S,
                    read_timeout=READ_TIMEOUT_S,
                    retries={"mode": "standard", "total_max_attempts": REQUEST_ATTEMPTS},
                    s3={"addressing_style": "auto" if on_aws else "path"},
                    # R2 and Swift know no CRC64; the one checksum that matters is sent with each put.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )
        except (BotoCoreError, ValueError) as error:
            raise BucketUnavailable(
                f"no S3 client for bucket {bucket!r} at {endpoint or region!r}: {error}; {_CHECK_ENDPOINT}"
            ) from error
        self._endpoint: str = self._client.meta.endpoint_url

    @classmethod
    def from_settings(cls, settings: Settings) -> "S3BlobStore":
        """The bucket that the settings name. Raises BlobError when they name none."""
        bucket, access_key, secret_key = settings.s3_bucket, settings.s3_access_key, settings.s3_secret_key
        if bucket is None or access_key is None or secret_key is None:
            raise BlobError(
                "no bucket is set: set R2_BUCKET_NAME, R2_ACCESS_KEY and R2_SECRET_KEY "
                "(or AWS_S3_BUCKET, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"
            )
        return cls(
            bucket=bucket,
            access_key=access_key,
            secret_key=secret_key,
            endpoint=settings.s3_endpoint_url,
            region=settings.s3_region,
        )

    def put(self, athlete_id: str, sha256: str, data: bytes, compression: Compression) -> StoredBlob:
        """Store `data` unless it is there in any compression; see `BlobStore.put`.

        Raises BucketUnavailable too. What was there is read back and checked in full.
        """
        check_content(athlete_id, sha256, data)
        present = self._compressions(athlete_id, sha256)
        if not present:
            body = compress(data, compression)
            if self._upload(athlete_id, sha256, body, compression, raw_size=len(data)):
                return StoredBlob(sha256, len(data), len(body), compression, created=True)
            present = [compression]
        stored = self._fetch(athlete_id, sha256, present[0])
        if stored is None:
            raise BucketUnavailable(f"{self._place}: blob {sha256} of {athlete_id} vanished; {_TRY_AGAIN}")
        _unpack(stored, present[0], athlete_id, sha256)
        return StoredBlob(sha256, len(data), len(stored.body), present[0], created=False)

    def get(self, athlete_id: str, sha256: str) -> bytes:
        """See `BlobStore.get`. Raises BucketUnavailable too."""
        check_name(athlete_id, sha256)
        for compression in _SUFFIXES:
            stored = self._fetch(athlete_id, sha256, compression)
            if stored is not None:
                return _unpack(stored, compression, athlete_id, sha256)
        raise BlobMissing(
            f"{self._place} has no blob {sha256} of {athlete_id}: import the file again, or check that the "
            "bucket is the one it was stored in"
        )

    def contains(self, athlete_id: str, sha256: str) -> bool:
        """See `BlobStore.contains`. Raises BucketUnavailable too."""
        check_name(athlete_id, sha256)
        return bool(self._compressions(athlete_id, sha256))

    def iter_hashes(self, athlete_id: str) -> Iterator[str]:
        """See `BlobStore.iter_hashes`. Raises BucketUnavailable too; one request per 1,000 blobs.

        Objects whose keys are not those of blobs are passed over.
        """
        check_athlete(athlete_id)
        last = None
        for key in self._keys(f"fit/{athlete_id}/"):
            match = _KEY.fullmatch(key)
            if match and match["sha256"] != last:  # one blob under two compressions: neighbours in the listing
                last = match["sha256"]
                yield last

    @property
    def _place(self) -> str:
        return f"bucket {self._bucket!r} at {self._endpoint}"

    def _compressions(self, athlete_id: str, sha256: str) -> list[Compression]:
        keys = set(self._keys(_key(athlete_id, sha256, Compression.NONE)))
        return [compression for compression in _SUFFIXES if _key(athlete_id, sha256, compression) in keys]

    def _keys(self, prefix: str) -> Iterator[str]:
        with self._translated("list"):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                yield from (entry["Key"] for entry in page.get("Contents", ()))

    def _upload(self, athlete_id: str, sha256: str, body: bytes, compression: Compression, *, raw_size: int) -> bool:
        """Whether this call created the object; false when there was one."""
        from botocore.exceptions import ClientError

        key = _key(athlete_id, sha256, compression)
        with self._translated("store", key):
            attempt = 0
            while True:
                try:
                    self._client.put_object(
                        Bucket=self._bucket,
                        Key=key,
                        Body=body,
                        IfNoneMatch="*",
                        ChecksumSHA256=base64.b64encode(hashlib.sha256(body).digest()).decode(),
                        Metadata={
                            _RAW_SIZE: str(raw_size),
                            "raw-sha256": sha256,
                            "compression": compression.value,
                        },
                    )
                except ClientError as error:
                    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                    if status == 412:
                        return False
                    # 409: another upload of the key is under way and may yet fail; S3 asks to try again.
                    attempt += 1
                    if status != 409 or attempt == CONFLICT_ATTEMPTS:
                        raise
                    time.sleep(0.05 * 2**attempt)
                else:
                    return True

    def _fetch(self, athlete_id: str, sha256: str, compression: Compression) -> _StoredObject | None:
        key = _key(athlete_id, sha256, compression)
        with self._translated("read", key):
            try:
                response = self._client.get_object(Bucket=self._bucket, Key=key)
            except self._client.exceptions.NoSuchKey:
                return None
            with response["Body"] as body:
                if response["ContentLength"] > LARGEST_OBJECT_BYTES:
                    raise BlobCorrupt(f"{self._place}: {key} has {response['ContentLength']} bytes, more than any blob")
                return _StoredObject(body.read(), response["Metadata"])

    @contextmanager
    def _translated(self, verb: str, key: str = "") -> Iterator[None]:
        """Turn boto3's exceptions into BucketUnavailable with endpoint, bucket, cause and remedy."""
        from botocore.exceptions import BotoCoreError, ClientError

        what = f"could not {verb} {key or 'blobs'} in {self._place}"
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise BucketUnavailable(f"{what}: {error}; {_REMEDIES.get(code, _TRY_AGAIN)}") from error
        except BotoCoreError as error:
            raise BucketUnavailable(f"{what}: {error}; {_CHECK_ENDPOINT}") from error


def _key(athlete_id: str, sha256: str, compression: Compression) -> str:
    return f"fit/{athlete_id}/{sha256[:2]}/{sha256}{_SUFFIXES[compression]}"


def _unpack(stored: _StoredObject, compression: Compression, athlete_id: str, sha256: str) -> bytes:
    raw_size = stored.metadata.get(_RAW_SIZE, "")
    if not re.fullmatch(r"[0-9]{1,10}", raw_size):
        raise BlobCorrupt(
            f"blob of {athlete_id} with SHA-256 {sha256} has {raw_size!r} for its metadata {_RAW_SIZE}: "
            "copy buckets together with their metadata"
        )
    return unpack(stored.body, compression, int(raw_size), athlete_id=athlete_id, sha256=sha256)
