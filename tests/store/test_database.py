"""From a URL to a migrated PostgreSQL, and what is said when there is none."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from runningcoach_pipelines.settings import Compression
from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.blob import sha256_of
from runningcoach_pipelines.store.database import (
    DatabaseUnavailable,
    SchemaOutdated,
    dagster_url,
    downgrade,
    engine_url,
    libpq_url,
    open_engine,
    require_migrated,
    require_reachable,
    revision,
    upgrade,
)
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import SCHEMA, Activity, ActivityMetrics, Base, GarminRawFile
from tests.conftest import free_port
from tests.rows import put


@pytest.mark.parametrize(
    "url", ["postgresql://u:p@h:5433/db", "postgres://u:p@h:5433/db", "postgresql+psycopg2://u:p@h:5433/db"]
)
def test_the_driver_is_ours_however_the_url_is_written(url: str) -> None:
    assert engine_url(url) == make_url("postgresql+psycopg://u:p@h:5433/db")


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("nonsense", "cannot be read: it should look like"),
        ("postgresql://me:geheim@host:port/db", "cannot be read: it should look like"),
        ("mysql://me:geheim@host/db", "names mysql: RunningCoach needs PostgreSQL"),
        ("sqlite:///data.db", "names sqlite"),
    ],
)
def test_another_kind_of_url_is_a_clear_error_without_the_password(url: str, complaint: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=complaint) as caught:
        engine_url(url)
    assert "heim" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p%40%2F@h:5/db", "postgresql+psycopg2://u:p%40%2F@h:5/db?options=-csearch_path%3Ddagster"),
        (
            "postgres://u@h/db?sslmode=verify-full",
            "postgresql+psycopg2://u@h/db?options=-csearch_path%3Ddagster&sslmode=verify-full",
        ),
    ],
)
def test_dagster_gets_its_own_driver_and_schema_and_keeps_the_rest(url: str, expected: str) -> None:
    assert dagster_url(url) == expected


def test_dagsters_url_leads_into_its_schema(database_url: str) -> None:
    own = make_url(dagster_url(database_url)).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg2.connect(own) as connection, connection.cursor() as cursor:
        cursor.execute("select current_schema()")
        assert cursor.fetchone() == ("dagster",)
    connection.close()


def test_other_programs_get_a_plain_url_with_the_password(database_url: str) -> None:
    engine = open_engine(database_url)
    assert libpq_url(engine) == database_url
    assert make_url(database_url).password not in repr(engine)


def test_a_server_that_does_not_answer_is_named_without_the_password() -> None:
    port = free_port()
    engine = open_engine(f"postgresql://me:geheim@127.0.0.1:{port}/db")
    with pytest.raises(
        DatabaseUnavailable, match=rf"127\.0\.0\.1:{port}/db does not answer.*Check DATABASE_URL"
    ) as caught:
        require_reachable(engine)
    assert "geheim" not in str(caught.value)


def test_a_wrong_password_is_said_without_it(database_url: str) -> None:
    wrong = make_url(database_url).set(password="falsch-geraten").render_as_string(hide_password=False)
    with pytest.raises(DatabaseUnavailable, match="password authentication failed") as caught:
        upgrade(open_engine(wrong))
    assert "falsch-geraten" not in str(caught.value)


@pytest.fixture
def engine(lakehouse: Lakehouse) -> Engine:
    return lakehouse.engine


def test_instants_are_utc_whatever_the_server_thinks(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.execute(text("show timezone")).scalar_one() == "UTC"
        now = connection.execute(text("select now()")).scalar_one()
    assert now.utcoffset() == dt.timedelta(0)


def our_tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names(SCHEMA)) - {"alembic_version"}


def test_the_schema_goes_down_to_nothing_and_up_again(engine: Engine) -> None:
    head = revision(engine)
    assert our_tables(engine) == {table.name for table in Base.metadata.tables.values()}
    downgrade(engine, "base")
    assert our_tables(engine) == set()
    assert revision(engine) is None
    upgrade(engine)
    assert our_tables(engine) == {table.name for table in Base.metadata.tables.values()}
    assert revision(engine) == head


def test_a_database_of_a_newer_program_is_named_as_such(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("update runningcoach.alembic_version set version_num = 'from_tomorrow'"))
    with pytest.raises(SchemaOutdated, match=r"from_tomorrow.*newer RunningCoach"):
        upgrade(engine)


def test_a_schema_of_another_time_is_named_with_the_remedy(engine: Engine) -> None:
    require_migrated(engine)
    downgrade(engine, "base")
    with pytest.raises(SchemaOutdated, match=r"stands at migration none.*runningcoach db upgrade"):
        require_migrated(engine)


def test_a_query_without_a_server_is_a_clear_error() -> None:
    engine = open_engine(f"postgresql://me:geheim@127.0.0.1:{free_port()}/db")
    for ask in (revision, require_migrated):
        with pytest.raises(DatabaseUnavailable, match="does not answer"):
            ask(engine)


def test_upgrades_at_once_wait_for_each_other(engine: Engine) -> None:
    downgrade(engine, "base")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, [engine] * 4))
    assert our_tables(engine) == {table.name for table in Base.metadata.tables.values()}


def test_wellness_files_that_went_by_a_number_are_named(engine: Engine) -> None:
    downgrade(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text("insert into runningcoach.athletes (athlete_id, display_name) values ('me', 'Me')"))
        for kind in ("44", "49", "68", "77", "activity"):
            connection.execute(
                text(
                    "insert into runningcoach.garmin_raw_files (athlete_id, sha256, file_size, stored_size, "
                    "compression_type, fit_file_status, file_type) "
                    "values ('me', 'of ' || :kind, 1, 1, 'none', 'decoded', :kind)"
                ),
                {"kind": kind},
            )
    upgrade(engine)
    with engine.connect() as connection:
        kinds = connection.execute(text("select file_type from runningcoach.garmin_raw_files order by raw_file_id"))
        assert list(kinds.scalars()) == ["metrics", "sleep", "hrv_status", "77", "activity"]


def test_a_load_of_nothing_becomes_one_that_nobody_knows_and_back(lakehouse: Lakehouse) -> None:
    names = ("activity_id", "load", "load_source", "load_confidence")
    known = [("rest", 0.0, "heart_rate", 0.85), ("unknown", 0.0, "imputed", 0.0), ("yoga", 50.0, "imputed", 0.2)]

    def loads() -> list[tuple[object, ...]]:
        query = f"select {', '.join(names)} from runningcoach.activity_metrics order by 1"
        with lakehouse.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    downgrade(lakehouse.engine, "0003")
    put(lakehouse, ActivityMetrics, *(dict(zip(names, row, strict=True)) for row in known))
    upgrade(lakehouse.engine)
    assert loads() == [known[0], ("unknown", None, None, None), known[2]]
    downgrade(lakehouse.engine, "0003")
    assert loads() == known
    upgrade(lakehouse.engine)


def test_the_migrations_make_the_tables_that_the_code_describes(database_url: str) -> None:
    # Our role is called like our schema, which would make it the default one: Alembic then shows it without a name.
    engine = create_engine(engine_url(database_url), connect_args={"options": "-c search_path=public"})
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_schemas": True,
                "version_table_schema": SCHEMA,
                "include_name": lambda name, kind, _parents: kind != "schema" or name == SCHEMA,
            },
        )
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_checks_of_values_are_in_the_database_as_well(engine: Engine) -> None:
    described = {
        constraint.name
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if str(constraint.name).startswith("ck_")
    }
    found = {
        check["name"] for table in our_tables(engine) for check in inspect(engine).get_check_constraints(table, SCHEMA)
    }
    assert found == described
    assert described


def test_a_files_content_is_loaded_only_when_asked_for(lakehouse: Lakehouse) -> None:
    data = b"some run"
    ensure_athlete(lakehouse.engine, "me")
    lakehouse.blobs.put("me", sha256_of(data), data, Compression.NONE)
    with Session(lakehouse.engine) as session:
        file = session.scalars(select(GarminRawFile)).one()
        assert "file_content" in inspect(file).unloaded
        assert file.file_size == len(data)
        assert "file_content" in inspect(file).unloaded
        assert file.file_content == data


def test_an_activity_leads_to_the_one_copy_of_its_file(lakehouse: Lakehouse) -> None:
    put(lakehouse, GarminRawFile, {"sha256": "a", "file_content": b"bytes", "file_size": 9, "compression_type": "gzip"})
    put(lakehouse, Activity, {"activity_id": "1", "source_sha256": "a"}, {"activity_id": "2", "source_sha256": "gone"})
    asked = text(
        f"select activity_id, fit_file_content, fit_file_size, compression_type from {SCHEMA}.activity_fit_files"
    )
    with lakehouse.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(asked)]
    assert rows == [("1", b"bytes", 9, "gzip")]
