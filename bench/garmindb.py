"""GarminDB, run as the program it is: in an environment of its own, over a folder of FIT files, without the network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.measuring import Finished
from runningcoach_pipelines.settings import PROJECT_ROOT

VERSION = "3.9.0"
_ENVIRONMENT = PROJECT_ROOT / ".bench" / "garmindb"


def install() -> Path:
    """The Python of an environment that holds GarminDB, made at the first call.

    Raises:
        RuntimeError: uv is not there, or it could not install GarminDB.
    """
    python = _ENVIRONMENT / "bin" / "python"
    installed = list(_ENVIRONMENT.glob(f"lib/python*/site-packages/garmindb-{VERSION}.dist-info"))
    if installed and python.exists():
        return python
    uv = shutil.which("uv") or str(PROJECT_ROOT / ".uv" / "bin" / "uv")
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", str(Path(sys.executable).resolve()), str(_ENVIRONMENT)],
        [uv, "pip", "install", "--quiet", "--python", str(python), f"garmindb=={VERSION}"],
    ):
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            raise RuntimeError(f"{uv} is not there: scripts/sync sets it up") from None
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"GarminDB {VERSION} cannot be installed: {error.stderr.strip()}") from error
    return python


def import_folder(
    python: Path, files: Path, home: Path, run: Callable[[list[str | Path], dict[str, str]], Finished]
) -> tuple[Finished, Path]:
    """Import `files` with GarminDB's own command into the new folder `home`; returns the run and its database."""
    shutil.copytree(files, home / "FitFiles" / "Activities")
    configuration = {
        "db": {"type": "sqlite"},
        "directories": {"relative_to_home": False, "base_dir": str(home)},
        "settings": {"metric": True},
        "enabled_stats": {"activities": True},
    }
    (home / "GarminConnectConfig.json").write_text(json.dumps(configuration))
    command: list[str | Path] = [python, python.parent / "garmindb_cli.py", "-f", home, "--import", "--activities"]
    return run(command, {"HOME": str(home)}), home / "DBs" / "garmin_activities.db"
