"""What the app says when it cannot show data: in both languages, and never a stack trace."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from runningcoach_pipelines.settings import Language
from runningcoach_pipelines.store.lakehouse import Lakehouse
from tests.app.conftest import (
    ANA,
    OpenApp,
    Stage,
    bring_in,
    commands,
    compute,
    look_inside,
    run_of,
    said,
    stage_of,
    unreadable_run,
)
from tests.conftest import Server, free_port

_HANGUL = re.compile("[가-힣]")

pytestmark = pytest.mark.parametrize("language", Language)


def spoken(app: AppTest, language: Language) -> str:
    """What is said, once it is known to be in one language and without a trace."""
    assert not app.exception
    texts = said(app)
    assert texts
    assert [text for text in texts if bool(_HANGUL.search(text)) != (language is Language.KO)] == []
    shown = "\n".join([*texts, *commands(app)])
    assert "Traceback" not in shown
    return shown


def test_without_a_database_it_says_how_to_start(tmp_path: Path, open_app: OpenApp, language: Language) -> None:
    app = open_app(Stage(None, tmp_path), language)
    assert spoken(app, language)
    assert commands(app)[0] == "runningcoach up"
    assert not list(tmp_path.glob("postgres*"))  # and starts no server itself


def test_a_database_that_is_down_is_named_without_its_password(
    tmp_path: Path, open_app: OpenApp, language: Language
) -> None:
    port = free_port()
    app = open_app(Stage(f"postgresql://me:geheim@127.0.0.1:{port}/runs", tmp_path), language)
    shown = spoken(app, language)
    assert "runningcoach up" in commands(app)
    assert f"127.0.0.1:{port}" in shown
    assert "geheim" not in shown


def test_a_url_that_is_none_is_explained(tmp_path: Path, open_app: OpenApp, language: Language) -> None:
    assert "DATABASE_URL cannot be read" in spoken(open_app(Stage("nonsense", tmp_path), language), language)


def test_a_database_without_our_tables_asks_for_the_migrations(
    postgres: Server, tmp_path: Path, open_app: OpenApp, language: Language
) -> None:
    app = open_app(Stage(postgres.database("runningcoach"), tmp_path), language)
    assert spoken(app, language)
    assert "runningcoach db upgrade" in commands(app)


def test_an_empty_database_says_how_to_import_and_how_to_see_the_demo(
    database_url: str, tmp_path: Path, open_app: OpenApp, language: Language
) -> None:
    app = open_app(Stage(database_url, tmp_path), language)
    assert spoken(app, language)
    assert commands(app) == ["runningcoach import PATH", "runningcoach demo"]


def test_files_that_are_not_computed_yet_are_counted(
    lakehouse: Lakehouse, open_app: OpenApp, language: Language
) -> None:
    bring_in(lakehouse, ANA, [run_of(1), run_of(2), unreadable_run()])
    look_inside(lakehouse)
    app = open_app(stage_of(lakehouse), language)
    shown = spoken(app, language)
    assert "3" in app.info[0].value
    assert commands(app) == ["runningcoach materialize"]
    assert "runningcoach status" in shown  # one of them cannot be read


def test_unreadable_files_are_mentioned_beside_the_data(
    lakehouse: Lakehouse, open_app: OpenApp, language: Language
) -> None:
    bring_in(lakehouse, ANA, [run_of(1), unreadable_run()])
    compute(lakehouse)
    app = open_app(stage_of(lakehouse), language)
    assert len(app.metric) == 4
    assert "runningcoach status" in spoken(app, language)


def test_a_lake_that_is_gone_is_said_and_the_rest_is_shown(
    runners: Stage, tmp_path: Path, open_app: OpenApp, language: Language
) -> None:
    app = open_app(replace(runners, home=tmp_path / "elsewhere"), language)
    shown = spoken(app, language)
    assert len(app.metric) == 4
    assert str(tmp_path / "elsewhere") in shown
    assert commands(app) == ["runningcoach materialize --rebuild"]


def test_a_lake_that_cannot_be_read_is_said_and_the_rest_is_shown(
    runners: Stage, tmp_path: Path, open_app: OpenApp, language: Language
) -> None:
    log = tmp_path / "home" / "lake" / "activity_samples" / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020}.json").write_text("not a commit")
    app = open_app(replace(runners, home=tmp_path / "home"), language)
    assert len(app.metric) == 4
    assert "activity_samples" in spoken(app, language)


def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, open_app: OpenApp, language: Language
) -> None:
    monkeypatch.setenv("RUNNINGCOACH_TIMEZONE", "Mars/Olympus")
    app = open_app(Stage(None, tmp_path), language)
    if language is Language.EN:  # the settings cannot say which language they mean
        app.segmented_control(key="language").set_value(Language.EN).run()
    assert "Mars/Olympus" in spoken(app, language)
