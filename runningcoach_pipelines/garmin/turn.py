"""One process at a time fetches for an account: an advisory lock of PostgreSQL, which ends with the process."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from runningcoach_pipelines.garmin.problems import AccountBusy

_WORDS = "hashtext('runningcoach garmin fetching'), hashtext(:athlete)"


@contextmanager
def account_turn(engine: Engine, athlete_id: str, what: str) -> Iterator[None]:
    """Hold the account while the block runs.

    Args:
        what: the work, as others who want the account are told.

    Raises:
        AccountBusy: another process holds it; the message says which.
    """
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        got = connection.execute(text(f"select pg_try_advisory_lock({_WORDS})"), {"athlete": athlete_id}).scalar_one()
        if not got:
            raise AccountBusy(
                f"the Garmin account of {athlete_id!r} is in use by {_holder(connection, athlete_id)}: wait for it, "
                "or end it first"
            )
        name = f"{what}, process {os.getpid()} on {platform.node()}"
        connection.execute(text("select set_config('application_name', :name, false)"), {"name": name[:63]})
        try:
            yield
        finally:
            connection.execute(text(f"select pg_advisory_unlock({_WORDS})"), {"athlete": athlete_id})
            connection.execute(text("reset application_name"))


def _holder(connection: Connection, athlete_id: str) -> str:
    row = connection.execute(
        text(
            "select a.application_name, a.backend_start from pg_locks l join pg_stat_activity a using (pid) "
            "where l.locktype = 'advisory' and l.granted and l.objsubid = 2 "
            "and l.classid = (hashtext('runningcoach garmin fetching')::bigint & 4294967295)::oid "
            "and l.objid = (hashtext(:athlete)::bigint & 4294967295)::oid"
        ),
        {"athlete": athlete_id},
    ).one_or_none()
    if row is None:
        return "a process that has just ended"
    return f"{row.application_name} (since {row.backend_start:%Y-%m-%d %H:%M} UTC)"
