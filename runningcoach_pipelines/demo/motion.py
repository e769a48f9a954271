"""What truly happened in a session, second by second: place, speed, altitude and the body's answer.

Devices see this with their own sensors (`sensing`); nothing here is rounded or left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runningcoach_pipelines.demo.chance import Floats, smooth_noise
from runningcoach_pipelines.demo.fitness import Form
from runningcoach_pipelines.demo.physiology import cost_of_grade, heart_rate
from runningcoach_pipelines.demo.terrain import Route, around, out_and_back
from runningcoach_pipelines.demo.training import Kind, PlannedSession, Surface
from runningcoach_pipelines.demo.workout import Pause, Workout

_BIKE_SPEED_RATIO = 2.9
"""Cycling speed over the running speed of the same effort."""

_TRANSITION_S = 7


@dataclass(frozen=True, slots=True)
class Motion:
    """The timer's seconds of a session; paused seconds are left out. Arrays have shape (n,).

    `elapsed_s` and `timer_s` count from the start with and without pauses. Missing altitude and position mean indoors.
    """

    session: PlannedSession
    form: Form
    elapsed_s: npt.NDArray[np.int64]
    timer_s: npt.NDArray[np.int64]
    distance_m: Floats
    speed_mps: Floats
    flat_speed_mps: Floats
    heart_rate_bpm: Floats
    altitude_m: Floats | None
    latitude_deg: Floats | None
    longitude_deg: Floats | None
    pauses: tuple[Pause, ...]
    lap_presses_s: tuple[int, ...]
    temperature_c: float


def move(session: PlannedSession, workout: Workout, form: Form, rng: np.random.Generator) -> Motion:
    """Carry a workout out over the ground: pace follows grade, heart rate follows effort."""
    route = _route(session, workout, form.threshold_speed_mps)
    effort = _felt(session, workout, rng)
    flat_speed = effort * form.threshold_speed_mps * _speed_ratio(session.kind)
    flat = np.cumsum(flat_speed)
    distance = flat if route is None else route.distance_after(flat)
    seconds = _until_finish(distance, workout.finish_m)
    temperature = session.place.temperature_on(session.day) + float(rng.normal(0, 3))
    heart = _heart(effort[:seconds], form, temperature, rng)
    distance = distance[:seconds]
    speed = np.diff(distance, prepend=0.0)
    on = np.flatnonzero(~workout.paused[:seconds])
    grade = np.zeros(len(on)) if route is None else route.along(distance[on], route.grade)
    return Motion(
        session=session,
        form=form,
        elapsed_s=on,
        timer_s=np.arange(len(on)),
        distance_m=distance[on],
        speed_mps=speed[on],
        flat_speed_mps=speed[on] * cost_of_grade(grade),
        heart_rate_bpm=heart[on],
        altitude_m=None if route is None else route.along(distance[on], route.altitude_m),
        latitude_deg=None if route is None else route.along(distance[on], route.latitude_deg),
        longitude_deg=None if route is None else route.along(distance[on], route.longitude_deg),
        pauses=tuple(pause for pause in workout.pauses if pause.end_s < seconds),
        lap_presses_s=tuple(press for press in workout.lap_presses_s if press < seconds - 1),
        temperature_c=temperature,
    )


def _route(session: PlannedSession, workout: Workout, threshold_speed_mps: float) -> Route | None:
    place = session.place
    about_m = float(workout.effort.sum()) * threshold_speed_mps * _speed_ratio(session.kind)
    match session.surface:
        case Surface.TREADMILL | Surface.INDOORS:
            return None
        case Surface.PARK:
            return around(place.park)
        case Surface.TRACK:
            return around(place.track)
        case Surface.RACE:
            return around(place.race)
        case Surface.TRAIL:
            return out_and_back(place.hill, about_m * 0.43)
        case Surface.ROAD:
            return out_and_back(place.water, about_m * 0.5)


def _speed_ratio(kind: Kind) -> float:
    return {Kind.BIKE: _BIKE_SPEED_RATIO, Kind.STRENGTH: 0.0}.get(kind, 1.0)


def _felt(session: PlannedSession, workout: Workout, rng: np.random.Generator) -> Floats:
    """Effort as it comes out: changes take seconds, and nobody but a treadmill holds a pace exactly."""
    window = np.full(_TRANSITION_S, 1 / _TRANSITION_S)
    smooth = np.convolve(np.pad(workout.effort, _TRANSITION_S // 2, mode="edge"), window, mode="valid")
    wander = 0.002 if session.surface is Surface.TREADMILL else 0.022
    noise = smooth_noise(rng, len(smooth), knot_s=17, deviation=wander)
    felt = smooth * (1 + noise)
    felt[workout.paused] = 0.0
    felt[workout.effort == 0] = 0.0
    return felt


def _until_finish(distance: Floats, finish_m: float | None) -> int:
    """Number of seconds up to and with the one in which the finish is passed."""
    if finish_m is None or distance[-1] <= finish_m:
        return len(distance)
    return int(np.searchsorted(distance, finish_m)) + 1


def _heart(effort: Floats, form: Form, temperature_c: float, rng: np.random.Generator) -> Floats:
    drift = 0.03 + 0.002 * max(0.0, temperature_c - 12)
    noise = smooth_noise(rng, len(effort), knot_s=11, deviation=1.3)
    return heart_rate(effort, form.settings, drift_per_hour=drift, noise=noise)
