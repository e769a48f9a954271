"""All real files through the whole pipeline; tests may look at what comes of them but must leave it as it is."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from runningcoach_pipelines.derive.activities import derive_activities
from runningcoach_pipelines.derive.activity_metrics import derive_activity_metrics
from runningcoach_pipelines.derive.fitness import derive_fitness
from runningcoach_pipelines.derive.summaries import derive_summaries
from runningcoach_pipelines.ingest.importing import ImportReport, import_paths
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import Lakehouse, lakehouse_at
from runningcoach_pipelines.store.windows import Period, Window
from tests.conftest import Server

TODAY = dt.date(2026, 11, 1)


@pytest.fixture(scope="package")
def imported(
    real_files: Path, postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Lakehouse, ImportReport]]:
    """All real files imported and everything derived, once."""
    postgres.create("real_files", "migrated")
    settings = Settings(
        home=tmp_path_factory.mktemp("real"),
        database_url=postgres.database("real_files"),
        history_start=dt.date(1990, 1, 1),
        _env_file=None,  # type: ignore[call-arg]
    )
    assert settings.database_url is not None
    lakehouse = lakehouse_at(settings, settings.database_url.get_secret_value())
    report = import_paths(lakehouse, [real_files], athlete_id="me", today=TODAY)
    days = lakehouse.files.days()
    assert days is not None
    window = Window(days[0], days[1] + dt.timedelta(days=1))
    assert derive_activities(lakehouse, window).failures == []
    derive_activity_metrics(lakehouse, window)
    derive_fitness(lakehouse, TODAY)
    for period in Period:
        derive_summaries(lakehouse, period, window)
    yield lakehouse, report
    lakehouse.engine.dispose()
    postgres.drop("real_files")
