"""The page of stored data by Streamlit's own test runner: files in by upload, what cannot be read, tables out."""

import io
import zipfile

import pytest
from sqlalchemy import update

from runningcoach_app.speech import speech
from runningcoach_pipelines.ingest.importing import reader_version
from runningcoach_pipelines.settings import Language
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import FileStatus
from runningcoach_pipelines.store.tables import GarminRawFile
from tests.app.conftest import ANA, OpenApp, Stage, bring_in, compute, run_of, said, stage_of, unreadable_run

PAGE = "views/data.py"


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as out:
        for days_ago, name in enumerate(names, start=1):
            out.writestr(name, run_of(days_ago).data)
    return content.getvalue()


@pytest.mark.parametrize("language", Language)
def test_the_page_shows_what_is_stored(runners: Stage, open_app: OpenApp, language: Language) -> None:
    app = open_app(runners, language, page=PAGE)
    assert not app.exception
    assert app.title[0].value == speech(language).text("Data")
    kinds = app.table[0].value
    assert kinds.iloc[0].tolist() == ["activity", "70"]


def test_uploaded_files_and_archives_are_imported_once(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    app = open_app(stage_of(lakehouse), Language.EN, athlete=ANA, page=PAGE)
    for told in ("3 new files, 0 known ones.", "0 new files, 3 known ones."):
        app.file_uploader(key="upload").set_value(
            [
                ("7.fit", run_of(7).data, "application/octet-stream"),
                ("two.zip", archive("a.fit", "b.fit"), "application/zip"),
            ]
        )
        app.run()
        app.button(key="import").click().run()
        assert not app.exception
        assert [success.value for success in app.success] == [told]
    assert {raw.athlete_id for raw in lakehouse.files.all()} == {ANA}


def test_an_uploaded_file_that_cannot_be_read_is_kept_and_named(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    app = open_app(stage_of(lakehouse), Language.EN, athlete=ANA, page=PAGE)
    broken = unreadable_run()
    app.file_uploader(key="upload").set_value([(broken.name, broken.data, "application/octet-stream")])
    app.run()
    app.button(key="import").click().run()
    assert not app.exception
    assert [warning.value for warning in app.warning] == ["Kept, but not readable"]
    (kept,) = lakehouse.files.all()
    assert (kept.file_name, kept.status) == ("broken.fit", FileStatus.FAILED)


def test_unreadable_files_are_listed_and_can_be_tried_again(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    bring_in(lakehouse, ANA, [run_of(1), unreadable_run()])
    compute(lakehouse)
    with lakehouse.engine.begin() as connection:  # as if an older decoder had not been able to
        connection.execute(update(GarminRawFile).values(fit_file_status="failed", fit_error="not yet"))
    app = open_app(stage_of(lakehouse), Language.EN, athlete=ANA, page=PAGE)
    assert "Files that cannot be read" in [header.value for header in app.subheader]
    app.button(key="retry").click().run()
    assert not app.exception
    assert "1 of 2 can be read now." in [info.value for info in app.info]
    assert reader_version(lakehouse.settings)


def test_files_of_another_athlete_are_not_listed(lakehouse: Lakehouse, open_app: OpenApp) -> None:
    bring_in(lakehouse, "ben", [run_of(1), unreadable_run()])
    bring_in(lakehouse, ANA, [run_of(2)])
    compute(lakehouse)
    app = open_app(stage_of(lakehouse), Language.EN, athlete=ANA, page=PAGE)
    assert not app.exception
    assert "Files that cannot be read" not in [header.value for header in app.subheader]
    assert not any("broken.fit" in text for text in said(app))
