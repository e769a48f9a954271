"""One figure of every week as bars."""

import datetime as dt

import altair as alt
import polars as pl

from runningcoach_app.speech import Speech

_BAR_DAYS = 6  # of seven: the rest is the gap between bars


def week_bars(
    weeks: pl.DataFrame, figure: str, *, title: str, digits: int, latest: dt.date, speech: Speech
) -> alt.LayerChart:
    """A bar per week; the week that is still running is hollow.

    Args:
        weeks: `period_start` (a Monday) and the column `figure`.
        title: what the figure is, for the tooltip.
        digits: decimals of the figure in the tooltip.
        latest: the last day that is known.
    """
    bars = weeks.select(
        week="period_start",
        until=pl.col("period_start").dt.offset_by(f"{_BAR_DAYS}d"),
        running=pl.col("period_start") > latest - dt.timedelta(days=7),
        figure=figure,
    )
    dates = speech.chart_dates
    axis = alt.Axis(format=dates.short_day, grid=False, labelOverlap="parity", tickCount=6)
    base = alt.Chart(bars).encode(
        x=alt.X("week:T", title=None, axis=axis),
        x2="until:T",
        y=alt.Y("figure:Q", title=None, axis=alt.Axis(tickCount=4)),
        y2=alt.datum(0),
        color=alt.value("primary"),
        tooltip=[
            alt.Tooltip("week:T", title=speech.text("Week from"), format=dates.day),
            alt.Tooltip("figure:Q", title=title, format=f",.{digits}f"),
        ],
    )
    return alt.LayerChart(
        layer=[
            base.transform_filter("!datum.running").mark_bar(orient="vertical", opacity=0.8),
            base.transform_filter("datum.running").mark_bar(orient="vertical", filled=False, strokeWidth=1.5),
        ],
        height=180,
    )
