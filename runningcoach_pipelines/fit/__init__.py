"""FIT bytes to Polars frames (`decode`) and columns to FIT bytes (`encode`, in `fit.encode`).

Importing this package costs nothing: numpy, polars and the profile load with the first call.
"""

from __future__ import annotations

from collections.abc import Collection

from runningcoach_pipelines.fit.model import DeveloperField, FitFile, FitHeader
from runningcoach_pipelines.fit.problems import FitDecodeError, FitProblem, ProblemKind

__all__ = [
    "DeveloperField",
    "FitDecodeError",
    "FitFile",
    "FitHeader",
    "FitProblem",
    "ProblemKind",
    "decode",
]


def decode(
    data: bytes | memoryview, *, messages: Collection[str] | None = None, check_crc: bool = True
) -> FitFile:
    """Decode a FIT file into one frame per message kind: all kinds, or those named in `messages`.

    Damaged input yields what could be read, with `problems` set; `FitDecodeError` is raised when nothing could.
    """
    from runningcoach_pipelines.fit.decoder import decode as decode_columns

    return decode_columns(data, messages=messages, check_crc=check_crc)
