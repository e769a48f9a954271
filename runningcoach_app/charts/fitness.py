"""Fitness, fatigue and form over time."""

import json

import altair as alt
import polars as pl

from runningcoach_app.charts.thinning import thinned
from runningcoach_app.speech import Speech

MOST_DAYS = 1_600  # three marks a day: below 5,000 points
_DAYS_WITH_SHORT_LABELS = 200


def fitness_chart(days: pl.DataFrame, speech: Speech) -> alt.VConcatChart:
    """CTL and ATL above, TSB below, one time axis; pointing at a day shows its figures.

    Args:
        days: `day`, `ctl`, `atl`, `tsb`, `load`, oldest first.
    """
    rows = thinned(days.select("day", "ctl", "atl", "tsb", "load"), by="atl", most=MOST_DAYS)
    pointed = alt.selection_point(
        name="pointed", nearest=True, on="pointerover", clear="pointerout", fields=["day"], empty=False
    )
    base = alt.Chart(rows)
    days_shown = (days["day"].max() - days["day"].min()).days if days.height else 0  # type: ignore[operator]
    when = _time_axis(speech, days_shown)
    rule = _rule(base, pointed, speech)
    return alt.vconcat(
        alt.layer(_averages(base, when, speech), _dots(base, pointed, when), rule).properties(height=220),
        alt.layer(_form(base, when, speech), rule).properties(height=90),
        spacing=6,
    ).resolve_scale(x="shared", color="independent")


def _time_axis(speech: Speech, days_shown: int) -> alt.X:
    short = days_shown <= _DAYS_WITH_SHORT_LABELS
    pattern = speech.chart_dates.short_day if short else speech.chart_dates.month
    return alt.X("day:T", title=None, axis=alt.Axis(format=pattern, grid=False, labelOverlap="greedy"))


def _averages(base: alt.Chart, when: alt.X, speech: Speech) -> alt.Chart:
    names = json.dumps({"ctl": speech.text("Fitness (CTL)"), "atl": speech.text("Fatigue (ATL)")}, ensure_ascii=False)
    legend = alt.Legend(orient="top", title=None, labelExpr=f"{names}[datum.value]", symbolSize=400, labelLimit=0)
    return (
        base.transform_fold(["ctl", "atl"], as_=["figure", "value"])
        .mark_line(strokeWidth=2, interpolate="monotone")
        .encode(
            x=when,
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=4)),
            color=alt.Color(
                "figure:N", scale=alt.Scale(domain=["ctl", "atl"], range=["primary", "orange"]), legend=legend
            ),
            strokeDash=alt.StrokeDash(
                "figure:N", scale=alt.Scale(domain=["ctl", "atl"], range=[[1, 0], [5, 3]]), legend=legend
            ),
        )
    )


def _form(base: alt.Chart, when: alt.X, speech: Speech) -> alt.Chart:
    return base.mark_area(line={"strokeWidth": 1.5}, fillOpacity=0.25, interpolate="monotone").encode(
        x=when,
        y=alt.Y("tsb:Q", title=None, axis=alt.Axis(tickCount=3)),
        color=alt.Color(
            datum=speech.text("Form (TSB)"),
            scale=alt.Scale(range=["gray"]),
            legend=alt.Legend(orient="top", title=None, labelLimit=0),
        ),
    )


def _dots(base: alt.Chart, pointed: alt.Parameter, when: alt.X) -> alt.Chart:
    return (
        base.transform_filter(pointed)
        .transform_fold(["ctl", "atl"], as_=["figure", "value"])
        .mark_point(size=40, filled=True)
        .encode(x=when, y="value:Q", color=alt.value("gray"))
    )


def _rule(base: alt.Chart, pointed: alt.Parameter, speech: Speech) -> alt.Chart:
    say = speech.text
    return (
        base.mark_rule(strokeWidth=1)
        .encode(
            x="day:T",
            color=alt.value("gray"),
            opacity=alt.condition(pointed, alt.value(0.7), alt.value(0)),
            tooltip=[
                alt.Tooltip("day:T", title=say("Day"), format=speech.chart_dates.day),
                alt.Tooltip("ctl:Q", title=say("Fitness (CTL)"), format=".1f"),
                alt.Tooltip("atl:Q", title=say("Fatigue (ATL)"), format=".1f"),
                alt.Tooltip("tsb:Q", title=say("Form (TSB)"), format="+.1f"),
                alt.Tooltip("load:Q", title=say("Load"), format=".0f"),
            ],
        )
        .add_params(pointed)
    )
