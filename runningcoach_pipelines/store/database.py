"""The one engine: from the settings to a connected, migrated PostgreSQL.

Tables are in `tables.py`, the embedded server in `embedded.py`, the migrations in `migrations/`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg.pq import Format
from sqlalchemy import URL, Connection, Engine, ExecutionContext, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.problems import DatabaseUnavailable
from runningcoach_pipelines.store.tables import SCHEMA

if TYPE_CHECKING:
    from alembic.config import Config
    from psycopg import Cursor

DAGSTER_SCHEMA = "dagster"

_MIGRATIONS = Path(__file__).with_name("migrations")


class SchemaOutdated(DatabaseUnavailable):
    """The database answers, but its tables are not those of this version."""


@contextmanager
def serving_database(settings: Settings) -> Iterator[str]:
    """Yields the libpq URL of a running PostgreSQL: `DATABASE_URL`, or the embedded server, which is started
    if it is down and stopped again if nobody else uses it.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    from runningcoach_pipelines.store.embedded import EmbeddedPostgres

    with EmbeddedPostgres(settings.postgres_folder, settings.pg_port).session() as url:
        yield url


def engine_url(url: str) -> URL:
    """The URL with our driver named: SQLAlchemy's default driver changed between releases.

    Raises:
        DatabaseUnavailable: `url` is no PostgreSQL URL.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # SQLAlchemy lets int() complain of a port that is no number, which may be a part of the password.
        raise DatabaseUnavailable(
            "DATABASE_URL cannot be read: it should look like postgresql://user:password@host:5432/database"
        ) from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise DatabaseUnavailable(
            f"DATABASE_URL names {parsed.get_backend_name()}: RunningCoach needs PostgreSQL 16 or newer"
        )
    return parsed.set(drivername="postgresql+psycopg")


def libpq_url(engine: Engine) -> str:
    """The URL that other programs (psql, services) reach the engine's database by."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def dagster_url(url: str) -> str:
    """The same database for Dagster's own storage: driver psycopg2 (dagster-postgres has no other), own schema.

    Dagster sends `NOTIFY run_events, $1`, which psycopg 3's server-side binding refuses: hence the driver.
    """
    parsed = engine_url(url).set(drivername="postgresql+psycopg2")
    own = parsed.update_query_dict({"options": f"-csearch_path={DAGSTER_SCHEMA}"})
    return own.render_as_string(hide_password=False)


def open_engine(url: str, *, application_name: str = "runningcoach") -> Engine:
    """An engine on `url`; instants come back in UTC whatever the server's time zone is.

    A statement with the execution option `binary` has its rows sent as the server holds them, not as text: half the
    work for frames and blobs.
    """
    engine = create_engine(
        engine_url(url),
        pool_pre_ping=True,
        connect_args={
            "application_name": application_name,
            "options": "-c timezone=UTC",
            "connect_timeout": 10,
        },
    )
    event.listen(engine, "before_cursor_execute", _in_binary_if_asked)
    return engine


def _in_binary_if_asked(
    _connection: Connection,
    cursor: "Cursor[Any]",
    _statement: str,
    _parameters: object,
    context: ExecutionContext,
    _many: bool,
) -> None:
    if context.execution_options.get("binary"):
        cursor.format = Format.BINARY


def require_reachable(engine: Engine) -> None:
    """Raises:
    DatabaseUnavailable: no answer, too old, or without pgvector.
    """
    shown = engine.url.render_as_string(hide_password=True)
    try:
        with engine.connect() as connection:
            version = int(connection.execute(text("show server_version_num")).scalar_one())
            vector = connection.execute(
                text("select count(*) from pg_available_extensions where name = 'vector'")
            ).scalar_one()
    except DBAPIError as error:
        raise _no_answer(engine, error) from error
    if version < 160000:
        raise DatabaseUnavailable(f"PostgreSQL at {shown} is {version // 10000}: 16 or newer is needed")
    if not vector:
        raise DatabaseUnavailable(
            f"PostgreSQL at {shown} lacks the extension pgvector: install it (postgresql-{version // 10000}-pgvector)"
        )


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to `revision`; concurrent callers wait for each other.

    Raises:
        SchemaOutdated: the database is newer than this program, or there is no such migration.
    """
    from alembic import command

    require_reachable(engine)
    with _alembic(engine) as config:
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to `revision` (`base`: no table of ours is left)."""
    from alembic import command

    require_reachable(engine)
    with _alembic(engine) as config:
        command.downgrade(config, revision)


def revision(engine: Engine) -> str | None:
    """The migration that the database stands at, None before the first."""
    with reading(engine) as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA}).get_current_revision()


def require_migrated(engine: Engine) -> None:
    """Raises:
    DatabaseUnavailable: no answer.
    SchemaOutdated: the tables are older or newer than this program, or there are none.
    """
    from alembic.script import ScriptDirectory

    with reading(engine) as connection:
        found, wanted = _revision(connection), ScriptDirectory(_MIGRATIONS).get_current_head()
    if found != wanted:
        raise SchemaOutdated(
            f"the database {engine.url.database} stands at migration {found or 'none'}, this program needs {wanted}: "
            "run `runningcoach db upgrade`, or update RunningCoach if the database is the newer one"
        )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for queries.

    Raises:
        DatabaseUnavailable: the server does not answer, or went away meanwhile.
    """
    try:
        with engine.connect() as connection:
            yield connection
    except (OperationalError, InterfaceError) as error:
        raise _no_answer(engine, error) from error


def _no_answer(engine: Engine, error: DBAPIError) -> DatabaseUnavailable:
    cause = str(error.orig).strip().partition("\n")[0]
    return DatabaseUnavailable(
        f"PostgreSQL at {engine.url.render_as_string(hide_password=True)} does not answer: {cause}. "
        "Check DATABASE_URL, or unset it to use the embedded server."
    )


@contextmanager
def _alembic(engine: Engine) -> "Iterator[Config]":
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        lock(connection, "migrations")
        for schema in (SCHEMA, DAGSTER_SCHEMA):
            connection.execute(text(f'create schema if not exists "{schema}"'))
        config.attributes["connection"] = connection
        try:
            yield config
        except CommandError as error:
            raise SchemaOutdated(
                f"the database {engine.url.database} cannot be migrated: {error}. If it was made by a newer "
                "RunningCoach, update this one; otherwise name a migration that exists"
            ) from error
