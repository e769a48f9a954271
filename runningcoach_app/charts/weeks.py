"""One figure of every week as bars."""

import datetime as dt

import altair as alt
import polars as pl

from runningcoach_app.speech import Speech

_BAR_DAYS = 6.0  # of seven: the rest is the gap between bars


def week_bars(
    weeks: pl.DataFrame, figure: str, *, title: str, digits: int, today: dt.date, speech: Speech
) -> alt.Chart:
    """A bar per week; the week that is still running is hollow.

    Args:
        weeks: `period_start` (a Monday) and the column `figure`.
        title: what the figure is, for the tooltip.
    """
    bars = weeks.select(
        week="period_start",
        until=pl.col("period_start").cast(pl.Datetime("ms")) + pl.duration(hours=24 * _BAR_DAYS),
        running=pl.col("period_start") > today - dt.timedelta(days=7),
        figure=figure,
    )
    return (
        alt.Chart(bars)
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2, strokeWidth=1.5)
        .encode(
            x=alt.X(
                "week:T",
                title=None,
                axis=alt.Axis(format=speech.chart_dates.short_day, grid=False, labelOverlap="greedy", tickCount=6),
            ),
            x2="until:T",
            y=alt.Y("figure:Q", title=None, axis=alt.Axis(tickCount=4)),
            color=alt.value("primary"),
            stroke=alt.value("primary"),
            fillOpacity=alt.condition("datum.running", alt.value(0.0), alt.value(0.75)),
            tooltip=[
                alt.Tooltip("week:T", title=speech.text("Week from"), format=speech.chart_dates.day),
                alt.Tooltip("figure:Q", title=title, format=f",.{digits}f"),
            ],
        )
        .properties(height=180)
    )
