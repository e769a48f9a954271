"""Parts of an activity's page: figures, tables and bars, each drawn from `OneActivity` alone."""

from collections.abc import Callable

import polars as pl
import streamlit as st

from runningcoach_app.charts.axes import SPEED_AS_PACE_LABEL
from runningcoach_app.charts.curves import duration_curves
from runningcoach_app.charts.kilometres import kilometre_bars
from runningcoach_app.charts.zones import zone_bars
from runningcoach_app.speech import NOT_MEASURED, Speech
from runningcoach_app.tables import show_table
from runningcoach_app.vocabulary import ON_FOOT, distance_name, load_source_name
from runningcoach_pipelines.metrics.pace import METRES_PER_KM
from runningcoach_pipelines.store.one_activity import OneActivity, Row


def headline(one: OneActivity, speech: Speech, *, place: str) -> None:
    """The figures one looks at first; `place` tells several of them on one page apart."""
    say, number = speech.text, speech.number
    said = one.metrics or one.activity
    on_foot = one.activity["sport"] in ON_FOOT
    speed = said.get("avg_speed_mps")
    figures = [
        (say("Distance"), speech.kilometres(said.get("distance_m")), ""),
        (say("Time"), speech.duration(said.get("timer_s")), ""),
        (say("Pace (/km)"), speech.pace_of(speed), _flat(one.metrics, speech))
        if on_foot
        else (say("Speed (km/h)"), number(speed and speed * 3.6, 1), ""),
        (
            say("Heart rate (bpm)"),
            number(said.get("avg_heart_rate_bpm")),
            say("highest {bpm}", bpm=number(said.get("max_heart_rate_bpm"))),
        ),
        (say("Ascent (m)"), number(said.get("ascent_m")), ""),
        (
            say("Load"),
            number(one.metrics.get("load")),
            load_source_name(speech, one.metrics["load_source"]) if one.metrics else "",
        ),
    ]
    with st.container(key=f"figures-{place}"):
        for label, value, note in figures:
            st.metric(
                label, value, delta=note or None, delta_color="off", delta_arrow="off", border=True, height="stretch"
            )
    _dynamics(one.metrics, speech)


def _dynamics(metrics: Row, speech: Speech) -> None:
    """The quieter figures, on one line, as far as they were measured."""
    say, number = speech.text, speech.number
    told = {
        say("cadence {value} spm"): number(metrics.get("avg_cadence_spm")),
        say("step {value} m"): number(metrics.get("avg_step_length_m"), 2),
        say("ground contact {value} ms"): number(metrics.get("avg_stance_time_ms")),
        say("vertical ratio {value} %"): number(metrics.get("avg_vertical_ratio_percent"), 1),
        say("power {value} W"): number(metrics.get("avg_power_w")),
        say("decoupling {value} %"): number(metrics.get("decoupling_percent"), 1),
        say("metres a heart beat {value}"): number(metrics.get("speed_per_beat_m"), 2),
    }
    known = [text.format(value=value) for text, value in told.items() if value != NOT_MEASURED]
    if known:
        st.caption(" · ".join(known))


def splits(one: OneActivity, speech: Speech) -> None:
    """Kilometre by kilometre."""
    say = speech.text
    rows = one.splits
    if rows.is_empty():
        return
    pace = [_per_km(time, distance) for time, distance in rows.select("time_s", "distance_m").iter_rows()]
    shown = rows.select("split", "time_s", "avg_heart_rate_bpm", "ascent_m", "flat_speed_mps").with_columns(
        km=(pl.col("split") - 1) + rows["distance_m"] / METRES_PER_KM, pace_s_per_km=pl.Series(pace, dtype=pl.Float64)
    )
    st.altair_chart(kilometre_bars(shown, speech), alt=say("Pace of each kilometre"))
    show_table(
        {
            say("Kilometre"): [speech.number(km, 0 if km == int(km) else 2) for km in shown["km"]],
            say("Pace (/km)"): [speech.pace(value) for value in pace],
            say("On the flat (/km)"): [speech.pace_of(speed) for speed in shown["flat_speed_mps"]],
            say("Heart rate (bpm)"): [speech.number(value) for value in shown["avg_heart_rate_bpm"]],
            say("Ascent (m)"): [speech.number(value) for value in shown["ascent_m"]],
        }
    )


def laps(one: OneActivity, speech: Speech) -> None:
    """Laps as the device wrote them."""
    say = speech.text
    rows = one.laps
    on_foot = one.activity["sport"] in ON_FOOT
    speeds = [
        distance / time if distance and time else None
        for distance, time in rows.select("distance_m", "timer_s").iter_rows()
    ]
    pace = {say("Pace (/km)"): [speech.pace_of(speed) for speed in speeds]}
    fast = {say("Speed (km/h)"): [speech.number(speed and speed * 3.6, 1) for speed in speeds]}
    show_table(
        {
            say("Lap"): [speech.number(index + 1) for index in rows["lap_index"]],
            say("Distance (km)"): [_km(value, speech) for value in rows["distance_m"]],
            say("Time"): [speech.duration(value) for value in rows["timer_s"]],
            **(pace if on_foot else fast),
            say("Heart rate (bpm)"): [speech.number(value) for value in rows["avg_heart_rate_bpm"]],
            say("Cadence (spm)"): [speech.number(value) for value in rows["avg_cadence_spm"]],
            say("Power (W)"): [speech.number(value) for value in rows["avg_power_w"]],
            say("Ascent (m)"): [speech.number(value) for value in rows["ascent_m"]],
        }
    )


