"""One running service: its process, its log, and everything it has started itself."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from runningcoach_pipelines.services.processes import MARK, marked, send_signal
from runningcoach_pipelines.services.service import Service, ServiceError

_LAUNCH = Path(__file__).with_name("launch.py")
_LOG_LIMIT_BYTES = 5 * 1024 * 1024
_TAIL_BYTES = 4096
_TAIL_LINES = 15


class Child:
    """A service that was started at least once. All methods return at once, but for a probe's second."""

    def __init__(self, service: Service, *, token: str, logs: Path) -> None:
        self.service = service
        self._log = logs / f"{service.name}.log"
        self._mark = f"{token}/{service.name}"
        self._process: subprocess.Popen[bytes] | None = None
        self._clean_looks = 0

    def start(self) -> None:
        """Start the process in a session of its own; its output is appended to the log.

        Raises:
            ServiceError: the system refuses.
        """
        self.rotate_log()
        try:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603  # the stack's own commands
                    [sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid()), *self.service.argv],
                    env={**os.environ, **self.service.env, MARK: self._mark},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            raise ServiceError(f"{self.service.name} cannot be started: {error}") from error

    @property
    def exit_status(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return None if self._process is None else self._process.poll()

    def is_ready(self) -> bool:
        """Whether it answers where `Service.ready` says."""
        if self.service.ready is None:
            return True
        url = urlsplit(self.service.ready)
        try:
            return _takes_connections(url.path) if url.scheme == "unix" else _answers(url)
        except (OSError, http.client.HTTPException):
            return False

    def terminate(self) -> None:
        """Ask the process and all it has started to end."""
        self._signal_all(signal.SIGTERM)

    def kill(self) -> None:
        """End the process and all it has started."""
        self._signal_all(signal.SIGKILL)

    def is_gone(self) -> bool:
        """Whether nothing is left of it. Only the second clean look counts: in the middle of an exec a process
        has no environment to be known by."""
        clean = self._process is None or (self._process.poll() is not None and not marked(self._mark))
        self._clean_looks = self._clean_looks + 1 if clean else 0
        return self._clean_looks > 1

    def rotate_log(self) -> None:
        """Put a long log aside as `.log.1`. The process keeps writing to the same, now empty, file."""
        if self._log.exists() and self._log.stat().st_size > _LOG_LIMIT_BYTES:
            shutil.copyfile(self._log, self._log.with_suffix(".log.1"))
            os.truncate(self._log, 0)

    def log_tail(self) -> str:
        """The last lines of the log and where to find the rest."""
        with self._log.open("rb") as log:
            log.seek(max(0, self._log.stat().st_size - _TAIL_BYTES))
            lines = log.read().decode("utf-8", errors="replace").splitlines()[-_TAIL_LINES:]
        return "\n".join([f"end of {self._log}:", *(f"  {line}" for line in lines)])

    def _signal_all(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        group: int | None = None
        if self._process.poll() is None:  # only then the number of its group is certainly still its own
            group = self._process.pid
            os.killpg(group, number)
        send_signal(self._mark, number, outside_group=group)


def _answers(url: SplitResult) -> bool:
    """Asked directly: a proxy of the environment is no way to ourselves."""
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=1)
    try:
        connection.request("GET", url.path or "/")
        return connection.getresponse().status == http.client.OK
    finally:
        connection.close()


def _takes_connections(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        probe.connect(path)
    return True
