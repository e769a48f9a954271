"""A few figures over days, as lines over one axis."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import altair as alt
import polars as pl

from runningcoach_app.charts.pointer import pointer
from runningcoach_app.charts.thinning import thinned
from runningcoach_app.speech import NOT_MEASURED, Speech

MOST_DAYS = 1_000
_DAYS_WITH_SHORT_LABELS = 200
_COLOURS = ("primary", "orange", "gray")
_DASHES = ([1, 0], [5, 3], [2, 2])


@dataclass(frozen=True, slots=True)
class Band:
    """Two columns between which something is usual."""

    low: str
    high: str


def day_lines(
    days: pl.DataFrame,
    names: Mapping[str, str],
    speech: Speech,
    *,
    written: Callable[[float], str],
    band: Band | None = None,
    label: str = "",
    reverse: bool = False,
    height: int = 200,
) -> alt.LayerChart:
    """Up to three lines, told apart by colour and dash; pointing at a day shows its figures.

    Args:
        days: `day`, oldest first, and a column for each of `names`, null where nothing is known.
        names: what each column is called.
        written: how a value is written.
        label: expression for the labels of the axis.
        reverse: whether less is better and therefore higher, as of a pace.
    """
    figures = list(names)
    bounds = [band.low, band.high] if band else []
    rows = thinned(days.select("day", *figures, *bounds), by=figures[0], most=MOST_DAYS).with_columns(
        pl.col(figure).map_elements(written, return_dtype=pl.String).fill_null(NOT_MEASURED).alias(f"{figure}_written")
        for figure in figures
    )
    base = alt.Chart(rows).encode(x=_days_axis(speech, days.height))
    axis = alt.Axis(tickCount=4, labelExpr=label) if label else alt.Axis(tickCount=4)
    scale = alt.Scale(zero=False, reverse=reverse)
    drawn = (
        base.transform_fold([*figures], as_=["figure", "value"])
        .mark_line(strokeWidth=2)
        .encode(
            y=alt.Y("value:Q", title=None, axis=axis, scale=scale),
            color=alt.Color("figure:N", scale=line_scale(figures), legend=legend_of(names)),
            strokeDash=alt.StrokeDash(
                "figure:N",
                scale=alt.Scale(domain=figures, range=list(_DASHES[: len(figures)])),
                legend=legend_of(names),
            ),
        )
    )
    layers: list[alt.Chart] = [
        drawn,
        pointer(
            base,
            "day",
            [
                alt.Tooltip("day:T", title=speech.text("Day"), format=speech.chart_dates.day),
                *(alt.Tooltip(f"{figure}_written:N", title=name) for figure, name in names.items()),
            ],
        ),
    ]
    if band:
        usual = base.mark_area(opacity=0.15, color="gray").encode(y=alt.Y(f"{band.low}:Q", scale=scale), y2=band.high)
        layers.insert(0, usual)
    return alt.LayerChart(layer=layers, height=height)


def _days_axis(speech: Speech, days: int) -> alt.X:
    dates = speech.chart_dates
    pattern = dates.short_day if days <= _DAYS_WITH_SHORT_LABELS else dates.month
    return alt.X("day:T", title=None, axis=alt.Axis(format=pattern, grid=False, labelOverlap="parity", tickCount=8))


def line_scale(figures: list[str]) -> alt.Scale:
    """A colour of the theme for each of up to three lines."""
    return alt.Scale(domain=figures, range=list(_COLOURS[: len(figures)]))


def legend_of(names: Mapping[str, str]) -> alt.Legend | None:
    """The same for colour and dash, or Vega draws two; none for a single line."""
    if len(names) == 1:
        return None
    label = f"{json.dumps(dict(names), ensure_ascii=False)}[datum.value]"
    return alt.Legend(orient="top", title=None, labelExpr=label, labelLimit=0, symbolType="stroke", symbolSize=400)
