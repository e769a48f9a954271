"""Weeks of a demo athlete with nights, derived once: tests may look at them but must leave them as they are."""

import datetime as dt
from collections.abc import Iterator

import pytest

from runningcoach_pipelines.demo import iter_history
from runningcoach_pipelines.derive.activities import derive_activities
from runningcoach_pipelines.derive.activity_metrics import derive_activity_metrics
from runningcoach_pipelines.derive.fitness import derive_fitness
from runningcoach_pipelines.derive.summaries import derive_summaries
from runningcoach_pipelines.ingest.importing import import_files
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import Lakehouse, lakehouse_at
from runningcoach_pipelines.store.tables import HealthMetrics
from runningcoach_pipelines.store.windows import Period, Window
from tests.conftest import Server
from tests.rows import put

FILES = 24
UNTIL = dt.date(2025, 5, 31)


@pytest.fixture(scope="package")
def demo(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lakehouse]:
    postgres.create("explained", "migrated")
    url = postgres.database("explained")
    lakehouse = lakehouse_at(
        Settings(home=tmp_path_factory.mktemp("explained"), database_url=url, _env_file=None),  # type: ignore[call-arg]
        url,
    )
    history = iter_history(seed=5, years=1, until=UNTIL)
    files = [FoundFile(file.name, file.data) for file, _ in zip(history, range(FILES), strict=False)]
    import_files(lakehouse, files, athlete_id="me", today=UNTIL)
    days = lakehouse.files.days()
    assert days is not None
    _put_nights(lakehouse, *days)
    window = Window(days[0], days[1] + dt.timedelta(days=1))
    derive_activities(lakehouse, window)
    derive_activity_metrics(lakehouse, window)
    for period in Period:
        derive_summaries(lakehouse, period, window)
    derive_fitness(lakehouse, days[1])
    yield lakehouse
    lakehouse.engine.dispose()
    postgres.drop("explained")


@pytest.fixture
def copied(demo: Lakehouse, postgres: Server) -> Iterator[Lakehouse]:
    """The same to be changed; samples lie in the same lake."""
    demo.engine.dispose()  # a database that is in use cannot be copied
    postgres.create("explained_copy", "explained")
    lakehouse = lakehouse_at(demo.settings, postgres.database("explained_copy"))
    yield lakehouse
    lakehouse.engine.dispose()
    postgres.drop("explained_copy")


def _put_nights(lakehouse: Lakehouse, first: dt.date, last: dt.date) -> None:
    """A night for most days, from ten days before the first activity on."""
    begin = first - dt.timedelta(days=10)
    nights = [
        {
            "day": begin + dt.timedelta(days=n),
            "resting_hr_bpm": 50.0 + n * 7 % 5,
            "hrv_rmssd_ms": 55.0 + n * 11 % 13,
            "sleep_s": 25_000.0 + n * 37 % 4000,
        }
        for n in range((last - begin).days + 1)
        if n % 9
    ]
    put(lakehouse, HealthMetrics, *nights)
