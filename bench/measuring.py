"""What work costs: wall and CPU time, of PostgreSQL as well, and peak memory. Reads Linux's /proc."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLE_EVERY_S = 0.05
_TAIL = 2000


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of one piece of work. `cpu_s` is ours with that of ended worker processes."""

    wall_s: float
    cpu_s: float
    postgres_cpu_s: float


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended well, its cost as a whole, and the peaks of its memory in bytes.

    `process_peak` is the kernel's figure for the process alone. `tree_peak` is its resident memory with that of its
    descendants, and `postgres_peak` the server's private memory with its shared memory counted once; both are the
    largest of samples taken every 50 ms.
    """

    output: str
    cost: Cost
    process_peak: int
    tree_peak: int
    postgres_peak: int

    def result(self) -> Any:
        """The JSON document in the last line of the output."""
        return json.loads(self.output.splitlines()[-1])


def cost_of[T](work: Callable[[], T], postmaster: int) -> tuple[T, Cost]:
    """Do `work` in this process."""
    wall, cpu, postgres = time.perf_counter(), _own_cpu_s(), _postgres_cpu_s(postmaster)
    result = work()
    return result, Cost(
        time.perf_counter() - wall, _own_cpu_s() - cpu, max(0.0, _postgres_cpu_s(postmaster) - postgres)
    )


def run(
    command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str], postmaster: int | None = None
) -> Finished:
    """Run a program to its end in `folder`, watching its memory.

    Raises:
        RuntimeError: it failed; the message ends with what it said last.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        postgres = _postgres_cpu_s(postmaster)
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=errors)
        with _MemoryWatch(process.pid, postmaster) as memory:
            _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{command} ended with status {process.returncode}: {_text(errors)[-_TAIL:]}")
        cost = Cost(wall_s, used.ru_utime + used.ru_stime, max(0.0, _postgres_cpu_s(postmaster) - postgres))
        return Finished(_text(output), cost, memory.process_peak, memory.tree_peak, memory.postgres_peak)


class _MemoryWatch:
    """Samples resident memory in a thread for as long as the block lasts."""

    def __init__(self, pid: int, postmaster: int | None) -> None:
        self._pid = pid
        self._postmaster = postmaster
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.process_peak = self.tree_peak = self.postgres_peak = 0

    def __enter__(self) -> _MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_SAMPLE_EVERY_S):
            self.process_peak = max(self.process_peak, _high_water(self._pid))
            self.tree_peak = max(self.tree_peak, sum(resident for resident, _ in _memory(self._pid)))
            servers = [] if self._postmaster is None else list(_memory(self._postmaster))
            if servers:
                private = sum(resident - shared for resident, shared in servers)
                self.postgres_peak = max(self.postgres_peak, private + max(shared for _, shared in servers))


def _own_cpu_s() -> float:
    used = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _postgres_cpu_s(postmaster: int | None) -> float:
    """CPU time of the server so far: its live processes and those it has seen end."""
    if postmaster is None:
        return 0.0
    return sum(sum(map(int, stat[11:15])) for stat in (_stat(pid) for pid in _tree(postmaster)) if stat) / _TICKS


def _memory(root: int) -> Iterator[tuple[int, int]]:
    """Resident bytes and the shared part of them, for a process and its descendants."""
    for pid in _tree(root):
        if fields := _read(f"/proc/{pid}/statm").split():
            yield int(fields[1]) * _PAGE, int(fields[2]) * _PAGE


def _high_water(pid: int) -> int:
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _tree(root: int) -> list[int]:
    pids = [root]
    for pid in pids:  # grows while it is walked
        pids += map(int, _read(f"/proc/{pid}/task/{pid}/children").split())
    return pids


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat after the name, which may hold anything."""
    return _read(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _read(path: str) -> str:
    """What stands there; nothing when the process has just ended."""
    try:
        return Path(path).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _text(stream: Any) -> str:
    stream.seek(0)
    return str(stream.read().decode(errors="replace"))
