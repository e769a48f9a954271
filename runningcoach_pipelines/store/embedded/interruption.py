"""What signals do to a command that uses the embedded server: unwind it, but not its clean-up.

Python's handlers belong to the main thread; elsewhere nothing here has an effect.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


def _terminated(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


@contextmanager
def termination_raises() -> Iterator[None]:
    """SIGTERM and SIGHUP unwind the stack as Ctrl-C does, unless somebody already handles or ignores them."""
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP) if _is_default(number)]
    for number in numbers:
        signal.signal(number, _terminated)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _is_default(number: signal.Signals) -> bool:
    return threading.current_thread() is threading.main_thread() and signal.getsignal(number) is signal.SIG_DFL


@contextmanager
def undisturbed() -> Iterator[None]:
    """An impatient second Ctrl-C does not interrupt the shutdown, which takes a fraction of a second."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
