"""Fitness, fatigue and form over time."""

import json

import altair as alt
import polars as pl

from runningcoach_app.charts.pointer import pointer
from runningcoach_app.charts.thinning import thinned
from runningcoach_app.speech import Speech

MOST_DAYS = 1_200  # two lines, an area and a rule a day: below 5,000 points
_DAYS_WITH_SHORT_LABELS = 200


def fitness_chart(days: pl.DataFrame, speech: Speech) -> alt.LayerChart:
    """Lines of CTL and ATL, the area of TSB around zero; all are loads per day, so one axis serves them. Pointing at
    a day shows its figures.

    Args:
        days: `day`, `ctl`, `atl`, `tsb`, `load`; a row for every day, oldest first.
    """
    rows = thinned(days.select("day", "ctl", "atl", "tsb", "load"), by="atl", most=MOST_DAYS)
    base = alt.Chart(rows).encode(x=_time_axis(speech, days.height))
    form = base.transform_calculate(figure="'tsb'").mark_area(fillOpacity=0.3)
    averages = base.transform_fold(["ctl", "atl"], as_=["figure", "value"]).mark_line(strokeWidth=2)
    return alt.LayerChart(
        layer=[
            form.encode(y="tsb:Q", color=_colour(speech)),
            averages.encode(
                y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=6)),
                color=_colour(speech),
                strokeDash=_dash(speech),
            ),
            _day_figures(base, speech),
        ],
        height=320,
    )


def _time_axis(speech: Speech, days: int) -> alt.X:
    dates = speech.chart_dates
    pattern = dates.short_day if days <= _DAYS_WITH_SHORT_LABELS else dates.month
    return alt.X("day:T", title=None, axis=alt.Axis(format=pattern, grid=False, labelOverlap="parity", tickCount=10))


def _colour(speech: Speech) -> alt.Color:
    scale = alt.Scale(domain=list(_names(speech)), range=["primary", "orange", "gray"])
    return alt.Color("figure:N", scale=scale, legend=_legend(speech))


def _dash(speech: Speech) -> alt.StrokeDash:
    scale = alt.Scale(domain=list(_names(speech)), range=[[1, 0], [5, 3], [1, 0]])
    return alt.StrokeDash("figure:N", scale=scale, legend=_legend(speech))


def _legend(speech: Speech) -> alt.Legend:
    """The same for colour and dash, or Vega draws two."""
    label = f"{json.dumps(_names(speech), ensure_ascii=False)}[datum.value]"
    return alt.Legend(orient="top", title=None, labelExpr=label, labelLimit=0, symbolType="stroke", symbolSize=400)


def _names(speech: Speech) -> dict[str, str]:
    say = speech.text
    return {"ctl": say("Fitness (CTL)"), "atl": say("Fatigue (ATL)"), "tsb": say("Form (TSB)")}


def _day_figures(base: alt.Chart, speech: Speech) -> alt.Chart:
    """A rule on the day pointed at, with everything that is known of it."""
    return pointer(
        base,
        "day",
        [
            alt.Tooltip("day:T", title=speech.text("Day"), format=speech.chart_dates.day),
            *(
                alt.Tooltip(f"{figure}:Q", title=name, format="+.1f" if figure == "tsb" else ".1f")
                for figure, name in _names(speech).items()
            ),
            alt.Tooltip("load:Q", title=speech.text("Load"), format=".0f"),
        ],
    )
