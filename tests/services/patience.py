"""Waiting on a condition, never for a time."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], *, limit_s: float = 60.0) -> None:
    """Return as soon as `condition` holds; fail the test when it does not come."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come"
        time.sleep(0.01)
