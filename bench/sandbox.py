"""Stores of their own for a measurement: a temporary home and an embedded PostgreSQL, both gone afterwards."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runningcoach_pipelines.services.stack import service_environment
from runningcoach_pipelines.settings import PROJECT_ROOT, Settings
from runningcoach_pipelines.store.database import upgrade
from runningcoach_pipelines.store.embedded import EmbeddedPostgres
from runningcoach_pipelines.store.lakehouse import Lakehouse, lakehouse_at

_SETTINGS = ("RUNNINGCOACH_", "DAGSTER_", "R2_", "AWS_", "DATABASE_URL", "USE_DB_STORAGE")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running server with a migrated, empty database, and what a process needs to work on it."""

    folder: Path
    settings: Settings
    url: str
    postmaster: int
    environment: Mapping[str, str]

    @contextmanager
    def lakehouse(self) -> Iterator[Lakehouse]:
        """The stores, in this process."""
        opened = lakehouse_at(self.settings, self.url)
        try:
            yield opened
        finally:
            opened.engine.dispose()


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """Work in processes started in `folder` with `environment`: no setting of the user's reaches them."""
    with tempfile.TemporaryDirectory(prefix="runningcoach-bench-") as name:
        folder = Path(name)
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it, its plug-in for mypy is not in use
            home=folder / "home",
            database_url=None,
            pg_port=free_port(),
        )
        server = EmbeddedPostgres(settings.postgres_folder, settings.pg_port)
        with server.session() as url:
            status = server.status()
            if status is None:
                raise RuntimeError("the embedded PostgreSQL ended as soon as it was started")
            environment = {
                **plain_environment(),
                **service_environment(settings, url),
                "PYTHONPATH": str(PROJECT_ROOT),
            }
            ready = Sandbox(folder, settings, url, status.pid, environment)
            with ready.lakehouse() as lakehouse:
                upgrade(lakehouse.engine)
            yield ready


def plain_environment() -> dict[str, str]:
    """The environment without anything that sets RunningCoach up."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
