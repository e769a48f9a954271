"""A workout's steps as messages `workout_step` of a FIT file: raw values, as the profile of the FIT SDK has them."""

from runningcoach_pipelines.planning.workout import (
    End,
    HeartRateRange,
    HeartRateZone,
    Kind,
    PaceRange,
    PowerRange,
    Repeat,
    Step,
    Target,
    Workout,
)

type Fields = dict[str, int]
"""Raw values of the fields of a `workout_step` by name; a field that is not there is invalid."""

_INTENSITIES = {
    Kind.MAIN: 0,
    Kind.REST: 1,
    Kind.WARM_UP: 2,
    Kind.COOL_DOWN: 3,
    Kind.RECOVERY: 4,
    Kind.INTERVAL: 5,
}
_MS_PER_S, _CM_PER_M = 1000.0, 100.0
_BPM_OFFSET, _WATT_OFFSET = 100, 1000
"""Below these numbers a target's value is a share of the athlete's maximum or threshold."""


def fit_steps(workout: Workout) -> list[Fields]:
    """All steps in order; a repeat follows its steps and points back to the first of them."""
    rows: list[Fields] = []
    for step in workout.steps:
        if isinstance(step, Repeat):
            first = len(rows)
            rows += [fit_step(own) for own in step.steps]
            rows.append({"duration_type": 6, "duration_value": first, "target_type": 2, "target_value": step.times})
        else:
            rows.append(fit_step(step))
    return [{"message_index": index} | row for index, row in enumerate(rows)]


def fit_step(step: Step) -> Fields:
    """One step: time in ms, distance in cm, speed in mm/s, heart rate + 100 bpm, power + 1000 W."""
    return _duration(step) | _target(step.target) | {"intensity": _INTENSITIES[step.kind]}


def _duration(step: Step) -> Fields:
    if step.value is None:
        return {"duration_type": 5}
    if step.end is End.TIME:
        return {"duration_type": 0, "duration_value": round(step.value * _MS_PER_S)}
    return {"duration_type": 1, "duration_value": round(step.value * _CM_PER_M)}


def _target(target: Target) -> Fields:
    match target:
        case None:
            return {"target_type": 2}
        case PaceRange(slow, fast):
            return _custom(0, _mmps(slow), _mmps(fast))
        case HeartRateRange(low, high):
            return _custom(1, low + _BPM_OFFSET, high + _BPM_OFFSET)
        case HeartRateZone(number):
            return {"target_type": 1, "target_value": number}
        case PowerRange(low, high):
            return _custom(4, low + _WATT_OFFSET, high + _WATT_OFFSET)


def _custom(target_type: int, low: int, high: int) -> Fields:
    return {
        "target_type": target_type,
        "target_value": 0,
        "custom_target_value_low": low,
        "custom_target_value_high": high,
    }


def _mmps(pace_s_per_km: float) -> int:
    return round(1_000_000.0 / pace_s_per_km)
