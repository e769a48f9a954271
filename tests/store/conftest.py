"""A derived state that tests may look at but must leave as it is."""

from collections.abc import Iterator

import pytest

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.lakehouse import Lakehouse, lakehouse_at
from tests.conftest import Server
from tests.deriving import bring, derive
from tests.making import START, at, run

DAY_S = 86_400


@pytest.fixture(scope="package")
def derived(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lakehouse]:
    """Three runs of one athlete in May and June (one of them without heart rate), one of another; a broken file."""
    postgres.create("derived", "migrated")
    url = postgres.database("derived")
    home = tmp_path_factory.mktemp("derived")
    lakehouse = lakehouse_at(Settings(home=home, database_url=url, _env_file=None), url)  # type: ignore[call-arg]
    mine = {f"{day}.fit": run(at(START, day * DAY_S), seconds=600, every_s=10) for day in (0, 1)}
    mine |= {"without.fit": run(at(START, 30 * DAY_S), heart_rate=None, every_s=10), "broken.fit": b"nothing"}
    bring(lakehouse, mine)
    bring(lakehouse, {"theirs.fit": run(at(START, 3 * DAY_S), every_s=10)}, athlete_id="you")
    derive(lakehouse)
    yield lakehouse
    lakehouse.engine.dispose()
    postgres.drop("derived")
