"""Waiting for what another process does: looked at again and again, never longer than a limit."""

import time
from collections.abc import Callable

_LOOK_EVERY_S = 0.02


def wait_until(condition: Callable[[], bool], limit_s: float) -> bool:
    """Whether `condition` came true within `limit_s`. Signal handlers that return do not cut this short."""
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True
