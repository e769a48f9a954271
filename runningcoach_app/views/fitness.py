"""Fitness: load and what follows from it over any range, what one is capable of, and what a week would change."""

import datetime as dt

import numpy as np
import polars as pl
import streamlit as st

from runningcoach_app import states
from runningcoach_app.charts.axes import CLOCK_LABEL, PACE_LABEL, SPEED_AS_PACE_LABEL
from runningcoach_app.charts.curves import duration_curves
from runningcoach_app.charts.fitness import fitness_chart
from runningcoach_app.charts.lines import Band, day_lines
from runningcoach_app.charts.stacks import stacked_bars
from runningcoach_app.ranges import chosen_since
from runningcoach_app.tables import paces, show_table
from runningcoach_app.visit import Visit, current_visit
from runningcoach_app.vocabulary import distance_name, form_band_name, load_source_name
from runningcoach_pipelines.metrics.fitness import fitness as fitness_of
from runningcoach_pipelines.metrics.fitness import form_band
from runningcoach_pipelines.metrics.load import Source
from runningcoach_pipelines.metrics.pace import to_pace_s_per_km
from runningcoach_pipelines.store import performance, read_models
from runningcoach_pipelines.store.summaries import summaries_in_context
from runningcoach_pipelines.store.windows import Period, Window

_WEEKLY_UP_TO_DAYS = 800
_SEASON_DAYS = 90
_AHEAD_DAYS = 14
_HEAVIEST = 300


def fitness(visit: Visit) -> None:
    """The whole page."""
    say = visit.speech.text
    st.title(say("Fitness"))
    known = read_models.fitness(visit.engine, visit.athlete_id)
    if known.is_empty():
        states.stop_without_data(visit.speech, read_models.athlete_status(visit.engine, visit.athlete_id))
    first: dt.date = known["day"][0]
    latest: dt.date = known["day"][-1]
    since = chosen_since(latest, first, visit.speech, key="fitness-range")
    shown = known.filter(pl.col("day") >= since)
    st.altair_chart(
        fitness_chart(shown, visit.speech), alt=say("Lines of fitness and fatigue, and form below them, day by day")
    )
    training, capacity, ahead = st.tabs([say("Training"), say("Capacity"), say("What if")])
    with training:
        _show_training(visit, shown, Window(since, latest + dt.timedelta(days=1)))
    with capacity:
        _show_capacity(visit, shown, latest)
    with ahead:
        _show_what_if(visit, known)


def _show_training(visit: Visit, shown: pl.DataFrame, window: Window) -> None:
    say, number = visit.speech.text, visit.speech.number
    weekly = (window.end - window.start).days <= _WEEKLY_UP_TO_DAYS
    period, unit_days = (Period.WEEK, 7) if weekly else (Period.MONTH, 30)
    st.subheader(say("Load by week") if weekly else say("Load by month"))
    st.caption(say("What it was computed from; the rest is estimated from time alone."))
    loads = performance.load_by_source(visit.engine, visit.athlete_id, period, window)
    sources = {source.value: load_source_name(visit.speech, source.value) for source in Source}
    st.altair_chart(
        stacked_bars(
            loads.rename({"load_source": "part", "load": "value"}), sources, visit.speech, unit_days=unit_days
        ),
        alt=say("Load by what it was computed from"),
    )
    _show_intensity(visit, period, unit_days, window)
    left, right = st.columns(2)
    with left:
        st.subheader(say("Ramp per week"))
        st.altair_chart(
            day_lines(
                shown, {"ramp": say("Ramp per week")}, visit.speech, written=lambda value: number(value, 1, signed=True)
            ),
            alt=say("Ramp per week"),
        )
    with right:
        st.subheader(say("Monotony and strain"))
        st.caption(
            say("Monotony: how alike the days of a week are. Strain: its load times monotony, here in hundreds.")
        )
        rows = shown.with_columns(strain_hundreds=pl.col("strain") / 100)
        names = {"monotony": say("Monotony"), "strain_hundreds": say("Strain (hundreds)")}
        st.altair_chart(
            day_lines(rows, names, visit.speech, written=lambda value: number(value, 1)), alt=say("Monotony and strain")
        )


def _show_intensity(visit: Visit, period: Period, unit_days: int, window: Window) -> None:
    say = visit.speech.text
    zones = {"low_intensity_s": say("Easy"), "moderate_intensity_s": say("Moderate"), "high_intensity_s": say("Hard")}
    rows = summaries_in_context(visit.engine, visit.athlete_id, period, window)
    hours = (
        rows.select("period_start", *zones)
        .unpivot(index="period_start", variable_name="part", value_name="value")
        .with_columns(pl.col("value") / 3600)
        .drop_nulls("value")
    )
    if hours.is_empty():
        return
    st.subheader(say("Intensity (hours)"))
    st.caption(say("By threshold heart rate: easy below 85 % of it, hard from it on."))
    st.altair_chart(
        stacked_bars(hours, zones, visit.speech, unit_days=unit_days, digits=1), alt=say("Hours at each intensity")
    )


