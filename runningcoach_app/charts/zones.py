"""Time in zones as bars."""

from collections.abc import Callable

import altair as alt
import polars as pl

from runningcoach_app.speech import Speech


def zone_bars(zones: pl.DataFrame, written: Callable[[float], str], speech: Speech) -> alt.LayerChart:
    """A bar a zone, the hardest on top, with its time beside it.

    Args:
        zones: `zone`, `from_value`, `time_s` of one kind.
        written: how a bound of this kind is written.
    """
    rows = zones.select(
        "zone",
        minutes=pl.col("time_s") / 60,
        time=pl.col("time_s").map_elements(speech.duration, return_dtype=pl.String),
        bound=pl.col("from_value").map_elements(written, return_dtype=pl.String),
    ).with_columns(name=pl.format("{} · {}", "zone", "bound"))
    base = alt.Chart(rows).encode(
        x=alt.X("minutes:Q", title=None, axis=None, scale=alt.Scale(domainMax=float(rows["minutes"].max() or 1) * 1.3)),  # type: ignore[arg-type]
        y=alt.Y("name:N", title=None, sort=alt.SortField("zone", order="descending"), axis=alt.Axis(labelLimit=160)),
        tooltip=[
            alt.Tooltip("zone:O", title=speech.text("Zone")),
            alt.Tooltip("bound:N", title=speech.text("From")),
            alt.Tooltip("time:N", title=speech.text("Time")),
        ],
    )
    bars = base.mark_bar(opacity=0.8, cornerRadiusEnd=2).encode(color=alt.value("primary"))
    times = base.mark_text(align="left", dx=4, color="gray").encode(text="time:N")
    return alt.LayerChart(layer=[bars, times], height=alt.Step(26))
