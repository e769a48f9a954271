"""Activities as a table: one row each, in the reader's words."""

import polars as pl
import streamlit as st

from runningcoach_app.speech import Speech
from runningcoach_app.vocabulary import ON_FOOT, load_source_name, sport_name
from runningcoach_pipelines.metrics.pace import to_pace_s_per_km


def show_activities(activities: pl.DataFrame, speech: Speech, *, key: str) -> str | None:
    """Draw the rows of `activity_list.activities`, in their order; the id of the one that was clicked."""
    say = speech.text
    number = st.column_config.NumberColumn
    text = st.column_config.TextColumn
    drawn = st.dataframe(
        activity_rows(activities, speech),
        key=key,
        height="content",
        on_select="rerun",
        selection_mode="single-cell",
        hide_index=True,
        placeholder="–",
        alt=say("Activities, one a row"),
        column_config={
            "start": text(say("Start"), pinned=True),
            "sport": text(say("Sport")),
            "distance_km": number(say("Distance (km)"), format="%.1f"),
            "time": text(say("Time"), alignment="right"),
            "pace": text(say("Pace (/km)"), alignment="right"),
            "heart_rate_bpm": number(say("Heart rate (bpm)"), format="%.0f"),
            "ascent_m": number(say("Ascent (m)"), format="%.0f"),
            "load": number(say("Load"), format="%.0f"),
            "load_source": text(say("Load from")),
        },
    )
    clicked = [row for row, _ in drawn.selection.cells if row < activities.height]
    return str(activities["activity_id"][clicked[0]]) if clicked else None


def activity_rows(activities: pl.DataFrame, speech: Speech) -> pl.DataFrame:
    """What the table shows: numbers as numbers, so that they sort; days, times and names as text."""
    local_start = pl.col("started_at").dt.replace_time_zone(None) + pl.duration(seconds="utc_offset_s")
    foot = pl.col("sport").is_in(ON_FOOT)
    columns = activities.select(
        "sport",
        "sub_sport",
        "timer_s",
        "load_source",
        local_start=local_start,
        duplicate=pl.col("suspected_duplicate_of").is_not_null(),
        pace_s_per_km=pl.when(foot).then(to_pace_s_per_km(pl.col("avg_speed_mps"))),
    ).to_dict(as_series=False)
    names = zip(columns["sport"], columns["sub_sport"], columns["duplicate"], strict=True)
    return activities.select(
        start=pl.Series([speech.start(start) for start in columns["local_start"]], dtype=pl.String),
        sport=pl.Series([_sport(speech, *name) for name in names], dtype=pl.String),
        distance_km=pl.col("distance_m") / 1000,
        time=pl.Series([speech.duration(seconds) for seconds in columns["timer_s"]], dtype=pl.String),
        pace=pl.Series([speech.pace(pace) for pace in columns["pace_s_per_km"]], dtype=pl.String),
        heart_rate_bpm="avg_heart_rate_bpm",
        ascent_m="ascent_m",
        load="load",
        load_source=pl.Series([load_source_name(speech, source) for source in columns["load_source"]], dtype=pl.String),
    )


def _sport(speech: Speech, sport: str, sub_sport: str | None, duplicate: bool) -> str:
    name = sport_name(speech, sport, sub_sport)
    return speech.text("{sport} (duplicate?)", sport=name) if duplicate else name
