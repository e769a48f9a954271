"""The page of settings by Streamlit's own test runner: settings over time, and Garmin in two steps."""

import datetime as dt

import pytest

from runningcoach_app.speech import speech
from runningcoach_pipelines.settings import Language
from runningcoach_pipelines.store.athletes import SettingsFrom, ensure_athlete, settings_versions, store_settings
from runningcoach_pipelines.store.lakehouse import Lakehouse
from tests.app.conftest import ANA, OpenApp, Stage, stage_of, today

PAGE = "views/settings.py"


@pytest.mark.parametrize("language", Language)
def test_the_page_speaks_its_language(runners: Stage, open_app: OpenApp, language: Language) -> None:
    app = open_app(runners, language, page=PAGE)
    assert not app.exception
    assert app.title[0].value == speech(language).text("Settings")


def test_the_first_settings_hold_for_the_whole_history(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    app = open_app(stage_of(lakehouse), Language.EN, athlete=ANA, page=PAGE)
    app.number_input(key="hr-max").set_value(188.0)
    app.text_input(key="pace").set_value("4:45")
    app.button[0].click().run()
    assert not app.exception
    (version,) = settings_versions(lakehouse.engine, ANA)
    assert version.valid_from == lakehouse.settings.history_start
    assert version.hr_max_bpm == 188
    assert version.threshold_speed_mps == pytest.approx(1000 / 285)
    assert version.weight_kg is None


def test_later_settings_begin_today_and_keep_what_is_not_changed(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    ensure_athlete(lakehouse.engine, ANA)
    before = SettingsFrom(dt.date(2024, 1, 1), sex="female", hr_max_bpm=188.0, weight_kg=56.5)
    store_settings(lakehouse.engine, ANA, [before])
    app = open_app(stage_of(lakehouse), Language.EN, athlete=ANA, page=PAGE)
    app.number_input(key="hr-max").set_value(186.0)
    app.button[0].click().run()
    assert not app.exception
    old, new = settings_versions(lakehouse.engine, ANA)
    assert old == before
    assert (new.valid_from, new.sex, new.hr_max_bpm, new.weight_kg) == (today(), "female", 186.0, 56.5)


@pytest.mark.parametrize(("key", "value"), [("pace", "fast"), ("zones", "150,140")])
def test_settings_that_nobody_can_have_are_refused_by_name(
    lakehouse: Lakehouse, open_app: OpenApp, key: str, value: str
) -> None:
    app = open_app(stage_of(lakehouse), Language.EN, athlete=ANA, page=PAGE)
    app.text_input(key=key).set_value(value)
    app.button[0].click().run()
    assert not app.exception
    assert any(value in error.value for error in app.error)
    assert settings_versions(lakehouse.engine, ANA) == []