def _show_capacity(visit: Visit, shown: pl.DataFrame, latest: dt.date) -> None:
    speech = visit.speech
    say, number = speech.text, speech.number
    _show_predictions(visit, shown["day"][0], latest)
    st.subheader(say("VO2max (ml/kg/min)"))
    st.caption(say("Three estimates of different things, never blended: by the device, by races, by heart rate."))
    names = {"race_vo2max": say("By races"), "hr_vo2max": say("By heart rate"), "device_vo2max": say("By the device")}
    st.altair_chart(
        day_lines(shown, names, speech, written=lambda value: number(value, 1)), alt=say("VO2max (ml/kg/min)")
    )
    left, right = st.columns(2)
    with left:
        st.subheader(say("Critical speed and threshold (/km)"))
        paces = shown.select(
            "day",
            critical=to_pace_s_per_km(pl.col("critical_speed_mps")),
            threshold=to_pace_s_per_km(pl.col("threshold_speed_mps")),
        )
        st.altair_chart(
            day_lines(
                paces,
                {"critical": say("Critical speed"), "threshold": say("Threshold")},
                speech,
                written=speech.pace,
                label=PACE_LABEL,
                reverse=True,
            ),
            alt=say("Critical speed and threshold (/km)"),
        )
    with right:
        _show_curves(visit, latest)


def _show_curves(visit: Visit, latest: dt.date) -> None:
    speech = visit.speech
    say = speech.text
    st.subheader(say("Fastest pace over a duration"))
    end = latest + dt.timedelta(days=1)
    ever = performance.curve(visit.engine, visit.athlete_id, "speed", Window(dt.date(1990, 1, 1), end))
    season = performance.curve(
        visit.engine, visit.athlete_id, "speed", Window(end - dt.timedelta(days=_SEASON_DAYS), end)
    )
    if ever.is_empty():
        st.caption(say("No run has a speed yet."))
        return
    both = ever.rename({"value": "ever"}).join(season.rename({"value": "season"}), on="window_s", how="left")

    names = {"season": say("Last 90 days"), "ever": say("Ever")}
    st.altair_chart(
        duration_curves(both.sort("window_s"), names, speech.pace_of, speech, label=SPEED_AS_PACE_LABEL),
        alt=say("Fastest pace over a duration"),
    )


def _show_predictions(visit: Visit, since: dt.date, latest: dt.date) -> None:
    speech = visit.speech
    say = speech.text
    st.subheader(say("Race predictions"))
    rows = performance.predictions(visit.engine, visit.athlete_id, latest)
    if rows.is_empty():
        st.caption(say("They need an effort of at least 1.5 km in the last 90 days that was about as hard as a race."))
        return
    show_table(
        {
            say("Distance"): [distance_name(speech, value) for value in rows["distance_m"]],
            say("Time"): [speech.duration(value) for value in rows["time_s"]],
            say("Pace (/km)"): paces(rows, speech),
            say("Fastest model"): [speech.duration(value) for value in rows["fastest_s"]],
            say("Slowest model"): [speech.duration(value) for value in rows["slowest_s"]],
        }
    )
    distances = rows["distance_m"].to_list()
    chosen = st.segmented_control(
        say("Distance"),
        distances,
        default=distances[0],
        required=True,
        format_func=lambda value: distance_name(speech, value),
        key="predicted-distance",
        label_visibility="collapsed",
    )
    history = performance.predicted(visit.engine, visit.athlete_id, chosen or distances[0], since)
    st.altair_chart(
        day_lines(
            history,
            {"time_s": say("Predicted time")},
            speech,
            written=speech.duration,
            band=Band("fastest_s", "slowest_s"),
            label=CLOCK_LABEL,
            reverse=True,
        ),
        alt=say("Predicted time with the spread of the models"),
    )


def _show_what_if(visit: Visit, known: pl.DataFrame) -> None:
    """Form in two weeks if the days go on as the last six weeks, with a session more or less tomorrow."""
    speech = visit.speech
    say, number = speech.text, speech.number
    st.caption(
        say("Two weeks with the same load every day, and one session tomorrow: what fitness and form would become.")
    )
    usual = round(float(known["ctl"][-1]))
    left, right = st.columns(2)
    with left:
        daily = st.slider(say("Load of every day"), 0, _HEAVIEST, usual, key="what-if-daily")
    with right:
        extra = st.slider(say("Load of tomorrow's session"), 0, _HEAVIEST, usual, key="what-if-session")
    planned = [float(extra), *[float(daily)] * (_AHEAD_DAYS - 1)]
    after = fitness_of(np.concatenate((known["load"].to_numpy(), planned)))
    first = known["day"][-1]
    ahead = pl.DataFrame(
        {
            "day": [first + dt.timedelta(days=days) for days in range(_AHEAD_DAYS + 1)],
            "ctl": after.ctl[-_AHEAD_DAYS - 1 :],
            "atl": after.atl[-_AHEAD_DAYS - 1 :],
            "tsb": after.tsb[-_AHEAD_DAYS - 1 :],
            "load": [known["load"][-1], *planned],
        }
    )
    st.altair_chart(fitness_chart(ahead, speech), alt=say("Fitness, fatigue and form in the next two weeks"))
    last = ahead.row(-1, named=True)
    st.markdown(
        say(
            "In two weeks: fitness {ctl}, form {tsb} ({word}).",
            ctl=number(last["ctl"], 1),
            tsb=number(last["tsb"], 1, signed=True),
            word=form_band_name(speech, form_band(last["tsb"], last["ctl"])),
        )
    )


if __name__ == "__main__":
    fitness(current_visit())
