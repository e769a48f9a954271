"""Finding processes again by a mark in their environment, which every descendant inherits.

Unlike a pid or a process group the mark cannot be recycled by a stranger, and a descendant keeps it when its
parents are gone or when it has put itself into another session. Without /proc nothing is found.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

MARK = "RUNNINGCOACH_SERVICE"
"""Environment variable of every process of a service: `<token of the supervisor>/<name of the service>`."""

_PROC = Path("/proc")


def marked(prefix: str) -> list[int]:
    """Pids of the living processes whose mark begins with `prefix`, ours excluded."""
    return [pid for pid in _pids() if pid != os.getpid() and _is_marked(pid, prefix)]


def send_signal(prefix: str, number: signal.Signals, *, outside_group: int | None = None) -> None:
    """Signal every marked process, but for those of one process group that has been signalled as a whole.
    A program that takes over a pid meanwhile is not hit.
    """
    for pid in marked(prefix):
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            # the handle fixes which process is meant, so a mark seen now is that process's
            if os.getpgid(pid) != outside_group and _is_marked(pid, prefix):
                signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            continue
        finally:
            os.close(handle)


def _pids() -> Iterator[int]:
    return (int(folder.name) for folder in _PROC.glob("[0-9]*"))


def _is_marked(pid: int, prefix: str) -> bool:
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()  # empty for a zombie
    except OSError:  # gone meanwhile, or another user's: not marked by us either way
        return False
    wanted = os.fsencode(f"{MARK}={prefix}")
    return any(entry.startswith(wanted) for entry in environment.split(b"\0"))
