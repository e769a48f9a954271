"""The product as its user runs it: the installed command, its own PostgreSQL, in a folder with a space."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import free_port

COMMAND = Path(sys.executable).with_name("runningcoach")


@dataclass(frozen=True)
class Served:
    """A process that goes on until it is stopped, and the file with what it prints."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def is_up(self) -> bool:
        return "RunningCoach is up" in self.output.read_text(errors="replace")


@dataclass
class Product:
    """A home folder, free ports, and commands on them."""

    home: Path
    temporary: Path
    """Where its processes put temporary files."""
    environment: dict[str, str]
    started: list[Served] = field(default_factory=list)

    def port(self, name: str) -> int:
        return int(self.environment[f"RUNNINGCOACH_{name}_PORT"])

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments], env=self.environment, capture_output=True, text=True, check=False, timeout=600
        )

    def start(self, *arguments: str) -> Served:
        return self.start_program([str(COMMAND), *arguments])

    def start_program(self, command: list[str]) -> Served:
        output = self.home.with_name(f"output-{len(self.started)}.txt")
        with output.open("wb") as stream:
            process = subprocess.Popen(
                command, env=self.environment, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
            )
        served = Served(process, output)
        self.started.append(served)
        return served

    def processes(self) -> list[str]:
        """Command lines of all processes that know this home, except zombies."""
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            try:
                environment = (folder / "environ").read_bytes()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            except OSError:
                continue
            if command and (str(self.home).encode() in environment or str(self.home) in command):
                found.append(command)
        return found


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    home = tmp_path_factory.mktemp("product") / "my home"
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("RUNNINGCOACH_", "DAGSTER_"))}
    ours.pop("DATABASE_URL", None)
    ports = {f"RUNNINGCOACH_{name}_PORT": str(free_port()) for name in ("PG", "DAGSTER", "APP")}
    with tempfile.TemporaryDirectory() as temporary:  # pytest's own is too long for a socket's path
        places = {"RUNNINGCOACH_HOME": str(home), "TMPDIR": temporary}
        product = Product(home, Path(temporary), {**ours, **ports, **places, "COLUMNS": "160"})
        yield product
        for served in product.started:
            if served.process.poll() is None:
                os.killpg(served.process.pid, signal.SIGKILL)
                served.process.wait()
