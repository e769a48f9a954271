"""The way an activity took, drawn from its positions: no map tiles, nothing from outside."""

import math

import altair as alt
import polars as pl

from runningcoach_app.charts.axes import PACE_LABEL
from runningcoach_app.speech import Speech
from runningcoach_pipelines.metrics.pace import to_pace_s_per_km, written

SIDE_PX = 300
"""Width and height of the drawing: a kilometre is as long in both directions."""

MOST_STRETCHES = 800

_KM_PER_DEGREE = 111.195
_EAST, _NORTH = pl.col("longitude_deg"), pl.col("latitude_deg")


def route_chart(samples: pl.DataFrame, speech: Speech) -> alt.LayerChart | None:
    """The route, its stretches coloured by pace, with start and end; None without positions.

    Args:
        samples: `latitude_deg`, `longitude_deg`, `distance_m`, `speed_mps` by time.
    """
    stretches = _stretches(samples)
    if stretches.is_empty():
        return None
    say = speech.text
    x, y = _scales(stretches)
    base = alt.Chart(stretches).encode(
        x=alt.X("east_km:Q", scale=x, axis=None), y=alt.Y("north_km:Q", scale=y, axis=None)
    )
    pace = alt.Color(
        "pace:Q",
        # From the fast to the slow in lightness as well, for every kind of colour vision.
        scale=alt.Scale(range=["#f2a541", "#4fb3e8", "#34607f"], interpolate="rgb"),
        legend=alt.Legend(title=say("Pace (/km)"), labelExpr=PACE_LABEL, orient="bottom", tickCount=3),
    )
    way = base.mark_rule(strokeWidth=3, strokeCap="round").encode(
        x2="to_east_km:Q",
        y2="to_north_km:Q",
        color=alt.value("primary") if stretches["pace"].is_null().all() else pace,
        tooltip=[
            alt.Tooltip("km:Q", title=say("Distance (km)"), format=".2f"),
            alt.Tooltip("written:N", title=say("Pace (/km)")),
        ],
    )
    ends = stretches.select("east_km", "north_km").head(1).with_columns(end=pl.lit(say("Start")))
    last = (
        stretches.select(east_km="to_east_km", north_km="to_north_km").tail(1).with_columns(end=pl.lit(say("Finish")))
    )
    marks = alt.Chart(pl.concat([ends, last]))
    named = marks.mark_text(dy=-14, fontSize=12, color="gray").encode(text="end:N")
    dots = marks.mark_point(filled=True, size=80, opacity=1, color="gray")
    points = [mark.encode(x=alt.X("east_km:Q", scale=x), y=alt.Y("north_km:Q", scale=y)) for mark in (dots, named)]
    return alt.LayerChart(layer=[way, *points], width=SIDE_PX, height=SIDE_PX)


def _stretches(samples: pl.DataFrame) -> pl.DataFrame:
    """Straight lines from point to point, in kilometres around the middle of the route."""
    known = samples.filter(_NORTH.is_not_null(), _EAST.is_not_null())
    step = max(1, math.ceil(known.height / MOST_STRETCHES))
    narrowing = math.cos(math.radians(float(known["latitude_deg"].mean() or 0.0)))  # type: ignore[arg-type]
    points = known.gather_every(step).select(
        east_km=(_EAST - _EAST.mean()) * _KM_PER_DEGREE * narrowing,
        north_km=(_NORTH - _NORTH.mean()) * _KM_PER_DEGREE,
        km=pl.col("distance_m") / 1000,
        pace=to_pace_s_per_km(pl.col("speed_mps")),
    )
    return points.with_columns(
        to_east_km=pl.col("east_km").shift(-1),
        to_north_km=pl.col("north_km").shift(-1),
        # A stop would take the whole scale for itself.
        pace=pl.col("pace").clip(upper_bound=pl.col("pace").quantile(0.95), lower_bound=pl.col("pace").quantile(0.05)),
        written=pl.col("pace").map_elements(written, return_dtype=pl.String),
    ).head(-1)


def _scales(stretches: pl.DataFrame) -> tuple[alt.Scale, alt.Scale]:
    """Equally long axes with the route in the middle."""
    ranges = []
    for name in ("east_km", "north_km"):
        both = pl.concat([stretches[name], stretches[f"to_{name}"]])
        ranges.append((float(both.min()), float(both.max())))  # type: ignore[arg-type]
    half = max(high - low for low, high in ranges) * 0.62 or 0.05
    middles = [(low + high) / 2 for low, high in ranges]
    x, y = (alt.Scale(domain=[middle - half, middle + half], nice=False, zero=False) for middle in middles)
    return x, y
