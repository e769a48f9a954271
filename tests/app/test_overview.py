"""The overview over real data, by Streamlit's own test runner."""

import datetime as dt
import re

import pytest
from streamlit.testing.v1 import AppTest

from runningcoach_app.speech import speech
from runningcoach_pipelines.settings import Language
from runningcoach_pipelines.store.database import open_engine
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.read_models import fitness_until
from tests.app.conftest import ANA, BEN, OpenApp, Stage, bring_in, compute, run_of, said, stage_of, today

_HANGUL = re.compile("[가-힣]")


def charts(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


@pytest.mark.parametrize("language", Language)
def test_the_overview_shows_numbers_charts_and_activities(
    runners: Stage, open_app: OpenApp, language: Language
) -> None:
    app, words = open_app(runners, language), speech(language)
    assert not app.exception
    assert app.title[0].value == words.text("Overview")
    assert [metric.label for metric in app.metric] == [
        words.text(name) for name in ("Fitness (CTL)", "Fatigue (ATL)", "Form (TSB)", "Ramp per week")
    ]
    assert charts(app) == 3
    assert len(app.dataframe[0].value) == 10
    assert words.day(today()) in said(app)


def test_headline_numbers_are_those_of_the_table(runners: Stage, open_app: OpenApp) -> None:
    assert runners.database_url is not None
    engine = open_engine(runners.database_url)
    row = fitness_until(engine, ANA, today(), last=1).row(0, named=True)
    engine.dispose()
    assert [metric.value for metric in open_app(runners).metric] == [
        f"{row['ctl']:.1f}",
        f"{row['atl']:.1f}",
        f"{row['tsb']:+.1f}",
        f"{row['ramp']:+.1f}",
    ]


def test_every_headline_number_explains_itself(runners: Stage, open_app: OpenApp) -> None:
    assert all(_HANGUL.search(metric.help) for metric in open_app(runners).metric)


def test_a_korean_page_speaks_korean_and_an_english_one_english(runners: Stage, open_app: OpenApp) -> None:
    korean, english = said(open_app(runners)), said(open_app(runners, Language.EN))
    assert [text for text in korean if not _HANGUL.search(text)] == []
    assert [text for text in english if _HANGUL.search(text)] == []


def test_the_language_can_be_changed_and_the_range_stays(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners)
    app.segmented_control(key="range").set_value("6w").run()
    app.segmented_control(key="language").set_value(Language.EN).run()
    assert app.title[0].value == "Overview"
    assert app.segmented_control(key="range").value == "6w"
    assert not app.exception


@pytest.mark.parametrize("chosen", ["6w", "3m", "1y", "all"])
def test_every_range_can_be_drawn(runners: Stage, open_app: OpenApp, chosen: str) -> None:
    app = open_app(runners)
    app.segmented_control(key="range").set_value(chosen).run()
    assert not app.exception
    assert charts(app) == 3


def test_two_athletes_are_offered_and_only_the_chosen_one_is_shown(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners)
    assert app.selectbox(key="athlete").value == ANA
    assert len(app.dataframe[0].value) == 10
    app.selectbox(key="athlete").set_value(BEN).run()
    table = app.dataframe[0].value
    assert list(table["sport"]) == ["트레드밀", "자전거"]
    assert [metric.value for metric in app.metric] == [metric.value for metric in open_app(runners, athlete=BEN).metric]


def test_an_athlete_without_data_gives_way_to_the_first_with_some(runners: Stage, open_app: OpenApp) -> None:
    assert open_app(runners, athlete="me").selectbox(key="athlete").value == ANA


def test_a_single_athlete_is_not_asked_for(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    bring_in(lakehouse, "me", [run_of(1)])
    compute(lakehouse)
    app = open_app(stage_of(lakehouse), athlete="me")
    assert not app.exception
    assert not app.selectbox
    assert any("126" in text for text in said(app))  # the warm-up is admitted


def test_numbers_that_are_not_of_today_say_of_which_day_they_are(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    bring_in(lakehouse, "me", [run_of(60), run_of(50)])
    compute(lakehouse, until=today() - dt.timedelta(days=45))
    app = open_app(stage_of(lakehouse), Language.EN, athlete="me")
    assert not app.exception
    day = speech(Language.EN).day(today() - dt.timedelta(days=45))
    assert any(text.startswith(f"As of {day}") for text in said(app))
    assert charts(app) == 3
