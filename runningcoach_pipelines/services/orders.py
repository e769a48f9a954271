"""Signals as orders to the supervisor: it looks at them when it has time, so nothing is cut off half way."""

import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Self

_TICK_S = 0.05
_ECHO_S = 0.5  # `timeout`, `make` and a terminal each pass on the same signal; that is no second order

type _Handler = Callable[[int, FrameType | None], object] | int | None


class Orders:
    """While entered, SIGINT, SIGTERM and SIGHUP are noted instead of ending us. Main thread only.

    Attributes:
        hurry: whether the end was asked for a second time.
    """

    def __init__(self) -> None:
        self._stop_at: float | None = None
        self.hurry = False
        self._before: dict[signal.Signals, _Handler] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a script's background job
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def stop(self) -> bool:
        """Whether the end was asked for."""
        return self._stop_at is not None

    def pause(self) -> None:
        time.sleep(_TICK_S)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._stop_at is None:
            self._stop_at = now
        elif now - self._stop_at > _ECHO_S:
            self.hurry = True
