"""Which services `runningcoach up` runs: Dagster's UI, its daemon, and the app.

Children get the database by URL, so none of them starts or stops the embedded server.
"""

import shutil
import sys
from pathlib import Path

from runningcoach_pipelines.services.service import Service, ServiceError
from runningcoach_pipelines.settings import PROJECT_ROOT, Settings
from runningcoach_pipelines.store.database import dagster_url

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # compared with, not bound to


def up_services(settings: Settings, database_url: str) -> list[Service]:
    """The services over the database at `database_url` (libpq form), in the order they are shown.

    Raises:
        ServiceError: Dagster's home cannot be made.
    """
    environment = service_environment(settings, database_url)
    workspace = str(PROJECT_ROOT / "workspace.yaml")
    python = (sys.executable, "-m")
    dagster_port, app_port = str(settings.dagster_port), str(settings.app_port)
    return [
        Service(
            name="dagster-webserver",
            argv=(*python, "dagster_webserver", "-w", workspace, "-h", settings.host, "-p", dagster_port),
            env=environment,
            host=settings.host,
            port=settings.dagster_port,
            port_setting="RUNNINGCOACH_DAGSTER_PORT",
            ready=_url(settings.host, settings.dagster_port, "/server_info"),
        ),
        Service(
            name="dagster-daemon",
            argv=(*python, "dagster._daemon", "run", "-w", workspace),
            env=environment,
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


def service_environment(settings: Settings, database_url: str) -> dict[str, str]:
    """What a process of ours needs besides the environment we were started with. Puts the project's
    `dagster.yaml` where Dagster looks for it.

    Raises:
        ServiceError: Dagster's home cannot be made.
    """
    home = settings.home.resolve()
    dagster_home = settings.dagster_home.resolve()
    _install(PROJECT_ROOT / "dagster.yaml", dagster_home)
    return {
        "RUNNINGCOACH_HOME": str(home),
        "RUNNINGCOACH_ATHLETE": settings.athlete,
        "DATABASE_URL": database_url,
        "DAGSTER_HOME": str(dagster_home),
        "DAGSTER_POSTGRES_URL": dagster_url(database_url),
        "DAGSTER_EVENT_BATCH_SIZE": "100",  # 40 % less bookkeeping per partition
        "PYTHONUNBUFFERED": "1",  # a log that ends where its process did
    }


def _install(configuration: Path, dagster_home: Path) -> None:
    try:
        dagster_home.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(configuration, dagster_home / configuration.name)
    except OSError as error:
        raise ServiceError(f"Dagster's home {dagster_home} cannot be made: {error}") from error


def _url(host: str, port: int, path: str) -> str:
    address = _EVERY_ADDRESS.get(host, host)
    return f"http://[{address}]:{port}{path}" if ":" in address else f"http://{address}:{port}{path}"
