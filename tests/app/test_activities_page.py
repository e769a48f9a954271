"""The list of activities by Streamlit's own test runner: filters, order and pages."""

import pytest

from runningcoach_app.speech import speech
from runningcoach_pipelines.settings import Language
from runningcoach_pipelines.store.lakehouse import Lakehouse
from tests.app.conftest import ANA, ANAS_DAYS, BEN, OpenApp, Stage, said, stage_of

PAGE = "views/activities.py"


@pytest.mark.parametrize("language", Language)
def test_the_list_shows_a_page_of_activities(runners: Stage, open_app: OpenApp, language: Language) -> None:
    app, words = open_app(runners, language, page=PAGE), speech(language)
    assert not app.exception
    assert app.title[0].value == words.text("Activities")
    assert len(app.dataframe[0].value) == 25
    assert words.count("{number} activity", "{number} activities", len(ANAS_DAYS)) in said(app)


def test_the_last_page_has_the_rest_and_the_first_the_newest(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners, page=PAGE)
    newest = app.dataframe[0].value["start"][0]
    app.session_state["page"] = 3
    app.run()
    assert len(app.dataframe[0].value) == len(ANAS_DAYS) - 50
    app.session_state["page"] = 1
    app.run()
    assert app.dataframe[0].value["start"][0] == newest


def test_an_order_puts_the_longest_first(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners, page=PAGE)
    app.selectbox(key="order").set_value("longest").run()
    assert not app.exception
    distances = list(app.dataframe[0].value["distance_km"])
    assert distances == sorted(distances, reverse=True)


def test_a_filter_that_lets_nothing_through_says_so(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners, Language.EN, page=PAGE)
    app.text_input(key="text").set_value("no such watch").run()
    assert not app.exception
    assert [info.value for info in app.info] == ["No activity passes this filter."]


def test_a_filter_by_sport_and_length_leaves_the_others_out(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners, athlete=BEN, page=PAGE)
    app.multiselect(key="sports").set_value(["cycling"]).run()
    assert list(app.dataframe[0].value["sport"]) == ["자전거"]
    app.multiselect(key="sports").set_value([]).run()
    app.number_input(key="longest").set_value(5.0).run()
    assert list(app.dataframe[0].value["sport"]) == ["트레드밀"]


def test_without_data_the_page_says_what_to_do(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    app = open_app(stage_of(lakehouse), Language.EN, athlete=ANA, page=PAGE)
    assert not app.exception
    assert "Nothing has been imported yet." in [info.value for info in app.info]
