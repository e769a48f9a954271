"""Which processes serve a data folder.

Two sources that do not lie after a kill -9 or a restart of the machine: a lock that every server process
inherits and so holds for exactly as long as one of them lives, and PostgreSQL's own `postmaster.pid`, whose
process is checked, because its number may by now be free, a zombie's, or another program's.
"""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A live postmaster and what it says of itself: `starting`, `ready`, `stopping`, …"""

    pid: int
    port: int
    state: str


def find_postmaster(data: Path) -> Postmaster | None:
    """The process that serves `data`, None when there is none (or it has not written its port yet)."""
    try:
        content = (data / "postmaster.pid").read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None
    # lines: pid, folder, start time, port, socket folder, address, shared memory, state
    lines = [line.strip() for line in content.splitlines()]
    if len(lines) < 4 or not lines[0].isdigit() or not _serves(int(lines[0]), data):
        return None
    return Postmaster(int(lines[0]), int(lines[3]), lines[7] if len(lines) > 7 else "starting")


@contextmanager
def sole_use(data: Path) -> Iterator[int | None]:
    """Yields a descriptor whose lock says that no server process works in `data`, for a new postmaster to
    inherit; None while one does. A `postmaster.pid` is then a dead server's and is removed.
    """
    descriptor = os.open(data.parent / "alive", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        (data / "postmaster.pid").unlink(missing_ok=True)
        yield descriptor
    finally:
        os.close(descriptor)


def quit_orphans(data: Path) -> None:
    """Tell server processes to quit that work in `data` without a postmaster.

    They would end by themselves after their statement, which may take long.
    """
    for pid in _server_processes_in(data):
        try:
            os.kill(pid, signal.SIGQUIT)
        except ProcessLookupError:
            continue


def _server_processes_in(data: Path) -> Iterator[int]:
    for folder in _PROC.glob("[0-9]*"):
        try:
            cwd, program = os.readlink(folder / "cwd"), os.readlink(folder / "exe")
        except OSError:  # gone meanwhile, or another user's: not a process of ours either way
            continue
        if cwd == str(data) and program.endswith("/postgres"):
            yield int(folder.name)


def _serves(pid: int, data: Path) -> bool:
    if not (_PROC / "self").exists():
        return _exists(pid)
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return command[0].endswith(b"/postgres") and os.fsencode(data) in command


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
