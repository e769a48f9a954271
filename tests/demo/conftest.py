from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

import pytest

from runningcoach_pipelines.demo import DemoFile, iter_history
from runningcoach_pipelines.demo.training import PlannedSession, TrainingPlan
from tests.demo.reading import Read, read, read_summary

SEED = 7
UNTIL = date(2025, 6, 30)


@dataclass(frozen=True)
class Year:
    """One year of the demo athlete: its files, and what was planned, by start."""

    files: list[DemoFile]
    sessions: list[PlannedSession]

    def file_of(self, session: PlannedSession) -> DemoFile:
        (found,) = [f for f in self.files if f.started_at == session.start and "footpod" not in f.name]
        return found

    def one(self, wanted: Callable[[PlannedSession], bool]) -> tuple[PlannedSession, Read]:
        """The first session that is wanted, with its file."""
        session = next(filter(wanted, self.sessions))
        return session, read(self.file_of(session).data)


@pytest.fixture(scope="session")
def year() -> Year:
    files = list(iter_history(seed=SEED, years=1, until=UNTIL))
    first, last = date(2024, 7, 1), UNTIL
    plan = TrainingPlan(SEED)
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    return Year(files, [session for day in days for session in plan.sessions_on(day)])


@pytest.fixture(scope="session")
def summaries(year: Year) -> list[tuple[DemoFile, Read]]:
    """All files of the year without their records."""
    return [(file, read_summary(file.data)) for file in year.files]


@pytest.fixture(scope="session")
def era() -> Callable[[int], list[DemoFile]]:
    """The first files of a calendar year, and so of the watch worn then."""

    @cache
    def first_files(of_year: int) -> list[DemoFile]:
        history = iter_history(seed=SEED, years=1, until=date(of_year, 12, 31))
        return [file for file, _ in zip(history, range(12), strict=False)]

    return first_files
