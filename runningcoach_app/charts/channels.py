"""What was measured along an activity, one panel a channel over one axis, and the strip that picks a stretch of it."""

from dataclasses import dataclass

import altair as alt
import polars as pl

from runningcoach_app.charts.axes import CLOCK_LABEL, PACE_LABEL
from runningcoach_app.charts.pointer import pointer
from runningcoach_app.charts.thinning import thinned
from runningcoach_app.speech import NOT_MEASURED, Speech
from runningcoach_pipelines.metrics.pace import to_pace_s_per_km

MOST_POINTS = 900
"""Of a panel: about what a wide screen has pixels for, and below 5,000 with the rule that follows the pointer."""

BRUSH = "stretch"
"""Name of the strip's selection."""

_SMOOTHED_S = 15
_LEFT_PX = 40
"""Room for the labels of every panel, so that the same place lies above the same place."""

_STRIP_PX = 84
_COL = pl.col
_NO_LABELS = alt.Axis(labels=False, ticks=False, grid=False, minExtent=_LEFT_PX, maxExtent=_LEFT_PX)
_SLOWEST_S_PER_KM = 1200.0


@dataclass(frozen=True, slots=True)
class Channel:
    """A panel: the column of `ready` it draws and how its axis reads."""

    name: str
    title: str
    label: str = ""
    reverse: bool = False
    digits: int = 0


def channels_of(ready: pl.DataFrame, speech: Speech, *, on_foot: bool) -> list[Channel]:
    """Panels of what was measured, most looked at first."""
    say = speech.text
    speed = (
        Channel("pace", say("Pace (/km)"), label=PACE_LABEL, reverse=True)
        if on_foot
        else Channel("speed_kmh", say("Speed (km/h)"), digits=1)
    )
    panels = [
        speed,
        Channel("heart_rate_bpm", say("Heart rate (bpm)")),
        Channel("altitude_m", say("Altitude (m)")),
        Channel("power_w", say("Power (W)")),
        Channel("cadence_spm", say("Cadence (spm)")),
    ]
    return [panel for panel in panels if ready[panel.name].drop_nulls().len() > 1]


def ready_to_draw(samples: pl.DataFrame) -> pl.DataFrame:
    """Samples as the panels draw them: by the timer, speed smoothed over 15 s, a pace of someone standing left out.

    Returns:
        timer_s, km, pace (s/km), speed_kmh, heart_rate_bpm, altitude_m, power_w, cadence_spm.
    """
    speed = pl.col("speed_mps").rolling_mean_by("timer_s", window_size=f"{_SMOOTHED_S}i")
    moving = samples.filter(pl.col("timer_s").is_not_null()).with_columns(pl.col("timer_s").round().cast(pl.Int64))
    pace = to_pace_s_per_km(pl.col("speed"))
    return (
        moving.unique("timer_s", keep="first", maintain_order=True)
        .sort("timer_s")
        .with_columns(speed=speed)
        .select(
            pl.col("timer_s").cast(pl.Float64),
            km=pl.col("distance_m") / 1000,
            pace=pl.when(pace <= _SLOWEST_S_PER_KM).then(pace),
            speed_kmh=pl.col("speed") * 3.6,
            heart_rate_bpm=pl.col("heart_rate_bpm").cast(pl.Float64),
            altitude_m="altitude_m",
            power_w=pl.col("power_w").cast(pl.Float64),
            cadence_spm=pl.col("cadence_spm").cast(pl.Float64),
        )
    )


def panel(ready: pl.DataFrame, channel: Channel, speech: Speech, *, by: str, last: bool) -> alt.LayerChart:
    """One channel; pointing at it shows what it was there.

    Args:
        ready: as `ready_to_draw` gives it, or a stretch of it.
        by: `km` or `timer_s`, the axis, which all panels share.
        last: whether it is the lowest, which has the labels of the axis.
    """
    rows = thinned(ready, by=channel.name, most=MOST_POINTS).with_columns(_written(channel, speech))
    base = alt.Chart(rows).encode(x=_axis(by, ready, labels=last))
    low, high = ready.select(low=_COL(channel.name).quantile(0.005), high=_COL(channel.name).quantile(0.995)).row(0)
    scale = alt.Scale(domain=(low, high), zero=False, reverse=channel.reverse, nice=True, clamp=True)
    axis = alt.Axis(tickCount=3, minExtent=_LEFT_PX, maxExtent=_LEFT_PX)
    if channel.label:
        axis = alt.Axis(tickCount=3, minExtent=_LEFT_PX, maxExtent=_LEFT_PX, labelExpr=channel.label)
    y = alt.Y(f"{channel.name}:Q", title=None, scale=scale, axis=axis)
    rule = pointer(
        base,
        by,
        [
            alt.Tooltip("km:Q", title=speech.text("Distance (km)"), format=".2f"),
            alt.Tooltip("written:N", title=channel.title),
        ],
    )
    line = base.mark_line(strokeWidth=1.5).encode(y=y, color=alt.value("primary"))
    return alt.LayerChart(layer=[line, rule], height=118 if last else 92)


def strip(ready: pl.DataFrame, *, by: str) -> alt.Chart:
    """The whole activity in little; dragging over it picks a stretch."""
    name = next(name for name in ("altitude_m", "heart_rate_bpm", "speed_kmh") if ready[name].drop_nulls().len() > 1)
    rows = thinned(ready, by=name, most=MOST_POINTS)
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_area(opacity=0.35, line={"strokeWidth": 1})
        .encode(
            x=_axis(by, ready),
            y=alt.Y(f"{name}:Q", title=None, axis=_NO_LABELS, scale=alt.Scale(domain=_bounds(rows[name]), clamp=True)),
            y2=alt.datum(_bounds(rows[name])[0]),
            color=alt.value("gray"),
        )
        .add_params(alt.selection_interval(name=BRUSH, encodings=["x"]))
        .properties(height=_STRIP_PX)
    )
    return chart


def has_strip(ready: pl.DataFrame) -> bool:
    """Whether there is anything that a strip could show."""
    return any(ready[name].drop_nulls().len() > 1 for name in ("altitude_m", "heart_rate_bpm", "speed_kmh"))


def _bounds(values: pl.Series) -> tuple[float, float]:
    low, high = values.min(), values.max()
    return float(low or 0), float(high or 0)  # type: ignore[arg-type]


def _axis(by: str, ready: pl.DataFrame, *, labels: bool = True) -> alt.X:
    axis = alt.Axis(grid=False, tickCount=8, labels=labels, ticks=labels)
    if by == "timer_s":
        axis = alt.Axis(grid=False, tickCount=8, labels=labels, ticks=labels, labelExpr=CLOCK_LABEL)
    ends = ready.select(first=pl.col(by).min(), last=pl.col(by).max()).row(0)
    return alt.X(f"{by}:Q", title=None, axis=axis, scale=alt.Scale(domain=ends, nice=False, zero=False))


def _written(channel: Channel, speech: Speech) -> pl.Expr:
    def write(value: float | None) -> str:
        if value is None:
            return NOT_MEASURED
        return speech.pace(value) if channel.name == "pace" else speech.number(value, channel.digits)

    return pl.col(channel.name).map_elements(write, return_dtype=pl.String, skip_nulls=False).alias("written")
