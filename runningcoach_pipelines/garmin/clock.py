"""Time as the garmin package sees it: everything that waits or expires asks here."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from runningcoach_pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` gives the current instant in UTC, `sleep` waits some seconds."""

    now: Callable[[], dt.datetime]
    sleep: Callable[[float], None]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.now, time.sleep)
