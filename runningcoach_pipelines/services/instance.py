"""One supervisor per home folder, and no trace of the one before it.

The file `up.lock` in the home is locked for as long as a supervisor lives, however it dies, and holds the token
that marks its processes. Whoever gets the lock and finds a token there clears what is left of that one.
"""

import fcntl
import json
import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runningcoach_pipelines.services.processes import marked, send_signal
from runningcoach_pipelines.services.service import ServiceError
from runningcoach_pipelines.waiting import wait_until


@contextmanager
def only_instance(home: Path) -> Iterator[str]:
    """Yields the token of this supervisor.

    Raises:
        ServiceError: another supervisor runs in this home, or an old process cannot be ended.
    """
    descriptor = _open(home / "up.lock")
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServiceError(
                f"RunningCoach is up already in {home} (process {_read(descriptor).get('pid', 'unknown')}): use "
                "that one, stop it first, or set RUNNINGCOACH_HOME to another folder"
            ) from error
        _clear(_read(descriptor).get("token", ""))
        token = secrets.token_hex(8)
        _write(descriptor, {"token": token, "pid": str(os.getpid())})
        yield token
        _write(descriptor, {})
    finally:
        os.close(descriptor)


def _clear(token: str) -> None:
    """End what a killed supervisor has left: politely first, for runs write down that they were interrupted."""
    if not token or not marked(token):
        return
    send_signal(token, signal.SIGTERM)
    if wait_until(lambda: not marked(token), 5.0):
        return
    send_signal(token, signal.SIGKILL)
    if not wait_until(lambda: not marked(token), 10.0):
        raise ServiceError(f"processes of an earlier `up` do not end: {marked(token)}; end them and start again")


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ServiceError(
            f"the home folder cannot be used: {error}. Give it to the user who runs RunningCoach, or set "
            "RUNNINGCOACH_HOME to a folder of your own."
        ) from error


def _read(descriptor: int) -> dict[str, str]:
    try:
        state = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:  # empty, or cut off by a crash in the middle of writing
        return {}
    if not isinstance(state, dict):
        return {}
    return {str(key): str(value) for key, value in state.items()}


def _write(descriptor: int, state: dict[str, str]) -> None:
    content = json.dumps(state).encode()
    os.pwrite(descriptor, content, 0)
    os.ftruncate(descriptor, len(content))
