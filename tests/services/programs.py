"""Small real programs to supervise, and a supervisor to start, signal and kill."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from runningcoach_pipelines.services import Service
from runningcoach_pipelines.settings import PROJECT_ROOT

_SUPERVISOR = """
import contextlib, json, signal, sys
from pathlib import Path
from runningcoach_pipelines.services import Service, supervise, supervisor
if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
    signal.signal(signal.SIGINT, lambda *_: None)
services = [Service(**fields) for fields in json.loads(sys.argv[2])]
def keep():
    if sys.argv[3] == "keep fails":
        raise RuntimeError("nothing to keep")
if sys.argv[3] == "impatient":
    supervisor._READY_LIMIT_S = 0.2
home = Path(sys.argv[1])
@contextlib.contextmanager
def folder():
    (home / "folder").mkdir(exist_ok=True)
    yield
    (home / "folder").rmdir()
ready = lambda: print("ready", flush=True)
sys.exit(supervise(services, home=home, on_ready=ready, within=folder(), keep=keep))
"""

_NOTE_PID = """
import os, signal, subprocess, sys, time
with open(sys.argv[1], "a") as pids:
    pids.write(f"{os.getpid()}\\n")
"""

DEAF = "for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)\n"
"""Ignore every polite request to end."""

LIKE_DAGSTER = "signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))\n"
"""Treat SIGTERM as SIGINT is treated, which a background job of a script ignores."""

SERVE = """
import http.server
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""

LISTEN_ON_SOCKET = """
import socket
with open(sys.argv[1]) as pids:
    print(len(pids.readlines()), "started", flush=True)
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[2])
server.listen()
time.sleep(3600)
"""
"""Say how many services have started so far, then be ready."""

SERVE_ONCE_THEN_DIE = """
import http.server
print("no such thing as enough", flush=True)
try:
    open(sys.argv[1] + ".served", "x").close()
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), http.server.SimpleHTTPRequestHandler).handle_request()
except FileExistsError:
    pass
sys.exit(3)
"""
"""Answer the question whether it is ready, then die; die at once at every later start."""

WAIT = "print('waiting', flush=True)\nwhile True: time.sleep(3600)\n"


def child_in_own_session(program: str) -> str:
    """A line that starts `program` as a grandchild of the supervisor, away from its parent's group."""
    return f"subprocess.Popen([sys.executable, '-c', {_NOTE_PID + program!r}, *sys.argv[1:]], start_new_session=True)\n"


@dataclass(frozen=True, slots=True)
class Up:
    """A running supervisor process."""

    process: "subprocess.Popen[str]"

    def until_ready(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line == "ready\n", self.process.communicate()[1]

    def ended(self) -> str:
        """Wait for the end and return what it said to the user."""
        return self.process.communicate(timeout=120)[1]

    def stopped_by(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        self.ended()
        return self.process.returncode


class Stage:
    """A home folder, its services, and the pids of all that ever ran in it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "my run 런닝"
        self._pids = folder / "pids"
        self._ups: list[Up] = []

    def service(
        self, name: str, program: str, *, port: int | None = None, socket: Path | None = None, needs: str = ""
    ) -> Service:
        """A service that is ready when its port or its socket says so; either is the program's second argument."""
        ready = None if port is None else f"http://127.0.0.1:{port}/"
        return Service(
            name=name,
            argv=(sys.executable, "-c", _NOTE_PID + program, str(self._pids), str(port or socket or "")),
            port=port,
            port_setting=f"RUNNINGCOACH_{name.upper()}_PORT",
            ready=ready if socket is None else f"unix:{socket}",
            needs=(needs,) if needs else (),
        )

    def up(self, services: Sequence[Service], how: str = "", *, preexec: Callable[[], object] | None = None) -> Up:
        fields = ("name", "argv", "port", "port_setting", "ready", "needs")
        described = [{field: getattr(service, field) for field in fields} for service in services]
        process = subprocess.Popen(
            [sys.executable, "-c", _SUPERVISOR, str(self.home), json.dumps(described), how],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
            preexec_fn=preexec,  # noqa: PLW1509  # sets a signal only
        )
        self._ups.append(Up(process))
        return self._ups[-1]

    def pids(self) -> list[int]:
        """Everything that was started, in order of its start."""
        return [int(line) for line in self._pids.read_text().splitlines()] if self._pids.exists() else []

    def living(self) -> list[int]:
        return [pid for pid in self.pids() if is_alive(pid)]

    def clear(self) -> None:
        """Leave nothing behind when a test has failed."""
        for pid in [*(up.process.pid for up in self._ups if up.process.poll() is None), *self.living()]:
            os.kill(pid, signal.SIGKILL)
        for up in self._ups:
            up.process.communicate()


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}
