"""Start, use and stop the embedded PostgreSQL.

The server outlives the command that started it. Whoever needs it holds a lease, which is an open connection:
it ends with its process however that dies, so nobody keeps lists of pids. The last one out stops the server.
"""

import fcntl
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from runningcoach_pipelines.ports import port_is_free
from runningcoach_pipelines.store.embedded.cluster import (
    DATABASE,
    ROLE,
    SUPERUSER,
    Cluster,
    binaries,
    environment,
)
from runningcoach_pipelines.store.embedded.interruption import termination_raises, undisturbed
from runningcoach_pipelines.store.embedded.postmaster import (
    Postmaster,
    find_postmaster,
    quit_orphans,
    sole_use,
)
from runningcoach_pipelines.store.embedded.problems import EmbeddedDatabaseError, PortTaken
from runningcoach_pipelines.store.embedded.server_user import ServerUser, server_user

_ADDRESS = "127.0.0.1"
_SUPERVISOR = "runningcoach supervisor"
_START_LIMIT_S = 120.0  # recovery after a crash replays the log first
_STOP_LIMIT_S = 60.0
_FAREWELL_S = 1.0  # how long a client that has just closed may still be listed
_POLL_S = 0.02
_LOG_LIMIT_BYTES = 10 * 1024 * 1024

_SETTINGS = {
    "listen_addresses": _ADDRESS,
    "unix_socket_directories": "",  # paths of sockets end at 107 bytes, and any local user could knock
    "max_connections": "120",  # Dagster opens one per query
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "cluster_name": "runningcoach",
}


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """A running server and the application names of its clients."""

    pid: int
    port: int
    clients: tuple[str, ...]


class Lease:
    """The right to a running server for as long as this object's connection is open."""

    def __init__(self, server: "EmbeddedPostgres", name: str) -> None:
        self._server = server
        self._name = name
        self._connection: psycopg.Connection | None = None
        self.url = ""

    def renew(self) -> None:
        """Start the server again if it has died under us; cheap when it has not. `up` calls it every second.

        Raises:
            EmbeddedDatabaseError: it cannot be started again.
        """
        if self._connection is not None and not _hung_up(self._connection):
            return
        self.release()
        self.url, self._connection = self._server.connect(self._name)

    def release(self) -> None:
        """Close the connection and wait until the server has noticed, so that the next one to look sees it."""
        if self._connection is None:
            return
        backend = self._connection.info.backend_pid
        self._connection.close()
        self._connection = None
        _poll(lambda: not Path(f"/proc/{backend}").exists(), _FAREWELL_S)


