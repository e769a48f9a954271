"""The dashboard: opens the stores, asks for language and athlete, runs a page.

What a page shows is in `views/`, how a chart looks in `charts/`, what stands in place of data in `states.py`.
"""

from pathlib import Path

import streamlit as st
from pydantic import ValidationError

from runningcoach_app import states
from runningcoach_app.speech import Speech, speech
from runningcoach_app.visit import open_visit, opened_engine
from runningcoach_pipelines.settings import Language, Settings
from runningcoach_pipelines.store.problems import DatabaseUnavailable
from runningcoach_pipelines.store.read_models import KnownAthlete, known_athletes

_MARK = Path(__file__).with_name("mark.svg")
_WORDMARK = Path(__file__).with_name("wordmark.svg")
_STYLE = Path(__file__).with_name("style.css")
_LANGUAGES = {Language.KO: "한국어", Language.EN: "English"}


def main() -> None:
    """One run of the script, which Streamlit starts at every click."""
    st.set_page_config(page_title="RunningCoach", page_icon=str(_MARK), layout="wide")
    st.logo(str(_WORDMARK), icon_image=str(_MARK), size="large")
    st.html(_STYLE)
    try:
        settings = Settings()
    except ValidationError as error:
        states.stop_for_settings(_chosen_speech(Language.KO), error)
    chosen = _chosen_speech(settings.language)
    page = st.navigation(_pages(chosen))
    if settings.database_url is None:
        states.stop_without_database(chosen)
    try:
        engine = opened_engine(settings.database_url.get_secret_value())
        athlete_id = _chosen_athlete(known_athletes(engine), settings.athlete, chosen)
        open_visit(settings, engine, athlete_id, chosen)
        page.run()
    except DatabaseUnavailable as error:
        states.stop_for_database(chosen, error)


def _pages(speech: Speech) -> list[st.Page]:
    say = speech.text
    return [
        st.Page("views/overview.py", title=say("Overview"), icon=":material/speed:", default=True),
        st.Page("views/activities.py", title=say("Activities"), icon=":material/list:"),
        st.Page("views/activity.py", title=say("Activity"), icon=":material/directions_run:"),
        st.Page("views/fitness.py", title=say("Fitness"), icon=":material/show_chart:"),
        st.Page("views/health.py", title=say("Health"), icon=":material/bedtime:"),
        st.Page("views/summaries.py", title=say("Summaries"), icon=":material/calendar_month:"),
        st.Page("views/data.py", title=say("Data"), icon=":material/database:"),
        st.Page("views/settings.py", title=say("Settings"), icon=":material/tune:"),
    ]


def _chosen_speech(default: Language) -> Speech:
    language = st.sidebar.segmented_control(
        "언어 · Language",
        list(Language),
        default=default,
        required=True,
        format_func=_LANGUAGES.__getitem__,
        key="language",
        bind="query-params",
    )
    return speech(language or default)


def _chosen_athlete(athletes: list[KnownAthlete], preferred: str, chosen: Speech) -> str:
    """The preferred athlete if there is something to show of them, else the first with data; asked if several are."""
    names = {athlete.athlete_id: _name(athlete) for athlete in athletes if athlete.has_activities}
    if not names:
        return preferred
    options = list(names)
    start = options.index(preferred) if preferred in names else 0
    if len(options) == 1:
        return options[0]
    picked = st.sidebar.selectbox(
        chosen.text("Athlete"),
        options,
        index=start,
        format_func=names.__getitem__,
        key="athlete",
        bind="query-params",
    )
    return picked or options[start]


def _name(athlete: KnownAthlete) -> str:
    if athlete.display_name == athlete.athlete_id:
        return athlete.athlete_id
    return f"{athlete.display_name} · {athlete.athlete_id}"


if __name__ == "__main__":  # a process pool started from here imports this file again
    main()
