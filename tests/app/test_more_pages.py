"""Fitness, summaries and health by Streamlit's own test runner: in both languages, over data and over none."""

import datetime as dt
import re

import pytest

from runningcoach_app.speech import speech
from runningcoach_pipelines.metrics.fitness import fitness
from runningcoach_pipelines.settings import Language
from runningcoach_pipelines.store.database import open_engine
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.read_models import fitness as fitness_days
from runningcoach_pipelines.store.tables import HealthMetrics
from tests.app.conftest import ANA, OpenApp, Stage, bring_in, compute, run_of, said, stage_of, today
from tests.rows import put

PAGES = {"views/fitness.py": "Fitness", "views/summaries.py": "Summaries", "views/health.py": "Health"}
_HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", Language)
def test_a_page_speaks_its_language(runners: Stage, open_app: OpenApp, page: str, language: Language) -> None:
    app = open_app(runners, language, page=page)
    assert not app.exception
    assert app.title[0].value == speech(language).text(PAGES[page])
    korean = [bool(_HANGUL.search(text)) for text in said(app)]
    assert all(korean) if language is Language.KO else not any(korean)


@pytest.mark.parametrize("page", PAGES)
def test_without_data_a_page_says_what_to_do(lakehouse: Lakehouse, open_app: OpenApp, page: str) -> None:
    app = open_app(stage_of(lakehouse), Language.EN, page=page)
    assert not app.exception
    assert "Nothing has been imported yet." in [info.value for info in app.info]


@pytest.mark.parametrize("chosen", ["6w", "3m", "1y", "3y", "all"])
def test_fitness_can_be_drawn_over_every_range(runners: Stage, open_app: OpenApp, chosen: str) -> None:
    app = open_app(runners, page="views/fitness.py")
    app.segmented_control(key="fitness-range").set_value(chosen).run()
    assert not app.exception
    assert len(app.get("vega_lite_chart")) >= 8


def test_what_if_tells_the_form_that_the_sliders_lead_to(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners, Language.EN, page="views/fitness.py")
    app.slider(key="what-if-daily").set_value(0).run()
    app.slider(key="what-if-session").set_value(200).run()
    assert not app.exception
    assert runners.database_url is not None
    engine = open_engine(runners.database_url)
    loads = fitness_days(engine, ANA)["load"].to_list()
    engine.dispose()
    after = fitness([*loads, 200.0, *[0.0] * 13])
    told = next(text for text in said(app) if text.startswith("In two weeks"))
    assert f"fitness {after.ctl[-1]:.1f}, form {after.tsb[-1]:+.1f}" in told


def test_records_name_the_day_they_were_run(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    bring_in(lakehouse, "me", [run_of(20, minutes=30), run_of(10, minutes=10)])
    compute(lakehouse)
    app = open_app(stage_of(lakehouse), Language.EN, athlete="me", page="views/summaries.py")
    assert not app.exception
    records = next(table.value for table in app.table if "Day" in table.value.columns)
    five = records[records["Distance"] == "5 km"].iloc[0]
    assert five["Time"] == "0:27:47"  # at 3 m/s
    assert five["Day"] == speech(Language.EN).day(today() - dt.timedelta(days=20))


def test_nights_are_drawn_as_far_as_they_were_measured(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    bring_in(lakehouse, "me", [run_of(20)])
    compute(lakehouse)
    app = open_app(stage_of(lakehouse), Language.EN, athlete="me", page="views/health.py")
    assert "No night or morning was measured in this range." in [info.value for info in app.info]
    nights = [
        {"day": today() - dt.timedelta(days=n), "sleep_s": 25_200.0, "weight_kg": 68.0 + n / 10} for n in range(10)
    ]
    put(lakehouse, HealthMetrics, *nights)
    app = open_app(stage_of(lakehouse), Language.EN, athlete="me", page="views/health.py")
    assert not app.exception
    headers = [header.value for header in app.subheader]
    assert "Sleep (hours)" in headers
    assert "Weight (kg)" in headers
    assert "Stress" not in headers
