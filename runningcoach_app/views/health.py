"""Health: nights and mornings against their own baselines, stress and weight."""

import datetime as dt
from functools import partial

import polars as pl
import streamlit as st

from runningcoach_app import states
from runningcoach_app.charts.lines import Band, day_lines
from runningcoach_app.ranges import chosen_since
from runningcoach_app.visit import Visit, current_visit
from runningcoach_pipelines.store import performance, read_models
from runningcoach_pipelines.store.windows import Window


def health(visit: Visit) -> None:
    """The whole page."""
    speech = visit.speech
    say, number = speech.text, speech.number
    st.title(say("Health"))
    days = read_models.fitness(visit.engine, visit.athlete_id)
    if days.is_empty():
        states.stop_without_data(speech, read_models.athlete_status(visit.engine, visit.athlete_id))
    latest: dt.date = days["day"][-1]
    since = chosen_since(latest, days["day"][0], speech, key="health-range", default="3m")
    nights = performance.health(visit.engine, visit.athlete_id, Window(since, latest + dt.timedelta(days=1)))
    if nights.is_empty():
        st.info(say("No night or morning was measured in this range."), icon=":material/bedtime:")
        st.write(say("Wellness files of the watch bring them: they are in Garmin's account export."))
        st.stop()
    shown = days.filter(pl.col("day") >= since).with_columns(
        week_ms=pl.col("hrv_week_ln").exp(), low_ms=pl.col("hrv_low_ln").exp(), high_ms=pl.col("hrv_high_ln").exp()
    )
    left, right = st.columns(2)
    with left:
        st.subheader(say("Heart-rate variability (ms)"))
        st.caption(say("The mean of seven nights inside what is usual for you (the grey band) is normal."))
        names = {"week_ms": say("Seven nights"), "hrv_rmssd_ms": say("Night")}
        st.altair_chart(
            day_lines(shown, names, speech, written=number, band=Band("low_ms", "high_ms")),
            alt=say("Heart-rate variability (ms)"),
        )
    with right:
        st.subheader(say("Resting heart rate (bpm)"))
        st.caption(say("Well above the weeks before, it may tell of fatigue or illness."))
        st.altair_chart(
            day_lines(shown, {"resting_hr_bpm": say("Resting heart rate (bpm)")}, speech, written=number),
            alt=say("Resting heart rate (bpm)"),
        )
    nights = nights.with_columns(sleep_h=pl.col("sleep_s") / 3600)
    figures = {
        "sleep_h": (say("Sleep (hours)"), 1),
        "sleep_score": (say("Sleep score of the watch"), 0),
        "avg_stress": (say("Stress"), 0),
        "weight_kg": (say("Weight (kg)"), 1),
    }
    known = {name: told for name, told in figures.items() if nights[name].drop_nulls().len()}
    for index, (name, (title, digits)) in enumerate(known.items()):
        with (left, right)[index % 2]:
            st.subheader(title)
            chart = day_lines(nights, {name: title}, speech, written=partial(number, digits=digits))
            st.altair_chart(chart, alt=title)


if __name__ == "__main__":
    health(current_visit())
