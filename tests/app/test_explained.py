"""Headline numbers open how they came to be."""

from runningcoach_app.speech import speech
from runningcoach_pipelines.settings import Language
from tests.app.conftest import OpenApp, Stage, said, today


def test_a_headline_number_opens_how_it_came_to_be(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners, Language.EN)
    app.button(key=f"explain-ctl-{today().isoformat()}").click().run()
    assert not app.exception
    assert [success.value for success in app.success] == ["Made once more from these: the same."] * 2
    assert any(text.startswith("**Formula**") for text in said(app))


def test_the_load_of_an_activity_opens_how_it_came_to_be(runners: Stage, open_app: OpenApp) -> None:
    app = open_app(runners, Language.KO, page="views/activity.py")
    button = next(one for one in app.button if str(one.key).startswith("explain-load-"))
    button.click().run()
    assert not app.exception
    assert speech(Language.KO).text("Made once more from these: the same.") in [one.value for one in app.success]
