"""One question to Garmin Connect: an endpoint, and the days or the activity it is asked about."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from runningcoach_pipelines.garmin.endpoints import EPOCH, Asked, Endpoint


@dataclass(frozen=True, slots=True)
class Question:
    """`first` and `last` are both included; `subject` is an activity's id, empty for days."""

    endpoint: Endpoint
    first: dt.date
    last: dt.date
    subject: str = ""

    @property
    def days(self) -> list[dt.date]:
        return [self.first + dt.timedelta(days=offset) for offset in range((self.last - self.first).days + 1)]

    @property
    def needs_name(self) -> bool:
        """Whether Garmin's name of the account is a part of the address."""
        return "{name}" in self.endpoint.path

    def address(self, name: str, offset: int = 0) -> tuple[str, dict[str, str | int]]:
        """Path and parameters.

        Args:
            name: Garmin's name of the account, where it is needed.
            offset: how many entries of a list to leave out.
        """
        words = {
            "name": name,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "subject": self.subject,
            "offset": offset,
        }
        params = {key: value.format(**words) for key, value in self.endpoint.params.items()}
        return self.endpoint.path.format(**words), dict(params)

    def __str__(self) -> str:
        if self.subject:
            return f"{self.endpoint.name} of {self.subject}"
        if self.endpoint.asked is Asked.ONCE:
            return self.endpoint.name
        return f"{self.endpoint.name} {self.first}" + (f" to {self.last}" if self.last > self.first else "")


def blocks(endpoint: Endpoint, first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last day of each block of the endpoint's longest window that touches a day from `first` to `last`.

    Blocks lie on a fixed grid: a block asked again, today or next year, is the same question.
    """
    length = endpoint.longest_window_days or 1
    start = EPOCH + dt.timedelta(days=(first - EPOCH).days // length * length)
    while start <= last:
        yield start, start + dt.timedelta(days=length - 1)
        start += dt.timedelta(days=length)
