"""Which services `runningcoach up` runs: one server for our Dagster code, Dagster's UI, its daemon, and the app.

Left alone, UI and daemon would each start a code server, and the daemon a new one every minute: 450 MB and
6 to 9 CPU seconds per minute for an idle system. Children get the database by URL, so none of them starts or
stops the embedded server.
"""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runningcoach_pipelines.services.service import Service, ServiceError
from runningcoach_pipelines.settings import PROJECT_ROOT, Settings
from runningcoach_pipelines.store.database import dagster_url

_DEFINITIONS = "runningcoach_pipelines.definitions"
_LOCATION = "runningcoach"  # as in workspace.yaml, so that `dagster dev` finds the same schedules and runs
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # compared with, not bound to


def up_services(settings: Settings, database_url: str) -> list[Service]:
    """The services over the database at `database_url` (libpq form), in the order they are shown.

    Raises:
        ServiceError: Dagster's home cannot be made.
    """
    environment = service_environment(settings, database_url)
    python = (sys.executable, "-m")
    code_socket = _socket_folder(settings) / "code.sock"
    try:
        workspace = _write_workspace(settings.dagster_home.resolve(), code_socket)
    except OSError as error:
        raise ServiceError(f"what Dagster needs to start cannot be written: {error}") from error
    dagster_port, app_port = str(settings.dagster_port), str(settings.app_port)
    return [
        Service(
            name="dagster-code",
            argv=(
                *(*python, "dagster", "api", "grpc", "-m", _DEFINITIONS),
                *("--location-name", _LOCATION, "--socket", str(code_socket)),
            ),
            env=environment,
            ready=f"unix:{code_socket}",
        ),
        Service(
            name="dagster-webserver",
            argv=(*python, "dagster_webserver", "-w", workspace, "-h", settings.host, "-p", dagster_port),
            env=environment,
            host=settings.host,
            port=settings.dagster_port,
            port_setting="RUNNINGCOACH_DAGSTER_PORT",
            ready=_url(settings.host, settings.dagster_port, "/server_info"),
            needs=("dagster-code",),
        ),
        Service(
            name="dagster-daemon",
            argv=(*python, "dagster._daemon", "run", "-w", workspace),
            env=environment,
            needs=("dagster-code",),
        ),
        Service(
            name="app",
            argv=(
                *(*python, "streamlit", "run", str(PROJECT_ROOT / "runningcoach_app" / "main.py")),
                *("--server.port", app_port, "--server.address", settings.host),
                *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
            ),
            env=environment,
            host=settings.host,
            port=settings.app_port,
            port_setting="RUNNINGCOACH_APP_PORT",
            ready=_url(settings.host, settings.app_port, "/_stcore/health"),
        ),
    ]


@contextmanager
def socket_folder(settings: Settings) -> Iterator[Path]:
    """Where the code server listens, for as long as services run. Who can connect can run our code, so the folder
    is ours alone.

    Raises:
        ServiceError: it cannot be made, or somebody else has made it.
    """
    folder = _socket_folder(settings)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise ServiceError(f"the folder of the code server's socket cannot be made: {error}") from error
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise ServiceError(f"{folder} does not belong to you alone: remove it, or set TMPDIR to a folder of your own")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # what cleans temporary folders may have been faster


def _socket_folder(settings: Settings) -> Path:
    """Not in the home: a socket's path is at most 107 bytes, and gRPC wants it without spaces."""
    digest = hashlib.sha256(os.fsencode(settings.home.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"runningcoach-{os.geteuid()}-{digest}"


def service_environment(settings: Settings, database_url: str) -> dict[str, str]:
    """What a process of ours needs besides the environment we were started with. Puts the project's
    `dagster.yaml` where Dagster looks for it.

    Raises:
        ServiceError: Dagster's home cannot be made.
    """
    home = settings.home.resolve()
    dagster_home = settings.dagster_home.resolve()
    _install(PROJECT_ROOT / "dagster.yaml", dagster_home)
    return _garmin_of_a_demo(settings) | {
        "RUNNINGCOACH_HOME": str(home),
        "RUNNINGCOACH_ATHLETE": settings.athlete,
        "DATABASE_URL": database_url,
        "DAGSTER_HOME": str(dagster_home),
        "DAGSTER_POSTGRES_URL": dagster_url(database_url),
        "DAGSTER_EVENT_BATCH_SIZE": "100",  # 40 % less bookkeeping per partition
        "PYTHONUNBUFFERED": "1",  # a log that ends where its process did
    }


def _garmin_of_a_demo(settings: Settings) -> dict[str, str]:
    """Where Garmin is and how often it is asked, if it is one on this machine."""
    if settings.garmin_url is None:
        return {}
    return {
        "RUNNINGCOACH_GARMIN_URL": settings.garmin_url,
        "RUNNINGCOACH_GARMIN_PAUSE_S": str(settings.garmin_pause_s),
        "RUNNINGCOACH_GARMIN_REQUESTS_PER_HOUR": str(settings.garmin_requests_per_hour),
        "RUNNINGCOACH_GARMIN_REQUESTS_PER_DAY": str(settings.garmin_requests_per_day),
    }


def _install(configuration: Path, dagster_home: Path) -> None:
    try:
        dagster_home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(configuration, dagster_home / configuration.name)
    except OSError as error:
        raise ServiceError(f"Dagster's home {dagster_home} cannot be made: {error}") from error


def _write_workspace(dagster_home: Path, code_socket: Path) -> str:
    server = {"socket": str(code_socket), "location_name": _LOCATION}
    workspace = dagster_home / "workspace.yaml"
    workspace.write_text(json.dumps({"load_from": [{"grpc_server": server}]}), encoding="utf-8")
    return str(workspace)


def _url(host: str, port: int, path: str) -> str:
    address = _EVERY_ADDRESS.get(host, host)
    return f"http://[{address}]:{port}{path}" if ":" in address else f"http://{address}:{port}{path}"
