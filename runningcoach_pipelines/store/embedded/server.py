"""Start, use and stop the embedded PostgreSQL.

The server outlives the command that started it. Whoever needs it holds a lease, which is an open connection:
it ends with its process however that dies, so nobody keeps lists of pids. The last one out stops the server.
"""

import fcntl
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from runningcoach_pipelines.ports import port_is_free
from runningcoach_pipelines.store.embedded.cluster import DATABASE, ROLE, Cluster, binaries, environment
from runningcoach_pipelines.store.embedded.connections import (
    ADDRESS,
    SUPERVISOR,
    clients,
    connect,
    hung_up,
    in_use,
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
from runningcoach_pipelines.waiting import wait_until

_START_LIMIT_S = 120.0  # recovery after a crash replays the log first
_STOP_LIMIT_S = 60.0
_FAREWELL_S = 1.0  # how long what has just ended may still be seen
_ATTEMPTS = 3
_LOG_LIMIT_BYTES = 10 * 1024 * 1024

_SETTINGS = {
    "listen_addresses": ADDRESS,
    "unix_socket_directories": "",  # paths of sockets end at 107 bytes, and any local user could knock
    "max_connections": "120",  # each of Dagster's processes may open 25 at once
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
        if self._connection is not None and not hung_up(self._connection) and self._server.is_ready():
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
        wait_until(lambda: not Path(f"/proc/{backend}").exists(), _FAREWELL_S)


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
        url, connection = self.connect(SUPERVISOR)
        connection.close()
        return url

    def is_ready(self) -> bool:
        """Whether a server takes connections, by what it says of itself: no connection is made."""
        postmaster = find_postmaster(self._cluster.data)
        return postmaster is not None and postmaster.state == "ready"

    def connect(self, name: str) -> tuple[str, psycopg.Connection]:
        """`ensure_running` and a connection that holds it, in one step: nobody can stop the server in between."""
        with self._locked() as lock:
            for _ in range(_ATTEMPTS):
                postmaster = self._ensure(lock)
                connection = connect(self._cluster, postmaster, name)
                if connection is not None:
                    url = f"postgresql://{ROLE}:{self._cluster.password}@{ADDRESS}:{postmaster.port}/{DATABASE}"
                    return url, connection
        raise EmbeddedDatabaseError(
            f"the embedded PostgreSQL in {self._folder} died {_ATTEMPTS} times as soon as it had started: see "
            f"{self._cluster.log}"
        )

    def stop_if_unused(self) -> bool:
        """Stop the server if no other client is connected. Returns whether it stopped one."""
        if not self._cluster.exists:
            return False
        with self._locked():
            postmaster = find_postmaster(self._cluster.data)
            if postmaster is None:
                return False
            if postmaster.state != "stopping" and in_use(self._cluster, self._await_ready()):
                return False
            return self._stop()

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
        connected = clients(self._cluster, postmaster) if postmaster.state == "ready" else ()
        return ServerStatus(postmaster.pid, postmaster.port, tuple(client.name for client in connected))

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
        return postmaster.port != self._port and not in_use(self._cluster, self._await_ready())

    def _make_and_start(self, lock: int) -> None:
        if self._cluster.exists:
            self._clear_orphans()
        if not wait_until(lambda: port_is_free(ADDRESS, self._port), _FAREWELL_S):
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
            if not port_is_free(ADDRESS, self._port):
                raise PortTaken(self._port) from error
            raise EmbeddedDatabaseError(f"{error}\n{self._log_tail(log_start)}") from error

    def _clear_orphans(self) -> None:
        """A server whose postmaster was killed leaves processes behind, which must end before the next starts."""

        def cleared() -> bool:
            if self._all_gone():
                return True
            quit_orphans(self._cluster.data)
            return False

        if not wait_until(cleared, _STOP_LIMIT_S):
            raise self._occupied()

    def _occupied(self) -> EmbeddedDatabaseError:
        return EmbeddedDatabaseError(
            f"processes of an earlier server still work in {self._folder}, perhaps in another container: end "
            "them and run the command again"
        )

    def _spawn(self, command: list[str], user: ServerUser) -> "subprocess.Popen[bytes]":
        """Start the postmaster in a session of its own; it inherits the mark of life of its data folder."""
        log = os.open(self._cluster.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
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
            if started is None:
                return found is None or found.state == "ready"
            if started.poll() is not None:
                found = None
                return True
            return found is not None and found.state == "ready"

        wait_until(settled, _START_LIMIT_S)
        if found is None:
            raise EmbeddedDatabaseError(
                f"the embedded PostgreSQL in {self._folder} ended while it started: see {self._cluster.log}, and run "
                "the command again"
            )
        if found.state != "ready":
            raise EmbeddedDatabaseError(
                f"the embedded PostgreSQL in {self._folder} (process {found.pid}) is still {found.state} after "
                f"{_START_LIMIT_S:.0f} s: see {self._cluster.log}, and run the command again"
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
            if wait_until(self._all_gone, _STOP_LIMIT_S):
                return True
        raise EmbeddedDatabaseError(
            f"the embedded PostgreSQL in {self._folder} (process {postmaster.pid}) does not stop: see "
            f"{self._cluster.log}, and end it by hand"
        )

    def _all_gone(self) -> bool:
        """Whether no server process is left; collects the postmaster's exit status if it was our child."""
        if self._process is not None:
            self._process.poll()
        with sole_use(self._cluster.data) as alive:
            return alive is not None

    def _log_size(self) -> int:
        """Size of the log in bytes; a long one is put aside first."""
        if not self._cluster.log.exists():
            return 0
        size = self._cluster.log.stat().st_size
        if size > _LOG_LIMIT_BYTES:
            self._cluster.log.replace(self._folder / "server.log.1")
            return 0
        return size

    def _log_tail(self, start: int) -> str:
        with self._cluster.log.open("rb") as log:
            log.seek(start)
            lines = log.read().decode("utf-8", errors="replace").splitlines()
        return "\n".join(lines[-20:])
