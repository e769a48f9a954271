"""What a page is given for one run of its script: the stores, whose data, which day, which language.

`main.py` opens it; pages take it with `current_visit()`. Pages open no store themselves.
"""

import datetime as dt
from dataclasses import dataclass

import streamlit as st
from sqlalchemy import Engine

from runningcoach_app.speech import Speech
from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.database import open_engine, require_migrated
from runningcoach_pipelines.store.lake import SampleLake
from runningcoach_pipelines.store.lakehouse import Lakehouse, lakehouse_over

_KEY = "visit"


@dataclass(frozen=True, slots=True)
class Visit:
    """One athlete's data at one moment, as one reader sees it."""

    lakehouse: Lakehouse
    athlete_id: str
    today: dt.date
    speech: Speech

    @property
    def engine(self) -> Engine:
        return self.lakehouse.engine

    @property
    def lake(self) -> SampleLake:
        return self.lakehouse.samples


def opened_engine(url: str) -> Engine:
    """The engine on `url`, kept between runs, once its tables are known to be ours.

    Raises:
        DatabaseUnavailable: the server does not answer, or its tables are of another version.
    """
    engine = _engine(url)
    require_migrated(engine)
    return engine


@st.cache_resource(show_spinner=False, max_entries=4)
def _engine(url: str) -> Engine:
    return open_engine(url, application_name="runningcoach app")


def open_visit(settings: Settings, engine: Engine, athlete_id: str, speech: Speech) -> None:
    """Let the page that runs next see `athlete_id`."""
    st.session_state[_KEY] = Visit(
        lakehouse=lakehouse_over(settings, engine),
        athlete_id=athlete_id,
        today=settings.today(),
        speech=speech,
    )


def current_visit() -> Visit:
    """The visit that `main.py` opened for this run."""
    visit: Visit = st.session_state[_KEY]
    return visit
