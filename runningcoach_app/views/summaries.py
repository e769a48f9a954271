"""Summaries: weeks, months and years beside what came before them, and the records."""

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from runningcoach_app import states
from runningcoach_app.charts.axes import CLOCK_LABEL
from runningcoach_app.charts.lines import day_lines
from runningcoach_app.charts.stacks import stacked_bars
from runningcoach_app.speech import Speech
from runningcoach_app.tables import paces, show_table
from runningcoach_app.visit import Visit, current_visit
from runningcoach_app.vocabulary import distance_name, intensity_name
from runningcoach_pipelines.store import performance, read_models
from runningcoach_pipelines.store.summaries import summaries_in_context
from runningcoach_pipelines.store.windows import Period, Window

_SHOWN = {Period.WEEK: 26, Period.MONTH: 24}
_DAYS = {Period.WEEK: 7, Period.MONTH: 30}


def summaries(visit: Visit) -> None:
    """The whole page."""
    say = visit.speech.text
    st.title(say("Summaries"))
    status = read_models.athlete_status(visit.engine, visit.athlete_id)
    if status.first_day is None:
        states.stop_without_data(visit.speech, status)
    weeks, months, years, records = st.tabs([say("Weeks"), say("Months"), say("Years"), say("Records")])
    with weeks:
        _show_periods(visit, Period.WEEK)
    with months:
        _show_periods(visit, Period.MONTH)
    with years:
        _show_years(visit)
    with records:
        _show_records(visit)


def _show_periods(visit: Visit, period: Period) -> None:
    speech = visit.speech
    say = speech.text
    days = _SHOWN[period] * _DAYS[period]
    window = Window(visit.today - dt.timedelta(days=days), visit.today + dt.timedelta(days=1))
    rows = summaries_in_context(visit.engine, visit.athlete_id, period, window)
    if rows.is_empty():
        return
    kilometres = rows.select(
        "period_start",
        running=pl.col("run_distance_m") / 1000,
        other=(pl.col("distance_m") - pl.col("run_distance_m")) / 1000,
    ).unpivot(index="period_start", variable_name="part", value_name="value")
    names = {"running": say("Running (km)"), "other": say("Other sports (km)")}
    st.altair_chart(
        stacked_bars(kilometres, names, speech, unit_days=_DAYS[period], digits=1), alt=say("Distance over time")
    )
    newest = list(rows.reverse().iter_rows(named=True))
    show_table(
        {
            say("Since"): [_period_name(row["period_start"], period, speech) for row in newest],
            say("Runs"): [speech.number(row["runs"]) for row in newest],
            say("Running (km)"): [_km(row["run_distance_m"], speech) for row in newest],
            say("Before that"): [_change(row["run_distance_m_since_previous"], speech) for row in newest],
            say("A year ago"): [_change(row["run_distance_m_since_year_ago"], speech) for row in newest],
            say("Time"): [speech.duration(row["timer_s"]) for row in newest],
            say("Ascent (m)"): [speech.number(row["ascent_m"]) for row in newest],
            say("Load"): [speech.number(row["load"]) for row in newest],
            say("Longest (km)"): [_km(row["longest_run_m"], speech) for row in newest],
            say("Intensity"): [intensity_name(speech, row["intensity_label"]) for row in newest],
            say("Fitness (CTL)"): [speech.number(row["ctl"], 1) for row in newest],
            say("Records"): [_records_of(row["records"], speech) for row in newest],
        }
    )


def _show_years(visit: Visit) -> None:
    speech = visit.speech
    say = speech.text
    rows = performance.years(visit.engine, visit.athlete_id)
    show_table(
        {
            say("Year"): [str(day.year) for day in rows["year"]],
            say("Runs"): [speech.number(value) for value in rows["runs"]],
            say("Running (km)"): [_km(value, speech) for value in rows["run_distance_m"]],
            say("Time"): [speech.duration(value) for value in rows["timer_s"]],
            say("Ascent (m)"): [speech.number(value) for value in rows["ascent_m"]],
            say("Load"): [speech.number(value) for value in rows["load"]],
        }
    )


def _show_records(visit: Visit) -> None:
    speech = visit.speech
    say = speech.text
    rows = performance.records(visit.engine, visit.athlete_id)
    if rows.is_empty():
        st.caption(say("No run outdoors is long enough for a record yet."))
        return
    show_table(
        {
            say("Distance"): [distance_name(speech, value) for value in rows["distance_m"]],
            say("Time"): [speech.duration(value) for value in rows["time_s"]],
            say("Pace (/km)"): paces(rows, speech),
            say("Day"): [speech.day(day) for day in rows["local_day"]],
        }
    )
    distances = rows["distance_m"].to_list()
    chosen = st.selectbox(
        say("Best effort of each month over"),
        distances,
        format_func=lambda value: distance_name(speech, value),
        key="record-distance",
    )
    history = performance.best_by_month(visit.engine, visit.athlete_id, chosen or distances[0])
    chart = day_lines(
        history,
        {"time_s": say("Time")},
        speech,
        written=speech.duration,
        label=CLOCK_LABEL,
        reverse=True,
    )
    st.altair_chart(chart, alt=say("Best effort of each month"))


def _period_name(start: dt.date, period: Period, speech: Speech) -> str:
    return speech.month(start) if period is Period.MONTH else speech.short_day(start)


def _change(distance_m: float | None, speech: Speech) -> str:
    return speech.number(None if distance_m is None else distance_m / 1000, 1, signed=True)


def _km(distance_m: float | None, speech: Speech) -> str:
    return speech.number(None if distance_m is None else distance_m / 1000, 1)


def _records_of(records: list[dict[str, Any]], speech: Speech) -> str:
    return ", ".join(f"{distance_name(speech, one['distance_m'])} {speech.duration(one['time_s'])}" for one in records)


if __name__ == "__main__":
    summaries(current_visit())
