"""The control that says how far back a page looks."""

import datetime as dt

import streamlit as st

from runningcoach_app.speech import Speech

_DAYS: dict[str, int | None] = {"6w": 42, "3m": 92, "1y": 365, "3y": 1095, "all": None}


def chosen_since(latest: dt.date, first: dt.date, speech: Speech, *, key: str, default: str = "1y") -> dt.date:
    """The first day to show, by what the reader picked."""
    say = speech.text
    names = {
        "6w": say("6 weeks"),
        "3m": say("3 months"),
        "1y": say("1 year"),
        "3y": say("3 years"),
        "all": say("All"),
    }
    chosen = st.segmented_control(
        say("Range"),
        list(_DAYS),
        default=default,
        required=True,
        format_func=names.__getitem__,
        key=key,
        persist_state="session",
        label_visibility="collapsed",
    )
    days = _DAYS[chosen or default]
    return first if days is None else max(first, latest - dt.timedelta(days=days))
