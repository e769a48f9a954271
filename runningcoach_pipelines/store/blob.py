"""FIT blobs: what every place that keeps them shares, whatever engine stands behind it.

A blob is the untouched bytes of one file of one athlete. Its name is the SHA-256 of those bytes; how they are
compressed is a detail of the place. Here live the protocol, the errors, compression and the check that every
read passes. Not here: talking to a bucket (`s3_blobs`) or to the database.
"""

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import zstandard

from runningcoach_pipelines.settings import Compression

LARGEST_BLOB_BYTES = 1 << 30
"""No file is larger: `Settings.max_file_mib` ends at 1024."""

GZIP_LEVEL = 6
ZSTD_LEVEL = 3

_GZIP_WINDOW_BITS = 31  # zlib's way to say: a gzip header and trailer around a 32 KiB window
_ATHLETE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobError(Exception):
    """A blob could not be stored or read."""


class BlobMissing(BlobError):
    """No blob is stored under that name."""


class BlobCorrupt(BlobError):
    """The bytes are not those that their SHA-256 stands for."""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """What is stored now; sizes in bytes.

    `created` is false when the blob was there before. Nothing was changed then, and `compression` and
    `stored_size` are those of the first time.
    """

    sha256: str
    raw_size: int
    stored_size: int
    compression: Compression
    created: bool


class BlobStore(Protocol):
    """Keeps blobs for ever: there is no way to change or delete one.

    Athlete ids match `[a-z0-9][a-z0-9_-]{0,62}`, hashes are 64 lower-case hexadecimal digits; anything else
    is a ValueError.
    """

    def put(self, athlete_id: str, sha256: str, data: bytes, compression: Compression) -> StoredBlob:
        """Store `data`; a second time changes nothing and says so (`created`).

        Raises BlobCorrupt when `data` does not hash to `sha256`, or when what was stored under that name
        before does not.
        """
        ...

    def get(self, athlete_id: str, sha256: str) -> bytes:
        """The raw bytes, checked against size and SHA-256. Raises BlobMissing or BlobCorrupt."""
        ...

    def contains(self, athlete_id: str, sha256: str) -> bool:
        """Whether a blob of that name is stored; its bytes are not read."""
        ...

    def iter_hashes(self, athlete_id: str) -> Iterator[str]:
        """SHA-256 of all blobs of the athlete, ascending, each once."""
        ...


def sha256_of(data: bytes) -> str:
    """SHA-256 as a blob's name: lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def check_athlete(athlete_id: str) -> None:
    """Raise ValueError unless this is an athlete id, which is safe in a path."""
    if not _ATHLETE_ID.fullmatch(athlete_id):
        raise ValueError(f"{athlete_id!r} is no athlete id: lower-case letters, digits, _ and -, at most 63")


def check_name(athlete_id: str, sha256: str) -> None:
    """Raise ValueError unless both parts of a blob's name have their form."""
    check_athlete(athlete_id)
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is no SHA-256: 64 lower-case hexadecimal digits")


def check_content(athlete_id: str, sha256: str, data: bytes) -> None:
    """Raise unless `data` may be stored so: ValueError for the name, BlobError for the content."""
    check_name(athlete_id, sha256)
    if len(data) > LARGEST_BLOB_BYTES:
        raise BlobError(f"blob {sha256} of {athlete_id} has {len(data)} bytes; at most {LARGEST_BLOB_BYTES} are stored")
    found = sha256_of(data)
    if found != sha256:
        raise BlobCorrupt(
            f"blob {sha256} of {athlete_id} was handed over with bytes that hash to {found}; read the file again"
        )


def compress(data: bytes, compression: Compression) -> bytes:
    """`data` compressed; the same bytes every time (gzip without time and name)."""
    match compression:
        case Compression.GZIP:
            compressor = zlib.compressobj(GZIP_LEVEL, wbits=_GZIP_WINDOW_BITS)
            return compressor.compress(data) + compressor.flush()
        case Compression.ZSTD:
            return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(data)
        case Compression.NONE:
            return data


def decompress(stored: bytes, compression: Compression, raw_size: int) -> bytes:
    """The raw bytes, exactly `raw_size` of them; never inflates further. Raises BlobCorrupt otherwise."""
    if not 0 <= raw_size <= LARGEST_BLOB_BYTES:
        raise BlobCorrupt(f"a raw size of {raw_size} bytes is outside 0 to {LARGEST_BLOB_BYTES}")
    match compression:
        case Compression.GZIP:
            data = _gunzip(stored, raw_size)
        case Compression.ZSTD:
            data = _unzstd(stored, raw_size)
        case Compression.NONE:
            data = stored
    if len(data) != raw_size:
        raise BlobCorrupt(f"{compression} gives other than the {raw_size} bytes it should")
    return data


def _gunzip(stored: bytes, raw_size: int) -> bytes:
    decompressor = zlib.decompressobj(wbits=_GZIP_WINDOW_BITS)
    try:
        data = decompressor.decompress(stored, raw_size + 1)
    except zlib.error as error:
        raise BlobCorrupt(f"gzip does not decompress: {error}") from error
    if not decompressor.eof and len(data) <= raw_size:
        raise BlobCorrupt("gzip is cut short")
    if decompressor.unused_data:
        raise BlobCorrupt(f"gzip is followed by {len(decompressor.unused_data)} other bytes")
    return data


def _unzstd(stored: bytes, raw_size: int) -> bytes:
    try:
        # The frame's own promise decides how much memory is taken, so it is checked first.
        if zstandard.frame_content_size(stored) != raw_size:
            raise BlobCorrupt(f"zstd does not promise the {raw_size} bytes it should")
        return zstandard.ZstdDecompressor().decompress(stored, max_output_size=raw_size, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise BlobCorrupt(f"zstd does not decompress: {error}") from error


def unpack(stored: bytes, compression: Compression, raw_size: int, *, athlete_id: str, sha256: str) -> bytes:
    """The raw bytes of a stored blob, checked against size and SHA-256: what every read goes through.

    Raises BlobCorrupt naming the blob, the hash it should have and, where the bytes decompress, the hash
    found.
    """
    remedy = "restore it from a backup, or remove it there and import the original file again"
    try:
        data = decompress(stored, compression, raw_size)
    except BlobCorrupt as error:
        raise BlobCorrupt(f"blob of {athlete_id} with SHA-256 {sha256} is damaged: {error}; {remedy}") from error
    found = sha256_of(data)
    if found != sha256:
        raise BlobCorrupt(f"blob of {athlete_id} with SHA-256 {sha256} is damaged: its bytes hash to {found}; {remedy}")
    return data
