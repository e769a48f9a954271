"""A Garmin whose account has a history, and what fetches from it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from runningcoach_pipelines.garmin.fetching import Fetcher
from tests.doubles.garmin import GarminDouble, loopback_garmin
from tests.garmin.conftest import Desk, StillClock
from tests.garmin.fetching.history import History


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def garmin(time: StillClock, history: History) -> Iterator[GarminDouble]:
    with loopback_garmin(time.now, history.routes) as double:
        yield double


@pytest.fixture
def fetcher(desk: Desk) -> Fetcher:
    desk.logged_in()
    return new_fetcher(desk)


def new_fetcher(desk: Desk) -> Fetcher:
    """As a new process would make it."""
    lakehouse = replace(desk.lakehouse, settings=desk.settings)
    return Fetcher(lakehouse, desk.account())
