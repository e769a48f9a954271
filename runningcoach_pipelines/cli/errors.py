"""Which exceptions are expected, and how they read on a terminal."""

from pydantic import ValidationError

from runningcoach_pipelines.garmin.problems import GarminProblem
from runningcoach_pipelines.settings import described
from runningcoach_pipelines.store.blob import BlobError
from runningcoach_pipelines.store.keyring import SecretUnreadable
from runningcoach_pipelines.store.lake import LakeUnavailable
from runningcoach_pipelines.store.problems import DatabaseUnavailable

FAILED, WRONG_USAGE = 1, 2

_EXPECTED = (BlobError, DatabaseUnavailable, LakeUnavailable, GarminProblem, SecretUnreadable)
_WRONG_PATH = (FileNotFoundError, NotADirectoryError, IsADirectoryError, FileExistsError, PermissionError)


class UnreadableFile(Exception):
    """A file named on the command line is not what the command reads; the message names both."""


class UnsafeDemo(Exception):
    """The demo would touch what is not its own."""


def explained(error: Exception) -> tuple[str | None, int]:
    """Message and exit status of an expected error; None for a bug, which deserves its trace."""
    if isinstance(error, ValidationError):
        return _settings_message(error), WRONG_USAGE
    if isinstance(error, _WRONG_PATH):
        return str(error), WRONG_USAGE
    if isinstance(error, (*_EXPECTED, UnreadableFile, UnsafeDemo)):
        return str(error), FAILED
    if type(error).__name__ in {"RunFailed", "ServiceError", "NoForecast"}:
        # Their modules import Dagster, the process supervisor or the science; the name is enough here.
        return str(error), FAILED
    return None, FAILED


def _settings_message(error: ValidationError) -> str:
    """A line for each wrong setting: the variable to change, its value unless that is a secret, what it must be."""
    lines = []
    for problem in error.errors():
        if not problem["loc"]:
            lines.append(problem["msg"].removeprefix("Value error, "))
            continue
        setting = described(str(problem["loc"][0]))
        given = "has an unusable value" if setting.is_secret else f"is {problem['input']!r}"
        lines.append(f"{setting.variable} {given}: it must be {setting.expected}")
    return "\n".join(lines)
