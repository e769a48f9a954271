"""Fixtures for all tests: one embedded PostgreSQL for the session, a fresh migrated database for a test."""

import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg
import pytest
from psycopg import sql

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.database import open_engine, upgrade
from runningcoach_pipelines.store.embedded import EmbeddedPostgres
from runningcoach_pipelines.store.lakehouse import Lakehouse, lakehouse_at

# How long an example takes on a busy machine says nothing.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

_SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
_OURS = ("RUNNINGCOACH_", "DAGSTER_", "R2_", "AWS_", "DATABASE_URL", "USE_DB_STORAGE")
_MODE = "RUNNINGCOACH_REAL_FILES"
_KEPT = {_MODE, "RUNNINGCOACH_SOAK"}


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's environment must not change what a test sees."""
    for name in list(os.environ):
        if name.startswith(_OURS) and name not in _KEPT:
            monkeypatch.delenv(name)


def shared_folder(name: str) -> Path:
    """A folder of real files beside the checkout; absent elsewhere, unless they are required."""
    folder = _SHARED / name
    if not folder.is_dir():
        if os.environ.get(_MODE) == "required":
            pytest.fail(f"{_MODE}=required, but {folder} is not there")
        pytest.skip(f"no folder of real files at {folder}")
    return folder


@pytest.fixture(scope="session")
def real_files() -> Path:
    return shared_folder("fit")


@pytest.fixture(scope="session")
def truth_files() -> Path:
    return shared_folder("truth")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """The session's PostgreSQL; `superuser` may create databases, our own role may not."""

    url: str
    superuser: str

    def database(self, name: str) -> str:
        return _with_database(self.url, name)

    def create(self, name: str, template: str) -> None:
        names = (sql.Identifier(name), sql.Identifier(template))
        self._execute(sql.SQL("create database {} template {} owner runningcoach").format(*names))

    def drop(self, name: str) -> None:
        self._execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.superuser, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running embedded server whose database `migrated` is there to be copied."""
    folder = tmp_path_factory.mktemp("pg") / "postgres"
    with EmbeddedPostgres(folder, free_port()).session() as url:
        password = (folder / "cluster" / "superuser_password").read_text().strip()
        superuser = urlsplit(url)._replace(
            netloc=f"postgres:{password}@{url.split('@')[1].split('/')[0]}", path="/postgres"
        )
        server = Server(url, urlunsplit(superuser))
        server.create("migrated", "runningcoach")
        engine = open_engine(server.database("migrated"))
        upgrade(engine)
        engine.dispose()
        yield server


@pytest.fixture
def database_url(postgres: Server) -> Iterator[str]:
    """URL of a fresh, migrated database, dropped after the test."""
    name = f"test_{secrets.token_hex(8)}"
    postgres.create(name, "migrated")
    yield postgres.database(name)
    postgres.drop(name)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(home=tmp_path / "home", database_url=database_url, _env_file=None)  # type: ignore[call-arg]


@pytest.fixture
def lakehouse(settings: Settings) -> Iterator[Lakehouse]:
    """Empty stores: a fresh database, and a lake in the test's folder."""
    assert settings.database_url is not None
    opened = lakehouse_at(settings, settings.database_url.get_secret_value())
    yield opened
    opened.engine.dispose()


def _with_database(url: str, name: str) -> str:
    return url.rsplit("/", 1)[0] + f"/{name}"
