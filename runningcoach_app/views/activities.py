"""Activities: all of them, filtered, sorted and a page at a time; a click opens one."""

import math

import streamlit as st

from runningcoach_app import states
from runningcoach_app.activity_table import show_activities
from runningcoach_app.speech import Speech
from runningcoach_app.visit import Visit, current_visit
from runningcoach_app.vocabulary import sport_name
from runningcoach_pipelines.store import activity_list, read_models
from runningcoach_pipelines.store.activity_list import Choices, Filter, Order

_ON_A_PAGE = 25
_NO_END_KM = 0.0


def activities(visit: Visit) -> None:
    """The whole page."""
    say = visit.speech.text
    st.title(say("Activities"))
    choices = activity_list.choices(visit.engine, visit.athlete_id)
    if not choices.sports:
        states.stop_without_data(visit.speech, read_models.athlete_status(visit.engine, visit.athlete_id))
    wanted, order = _asked_for(choices, visit.speech)
    found = activity_list.count(visit.engine, visit.athlete_id, wanted)
    st.caption(visit.speech.count("{number} activity", "{number} activities", found))
    if not found:
        st.info(say("No activity passes this filter."), icon=":material/filter_alt_off:")
        st.stop()
    page = st.session_state.get("page", 1)
    pages = math.ceil(found / _ON_A_PAGE)
    skip = (min(page, pages) - 1) * _ON_A_PAGE
    shown = activity_list.activities(visit.engine, visit.athlete_id, wanted, order=order, skip=skip, most=_ON_A_PAGE)
    chosen = show_activities(shown, visit.speech, key="activities")
    if chosen is not None:
        st.switch_page("views/activity.py", query_params={"activity": chosen})
    if pages > 1:
        st.pagination(pages, key="page")


def _asked_for(choices: Choices, speech: Speech) -> tuple[Filter, Order]:
    say = speech.text
    orders = {
        Order.NEWEST: say("Newest first"),
        Order.OLDEST: say("Oldest first"),
        Order.LONGEST: say("Longest first"),
        Order.FASTEST: say("Fastest first"),
        Order.HEAVIEST: say("Highest load first"),
        Order.STEEPEST: say("Most ascent first"),
    }
    with st.container(key="filter"):
        text = st.text_input(
            say("Search"), key="text", placeholder=say("Day, file, watch, kind of sport"), icon=":material/search:"
        )
        sports = st.multiselect(
            say("Sport"),
            choices.sports,
            format_func=lambda sport: sport_name(speech, sport, None),
            key="sports",
            placeholder=say("All"),
        )
        years = st.multiselect(say("Year"), choices.years, key="years", placeholder=say("All"))
        shortest_km = st.number_input(say("From (km)"), min_value=_NO_END_KM, step=1.0, value=None, key="shortest")
        longest_km = st.number_input(say("To (km)"), min_value=_NO_END_KM, step=1.0, value=None, key="longest")
        order = st.selectbox(say("Order"), list(orders), format_func=orders.__getitem__, key="order")
    wanted = Filter(
        sports=tuple(sports),
        years=tuple(years),
        shortest_m=None if shortest_km is None else shortest_km * 1000,
        longest_m=None if longest_km is None else longest_km * 1000,
        text=text.strip(),
    )
    return wanted, order or Order.NEWEST


if __name__ == "__main__":
    activities(current_visit())