class EmbeddedPostgres:
    """One embedded PostgreSQL in `folder`, on 127.0.0.1:`port`. Any number of processes may make this object."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder.resolve()
        self._port = port
        self._cluster = Cluster(self._folder)
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def session(self) -> Iterator[str]:
        """For one command: yields the libpq URL of a running server, and stops it afterwards if nobody else
        uses it, also after an exception, Ctrl-C, SIGTERM or SIGHUP. Close your own connections before the end.

        Raises:
            EmbeddedDatabaseError: see `ensure_running`.
        """
        with self.lease("runningcoach session") as lease:
            yield lease.url

    @contextmanager
    def lease(self, name: str) -> Iterator[Lease]:
        """As `session`, for a process that stays: `name` shows in `pg_stat_activity`, `Lease.renew` revives."""
        lease = Lease(self, name)
        with termination_raises():
            try:
                lease.renew()
                yield lease
            finally:
                with undisturbed():
                    lease.release()
                    self.stop_if_unused()

    def ensure_running(self) -> str:
        """Make the cluster if there is none, start the server if it is down.

        Returns:
            `postgresql://runningcoach:<password>@127.0.0.1:<port>/runningcoach`. The port is that of the running
            server if it is in use and was started with another one.

        Raises:
            PortTaken: another program listens on the port.
            EmbeddedDatabaseError: the cluster cannot be made or the server does not start; says why.
        """
        url, connection = self.connect(_SUPERVISOR)
        connection.close()
        return url

    def connect(self, name: str) -> tuple[str, psycopg.Connection]:
        """`ensure_running` and a connection that holds it, in one step: nobody can stop the server in between."""
        with self._locked() as lock:
            while True:
                postmaster = self._ensure(lock)
                connection = self._connect(postmaster, name)
                if connection is not None:
                    url = f"postgresql://{ROLE}:{self._cluster.password}@{_ADDRESS}:{postmaster.port}/{DATABASE}"
                    return url, connection

    def stop_if_unused(self) -> bool:
        """Stop the server if no other client is connected. Returns whether it stopped one."""
        if not self._cluster.exists:
            return False
        with self._locked():
            postmaster = find_postmaster(self._cluster.data)
            if postmaster is None or self._in_use(self._await_ready()):
                return False
            self._stop()
            return True

    def stop(self) -> bool:
        """Stop the server whoever uses it. Returns whether there was one."""
        if not self._cluster.exists:
            return False
        with self._locked():
            return self._stop()

    def status(self) -> ServerStatus | None:
        """The running server, None when it is down. Waits for nobody and starts nothing."""
        postmaster = find_postmaster(self._cluster.data)
        if postmaster is None:
            return None
        clients = self._clients(postmaster) if postmaster.state == "ready" else ()
        return ServerStatus(postmaster.pid, postmaster.port, tuple(client.name for client in clients))

    @contextmanager
    def _locked(self) -> Iterator[int]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder.chmod(0o700)
            lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise EmbeddedDatabaseError(
                f"the folder of the embedded PostgreSQL cannot be used: {error}. Give it to the user who runs "
                "RunningCoach, or set RUNNINGCOACH_HOME to a folder of your own."
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock
        finally:
            os.close(lock)

    def _ensure(self, lock: int) -> Postmaster:
        postmaster = find_postmaster(self._cluster.data)
        if postmaster is not None and self._should_go(postmaster):
            self._stop()
            postmaster = None
        if postmaster is None:
            self._make_and_start(lock)
        return self._await_ready()

    def _should_go(self, postmaster: Postmaster) -> bool:
        """Whether the server stops anyway, or idles on a port that the settings no longer name."""
        if postmaster.state == "stopping":
            return True
        return postmaster.port != self._port and not self._in_use(self._await_ready())

    def _make_and_start(self, lock: int) -> None:
        if self._cluster.exists:
            self._clear_orphans()
        if not _poll(lambda: port_is_free(_ADDRESS, self._port), _FAREWELL_S):
            raise PortTaken(self._port)
        programs = binaries()
        user = server_user(self._folder, programs / "postgres")
        if not self._cluster.exists:
            self._cluster.make(user, lock)
        settings = _SETTINGS | {"port": str(self._port)}
        command = [*user.prefix, str(programs / "postgres"), "-D", str(self._cluster.data)]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log_start = self._log_size()
        self._process = self._spawn(command, user)
        try:
            self._await_ready(self._process)
        except EmbeddedDatabaseError as error:
            if not port_is_free(_ADDRESS, self._port):
                raise PortTaken(self._port) from error
            raise EmbeddedDatabaseError(f"{error}\n{self._log_tail(log_start)}") from error

    def _clear_orphans(self) -> None:
        """A server whose postmaster was killed leaves processes behind, which must end before the next starts."""

        def cleared() -> bool:
            if self._all_gone():
                return True
            quit_orphans(self._cluster.data)
            return False

        if not _poll(cleared, _STOP_LIMIT_S):
            raise self._occupied()

    def _occupied(self) -> EmbeddedDatabaseError:
        return EmbeddedDatabaseError(
            f"processes of an earlier server still work in {self._folder}, perhaps in another container: end "
            "them and run the command again"
        )

    def _spawn(self, command: list[str], user: ServerUser) -> "subprocess.Popen[bytes]":
        """Start the postmaster in a session of its own; it inherits the mark of life of its data folder."""
        log = os.open(self._log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            with sole_use(self._cluster.data) as alive:
                if alive is None:
                    raise self._occupied()
                return subprocess.Popen(  # noqa: S603  # the wheel's program with our own arguments
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    env=environment(),
                    user=user.uid,
                    group=user.gid,
                    extra_groups=user.groups,
                    pass_fds=(alive,),
                    start_new_session=True,
                )
        except OSError as error:
            raise EmbeddedDatabaseError(f"the embedded PostgreSQL cannot be started: {error}") from error
        finally:
            os.close(log)

    def _await_ready(self, started: subprocess.Popen[bytes] | None = None) -> Postmaster:
        """Wait for the running server, or for the one just `started`, to take connections."""
        found: Postmaster | None = None

        def settled() -> bool:
            nonlocal found
            found = find_postmaster(self._cluster.data)
            exited = found is None if started is None else started.poll() is not None
            return exited or (found is not None and found.state == "ready")

        _poll(settled, _START_LIMIT_S)
        if found is None:
            raise EmbeddedDatabaseError(
                f"the embedded PostgreSQL in {self._folder} ended while it started: see {self._log_file}, and run "
                "the command again"
            )
        if found.state != "ready":
            raise EmbeddedDatabaseError(
                f"the embedded PostgreSQL in {self._folder} (process {found.pid}) is still {found.state} after "
                f"{_START_LIMIT_S:.0f} s: see {self._log_file}, and run the command again"
            )
        return found

    def _stop(self) -> bool:
        """Fast shutdown: clients are sent away, what is committed is on disk. Immediate if that takes too long."""
        data = self._cluster.data
        postmaster = find_postmaster(data)
        if postmaster is None:
            return False
        for how in (signal.SIGINT, signal.SIGQUIT):
            try:
                os.kill(postmaster.pid, how)
            except ProcessLookupError:
                return True
            if _poll(self._all_gone, _STOP_LIMIT_S):
                return True
        raise EmbeddedDatabaseError(
            f"the embedded PostgreSQL in {self._folder} (process {postmaster.pid}) does not stop: see "
            f"{self._log_file}, and end it by hand"
        )

    def _all_gone(self) -> bool:
        """Whether no server process is left; collects the postmaster's exit status if it was our child."""
        if self._process is not None:
            self._process.poll()
        with sole_use(self._cluster.data) as alive:
            return alive is not None

    def _in_use(self, postmaster: Postmaster) -> bool:
        """Whether others are connected. Clients that are just leaving get a moment to be gone."""
        clients: tuple[_Client, ...] = ()

        def settled() -> bool:
            nonlocal clients
            clients = self._clients(postmaster)
            return not clients or any(client.is_lease for client in clients)

        _poll(settled, _FAREWELL_S)
        return bool(clients)

    def _clients(self, postmaster: Postmaster) -> "tuple[_Client, ...]":
        connection = self._connect(postmaster, _SUPERVISOR)
        if connection is None:
            return ()
        with connection:
            rows = connection.execute(
                "select usename, application_name from pg_stat_activity"
                " where backend_type = 'client backend' and pid <> pg_backend_pid() order by 2"
            ).fetchall()
        return tuple(_Client(str(role), str(name)) for role, name in rows)

    def _connect(self, postmaster: Postmaster, name: str) -> psycopg.Connection | None:
        """A connection as superuser, which gets in when all others are taken; None if that postmaster died.
        Recovery after the death of a single backend is waited for.
        """
        deadline = time.monotonic() + _START_LIMIT_S
        while True:
            try:
                connection = psycopg.connect(
                    host=_ADDRESS,
                    port=postmaster.port,
                    user=SUPERUSER,
                    password=self._cluster.superuser_password,
                    dbname="postgres",
                    application_name=name,
                    connect_timeout=10,
                    autocommit=True,
                    sslmode="disable",
                    gssencmode="disable",
                )
                connection.execute("select 1")
                return connection
            except psycopg.OperationalError as error:
                if find_postmaster(self._cluster.data) != postmaster:
                    return None
                recovering = "the database system is" in str(error)  # "starting up", "in recovery mode"
                if not recovering or time.monotonic() > deadline:
                    raise EmbeddedDatabaseError(
                        f"the embedded PostgreSQL on port {postmaster.port} does not take our connection: "
                        f"{str(error).strip()}. See {self._log_file}."
                    ) from error
            time.sleep(_POLL_S)

    @property
    def _log_file(self) -> Path:
        return self._folder / "server.log"

    def _log_size(self) -> int:
        """Size of the log in bytes; a long one is put aside first."""
        if not self._log_file.exists():
            return 0
        size = self._log_file.stat().st_size
        if size > _LOG_LIMIT_BYTES:
            self._log_file.replace(self._folder / "server.log.1")
            return 0
        return size

    def _log_tail(self, start: int) -> str:
        with self._log_file.open("rb") as log:
            log.seek(start)
            lines = log.read().decode("utf-8", errors="replace").splitlines()
        return "\n".join(lines[-20:])


@dataclass(frozen=True, slots=True)
class _Client:
    role: str
    name: str

    @property
    def is_lease(self) -> bool:
        """Leases are superuser's and end with their owner's work; the supervisor's own look is none."""
        return self.role == SUPERUSER and self.name != _SUPERVISOR


def _poll(condition: Callable[[], bool], limit_s: float) -> bool:
    """Wait until `condition`; False when it did not come in time."""
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _hung_up(connection: psycopg.Connection) -> bool:
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
