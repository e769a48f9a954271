"""FIT bytes to Polars frames (`decode`, `decode_many`, `decode_each`), and columns to FIT bytes (`fit.encode`).

Importing this package costs nothing: numpy, polars and the profile load with the first function asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from runningcoach_pipelines.fit.model import DeveloperField, FitFile, FitHeader
from runningcoach_pipelines.fit.problems import FitDecodeError, FitProblem, ProblemKind

if TYPE_CHECKING:
    from runningcoach_pipelines.fit.batch import FitBatch, decode_each, decode_many
    from runningcoach_pipelines.fit.beats import hr_beats, hrv_beats, record_heart_rate
    from runningcoach_pipelines.fit.decoder import decode

__all__ = [
    "DeveloperField",
    "FitBatch",
    "FitDecodeError",
    "FitFile",
    "FitHeader",
    "FitProblem",
    "ProblemKind",
    "decode",
    "decode_each",
    "decode_many",
    "hr_beats",
    "hrv_beats",
    "record_heart_rate",
]

_MODULES = {
    "FitBatch": "batch",
    "decode": "decoder",
    "decode_each": "batch",
    "decode_many": "batch",
    "hr_beats": "beats",
    "hrv_beats": "beats",
    "record_heart_rate": "beats",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
