"""Which exceptions are expected, and how they read on a terminal."""

from pydantic import ValidationError

from runningcoach_pipelines.fit import FitDecodeError
from runningcoach_pipelines.store.blob import BlobError
from runningcoach_pipelines.store.lake import LakeUnavailable
from runningcoach_pipelines.store.problems import DatabaseUnavailable

FAILED, WRONG_USAGE = 1, 2

_WRONG_PATH = (FileNotFoundError, NotADirectoryError, IsADirectoryError, FileExistsError, PermissionError)


def explained(error: Exception) -> tuple[str | None, int]:
    """Message and exit status of an expected error; None for a bug, which deserves its trace."""
    if isinstance(error, ValidationError):
        return _settings_message(error), WRONG_USAGE
    if isinstance(error, _WRONG_PATH):
        return str(error), WRONG_USAGE
    if isinstance(error, BlobError | DatabaseUnavailable | LakeUnavailable | FitDecodeError):
        return str(error), FAILED
    if type(error).__name__ in {"RunFailed", "ServiceError", "NoForecast"}:
        # Their modules import Dagster, the process supervisor or the science; the name is enough here.
        return str(error), FAILED
    return None, FAILED


def _settings_message(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"])
        lines.append(f"setting {where}: {problem['msg']}" if where else problem["msg"])
    return "\n".join(lines)
