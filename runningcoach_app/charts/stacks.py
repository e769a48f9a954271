"""Shares of every week or month, one above the other."""

import json
from collections.abc import Mapping

import altair as alt
import polars as pl

from runningcoach_app.speech import Speech

_SHADES = ("#4fb3e8", "#f2a541", "#93a1b2", "#2f6fb0", "#c7791f", "#5c6b7d")
"""Blue, orange and grey, light and dark: told apart by every kind of colour vision."""


def stacked_bars(
    shares: pl.DataFrame, names: Mapping[str, str], speech: Speech, *, unit_days: int, digits: int = 0
) -> alt.Chart:
    """A stack for each period.

    Args:
        shares: `period_start`, `part` (one of `names`) and `value`.
        names: parts by what they are called, lowest first.
        unit_days: about how long a period is, for the width of the bars.
    """
    parts = list(names)
    label = f"{json.dumps(dict(names), ensure_ascii=False)}[datum.value]"
    dates = speech.chart_dates
    rows = shares.with_columns(
        until=pl.col("period_start") + pl.duration(days=max(1, round(unit_days * 0.85))),
        name=pl.col("part").replace_strict(dict(names), return_dtype=pl.String),
        rank=pl.col("part").replace_strict({part: rank for rank, part in enumerate(parts)}, return_dtype=pl.Int64),
    )
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_bar(orient="vertical", opacity=0.85)
        .encode(
            x=alt.X(
                "period_start:T",
                title=None,
                axis=alt.Axis(format=dates.month, grid=False, labelOverlap="parity", tickCount=8),
            ),
            x2="until:T",
            y=alt.Y("value:Q", title=None, stack="zero", axis=alt.Axis(tickCount=4)),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=parts, range=list(_SHADES[: len(parts)])),
                legend=alt.Legend(orient="top", title=None, labelExpr=label, labelLimit=0),
            ),
            order="rank:Q",
            tooltip=[
                alt.Tooltip("period_start:T", title=speech.text("Since"), format=dates.day),
                alt.Tooltip("name:N", title=speech.text("Part")),
                alt.Tooltip("value:Q", title=speech.text("Value"), format=f",.{digits}f"),
            ],
        )
        .properties(height=200)
    )
    return chart
