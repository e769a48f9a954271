"""What a newer watch makes of an activity when it is over: its effect on this athlete, and what the athlete answers."""

from __future__ import annotations

import numpy as np

from runningcoach_pipelines.demo.chance import Floats, Purpose, stream
from runningcoach_pipelines.demo.physiology import vo2max_of_threshold
from runningcoach_pipelines.demo.sensing import Columns, Recording
from runningcoach_pipelines.demo.training import Kind, PlannedSession

CONDITION_AFTER_S = 360
"""A run is compared with the usual ones when it has lasted so long."""

_ZONES = np.array([0.65, 0.80, 0.89, 0.95, 1.00])
"""Lower bounds of zones 1 to 5 as shares of the threshold heart rate; above the maximum lies none."""

_EFFORT = {
    Kind.EASY: 3, Kind.LONG: 5, Kind.INTERVALS: 8, Kind.TEMPO: 7, Kind.HILLS: 7, Kind.FARTLEK: 6,
    Kind.RUN_WALK: 2, Kind.RACE: 9, Kind.BIKE: 3, Kind.STRENGTH: 4,
}  # fmt: skip
_ANSWERED = 0.7
_FEEL_PERCENT = (0, 25, 50, 75, 100)
_FELT = (0.03, 0.12, 0.35, 0.35, 0.15)


def verdict(recording: Recording, seed: int) -> Columns:
    """Message 140 by field, one value each, from the heart rate that the watch saw; nothing without one."""
    if "heart_rate" not in recording.columns:
        return {}
    form = recording.motion.form
    settings = form.settings
    heart = recording.columns["heart_rate"]
    reserve = (heart - settings.resting_hr) / (settings.max_hr - settings.resting_hr)
    # Banister's form for men, at one second per record: an hour at threshold comes to about 170.
    impulse = float(np.nansum(reserve * 0.64 * np.exp(1.92 * reserve))) / 60
    hard_minutes = float(np.nansum(heart > settings.threshold_hr)) / 60
    columns: dict[str, float] = {
        "aerobic_training_effect": round(min(5.0, 0.8 + 0.9 * impulse**0.5 / 3), 1),
        "anaerobic_training_effect": round(min(5.0, 0.12 * hard_minutes), 1),
        "vo2_max": vo2max_of_threshold(form.threshold_speed_mps),
        "recovery_time": round(min(4 * 24 * 60, 9 * impulse)),
        "lactate_threshold_heart_rate": settings.threshold_hr,
        "lactate_threshold_speed": form.threshold_speed_mps,
        "performance_condition": condition(recording, seed) or 0,
        "training_load_peak": 1.1 * impulse,
    }
    return {name: np.array([value]) for name, value in columns.items()}


def condition(recording: Recording, seed: int) -> int | None:
    """Points by which the day is better than usual; a watch judges runs of some length only."""
    session = recording.motion.session
    if recording.elapsed_s[-1] < CONDITION_AFTER_S or session.kind in {Kind.BIKE, Kind.STRENGTH}:
        return None
    rng = stream(seed, Purpose.CONDITION, session.day.toordinal(), session.key)
    return int(np.clip(round(3 * rng.standard_normal()), -20, 20))


def zone_bounds_bpm(recording: Recording) -> list[int]:
    """Where zones 1 to 5 begin, and where the last ends."""
    settings = recording.motion.form.settings
    return [*(round(share * settings.threshold_hr) for share in _ZONES.tolist()), settings.max_hr]


def zone_seconds(recording: Recording) -> Floats:
    """Seconds of the timer below zone 1, in each zone and above the last. Shape (7,)."""
    heart = recording.columns["heart_rate"]
    known = ~np.isnan(heart)
    held_s = np.diff(recording.timer_s, append=recording.timer_s[-1]).astype(np.float64)
    zone = np.searchsorted(zone_bounds_bpm(recording), heart[known], side="right")
    return np.bincount(zone, weights=held_s[known], minlength=len(_ZONES) + 2)


def answers(session: PlannedSession, seed: int) -> dict[str, int]:
    """Effort and feeling as the athlete answers on the watch, in the session's fields; not always."""
    rng = stream(seed, Purpose.ANSWER, session.day.toordinal(), session.key)
    if rng.random() >= _ANSWERED:
        return {}
    effort = int(np.clip(round(_EFFORT[session.kind] + 0.8 * rng.standard_normal()), 1, 10))
    return {"workout_rpe": 10 * effort, "workout_feel": int(rng.choice(_FEEL_PERCENT, p=_FELT))}
