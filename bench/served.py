"""`runningcoach up` over a sandbox's stores."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.sandbox import Sandbox, free_port

_READY_LIMIT_S = 180.0
_STOP_LIMIT_S = 60.0


@contextmanager
def served(place: Sandbox) -> Iterator[str]:
    """`runningcoach up` over the stores of `place`, ready; the address of its Dagster."""
    dagster, app = free_port(), free_port()
    environment = {
        **place.environment,
        "RUNNINGCOACH_DAGSTER_PORT": str(dagster),
        "RUNNINGCOACH_APP_PORT": str(app),
        "TMPDIR": str(place.folder),
    }
    log = place.folder / "up.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "runningcoach", "up"],
            cwd=place.folder,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        try:
            if not until(lambda: _answers(f"http://127.0.0.1:{dagster}/server_info"), _READY_LIMIT_S):
                raise RuntimeError(f"Dagster's web server is not up after {_READY_LIMIT_S:.0f} s: {log.read_text()}")
            yield f"http://127.0.0.1:{dagster}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_STOP_LIMIT_S)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # our own http:// address
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def until(holds: Callable[[], bool], limit_s: float) -> bool:
    """Whether it came to hold within the limit."""
    deadline = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.25)
    return True
