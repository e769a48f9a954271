"""Laps and session from the records, as the watch sums them up at the end of an activity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runningcoach_pipelines.demo.chance import Floats
from runningcoach_pipelines.demo.physiology import calories_kcal
from runningcoach_pipelines.demo.sensing import Columns, Recording
from runningcoach_pipelines.demo.training import Kind

_ASCENT_THRESHOLD_M = 2.0
_STRENGTH_KCAL_PER_MINUTE = 5.5
_BIKE_KCAL_PER_KG_KM = 0.35

_MEANS = (
    ("power", "avg_power", 1),
    ("vertical_oscillation", "avg_vertical_oscillation", 10),
    ("stance_time", "avg_stance_time", 10),
    ("vertical_ratio", "avg_vertical_ratio", 100),
    ("stance_time_balance", "avg_stance_time_balance", 100),
    ("step_length", "avg_step_length", 10),
    ("temperature", "avg_temperature", 1),
    ("grade_adjusted_speed", "avg_grade_adjusted_speed", 1000),
)
_MAXIMA = (
    ("heart_rate", "max_heart_rate"),
    ("power", "max_power"),
    ("temperature", "max_temperature"),
    ("speed", "max_speed"),
    ("enhanced_speed", "enhanced_max_speed"),
)


@dataclass(frozen=True, slots=True)
class Splits:
    """Where laps end: time after the start with and without pauses, distance, and the first record of each lap.

    Times are whole milliseconds, as they are written, so that laps add up to the activity.
    `elapsed_s`, `timer_s` and `distance_m` have shape (laps + 1,) and begin with 0; `first` has shape (laps,).
    """

    elapsed_s: Floats
    timer_s: Floats
    distance_m: Floats
    first: npt.NDArray[np.int64]


def whole(recording: Recording) -> Splits:
    """The activity as one lap."""
    return _splits(recording, np.empty(0), np.empty(0), np.empty(0), np.empty(0, np.int64))


def laps(recording: Recording) -> Splits:
    """Laps by the button where it was pressed, else at each kilometre (each fifth on the bicycle)."""
    presses = recording.motion.lap_presses_s
    if presses:
        first = np.searchsorted(recording.elapsed_s, presses, side="right")
        ends = np.asarray(presses, np.float64)
        timer: Floats = recording.timer_s[first] - (recording.elapsed_s[first] - ends)
        distance = np.interp(timer, recording.timer_s, recording.columns["distance"])
        return _splits(recording, ends, timer, np.rint(distance * 100) / 100, first)
    if "distance" not in recording.columns:
        return whole(recording)
    distance = recording.columns["distance"]
    lap_m = 5000.0 if recording.motion.session.kind is Kind.BIKE else 1000.0
    marks = np.arange(lap_m, distance[-1], lap_m)
    first = np.searchsorted(distance, marks)
    timer = np.interp(marks, distance, recording.timer_s)
    elapsed: Floats = recording.elapsed_s[first] - (recording.timer_s[first] - timer)
    return _splits(recording, elapsed, timer, marks, first)


def summed_up(recording: Recording, splits: Splits) -> Columns:
    """Totals, averages and maxima of each lap by FIT field name (the same in lap and session). Shape (laps,)."""
    columns = recording.columns
    timer = np.diff(splits.timer_s)
    out: Columns = {
        "total_elapsed_time": np.diff(splits.elapsed_s),
        "total_timer_time": timer,
        "total_calories": np.rint(np.diff(_at_ends(_calories(recording), splits.first))),
    }
    if "distance" in columns:
        out["total_distance"] = np.diff(splits.distance_m)
        speed = "enhanced_avg_speed" if recording.device.enhanced else "avg_speed"
        out[speed] = np.rint(out["total_distance"] / np.maximum(timer, 0.001) * 1000) / 1000
    if "heart_rate" in columns:
        out["avg_heart_rate"] = np.rint(_mean(columns["heart_rate"], splits.first, _weights(recording)))
    for name, total in _MAXIMA:
        if name in columns:
            out[total] = np.fmax.reduceat(columns[name], splits.first)
    for name, total, scale in _MEANS:
        if name in columns:
            mean = _mean(columns[name], splits.first, np.ones(len(columns[name])))
            out[total] = np.rint(mean * scale) / scale
    return out | _cadence(recording, splits) | _climb(recording, splits)


def _splits(
    recording: Recording, elapsed: Floats, timer: Floats, distance: Floats, first: npt.NDArray[np.int64]
) -> Splits:
    """The inner ends, given, between the start and the last record."""
    total_m = recording.columns["distance"][-1] if "distance" in recording.columns else 0.0
    return Splits(
        np.concatenate([[0.0], elapsed.round(3), [float(recording.elapsed_s[-1])]]),
        np.concatenate([[0.0], timer.round(3), [float(recording.timer_s[-1])]]),
        np.concatenate([[0.0], distance, [total_m]]),
        np.concatenate([[0], first]),
    )


def _weights(recording: Recording) -> Floats:
    """Timer seconds for which each record stands: until the next one."""
    return np.diff(recording.timer_s, append=recording.timer_s[-1] + 1).astype(np.float64)


def _mean(values: Floats, first: npt.NDArray[np.int64], weights: Floats) -> Floats:
    """Weighted mean per lap of what is not missing; NaN where all is."""
    known = ~np.isnan(values)
    weight = np.add.reduceat(np.where(known, weights, 0.0), first)
    total = np.add.reduceat(np.where(known, values * weights, 0.0), first)
    mean: Floats = np.divide(total, weight, out=np.full(len(first), np.nan), where=weight > 0)
    return mean


def _cadence(recording: Recording, splits: Splits) -> Columns:
    """Average cadence with standing still as 0, as watches average it, the highest one, and strides."""
    if "cadence" not in recording.columns:
        return {}
    cadence = recording.columns["cadence"] + recording.columns["fractional_cadence"]
    mean = np.rint(_mean(cadence, splits.first, _weights(recording)) * 128) / 128
    strides = np.add.reduceat(cadence * _weights(recording) / 60, splits.first)
    return {
        "avg_running_cadence": np.floor(mean),
        "avg_fractional_cadence": mean - np.floor(mean),
        "max_running_cadence": np.floor(np.maximum.reduceat(cadence, splits.first)),
        "total_strides": np.rint(strides),
    }


def _climb(recording: Recording, splits: Splits) -> Columns:
    altitude = recording.columns.get("enhanced_altitude", recording.columns.get("altitude"))
    if altitude is None:
        return {}
    up, down = _climbed(altitude)
    out = {
        "total_ascent": np.diff(np.rint(_at_ends(up, splits.first))),
        "total_descent": np.diff(np.rint(_at_ends(down, splits.first))),
    }
    prefix = "enhanced_" if recording.device.enhanced else ""
    out[f"{prefix}min_altitude"] = np.minimum.reduceat(altitude, splits.first)
    out[f"{prefix}max_altitude"] = np.maximum.reduceat(altitude, splits.first)
    return out


def _climbed(altitude: Floats) -> tuple[Floats, Floats]:
    """Metres climbed and descended up to each record, where changes below 2 m do not count."""
    turns = _turning_points(altitude)
    up, down = [0.0], [0.0]
    level = float(altitude[0])
    for height in altitude[turns[1:]].tolist():
        change = height - level if abs(height - level) >= _ASCENT_THRESHOLD_M else 0.0
        level += change
        up.append(up[-1] + max(change, 0.0))
        down.append(down[-1] + max(-change, 0.0))
    at = np.arange(len(altitude))
    return np.interp(at, turns, up), np.interp(at, turns, down)


def _turning_points(values: Floats) -> npt.NDArray[np.int64]:
    """Indexes of the first, the last and each value where rising turns to falling or back."""
    moves = np.flatnonzero(np.diff(values))
    direction = np.sign(np.diff(values)[moves])
    turns = moves[1:][direction[1:] != direction[:-1]]
    return np.concatenate([[0], turns, [len(values) - 1]])


def _calories(recording: Recording) -> Floats:
    """Energy in kcal up to each record."""
    weight = recording.motion.form.settings.weight_kg
    match recording.motion.session.kind:
        case Kind.STRENGTH:
            return recording.timer_s.astype(np.float64) / 60 * _STRENGTH_KCAL_PER_MINUTE
        case Kind.BIKE:
            return recording.flat_distance_m / 1000 * weight * _BIKE_KCAL_PER_KG_KM
        case _:
            return recording.flat_distance_m * calories_kcal(1.0, weight)


def _at_ends(cumulative: Floats, first: npt.NDArray[np.int64]) -> Floats:
    """A running total at the start, at each inner lap end and at the end. Shape (laps + 1,)."""
    return np.concatenate([[0.0], cumulative[first[1:]], cumulative[-1:]])
