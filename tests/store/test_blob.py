"""What all blob stores share: names, reproducible compression, and reads that never give wrong bytes."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.settings import Compression
from runningcoach_pipelines.store.blob import (
    LARGEST_BLOB_BYTES,
    BlobCorrupt,
    check_content,
    check_name,
    compress,
    decompress,
    sha256_of,
    unpack,
)

COMPRESSIONS = pytest.mark.parametrize("compression", list(Compression))
ABC = b"abc"
SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1


def test_a_blob_is_named_by_the_sha256_of_its_bytes() -> None:
    assert sha256_of(ABC) == SHA256_OF_ABC


@given(data=st.binary(max_size=5000), compression=st.sampled_from(Compression))
def test_compressed_bytes_give_back_the_data(data: bytes, compression: Compression) -> None:
    stored = compress(data, compression)
    assert decompress(stored, compression, len(data)) == data
    assert unpack(stored, compression, len(data), athlete_id="me", sha256=sha256_of(data)) == data


@pytest.mark.parametrize(
    ("compression", "beginning"),
    [
        (Compression.GZIP, bytes.fromhex("1f8b0800 00000000")),  # RFC 1952: deflate, no name, no time
        (Compression.ZSTD, bytes.fromhex("28b52ffd")),  # RFC 8878
        (Compression.NONE, b"....FIT"),
    ],
)
def test_compression_is_a_standard_format_without_a_time(compression: Compression, beginning: bytes) -> None:
    assert compress(b"....FIT" * 100, compression).startswith(beginning)


@given(data=st.binary(max_size=300), compression=st.sampled_from(Compression), draw=st.data())
def test_damaged_bytes_give_the_data_or_blob_corrupt(
    data: bytes, compression: Compression, draw: st.DataObject
) -> None:
    stored = compress(data, compression)
    start = draw.draw(st.integers(0, len(stored)), label="start of damage")
    end = draw.draw(st.integers(start, len(stored)), label="end of damage")
    damaged = stored[:start] + draw.draw(st.binary(max_size=20), label="instead") + stored[end:]
    size = draw.draw(st.just(len(data)) | st.integers(-10, LARGEST_BLOB_BYTES + 10), label="raw size")
    try:
        found = unpack(damaged, compression, size, athlete_id="me", sha256=sha256_of(data))
    except BlobCorrupt:
        return
    assert found == data


@given(stored=st.binary(max_size=200), compression=st.sampled_from(Compression), size=st.integers(0, 300))
def test_bytes_of_any_origin_give_the_asked_size_or_blob_corrupt(
    stored: bytes, compression: Compression, size: int
) -> None:
    try:
        found = decompress(stored, compression, size)
    except BlobCorrupt:
        return
    assert len(found) == size


@COMPRESSIONS
@pytest.mark.parametrize(
    ("damage", "raw_size"),
    [
        (lambda stored: stored[:-1], 1000),
        (lambda stored: stored[: len(stored) // 2], 1000),
        (lambda stored: stored + b"\0", 1000),
        (lambda stored: stored, 999),
        (lambda stored: stored, 1001),
        (lambda stored: stored, -1),
        (lambda _stored: b"", 1000),
    ],
    ids=["last byte gone", "half gone", "byte more", "size less", "size more", "size negative", "empty"],
)
def test_what_is_not_exactly_the_stored_blob_is_corrupt(compression, damage, raw_size) -> None:
    stored = compress(bytes(range(250)) * 4, compression)
    with pytest.raises(BlobCorrupt):
        decompress(damage(stored), compression, raw_size)


@pytest.mark.parametrize(
    ("bomb", "compression"),
    [
        (compress(bytes(20_000_000), Compression.GZIP), Compression.GZIP),
        (compress(bytes(20_000_000), Compression.ZSTD), Compression.ZSTD),
        # A frame that promises 2 GiB and holds one empty block.
        (
            bytes.fromhex("28b52ffd e0") + (1 << 31).to_bytes(8, "little") + bytes.fromhex("010000"),
            Compression.ZSTD,
        ),
    ],
    ids=["gzip", "zstd", "zstd that promises too much"],
)
def test_a_decompression_bomb_takes_no_memory(bomb: bytes, compression: Compression) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BlobCorrupt):
            decompress(bomb, compression, 1000)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 200_000


def test_a_blob_with_other_bytes_names_both_hashes() -> None:
    with pytest.raises(BlobCorrupt) as caught:
        unpack(b"abd", Compression.NONE, 3, athlete_id="me", sha256=SHA256_OF_ABC)
    assert SHA256_OF_ABC in str(caught.value)
    assert sha256_of(b"abd") in str(caught.value)


def test_bytes_under_a_wrong_name_are_refused_before_they_are_stored() -> None:
    check_content("me", SHA256_OF_ABC, ABC)
    with pytest.raises(BlobCorrupt, match=sha256_of(b"abd")):
        check_content("me", SHA256_OF_ABC, b"abd")


@pytest.mark.parametrize(
    ("athlete_id", "sha256"),
    [
        ("../me", SHA256_OF_ABC),
        ("a/b", SHA256_OF_ABC),
        ("", SHA256_OF_ABC),
        ("-me", SHA256_OF_ABC),
        ("Me", SHA256_OF_ABC),
        ("me\n", SHA256_OF_ABC),
        ("m" * 64, SHA256_OF_ABC),
        ("me", ""),
        ("me", SHA256_OF_ABC.upper()),
        ("me", SHA256_OF_ABC[:-1]),
        ("me", SHA256_OF_ABC + "\n"),
        ("me", "../" + SHA256_OF_ABC[3:]),
    ],
)
def test_names_that_could_leave_their_folder_are_refused(athlete_id: str, sha256: str) -> None:
    check_name("me", SHA256_OF_ABC)
    with pytest.raises(ValueError, match=r"no athlete id|no SHA-256"):
        check_name(athlete_id, sha256)
