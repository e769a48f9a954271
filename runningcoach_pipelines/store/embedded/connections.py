"""Connections of the supervisor to the embedded server, and who else is connected.

The supervisor comes as superuser, for whom PostgreSQL keeps places free. Everybody else is role `runningcoach`.
"""

import select
from dataclasses import dataclass

import psycopg

from runningcoach_pipelines.store.embedded.cluster import SUPERUSER, Cluster
from runningcoach_pipelines.store.embedded.postmaster import Postmaster, find_postmaster
from runningcoach_pipelines.store.embedded.problems import EmbeddedDatabaseError
from runningcoach_pipelines.waiting import wait_until

ADDRESS = "127.0.0.1"
SUPERVISOR = "runningcoach supervisor"
"""Application name of the supervisor's short looks, as opposed to leases, which stay."""

_RECOVERY_LIMIT_S = 120.0
_FAREWELL_S = 1.0  # how long a client that has just closed may still be listed


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody connected, by role and application name."""

    role: str
    name: str

    @property
    def holds_lease(self) -> bool:
        return self.role == SUPERUSER and self.name != SUPERVISOR


def connect(cluster: Cluster, postmaster: Postmaster, name: str) -> psycopg.Connection | None:
    """A connection that answers, None if that postmaster died meanwhile. Recovery after the death of a single
    backend is waited for.

    Raises:
        EmbeddedDatabaseError: the server refuses us.
    """
    connection: psycopg.Connection | None = None
    refusal: psycopg.OperationalError | None = None

    def settled() -> bool:
        nonlocal connection, refusal
        try:
            connection = _connect(postmaster.port, cluster.superuser_password, name)
        except psycopg.OperationalError as error:
            refusal = error
            recovering = "the database system is" in str(error)  # "starting up", "in recovery mode"
            return not recovering or find_postmaster(cluster.data) != postmaster
        return True

    wait_until(settled, _RECOVERY_LIMIT_S)
    if connection is not None or find_postmaster(cluster.data) != postmaster:
        return connection
    raise EmbeddedDatabaseError(
        f"the embedded PostgreSQL on port {postmaster.port} does not take our connection: {str(refusal).strip()}. "
        f"See {cluster.log}, and run the command again."
    ) from refusal


def clients(cluster: Cluster, postmaster: Postmaster) -> tuple[Client, ...]:
    """Who is connected besides this look."""
    connection = connect(cluster, postmaster, SUPERVISOR)
    if connection is None:
        return ()
    with connection:
        rows = connection.execute(
            "select usename, application_name from pg_stat_activity"
            " where backend_type = 'client backend' and pid <> pg_backend_pid() order by 2"
        ).fetchall()
    return tuple(Client(str(role), str(name)) for role, name in rows)


def in_use(cluster: Cluster, postmaster: Postmaster) -> bool:
    """Whether anybody is connected. Those who are just leaving get a moment to be gone."""
    found: tuple[Client, ...] = ()

    def settled() -> bool:
        nonlocal found
        found = clients(cluster, postmaster)
        return not found or any(client.holds_lease for client in found)

    wait_until(settled, _FAREWELL_S)
    return bool(found)


def hung_up(connection: psycopg.Connection) -> bool:
    """Whether the server has closed the connection: an idle one has nothing to read unless it ends."""
    if connection.closed:
        return True
    news = select.poll()
    news.register(connection.fileno(), select.POLLIN)
    if not news.poll(0):
        return False
    try:
        connection.execute("select 1")
    except psycopg.OperationalError:
        return True
    return False


def _connect(port: int, password: str, name: str) -> psycopg.Connection:
    connection = psycopg.connect(
        host=ADDRESS,
        port=port,
        user=SUPERUSER,
        password=password,
        dbname="postgres",
        application_name=name,
        connect_timeout=10,
        autocommit=True,
        sslmode="disable",
        gssencmode="disable",
    )
    connection.execute("select 1")
    return connection
