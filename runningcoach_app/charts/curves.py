"""Highest means over durations: what was held for how long."""

from collections.abc import Callable

import altair as alt
import polars as pl

from runningcoach_app.charts.axes import CLOCK_LABEL
from runningcoach_app.charts.lines import legend_of, line_scale
from runningcoach_app.charts.pointer import pointer
from runningcoach_app.speech import Speech


def duration_curves(
    curves: pl.DataFrame, names: dict[str, str], written: Callable[[float], str], speech: Speech, *, label: str = ""
) -> alt.LayerChart:
    """A line for each of `names` over durations on a logarithmic axis.

    Args:
        curves: `window_s` and a column for each of `names`.
        label: expression for the labels of the values.
    """
    figures = list(names)
    rows = curves.with_columns(
        pl.col(figure).map_elements(written, return_dtype=pl.String).alias(f"{figure}_written") for figure in figures
    ).with_columns(over=pl.col("window_s").map_elements(speech.duration, return_dtype=pl.String))
    ticks = [second for second in (1, 10, 60, 300, 1200, 3600, 10_800) if second <= (curves["window_s"].max() or 1)]  # type: ignore[operator]
    base = alt.Chart(rows).encode(
        x=alt.X(
            "window_s:Q",
            title=None,
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(values=ticks, labelExpr=CLOCK_LABEL, grid=False),
        )
    )
    axis = alt.Axis(tickCount=4, labelExpr=label) if label else alt.Axis(tickCount=4)
    drawn = (
        base.transform_fold([*figures], as_=["figure", "value"])
        .transform_filter("isValid(datum.value)")
        .mark_line(strokeWidth=2)
        .encode(
            y=alt.Y("value:Q", title=None, axis=axis, scale=alt.Scale(zero=False)),
            color=alt.Color("figure:N", scale=line_scale(figures), legend=legend_of(names)),
        )
    )
    rule = pointer(
        base,
        "window_s",
        [
            alt.Tooltip("over:N", title=speech.text("Over")),
            *(alt.Tooltip(f"{figure}_written:N", title=name) for figure, name in names.items()),
        ],
    )
    return alt.LayerChart(layer=[drawn, rule], height=180)
