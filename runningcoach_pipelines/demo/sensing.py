"""What a device records of a motion: its own sensors, noise and gaps, rounded to the resolution of FIT.

Totals are computed from these columns, as on a watch, so that they agree with what a reader of the file finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from runningcoach_pipelines.demo.chance import Floats, smooth_noise
from runningcoach_pipelines.demo.devices import Device
from runningcoach_pipelines.demo.motion import Motion
from runningcoach_pipelines.demo.physiology import (
    running_power,
    stance_time_ms,
    step_length_m,
    strides_per_minute,
    vertical_ratio_percent,
)
from runningcoach_pipelines.demo.training import Kind, Oddity
from runningcoach_pipelines.demo.workout import Pause

SEMICIRCLES_PER_DEGREE = 2**31 / 180

_RUNNING_FROM_MPS = 2.0
_GRADE_LAG_S = 16
_METRES_PER_DEGREE = 111_320.0

type Columns = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Recording:
    """The records of one device: FIT field names to values in physical units, each of shape (n,).

    `elapsed_s` and `timer_s` are the records' times after the start, with and without pauses.
    """

    device: Device
    motion: Motion
    elapsed_s: npt.NDArray[np.int64]
    timer_s: npt.NDArray[np.int64]
    columns: Mapping[str, Floats]
    flat_distance_m: Floats


def observe(motion: Motion, device: Device, rng: np.random.Generator) -> Recording:
    """The motion as the device records it."""
    on_foot = motion.session.kind not in (Kind.BIKE, Kind.STRENGTH)
    columns: Columns = {}
    if device.position and motion.latitude_deg is not None and motion.longitude_deg is not None:
        columns |= _position(motion.latitude_deg, motion.longitude_deg, rng)
    if motion.session.kind is not Kind.STRENGTH:
        columns["distance"] = _rounded(motion.distance_m, 100)
    if device.position and motion.altitude_m is not None:
        columns["enhanced_altitude" if device.enhanced else "altitude"] = _altitude(motion.altitude_m, device, rng)
    if motion.session.kind is not Kind.STRENGTH:
        columns["enhanced_speed" if device.enhanced else "speed"] = _rounded(motion.speed_mps, 1000)
    if device.heart_rate and Oddity.NO_HEART_RATE not in motion.session.oddities:
        columns["heart_rate"] = _heart_rate(motion, device, rng)
    if device.cadence and on_foot:
        columns |= _gait(motion, device, rng)
    if device.temperature:
        columns["temperature"] = np.rint(
            motion.temperature_c + 6 * np.exp(-motion.timer_s / 600) + np.zeros(len(motion.timer_s))
        )
    kept = _kept(motion, device, rng)
    return Recording(
        device,
        motion,
        motion.elapsed_s[kept],
        motion.timer_s[kept],
        {name: values[kept] for name, values in columns.items()},
        np.cumsum(motion.flat_speed_mps)[kept],
    )


def as_foot_pod_sees(motion: Motion, rng: np.random.Generator) -> tuple[Motion, int]:
    """The same run by a pod on the shoe, and the seconds by which the pod starts later.

    A pod starts and stops by itself, and has its own idea of a step's length.
    """
    head, tail = int(rng.integers(3, 9)), int(rng.integers(1, 5))
    part = slice(head, len(motion.elapsed_s) - tail)
    calibration = rng.uniform(0.985, 1.015)
    before_m = motion.distance_m[head]
    seen = replace(
        motion,
        session=replace(motion.session, oddities=frozenset()),
        elapsed_s=motion.elapsed_s[part] - head,
        timer_s=motion.timer_s[part] - head,
        distance_m=(motion.distance_m[part] - before_m) * calibration,
        speed_mps=motion.speed_mps[part] * calibration,
        flat_speed_mps=motion.flat_speed_mps[part],
        heart_rate_bpm=motion.heart_rate_bpm[part],
        altitude_m=None,
        latitude_deg=None,
        longitude_deg=None,
        pauses=tuple(Pause(p.start_s - head, p.end_s - head, p.manual) for p in motion.pauses),
        lap_presses_s=(),
    )
    return seen, head


def _position(latitude_deg: Floats, longitude_deg: Floats, rng: np.random.Generator) -> Columns:
    """Where the receiver thinks it is: a metre or two off, and slow to change its mind."""
    count = len(latitude_deg)
    north = smooth_noise(rng, count, knot_s=25, deviation=1.4) / _METRES_PER_DEGREE
    east = smooth_noise(rng, count, knot_s=25, deviation=1.4) / _METRES_PER_DEGREE
    return {
        "position_lat": np.rint((latitude_deg + north) * SEMICIRCLES_PER_DEGREE),
        "position_long": np.rint((longitude_deg + east) * SEMICIRCLES_PER_DEGREE),
    }


def _altitude(altitude_m: Floats, device: Device, rng: np.random.Generator) -> Floats:
    knot_s, deviation = (90, 0.5) if device.altimeter else (120, 2.0)
    return _rounded(altitude_m + smooth_noise(rng, len(altitude_m), knot_s=knot_s, deviation=deviation), 5)


def _heart_rate(motion: Motion, device: Device, rng: np.random.Generator) -> Floats:
    """Whole beats; a sensor at the wrist loses the pulse once in ten runs for up to two minutes."""
    bpm = np.rint(motion.heart_rate_bpm)
    if device.optical and rng.random() < 0.1:
        begin = int(rng.integers(0, len(bpm)))
        bpm[begin : begin + int(rng.integers(20, 120))] = np.nan
    return bpm


def _gait(motion: Motion, device: Device, rng: np.random.Generator) -> Columns:
    speed, count = motion.speed_mps, len(motion.speed_mps)
    noise = smooth_noise(rng, count, knot_s=9, deviation=0.7)
    cadence = np.rint(strides_per_minute(speed, noise) * 128) / 128
    whole = np.floor(cadence)
    columns = {"cadence": whole, "fractional_cadence": cadence - whole}
    if device.power:
        jitter = smooth_noise(rng, count, knot_s=5, deviation=6)
        watts = running_power(motion.flat_speed_mps, motion.form.settings.weight_kg, jitter)
        columns["power"] = np.rint(np.where(speed > 0, watts, 0))
    if device.dynamics:
        columns |= _dynamics(speed, cadence, rng)
    if device.grade_adjusted_speed:
        columns["grade_adjusted_speed"] = _rounded(_trailing_mean(motion.flat_speed_mps, _GRADE_LAG_S), 1000)
    return columns


def _dynamics(speed: Floats, cadence: Floats, rng: np.random.Generator) -> Columns:
    """Running form, which a watch writes while running only."""
    count = len(speed)
    running = speed >= _RUNNING_FROM_MPS
    step = step_length_m(speed, cadence)
    ratio = vertical_ratio_percent(speed, smooth_noise(rng, count, knot_s=20, deviation=0.25))
    stance = stance_time_ms(speed, smooth_noise(rng, count, knot_s=15, deviation=4))
    balance = 49.6 + smooth_noise(rng, count, knot_s=30, deviation=0.5)
    return {
        name: _rounded(np.where(running, values, np.nan), scale)
        for name, values, scale in (
            ("vertical_oscillation", step * 1000 * ratio / 100, 10),
            ("stance_time", stance, 10),
            ("vertical_ratio", ratio, 100),
            ("stance_time_balance", balance, 100),
            ("step_length", step * 1000, 10),
        )
    }


def _kept(motion: Motion, device: Device, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Indexes of the seconds that are written: all, or with smart recording some, and those around each pause."""
    count = len(motion.timer_s)
    if not device.smart_recording:
        return np.arange(count)
    some = np.cumsum(rng.integers(1, 8, count))
    around = [0, count - 1]
    for pause in motion.pauses:
        after = int(np.searchsorted(motion.elapsed_s, pause.end_s, side="right"))
        around += [after - 1, after]
    return np.unique(np.concatenate([some[some < count], around]))


def _trailing_mean(values: Floats, window: int) -> Floats:
    total = np.cumsum(np.concatenate([np.full(window, values[0]), values]))
    return (total[window:] - total[:-window]) / window


def _rounded(values: Floats, scale: float) -> Floats:
    return np.rint(values * scale) / scale
