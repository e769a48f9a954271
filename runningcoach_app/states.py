"""What stands where a page cannot show data: what is going on, and what to do. Never a stack trace."""

from typing import NoReturn

import streamlit as st
from pydantic import ValidationError

from runningcoach_app.speech import Speech
from runningcoach_pipelines.store.database import SchemaOutdated
from runningcoach_pipelines.store.lake import LakeUnavailable
from runningcoach_pipelines.store.problems import DatabaseUnavailable
from runningcoach_pipelines.store.read_models import AthleteStatus


def stop_for_settings(speech: Speech, problem: ValidationError) -> NoReturn:
    """A setting in the environment or in `.env` cannot be used."""
    say = speech.text
    st.error(
        say("A setting cannot be used. Correct it in the environment or in .env and start again."),
        icon=":material/error:",
    )
    st.code("\n".join(f"{_name(error['loc'])}: {error['msg']}" for error in problem.errors()), language=None)
    st.stop()


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "RUNNINGCOACH"


def stop_without_database(speech: Speech) -> NoReturn:
    """The app was started by hand, and nobody named a database."""
    say = speech.text
    st.warning(say("The dashboard was started without a database."), icon=":material/power_off:")
    st.write(say("This starts everything, the database included:"))
    st.code("runningcoach up", language=None)
    st.write(say("To run only the dashboard, name the database first:"))
    st.code('eval "$(runningcoach env)"\nstreamlit run runningcoach_app/main.py', language=None)
    st.stop()


def stop_for_database(speech: Speech, problem: DatabaseUnavailable) -> NoReturn:
    """The database is down, or its tables are not ours."""
    say = speech.text
    if isinstance(problem, SchemaOutdated):
        st.warning(
            say("The tables of the database do not fit this version of RunningCoach."), icon=":material/construction:"
        )
        st.write(say("Bring them up to date, then reload this page:"))
        st.code("runningcoach db upgrade", language=None)
    else:
        st.error(say("The database does not answer."), icon=":material/power_off:")
        st.write(
            say(
                "Nothing is lost. If RunningCoach is still running, the database comes back by itself: reload this "
                "page in a moment. Otherwise start it:"
            )
        )
        st.code("runningcoach up", language=None)
    _details(speech, problem)
    st.stop()


def _details(speech: Speech, problem: Exception) -> None:
    with st.expander(speech.text("Details")):
        st.code(str(problem), language=None, wrap_lines=True)


def stop_without_data(speech: Speech, status: AthleteStatus) -> NoReturn:
    """Nothing was imported yet, or what was imported is not computed yet."""
    stored = sum(status.files.values()) + status.failed
    if stored:
        _files_without_results(speech, stored, status.failed)
    else:
        _nothing_imported(speech)
    st.stop()


def _nothing_imported(speech: Speech) -> None:
    say = speech.text
    st.info(say("Nothing has been imported yet."), icon=":material/upload_file:")
    st.write(say("Import FIT files: single ones, folders, or the ZIP of a Garmin export."))
    st.code("runningcoach import PATH", language=None)
    st.write(say("Or look around first with a demo runner:"))
    st.code("runningcoach demo", language=None)


def _files_without_results(speech: Speech, stored: int, failed: int) -> None:
    say = speech.text
    st.info(
        speech.count(
            "{number} file is stored, but nothing is computed yet.",
            "{number} files are stored, but nothing is computed yet.",
            stored,
        ),
        icon=":material/hourglass_top:",
    )
    st.write(say("A first computation may be under way: reload this page in a moment. This starts it by hand:"))
    st.code("runningcoach materialize", language=None)
    if failed:
        note_unreadable_files(speech, failed)


def note_unreadable_files(speech: Speech, failed: int) -> None:
    """Some files could not be decoded; the rest is shown."""
    note = speech.count(
        "{number} file cannot be read. `runningcoach status` says why.",
        "{number} files cannot be read. `runningcoach status` says why.",
        failed,
    )
    st.caption(f":material/warning: {note}")


def note_missing_lake(speech: Speech, url: str) -> None:
    """There are activities, but the table of their samples is gone."""
    say = speech.text
    st.warning(
        say("The samples of the activities are missing: there is no table at {url}.", url=f"`{url}`"),
        icon=":material/database_off:",
    )
    st.write(say("This makes it again from the stored FIT files:"))
    st.code("runningcoach materialize --rebuild", language=None)


def note_unreadable_lake(speech: Speech, problem: LakeUnavailable) -> None:
    """The store of the samples does not answer, or what lies there is no table of ours."""
    st.warning(speech.text("The samples of the activities cannot be read."), icon=":material/database_off:")
    _details(speech, problem)
