"""The page of one activity by Streamlit's own test runner, with and without positions, samples and metrics."""

import datetime as dt

import pytest

from runningcoach_app.speech import speech
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.settings import Language
from runningcoach_pipelines.store.activity_list import Filter, activities
from runningcoach_pipelines.store.database import open_engine
from runningcoach_pipelines.store.lakehouse import Lakehouse
from tests.app.conftest import ANA, BEN, OpenApp, Stage, bring_in, compute, run_of, said, stage_of, today
from tests.making import Leg, activity

PAGE = "views/activity.py"


def ids(stage: Stage, athlete: str) -> list[str]:
    assert stage.database_url is not None
    engine = open_engine(stage.database_url)
    found = activities(engine, athlete, Filter(), most=100)["activity_id"].to_list()
    engine.dispose()
    return found


@pytest.mark.parametrize("language", Language)
def test_without_an_address_the_latest_activity_is_shown(runners: Stage, open_app: OpenApp, language: Language) -> None:
    app, words = open_app(runners, language, page=PAGE), speech(language)
    assert not app.exception
    assert app.title[0].value == words.text("Run")
    day = words.day(today() - dt.timedelta(days=1))
    assert f"{day} 07:00" in said(app)
    labels = [metric.label for metric in app.metric]
    assert labels[:3] == [words.text(name) for name in ("Distance", "Time", "Pace (/km)")]


def test_the_address_names_the_activity(runners: Stage, open_app: OpenApp) -> None:
    asked = ids(runners, ANA)[4]
    app = open_app(runners, page=PAGE, query={"activity": asked})
    assert not app.exception
    assert f"{speech(Language.KO).day(today() - dt.timedelta(days=9))} 07:00" in said(app)


def test_an_activity_of_another_athlete_is_not_shown(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners, Language.EN, page=PAGE, query={"activity": ids(runners, BEN)[0]})
    assert not app.exception
    assert not app.metric
    assert [warning.value for warning in app.warning] == ["There is no such activity of this athlete."]


def test_an_activity_can_be_compared_with_one_like_it(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners, page=PAGE)
    alone = len(app.metric)
    app.selectbox(key="compare").set_value(ids(runners, ANA)[1]).run()
    assert not app.exception
    assert len(app.metric) == 3 * alone


def test_the_axis_can_be_time(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners, page=PAGE)
    panels = len(app.get("vega_lite_chart"))
    app.segmented_control(key="axis").set_value("timer_s").run()
    assert not app.exception
    assert len(app.get("vega_lite_chart")) == panels


def test_a_route_is_drawn_where_there_are_positions(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    start = dt.datetime.combine(today() - dt.timedelta(days=2), dt.time(22), dt.UTC)
    bring_in(lakehouse, "me", [FoundFile("here.fit", activity(Leg(start=start, position_deg=(37.5, 127.0))))])
    compute(lakehouse)
    app = open_app(stage_of(lakehouse), Language.EN, athlete="me", page=PAGE)
    assert not app.exception
    assert "Route" in [header.value for header in app.subheader]


def test_an_activity_without_samples_or_metrics_still_has_its_page(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    bring_in(lakehouse, "me", [run_of(2)])
    compute(lakehouse)
    lakehouse.samples.clear()
    with lakehouse.engine.begin() as connection:
        connection.exec_driver_sql("delete from runningcoach.activity_metrics")
    app = open_app(stage_of(lakehouse), Language.EN, athlete="me", page=PAGE)
    assert not app.exception
    assert any("not measured yet" in info.value for info in app.info)
    assert app.metric[0].value == "7.2 km"


def test_without_data_the_page_says_what_to_do(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    app = open_app(stage_of(lakehouse), Language.EN, page=PAGE)
    assert not app.exception
    assert "Nothing has been imported yet." in [info.value for info in app.info]
