"""Waiting for what another connection does, without sleeping."""

from concurrent.futures import Future
from typing import Any

from sqlalchemy import Engine, text


def waits_for_a_lock(engine: Engine, work: Future[Any]) -> bool:
    """True as soon as somebody waits for an advisory lock of this database, false if `work` ends without."""
    asked = text(
        "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not work.done():
            if connection.execute(asked).scalar_one():
                return True
    return False
