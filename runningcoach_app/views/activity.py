"""Activity: one of them with everything that is known of it."""

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from runningcoach_app import states
from runningcoach_app.activity_parts import beside_the_device, efforts, headline, laps, mean_max, splits, zones
from runningcoach_app.charts import channels
from runningcoach_app.charts.route import route_chart
from runningcoach_app.explained import offer_explanations
from runningcoach_app.speech import Speech
from runningcoach_app.visit import Visit, current_visit
from runningcoach_app.vocabulary import ON_FOOT, sport_name
from runningcoach_pipelines.store import read_models
from runningcoach_pipelines.store.lake import LakeUnavailable
from runningcoach_pipelines.store.one_activity import OneActivity, alike, latest_activity, one_activity, samples_of

_TO_COMPARE = 30


def activity(visit: Visit) -> None:
    """The whole page: the activity that the address names, else the latest."""
    say = visit.speech.text
    asked = st.query_params.get("activity") or latest_activity(visit.engine, visit.athlete_id)
    if asked is None:
        st.title(say("Activity"))
        states.stop_without_data(visit.speech, read_models.athlete_status(visit.engine, visit.athlete_id))
    one = one_activity(visit.engine, visit.athlete_id, asked)
    if one is None:
        st.title(say("Activity"))
        st.warning(say("There is no such activity of this athlete."), icon=":material/search_off:")
        st.page_link("views/activities.py", label=say("All activities"), icon=":material/list:")
        st.stop()
    _show_head(one, visit)
    if not one.metrics:
        st.info(
            say("This activity is not measured yet: reload this page in a moment."), icon=":material/hourglass_top:"
        )
    headline(one, visit.speech, place="top")
    if one.metrics:
        explained = {"load": say("Load"), "hr_load": say("Load by heart rate"), "moving_s": say("Moving time")}
        offer_explanations(visit, explained, one.activity_id)
    samples = _samples(one, visit)
    if samples is not None and not samples.is_empty():
        _show_recording(one, samples, visit.speech)
    _show_parts(one, visit.speech)
    _show_comparison(one, visit)
    _show_sources(one, visit)


def _show_head(one: OneActivity, visit: Visit) -> None:
    speech = visit.speech
    st.title(sport_name(speech, one.activity["sport"], one.activity["sub_sport"]))
    st.caption(f"{speech.day(one.local_start.date())} {one.local_start:%H:%M}")
    with st.container(horizontal=True):
        for other, label, icon in (
            (one.earlier, speech.text("Earlier"), ":material/arrow_back:"),
            (one.later, speech.text("Later"), ":material/arrow_forward:"),
        ):
            st.page_link(
                "views/activity.py",
                label=label,
                icon=icon,
                disabled=other is None,
                query_params={"activity": other or one.activity_id},
            )
    if one.activity["suspected_duplicate_of"]:
        st.caption(speech.text("Probably a second recording of another activity: it is kept, and counts nowhere."))


def _samples(one: OneActivity, visit: Visit) -> pl.DataFrame | None:
    try:
        return samples_of(visit.lake, one)
    except LakeUnavailable as problem:
        states.note_unreadable_lake(visit.speech, problem)
        return None


def _show_recording(one: OneActivity, samples: pl.DataFrame, speech: Speech) -> None:
    route = route_chart(samples, speech)
    ready = channels.ready_to_draw(samples)
    on_foot = one.activity["sport"] in ON_FOOT
    if route is None:
        _show_channels(ready, speech, on_foot=on_foot)
        return
    left, right = st.columns([2, 1])
    with left:
        _show_channels(ready, speech, on_foot=on_foot)
    with right:
        st.subheader(speech.text("Route"))
        st.altair_chart(route, width="content", alt=speech.text("The way it took, north is up"))


