"""ZIP archives of every kind that an import may meet."""

import io
import zipfile
from collections.abc import Mapping


def zipped(entries: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def nested(data: bytes, depth: int) -> bytes:
    """`data` as the one file of an archive, in an archive, `depth` of them."""
    for level in range(depth):
        data = zipped({"run.fit" if level == 0 else "inner.zip": data})
    return data


def encrypted(data: bytes) -> bytes:
    """An archive whose first entry says that it is encrypted."""
    patched = bytearray(zipped({"run.fit": data}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        patched[patched.index(signature) + flags] |= 1
    return bytes(patched)
