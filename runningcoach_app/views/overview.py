"""Overview: today's fitness, fatigue and form, how they came about, the weeks, the latest activities."""

import datetime as dt

import polars as pl
import streamlit as st

from runningcoach_app import states
from runningcoach_app.activity_table import show_activities
from runningcoach_app.charts.fitness import fitness_chart
from runningcoach_app.charts.weeks import week_bars
from runningcoach_app.explained import offer_explanations
from runningcoach_app.ranges import chosen_since
from runningcoach_app.visit import Visit, current_visit
from runningcoach_app.vocabulary import form_band_name
from runningcoach_pipelines.metrics.fitness import form_band
from runningcoach_pipelines.store import read_models
from runningcoach_pipelines.store.activity_list import Filter, activities
from runningcoach_pipelines.store.lake import LakeUnavailable, SampleLake
from runningcoach_pipelines.store.read_models import AthleteStatus
from runningcoach_pipelines.store.windows import Window

_TREND_DAYS = 42
_WEEKS = 26
_ACTIVITIES = 10
_LAKE_TTL_S = 60


def overview(visit: Visit) -> None:
    """The whole page, most important first."""
    say = visit.speech.text
    status = read_models.athlete_status(visit.engine, visit.athlete_id)
    trend = read_models.fitness_until(visit.engine, visit.athlete_id, visit.today, last=_TREND_DAYS)
    st.title(say("Overview"))
    if trend.is_empty():
        states.stop_without_data(visit.speech, status)
    latest: dt.date = trend["day"][-1]
    _show_day(visit, latest)
    _show_today(visit, trend)
    _show_fitness(visit, status.first_day or latest, latest)
    _show_weeks(visit, latest)
    st.subheader(say("Latest activities"))
    latest_ones = activities(visit.engine, visit.athlete_id, Filter(), most=_ACTIVITIES)
    chosen = show_activities(latest_ones, visit.speech, key="latest")
    if chosen is not None:
        st.switch_page("views/activity.py", query_params={"activity": chosen})
    _show_stock(visit, status)


def _show_day(visit: Visit, latest: dt.date) -> None:
    say = visit.speech.text
    if latest == visit.today:
        st.caption(visit.speech.day(latest))
    else:
        st.caption(
            say(
                "As of {day}; later days are not computed yet. `runningcoach materialize` brings them up to date.",
                day=visit.speech.day(latest),
            )
        )


def _show_today(visit: Visit, trend: pl.DataFrame) -> None:
    say, number = visit.speech.text, visit.speech.number
    today = trend.row(-1, named=True)
    with st.container(horizontal=True, key="today"):
        _metric(
            say("Fitness (CTL)"),
            number(today["ctl"], 1),
            say("42-day average"),
            trend["ctl"],
            say("What you have trained for: the load of every day, averaged with a memory of 42 days (load per day)."),
        )
        _metric(
            say("Fatigue (ATL)"),
            number(today["atl"], 1),
            say("7-day average"),
            trend["atl"],
            say("What you still carry: the same average with a memory of 7 days (load per day)."),
        )
        _metric(
            say("Form (TSB)"),
            number(today["tsb"], 1, signed=True),
            form_band_name(visit.speech, form_band(today["tsb"], today["ctl"])),
            trend["tsb"],
            say(
                "Fitness minus fatigue of the day before. The word follows its share of fitness; it is a convention, "
                "not a finding."
            ),
        )
        _metric(
            say("Ramp per week"),
            number(today["ramp"], 1, signed=True),
            say("Against 7 days ago"),
            trend["ramp"],
            say("How much fitness has changed in the last 7 days."),
        )
    explained = {
        "ctl": say("Fitness (CTL)"),
        "atl": say("Fatigue (ATL)"),
        "tsb": say("Form (TSB)"),
        "ramp": say("Ramp per week"),
    }
    offer_explanations(visit, explained, today["day"].isoformat())
    if today["warming_up"]:
        st.caption(say("The first 126 days do not know what came before them: fitness still reads too low."))


def _metric(label: str, value: str, meaning: str, trend: pl.Series, explanation: str) -> None:
    st.metric(
        label,
        value,
        delta=meaning,
        delta_color="off",
        delta_arrow="off",
        help=explanation,
        border=True,
        chart_data=trend.drop_nulls().round(2).to_list(),
    )


def _show_fitness(visit: Visit, first: dt.date, latest: dt.date) -> None:
    say = visit.speech.text
    st.subheader(say("Fitness over time"))
    since = chosen_since(latest, first, visit.speech, key="range")
    st.altair_chart(
        fitness_chart(read_models.fitness(visit.engine, visit.athlete_id, since=since), visit.speech),
        alt=say("Lines of fitness and fatigue, and form below them, day by day"),
    )


def _show_weeks(visit: Visit, latest: dt.date) -> None:
    say, number = visit.speech.text, visit.speech.number
    window = Window(latest - dt.timedelta(weeks=_WEEKS - 1), latest + dt.timedelta(days=1))
    weeks = read_models.weeks(visit.engine, visit.athlete_id, window)
    this_week = weeks.row(-1, named=True)
    st.subheader(say("Weeks"))
    st.caption(
        say(
            "This week so far (the hollow bar): {runs}, {distance}, {time}, load {load}",
            runs=visit.speech.count("{number} run", "{number} runs", this_week["runs"]),
            distance=visit.speech.kilometres(this_week["run_distance_m"]),
            time=visit.speech.duration(this_week["timer_s"]),
            load=number(this_week["load"]),
        )
    )
    weeks = weeks.with_columns(run_distance_km=pl.col("run_distance_m") / 1000)
    figures = (("run_distance_km", say("Running distance (km)"), 1), ("load", say("Load"), 0))
    for column, (figure, title, digits) in zip(st.columns(2), figures, strict=True):
        with column:
            st.markdown(f"**{title}**")
            bars = week_bars(weeks, figure, title=title, digits=digits, latest=latest, speech=visit.speech)
            st.altair_chart(bars, alt=say("{figure} week by week", figure=title))


def _show_stock(visit: Visit, status: AthleteStatus) -> None:
    """What all this was computed from, and what is missing of it."""
    speech = visit.speech
    if status.failed:
        states.note_unreadable_files(speech, status.failed)
    try:
        files, size = _lake_size(visit.lake)
    except LakeUnavailable as error:
        states.note_unreadable_lake(speech, error)
        return
    if not files and status.activities:
        states.note_missing_lake(speech, visit.lake.url)
        return
    if status.first_day is not None and status.last_day is not None:
        st.caption(
            speech.text(
                "{activities} from {first} to {last}; samples {size} MB",
                activities=speech.count("{number} activity", "{number} activities", status.activities),
                first=speech.day(status.first_day),
                last=speech.day(status.last_day),
                size=speech.number(size / 1e6, 1),
            )
        )


@st.cache_data(ttl=_LAKE_TTL_S, show_spinner=False, hash_funcs={SampleLake: lambda lake: lake.url})
def _lake_size(lake: SampleLake) -> tuple[int, int]:
    return lake.size()


if __name__ == "__main__":
    overview(current_visit())
