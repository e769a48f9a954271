"""Frames in, charts out: what is drawn, and that it never is too much."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_app.charts.fitness import fitness_chart
from runningcoach_app.charts.thinning import thinned
from runningcoach_app.charts.weeks import week_bars
from runningcoach_app.speech import speech
from runningcoach_pipelines.settings import Language

MONDAY = dt.date(2026, 11, 16)
MOST_POINTS = 5_000
_FIGURES = ("Fitness (CTL)", "Fatigue (ATL)", "Form (TSB)")


def days(count: int) -> pl.DataFrame:
    day = pl.date_range(MONDAY - dt.timedelta(days=count - 1), MONDAY, eager=True)
    load = (pl.int_range(count, eager=True) * 37 % 101).cast(pl.Float64)
    return pl.DataFrame({"day": day, "ctl": load / 2, "atl": load, "tsb": load / -2, "load": load})


def rows(chart: dict[str, Any]) -> list[dict[str, Any]]:
    (dataset,) = chart["datasets"].values()
    return list(dataset)


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=300),
    st.integers(4, 60),
)
def test_thinning_keeps_order_ends_and_extremes(values: list[float], most: int) -> None:
    frame = pl.DataFrame({"at": range(len(values)), "value": values})
    kept = thinned(frame, by="value", most=most)
    assert kept.height <= most
    assert kept["at"].is_sorted()
    assert kept["at"].n_unique() == kept.height
    assert (kept["at"][0], kept["at"][-1]) == (0, len(values) - 1)
    assert (kept["value"].min(), kept["value"].max()) == (min(values), max(values))
    assert kept.equals(frame.filter(pl.col("at").is_in(kept["at"].implode())))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("count", [1, 42, 365, 7300])
def test_the_fitness_chart_names_its_figures_and_stays_small(language: Language, count: int) -> None:
    words = speech(language)
    chart = fitness_chart(days(count), words).to_dict()
    assert len(rows(chart)) * 4 <= MOST_POINTS  # two lines, an area, a rule
    assert rows(chart)[-1]["day"].startswith("2026-11-16")
    legend = chart["layer"][1]["encoding"]["color"]["legend"]["labelExpr"]
    assert all(words.text(name) in legend for name in _FIGURES)


def test_lines_differ_by_dash_and_not_by_colour_alone() -> None:
    lines = fitness_chart(days(42), speech(Language.KO)).to_dict()["layer"][1]["encoding"]
    solid, dashed, _ = lines["strokeDash"]["scale"]["range"]
    assert solid != dashed
    assert lines["color"]["scale"]["domain"] == lines["strokeDash"]["scale"]["domain"]


@pytest.mark.parametrize("latest", [MONDAY, MONDAY + dt.timedelta(days=6)])
def test_only_the_week_of_the_latest_day_is_hollow(latest: dt.date) -> None:
    weeks = pl.DataFrame({"period_start": [MONDAY - dt.timedelta(days=7), MONDAY], "load": [300.0, 20.0]})
    chart = week_bars(weeks, "load", title="훈련 부하", digits=0, latest=latest, speech=speech(Language.KO)).to_dict()
    assert [(row["figure"], row["running"]) for row in rows(chart)] == [(300.0, False), (20.0, True)]
    past, running = (layer["mark"] for layer in chart["layer"])
    assert (past.get("filled", True), running["filled"]) == (True, False)
