"""A real S3 server for tests: OpenStack Swift with its S3 API, whole, in one child process on loopback.

`swift_s3(folder)` is what tests use. The rest of the module runs in the child: it writes Swift's
configuration and rings (one device, one replica) into the folder and serves account, container, object and
proxy server from one event loop. Swift checks signatures, checksums and `If-None-Match: *` as S3 does; it
answers `If-Match` with 501. Nothing of RunningCoach is imported here.
"""

import os
import selectors
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

ACCESS_KEY = "test:tester"
SECRET_KEY = "testing"
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class SwiftS3:
    """A running server; region is Swift's default `us-east-1`."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"


@contextmanager
def swift_s3(folder: Path, *, page_size: int = 1000) -> Iterator[SwiftS3]:
    """Serve S3 from `folder` (created; on a file system with extended attributes) until the block ends.

    `page_size` is the most keys that one listing answers. Raises RuntimeError with Swift's own output when it
    does not come up.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    _require_extended_attributes(folder)
    log = folder / "swift.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, __file__, str(folder), str(page_size)],
            stdin=subprocess.PIPE,  # the child ends when this closes, even if we are killed
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder,
        )
    with process:
        try:
            endpoint = _read_endpoint(process)
            if endpoint is None:
                raise RuntimeError(f"Swift did not start; its log:\n{log.read_text(errors='replace')}")
            yield SwiftS3(endpoint, ACCESS_KEY, SECRET_KEY)
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _require_extended_attributes(folder: Path) -> None:
    try:
        os.setxattr(folder, "user.swift", b"")
    except OSError as error:
        raise RuntimeError(
            f"Swift keeps metadata in extended attributes, which {folder} does not take ({error}); "
            "point pytest's --basetemp at a folder on a normal disk"
        ) from error


def _read_endpoint(process: subprocess.Popen[bytes]) -> str | None:
    """The child's one line of output, printed when all four servers accept; None when it ended or hung."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(START_TIMEOUT_S) else b""
    return line.decode().strip() or None


# Below: the child process.

SWIFT_CONF = """
[swift-hash]
swift_hash_path_suffix = test
[storage-policy:0]
name = one-copy
default = yes
"""

BACKEND_CONF = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
disable_fallocate = true
log_level = ERROR
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

PROXY_CONF = """
[DEFAULT]
swift_dir = {folder}
log_level = ERROR
[pipeline:main]
pipeline = catch_errors gatekeeper atomic_puts s3api tempauth bulk slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:atomic_puts]
paste.filter_factory = __main__:atomic_puts
[filter:s3api]
use = egg:swift#s3api
max_bucket_listing = {page_size}
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = {secret_key} .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
"""

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Any]


def atomic_puts(_global_conf: dict[str, str], **_conf: str) -> Callable[[WsgiApp], WsgiApp]:
    """WSGI filter: PUTs of one path run one after the other.

    Swift looks for the object first and writes it later, so that of two simultaneous PUTs with
    `If-None-Match: *` both may pass; S3 and R2 let one win. The double keeps their promise.
    """
    from eventlet.semaphore import Semaphore

    locks: defaultdict[str, Semaphore] = defaultdict(Semaphore)

    def wrap(app: WsgiApp) -> WsgiApp:
        def call(env: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            if env["REQUEST_METHOD"] != "PUT":
                return app(env, start_response)
            with locks[env["PATH_INFO"]]:
                return app(env, start_response)

        return call

    return wrap


def _write_ring(folder: Path, kind: str, port: int) -> None:
    from swift.common.ring import RingBuilder

    builder = RingBuilder(part_power=0, replicas=1, min_part_hours=1)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1.0, "ip": "127.0.0.1", "port": port, "device": "disk"})
    builder.rebalance(seed=1)
    builder.get_ring().save(str(folder / f"{kind}.ring.gz"))


def _start(folder: Path, kind: str, socket: Any, conf: str) -> None:
    """Serve one of Swift's four programs on a bound socket."""
    import eventlet
    from eventlet import wsgi
    from swift.common.utils import NullLogger
    from swift.common.wsgi import SwiftHttpProtocol, loadapp

    path = folder / f"{kind}-server.conf"
    path.write_text(conf)
    socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)  # inherited by connections
    eventlet.spawn(
        wsgi.server,
        socket,
        loadapp(str(path)),
        NullLogger(),
        protocol=SwiftHttpProtocol,
        capitalize_response_headers=False,  # S3 clients look for "ETag", not "Etag"
    )


def serve(folder: Path, page_size: int) -> None:
    """Run Swift until standard input ends. Prints the endpoint when ready."""
    # A test's objects need not survive a power cut.
    os.fsync = os.fdatasync = lambda _fd: None
    from swift.common.utils import monkey_patch

    monkey_patch()
    import eventlet
    from swift.common.storage_policy import reload_storage_policies
    from swift.common.utils import set_swift_dir

    (folder / "swift.conf").write_text(SWIFT_CONF)
    set_swift_dir(str(folder))
    reload_storage_policies()
    (folder / "devices" / "disk").mkdir(parents=True, exist_ok=True)
    backends = {kind: eventlet.listen(("127.0.0.1", 0)) for kind in ("account", "container", "object")}
    for kind, socket in backends.items():
        _write_ring(folder, kind, socket.getsockname()[1])
    for kind, socket in backends.items():
        _start(folder, kind, socket, BACKEND_CONF.format(folder=folder, kind=kind))
    proxy = eventlet.listen(("127.0.0.1", 0))
    _start(folder, "proxy", proxy, PROXY_CONF.format(folder=folder, page_size=page_size, secret_key=SECRET_KEY))
    print(f"http://127.0.0.1:{proxy.getsockname()[1]}", flush=True)
    eventlet.hubs.trampoline(sys.stdin, read=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
