"""Start services together, watch them, stop them all: the loop of `runningcoach up`.

A service that dies is started again a few times; one that keeps dying takes the others with it, loudly.
"""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from runningcoach_pipelines.ports import port_is_free
from runningcoach_pipelines.services.child import Child
from runningcoach_pipelines.services.instance import only_instance
from runningcoach_pipelines.services.orders import Orders
from runningcoach_pipelines.services.service import Service, ServiceError
from runningcoach_pipelines.waiting import wait_until

_CARE_S = 1.0
_READY_LIMIT_S = 180.0
_STOP_LIMIT_S = 20.0
_KILL_LIMIT_S = 10.0
_RESTARTS = 3
_STEADY_S = 300.0  # a service that ran so long has its restarts back


def supervise(
    services: Sequence[Service],
    *,
    home: Path,
    on_ready: Callable[[], None],
    within: AbstractContextManager[object] | None = None,
    keep: Callable[[], None] = lambda: None,
    say: Callable[[str], None] = lambda message: print(message, file=sys.stderr, flush=True),
) -> int:
    """Run the services until SIGINT, SIGTERM or SIGHUP; a second one stops without waiting.

    Only from the main thread. Logs go to `home/logs`. When it returns or raises, no process is left.

    Args:
        services: what to run; started together, but for those that need others first.
        home: folder with the lock: one supervisor per home.
        on_ready: called once, when all answer.
        within: entered before the first starts and left when all are gone, while the home is still ours.
        keep: called about every second, for what must be kept alive besides (the database's lease). What it
            raises ends everything and is raised.
        say: takes every message for the user.

    Returns:
        0 after a signal, 1 when the services could not be started or kept running.
    """
    with Orders() as orders:
        try:
            with only_instance(home) as token:
                _require_free_ports(services)
                logs = home / "logs"
                logs.mkdir(exist_ok=True)
                group = _Group([Child(service, token=token, logs=logs) for service in services], say)
                with within or nullcontext():
                    try:
                        group.run(orders, on_ready, keep)
                    finally:
                        group.stop(orders)
        except ServiceError as error:
            say(str(error))
            return 1
    return 0


def require_startable(services: Sequence[Service], *, home: Path) -> None:
    """Whether `supervise` could start now, asked before long work that would be in vain.

    Raises:
        ServiceError: another supervisor runs in this home, or a port is taken.
    """
    with only_instance(home):
        _require_free_ports(services)


def _require_free_ports(services: Sequence[Service]) -> None:
    settings: dict[int, str] = {}
    for service in services:
        if service.port is None:
            continue
        if service.port in settings:
            raise ServiceError(
                f"{settings[service.port]} and {service.port_setting} both name port {service.port}: "
                "set one of them to a free port"
            )
        if not port_is_free(service.host, service.port):
            raise ServiceError(
                f"port {service.port} of {service.name} is taken by another program: stop that program, or set "
                f"{service.port_setting} to a free port"
            )
        settings[service.port] = service.port_setting


@dataclass(slots=True)
class _Watch:
    """What the supervisor remembers of one child; times are of the monotonic clock."""

    child: Child
    was_ready: bool = False
    started_at: float | None = None
    restarts: int = 0
    restart_at: float | None = None

    @property
    def name(self) -> str:
        return self.child.service.name

    def start(self) -> None:
        self.child.start()
        self.started_at = time.monotonic()
        self.restart_at = None


class _Group:
    """The children of one supervisor."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self._watches = [_Watch(child) for child in children]
        self._say = say

    def run(self, orders: Orders, on_ready: Callable[[], None], keep: Callable[[], None]) -> None:
        """Start all and look after them until told to stop.

        Raises:
            ServiceError: one did not come up, or died too often.
        """
        ready_by = time.monotonic() + _READY_LIMIT_S
        announced = False
        care_at = 0.0
        while not orders.stop:
            for watch in self._watches:
                self._look_after(watch)
            if not announced:
                announced = self._announce(on_ready, ready_by)
            if time.monotonic() >= care_at:
                keep()
                for watch in self._watches:
                    watch.child.rotate_log()
                care_at = time.monotonic() + _CARE_S
            orders.pause()

    def stop(self, orders: Orders) -> None:
        """End every child and all that it started: asked first, then forced.

        Raises:
            ServiceError: something outlives even SIGKILL.
        """
        children = [watch.child for watch in self._watches]
        for child in children:
            child.terminate()
        wait_until(lambda: orders.hurry or all(child.is_gone() for child in children), _STOP_LIMIT_S)
        for child in children:
            child.kill()
        if not wait_until(lambda: all(child.is_gone() for child in children), _KILL_LIMIT_S):
            names = ", ".join(child.service.name for child in children if not child.is_gone())
            raise ServiceError(f"{names}: some processes do not end even by SIGKILL")

    def _announce(self, on_ready: Callable[[], None], ready_by: float) -> bool:
        waiting = [watch for watch in self._watches if not watch.was_ready]
        if not waiting:
            on_ready()
            return True
        if time.monotonic() > ready_by:
            raise ServiceError(
                f"{waiting[0].name} does not answer at {waiting[0].child.service.ready} after "
                f"{_READY_LIMIT_S:.0f} s.\n{waiting[0].child.log_tail()}"
            )
        return False

    def _look_after(self, watch: _Watch) -> None:
        if watch.started_at is None:
            if all(other.was_ready for other in self._watches if other.name in watch.child.service.needs):
                watch.start()
        elif watch.restart_at is not None:
            self._restart_when_due(watch, watch.restart_at)
        elif watch.child.exit_status is None:
            watch.was_ready = watch.was_ready or watch.child.is_ready()
        else:
            self._plan_restart(watch, watch.child.exit_status, time.monotonic() - watch.started_at)

    def _plan_restart(self, watch: _Watch, exit_status: int, lived_s: float) -> None:
        if lived_s > _STEADY_S:
            watch.restarts = 0
        ending = f"{watch.name} {_ending(exit_status)}"
        if not watch.was_ready:
            raise ServiceError(f"{ending} while it started.\n{watch.child.log_tail()}")
        if watch.restarts == _RESTARTS:
            raise ServiceError(f"{ending} again after {_RESTARTS} restarts.\n{watch.child.log_tail()}")
        delay_s = 0.5 * 2**watch.restarts
        watch.restarts += 1
        watch.restart_at = time.monotonic() + delay_s
        watch.child.terminate()
        self._say(f"{ending}: it is started again in {delay_s:g} s")

    def _restart_when_due(self, watch: _Watch, due: float) -> None:
        """Start it once its descendants are gone, which may still hold its port."""
        if time.monotonic() < due:
            return
        if watch.child.is_gone():
            watch.start()
        else:
            watch.child.kill()


def _ending(exit_status: int) -> str:
    if exit_status < 0:
        return f"was ended by {signal.Signals(-exit_status).name}"
    return f"ended with status {exit_status}"
