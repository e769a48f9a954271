"""What can be wrong with a FIT file, and where: the words in which the decoder reports it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    """The classes of damage and oddity a decoder can meet; everything readable is kept in each case."""

    NOT_FIT = "not_fit"
    HEADER = "header"
    HEADER_CRC = "header_crc"
    FILE_CRC = "file_crc"
    MISSING_CRC = "missing_crc"
    TRUNCATED = "truncated"
    UNDEFINED_LOCAL_TYPE = "undefined_local_type"
    TRAILING_BYTES = "trailing_bytes"
    FIELD_SIZE = "field_size"
    UNKNOWN_BASE_TYPE = "unknown_base_type"
    DUPLICATE_FIELD = "duplicate_field"
    DEVELOPER_FIELD = "developer_field"
    SYSTEM_TIME = "system_time"
    TOO_SPARSE = "too_sparse"
    TOO_MANY_COLUMNS = "too_many_columns"
    WORKER_LOST = "worker_lost"
    TOO_MANY_PROBLEMS = "too_many_problems"


@dataclass(frozen=True, slots=True)
class FitProblem:
    """Something wrong at `offset` (bytes from the start of the input); `cause` says what, for a person."""

    kind: ProblemKind
    offset: int
    cause: str

    def __str__(self) -> str:
        return f"byte {self.offset}: {self.cause}"


class FitDecodeError(ValueError):
    """Nothing could be read from the input. `problem` names the offset and the cause."""

    def __init__(self, problem: FitProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem

    def __reduce__(self) -> tuple[type[FitDecodeError], tuple[FitProblem]]:
        # The default would rebuild it from the message alone, and fail on the way back from a worker process.
        return FitDecodeError, (self.problem,)