def zones(one: OneActivity, speech: Speech) -> None:
    """Time in the zones of each kind."""
    say = speech.text
    kinds = {
        "heart_rate": (say("Heart-rate zones"), lambda value: f"{speech.number(value)} bpm"),
        "pace": (say("Pace zones"), lambda value: f"{speech.pace_of(value)} /km"),
        "power": (say("Power zones"), lambda value: f"{speech.number(value)} W"),
    }
    found = {kind: one.zones.filter(pl.col("kind") == kind).sort("zone") for kind in kinds}
    filled = [kind for kind, rows in found.items() if not rows.is_empty()]
    for column, kind in zip(st.columns(max(len(filled), 1)), filled, strict=False):
        title, written = kinds[kind]
        with column:
            st.markdown(f"**{title}**")
            st.altair_chart(zone_bars(found[kind], written, speech), alt=title)


def efforts(one: OneActivity, speech: Speech) -> None:
    """The fastest time over each distance, beside the record until then."""
    say = speech.text
    rows = list(one.efforts.iter_rows(named=True))
    show_table(
        {
            say("Distance"): [distance_name(speech, row["distance_m"]) for row in rows],
            say("Time"): [speech.duration(row["time_s"]) for row in rows],
            say("Pace (/km)"): [speech.pace(_per_km(row["time_s"], row["distance_m"])) for row in rows],
            say("Best before"): [speech.duration(row["before_s"]) for row in rows],
            say("Note"): [_record(row, speech) for row in rows],
        }
    )


def mean_max(one: OneActivity, speech: Speech) -> None:
    """The highest mean over each duration, beside the best of the 90 days before."""
    say, number = speech.text, speech.number
    channels: dict[str, tuple[str, Callable[[float | None], str], str]] = {
        "speed": (say("Pace (/km)"), speech.pace_of, SPEED_AS_PACE_LABEL),
        "heart_rate": (say("Heart rate (bpm)"), number, ""),
        "power": (say("Power (W)"), number, ""),
    }
    for channel, (title, written, label) in channels.items():
        rows = one.mean_max.filter(pl.col("channel") == channel)
        if rows.is_empty():
            continue
        names = {"value": say("Here"), "recent": say("Best of the 90 days before")}
        st.markdown(f"**{title}**")
        st.altair_chart(duration_curves(rows, names, written, speech, label=label), alt=title)


def beside_the_device(one: OneActivity, speech: Speech) -> None:
    """What the watch says, beside our own figure where we have one."""
    say, number = speech.text, speech.number
    device, own = one.device, one.metrics
    rows: list[tuple[str, str, str]] = [
        (say("Pace (/km)"), speech.pace_of(own.get("avg_speed_mps")), speech.pace_of(device.get("avg_speed_mps"))),
        (say("Cadence (spm)"), number(own.get("sampled_cadence_spm")), number(device.get("avg_cadence_spm"))),
        (say("Weighted power (W)"), number(own.get("weighted_power_w")), number(device.get("weighted_power_w"))),
        (
            say("Ground contact (ms)"),
            number(own.get("avg_stance_time_ms"), 1),
            number(device.get("avg_stance_time_ms"), 1),
        ),
        (
            say("Vertical ratio (%)"),
            number(own.get("avg_vertical_ratio_percent"), 2),
            number(device.get("avg_vertical_ratio_percent"), 2),
        ),
        (say("Descent (m)"), number(own.get("descent_m")), number(device.get("descent_m"))),
        (say("VO2max (ml/kg/min)"), number(own.get("hr_vo2max"), 1), number(device.get("vo2max"), 1)),
        (say("Load"), number(own.get("load")), number(device.get("training_load_peak"))),
        (say("Aerobic training effect"), "", number(device.get("aerobic_training_effect"), 1)),
        (say("Anaerobic training effect"), "", number(device.get("anaerobic_training_effect"), 1)),
        (say("Recovery time (h)"), "", number(_hours(device.get("recovery_time_min")))),
        (
            say("Threshold heart rate (bpm)"),
            number(own.get("hr_threshold_bpm")),
            number(device.get("threshold_heart_rate_bpm")),
        ),
        (say("Perceived effort (0 to 10)"), "", number(device.get("perceived_effort"))),
    ]
    told = [row for row in rows if row[2] != NOT_MEASURED]
    if not told:
        st.caption(say("The device says nothing beyond distance, time and heart rate."))
        return
    names, ours, theirs = zip(*told, strict=True)
    show_table({say("Figure"): names, say("Ours"): ours, say("Device"): theirs})


def _record(row: Row, speech: Speech) -> str:
    if not row["counts"]:
        return speech.text("does not count")
    if row["before_s"] is None or row["time_s"] < row["before_s"]:
        return speech.text("record")
    return ""


def _km(distance_m: float | None, speech: Speech) -> str:
    return speech.number(None if distance_m is None else distance_m / METRES_PER_KM, 2)


def _per_km(time_s: float | None, distance_m: float | None) -> float | None:
    return time_s / distance_m * METRES_PER_KM if time_s and distance_m else None


def _flat(metrics: Row, speech: Speech) -> str:
    flat = metrics.get("flat_speed_mps")
    return speech.text("{pace} on the flat", pace=speech.pace_of(flat)) if flat else ""


def _hours(minutes: float | None) -> float | None:
    return None if minutes is None else minutes / 60
