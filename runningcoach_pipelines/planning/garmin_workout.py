"""A workout as Garmin Connect takes it: the JSON of its workout service.

Unofficial: numbers and names as python-garminconnect uses and pins them. Steps are numbered through the whole workout,
depth first; a group and its children share the group's number among the groups.
"""

from collections.abc import Iterator
from itertools import count

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

type Json = dict[str, object]

_RUNNING = {"sportTypeId": 1, "sportTypeKey": "running"}
_STEP_TYPES = {
    Kind.WARM_UP: 1,
    Kind.COOL_DOWN: 2,
    Kind.INTERVAL: 3,
    Kind.RECOVERY: 4,
    Kind.REST: 5,
    Kind.MAIN: 8,
}
_CONDITIONS = {End.LAP_BUTTON: 1, End.TIME: 2, End.DISTANCE: 3}
_MPS_DECIMALS = 7


def garmin_json(workout: Workout) -> Json:
    """The body of a request that creates the workout."""
    numbers, groups = count(1), count(1)
    steps = [
        _group(step, numbers, next(groups)) if isinstance(step, Repeat) else _step(step, next(numbers), None)
        for step in workout.steps
    ]
    return {
        "workoutName": workout.name,
        "sportType": _RUNNING,
        "workoutSegments": [{"segmentOrder": 1, "sportType": _RUNNING, "workoutSteps": steps}],
    }


def pace_mps(pace_s_per_km: float) -> float:
    """A pace as Garmin Connect writes it: m/s with seven decimals."""
    return round(1000.0 / pace_s_per_km, _MPS_DECIMALS)


def _group(repeat: Repeat, numbers: Iterator[int], group: int) -> Json:
    own = next(numbers)
    return {
        "type": "RepeatGroupDTO",
        "stepOrder": own,
        "stepType": {"stepTypeId": 6, "stepTypeKey": "repeat"},
        "childStepId": group,
        "numberOfIterations": repeat.times,
        "smartRepeat": False,
        "endCondition": {"conditionTypeId": 7, "conditionTypeKey": "iterations"},
        "endConditionValue": float(repeat.times),
        "workoutSteps": [_step(step, next(numbers), group) for step in repeat.steps],
    }


def _step(step: Step, number: int, group: int | None) -> Json:
    return {
        "type": "ExecutableStepDTO",
        "stepOrder": number,
        "stepType": {"stepTypeId": _STEP_TYPES[step.kind], "stepTypeKey": step.kind.value},
        "childStepId": group,
        "endCondition": {"conditionTypeId": _CONDITIONS[step.end], "conditionTypeKey": step.end.value},
        "endConditionValue": None if step.value is None else float(step.value),
        **_target(step.target),
    }


def _target(target: Target) -> Json:
    match target:
        case None:
            return _target_type(1, "no.target")
        case PowerRange(low, high):
            return _target_type(2, "power.zone") | _between(float(low), float(high))
        case HeartRateRange(low, high):
            return _target_type(4, "heart.rate.zone") | _between(float(low), float(high))
        case HeartRateZone(number):
            return _target_type(4, "heart.rate.zone") | {"zoneNumber": number}
        case PaceRange(slow, fast):
            return _target_type(6, "pace.zone") | _between(pace_mps(slow), pace_mps(fast))


def _target_type(number: int, name: str) -> Json:
    return {"targetType": {"workoutTargetTypeId": number, "workoutTargetTypeKey": name}}


def _between(low: float, high: float) -> Json:
    return {"targetValueOne": low, "targetValueTwo": high}
