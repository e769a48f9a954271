"""As whom the embedded PostgreSQL runs: PostgreSQL refuses to run as root, so root has to step down for it.

An ordinary user simply runs it. Root first tries a user namespace, in which root's files belong to an ordinary
user: nothing outside changes, and it works below folders that only root may enter. Where namespaces are
forbidden (most containers) the server runs as `nobody` and its folder is handed over. The owner of the folder
records the choice, so a folder stays in the mode it was made in. No user is added, no other folder is touched.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from runningcoach_pipelines.store.embedded.problems import EmbeddedDatabaseError

_NOBODY = 65534
_NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """How to run a PostgreSQL program: words before its command, and the user and group to change to."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        """Supplementary groups: none after a change of user, our own otherwise."""
        return None if self.uid is None else []

    def own(self, path: Path) -> None:
        """Hand `path`, which we made, to the server's user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def server_user(folder: Path, postgres: Path) -> ServerUser:
    """Who runs `postgres` over `folder`, which exists; as root an empty folder may change hands here.

    Raises:
        EmbeddedDatabaseError: the folder is somebody else's, or root finds no way to step down.
    """
    owner = folder.stat()
    if os.geteuid() != 0:
        if owner.st_uid != os.geteuid():
            raise EmbeddedDatabaseError(
                f"{folder} belongs to user {owner.st_uid}, and you are user {os.geteuid()}: run RunningCoach as "
                "that user, or set RUNNINGCOACH_HOME to a folder of your own"
            )
        return ServerUser()
    if owner.st_uid != 0:
        return _stepping_down_to(ServerUser(uid=owner.st_uid, gid=owner.st_gid), folder, postgres)
    if _namespaces_work():
        return ServerUser(prefix=_NAMESPACE)
    if (folder / "cluster").exists():
        raise EmbeddedDatabaseError(
            f"{folder} was made by root in a user namespace, which this system does not allow now: allow user "
            f"namespaces, or give the folder away with `chown -R {_NOBODY}:{_NOBODY} {folder}`"
        )
    return _stepping_down_to(ServerUser(uid=_NOBODY, gid=_NOBODY), folder, postgres)


def _namespaces_work() -> bool:
    try:
        probe = subprocess.run(  # noqa: S603  # fixed words
            [*_NAMESPACE, "true"], capture_output=True, check=False, timeout=30
        )
    except FileNotFoundError:
        return False
    return probe.returncode == 0


def _stepping_down_to(user: ServerUser, folder: Path, postgres: Path) -> ServerUser:
    user.own(folder)
    probe = subprocess.run(  # noqa: S603  # fixed words and our own paths
        ["/bin/sh", "-c", 'test -x "$1" && test -w "$2"', "sh", str(postgres), str(folder)],
        user=user.uid,
        group=user.gid,
        extra_groups=user.groups,
        check=False,
        timeout=30,
    )
    if probe.returncode != 0:
        raise EmbeddedDatabaseError(
            f"PostgreSQL does not run as root, and user {user.uid} cannot reach {postgres} and {folder}: run "
            "RunningCoach as an ordinary user, allow user namespaces (`unshare --user true` must work), or set "
            "DATABASE_URL to a PostgreSQL of your own"
        )
    return user
