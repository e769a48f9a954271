"""Answers of the demo athlete's Garmin in bronze, fetched by the real client."""

import datetime as dt
from collections.abc import Callable

import pytest

from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, EPOCH, Asked
from runningcoach_pipelines.garmin.questions import Question
from tests.garmin.conftest import Desk, desk, garmin, time
from tests.garmin.fetching.conftest import new_fetcher

__all__ = ["desk", "garmin", "time"]

type Fetch = Callable[..., None]


@pytest.fixture
def fetch(desk: Desk) -> Fetch:
    """Ask an endpoint for days (both included); those asked by day once for each."""
    desk.logged_in()
    fetcher = new_fetcher(desk)

    def fetch(name: str, first: dt.date = EPOCH, last: dt.date | None = None) -> None:
        endpoint, until = ENDPOINTS[name], last or first
        if endpoint.asked is not Asked.DAY:
            fetcher.fetch(Question(endpoint, first, until))
            return
        for number in range((until - first).days + 1):
            day = first + dt.timedelta(days=number)
            fetcher.fetch(Question(endpoint, day, day))

    return fetch
