"""The pace of every kilometre as bars."""

import altair as alt
import polars as pl

from runningcoach_app.charts.axes import PACE_LABEL
from runningcoach_app.speech import Speech

_ROOM = 0.25
"""Of the span of the paces, below the slowest: its bar is to be seen as well."""


def kilometre_bars(shown: pl.DataFrame, speech: Speech) -> alt.Chart:
    """A bar a kilometre, higher where it was faster.

    Args:
        shown: `split`, `pace_s_per_km`.
    """
    slowest, fastest = shown.select(slow=pl.col("pace_s_per_km").max(), fast=pl.col("pace_s_per_km").min()).row(0)
    floor_s = slowest + _ROOM * (slowest - fastest) + 10
    bars: alt.Chart = (
        alt.Chart(shown.with_columns(written=pl.col("pace_s_per_km").map_elements(speech.pace, return_dtype=pl.String)))
        .mark_bar(opacity=0.8, cornerRadiusEnd=2)
        .encode(
            x=alt.X("split:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap="parity")),
            y=alt.Y(
                "pace_s_per_km:Q",
                title=None,
                scale=alt.Scale(domain=(floor_s, fastest - 5), nice=False, zero=False),
                axis=alt.Axis(labelExpr=PACE_LABEL, tickCount=4),
            ),
            y2=alt.datum(floor_s),
            color=alt.value("primary"),
            tooltip=[
                alt.Tooltip("split:O", title=speech.text("Kilometre")),
                alt.Tooltip("written:N", title=speech.text("Pace (/km)")),
            ],
        )
        .properties(height=140)
    )
    return bars