@st.fragment
def _show_channels(ready: pl.DataFrame, speech: Speech, *, on_foot: bool) -> None:
    """Panels of the stretch that the strip picks; a fragment, so that picking draws just them again."""
    say = speech.text
    panels = channels.channels_of(ready, speech, on_foot=on_foot)
    if not panels:
        return
    names = {"km": say("Distance"), "timer_s": say("Time")}
    axes = [name for name in names if ready[name].drop_nulls().n_unique() > 1]
    by = axes[0]
    if len(axes) > 1:
        by = st.segmented_control(
            say("Axis"),
            axes,
            default=by,
            required=True,
            format_func=names.__getitem__,
            key="axis",
            label_visibility="collapsed",
        )
    ready = ready.filter(pl.col(by).is_not_null())
    picked: Any = None
    if channels.has_strip(ready):
        picked = st.altair_chart(
            channels.strip(ready, by=by),
            on_select="rerun",
            selection_mode=channels.BRUSH,
            key=f"strip-{by}",
            alt=say("The whole activity in little; drag over it to look at a stretch"),
        ).selection.get(channels.BRUSH)
    if picked and by in picked:
        low, high = picked[by]
        stretch = ready.filter(pl.col(by).is_between(low, high))
        ready = stretch if stretch.height > 1 else ready
    else:
        st.caption(say("Drag over the strip to look at a stretch."))
    with st.container(key="panels", gap=None):
        for channel in panels:
            st.caption(channel.title)
            last = channel is panels[-1]
            st.altair_chart(channels.panel(ready, channel, speech, by=by, last=last), alt=channel.title)


def _show_parts(one: OneActivity, speech: Speech) -> None:
    """Everything that is a table or a few bars, under one tab each."""
    say = speech.text
    parts = {
        say("Kilometres"): (splits, one.splits.height),
        say("Laps"): (laps, one.laps.height),
        say("Zones"): (zones, one.zones.height),
        say("Best efforts"): (efforts, one.efforts.height),
        say("Mean maximum"): (mean_max, one.mean_max.height),
        say("Beside the device"): (beside_the_device, len(one.device)),
    }
    filled = {name: draw for name, (draw, rows) in parts.items() if rows}
    if not filled:
        return
    for tab, draw in zip(st.tabs(list(filled)), filled.values(), strict=True):
        with tab:
            draw(one, speech)


def _show_comparison(one: OneActivity, visit: Visit) -> None:
    speech = visit.speech
    say = speech.text
    others = alike(visit.engine, one, most=_TO_COMPARE)
    if others.is_empty():
        return
    st.subheader(say("Compare with"))
    labels = {
        row["activity_id"]: f"{speech.day(row['local_day'])} · {speech.kilometres(row['distance_m'])} · "
        f"{speech.duration(row['timer_s'])}"
        for row in others.iter_rows(named=True)
    }
    chosen = st.selectbox(
        say("Activities of the same sport and length"),
        list(labels),
        index=None,
        format_func=labels.__getitem__,
        key="compare",
        placeholder=say("Choose one"),
    )
    other = one_activity(visit.engine, visit.athlete_id, chosen) if chosen else None
    if other is None:
        return
    for column, shown, place in zip(st.columns(2), (one, other), ("left", "right"), strict=True):
        with column:
            st.markdown(f"**{speech.day(shown.local_start.date())}**")
            headline(shown, speech, place=place)
            splits(shown, speech)


def _show_sources(one: OneActivity, visit: Visit) -> None:
    say, number = visit.speech.text, visit.speech.number
    st.subheader(say("Files"))
    for row in one.sources.iter_rows(named=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            name = row["file_name"] or f"{row['sha256'][:12]}.fit"
            st.markdown(f"`{name}` · {number(row['file_size'] / 1000)} kB")
            if not row["is_primary"]:
                st.caption(say("another recording"))
            st.download_button(
                say("Download FIT"),
                data=partial(visit.lakehouse.blobs.get, visit.athlete_id, row["sha256"]),
                file_name=name.rpartition("/")[2],
                mime="application/vnd.ant.fit",
                key=f"fit-{row['sha256']}",
                on_click="ignore",
                icon=":material/download:",
            )


if __name__ == "__main__":
    activity(current_visit())
