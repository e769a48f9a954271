"""The app as a reader finds it: over a database with two runners, or over one of the test's own."""

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from runningcoach_pipelines.derive.activities import derive_activities
from runningcoach_pipelines.derive.activity_metrics import derive_activity_metrics
from runningcoach_pipelines.derive.fitness import derive_fitness
from runningcoach_pipelines.derive.raw_files import inspect_raw_files
from runningcoach_pipelines.derive.summaries import derive_summaries
from runningcoach_pipelines.ingest.importing import import_files
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.settings import PROJECT_ROOT, Language, Settings
from runningcoach_pipelines.store.lakehouse import Lakehouse, lakehouse_at
from runningcoach_pipelines.store.windows import Period, Window
from tests.conftest import Server
from tests.making import Leg, activity, cut_off

MAIN = PROJECT_ROOT / "runningcoach_app" / "main.py"
ANA, BEN = "ana", "ben"
SEOUL = ZoneInfo("Asia/Seoul")
ANAS_DAYS = range(1, 141, 2)  # ago


@dataclass(frozen=True)
class Stage:
    """What the app is started over."""

    database_url: str | None
    home: Path


def today() -> dt.date:
    return dt.datetime.now(SEOUL).date()


def run_of(days_ago: int, *, minutes: int = 40, sport: str = "running", sub_sport: str = "generic") -> FoundFile:
    """A run at seven in the morning in Seoul."""
    start = dt.datetime.combine(today() - dt.timedelta(days=days_ago), dt.time(7), SEOUL).astimezone(dt.UTC)
    leg = Leg(start=start, seconds=60 * minutes, every_s=10, sport=sport, sub_sport=sub_sport)
    return FoundFile(f"{days_ago}.fit", activity(leg))


def unreadable_run() -> FoundFile:
    return FoundFile("broken.fit", cut_off(run_of(3).data)[:20])


def bring_in(lakehouse: Lakehouse, athlete_id: str, files: list[FoundFile]) -> None:
    report = import_files(lakehouse, files, athlete_id=athlete_id, today=today())
    assert report.new == len(files)


def look_inside(lakehouse: Lakehouse) -> None:
    """What says of each file whether it can be read, and of which days it is."""
    ever = Window(dt.date(2008, 1, 1), today() + dt.timedelta(days=1))
    inspect_raw_files(lakehouse, ever, today())


def compute(lakehouse: Lakehouse, *, until: dt.date | None = None) -> None:
    """Everything derived, as of the day `until`."""
    look_inside(lakehouse)
    window = Window(today() - dt.timedelta(days=200), today() + dt.timedelta(days=1))
    derive_activities(lakehouse, window)
    derive_activity_metrics(lakehouse, window)
    derive_fitness(lakehouse, until or today())
    for period in Period:
        derive_summaries(lakehouse, period, window)


@pytest.fixture(scope="session")
def runners(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Ana, who runs every other day, and Ben, who has just begun. Tests only look at them."""
    postgres.create("runners", "migrated")
    stage = Stage(postgres.database("runners"), tmp_path_factory.mktemp("runners"))
    settings = Settings(home=stage.home, database_url=stage.database_url, _env_file=None)  # type: ignore[call-arg]
    assert stage.database_url is not None
    lakehouse = lakehouse_at(settings, stage.database_url)
    bring_in(lakehouse, ANA, [run_of(days_ago, minutes=30 + days_ago % 30) for days_ago in ANAS_DAYS])
    bring_in(lakehouse, BEN, [run_of(2, minutes=20, sub_sport="treadmill"), run_of(4, minutes=90, sport="cycling")])
    compute(lakehouse)
    lakehouse.engine.dispose()
    yield stage
    postgres.drop("runners")


type OpenApp = Callable[..., AppTest]


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> OpenApp:
    """Run the app's script once over a stage: `open_app(stage, language, athlete, page=…, query=…)`."""

    def run(
        stage: Stage,
        language: Language = Language.KO,
        athlete: str = ANA,
        *,
        page: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> AppTest:
        monkeypatch.chdir(tmp_path)  # no .env file of ours
        # Streamlit puts the app there, and a process pool of a later test would start from it.
        monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        monkeypatch.setenv("RUNNINGCOACH_HOME", str(stage.home))
        monkeypatch.setenv("RUNNINGCOACH_LANGUAGE", language)
        monkeypatch.setenv("RUNNINGCOACH_ATHLETE", athlete)
        if stage.database_url is not None:
            monkeypatch.setenv("DATABASE_URL", stage.database_url)
        app = AppTest.from_file(str(MAIN), default_timeout=60)
        if page is not None:
            app.switch_page(page)
        for name, value in (query or {}).items():
            app.query_params[name] = value
        return app.run()

    return run


def stage_of(lakehouse: Lakehouse) -> Stage:
    url = lakehouse.settings.database_url
    assert url is not None
    return Stage(url.get_secret_value(), lakehouse.settings.home)


def said(app: AppTest) -> list[str]:
    """Every text on the page, the sidebar not included."""
    texts = (app.title, app.subheader, app.markdown, app.caption, app.error, app.warning, app.info)
    return [element.value for kind in texts for element in kind if element not in app.sidebar]


def commands(app: AppTest) -> list[str]:
    return [code.value for code in app.code]
