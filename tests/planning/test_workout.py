"""A workout's length, and that what is written for a watch says what was planned."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.fit import decode
from runningcoach_pipelines.fit.encode import Rows, encode
from runningcoach_pipelines.planning.fit_workout import fit_steps
from runningcoach_pipelines.planning.garmin_workout import garmin_json
from runningcoach_pipelines.planning.workout import (
    End,
    HeartRateRange,
    HeartRateZone,
    Kind,
    PaceRange,
    PowerRange,
    Repeat,
    Step,
    Workout,
    duration_s,
)

PACES = st.tuples(st.floats(150, 600), st.floats(150, 600)).map(lambda two: PaceRange(max(two), min(two)))
BEATS = st.tuples(st.integers(80, 200), st.integers(80, 200)).map(lambda two: HeartRateRange(min(two), max(two)))
WATTS = st.tuples(st.integers(50, 900), st.integers(50, 900)).map(lambda two: PowerRange(min(two), max(two)))
TARGETS = st.none() | PACES | BEATS | WATTS | st.integers(1, 5).map(HeartRateZone)
ENDS = st.one_of(
    st.tuples(st.just(End.TIME), st.floats(1, 20_000)),
    st.tuples(st.just(End.DISTANCE), st.floats(10, 60_000)),
    st.just((End.LAP_BUTTON, None)),
)
STEPS = st.builds(lambda kind, end, target: Step(kind, *end, target), st.sampled_from(Kind), ENDS, TARGETS)
REPEATS = st.builds(Repeat, st.integers(1, 20), st.lists(STEPS, min_size=1, max_size=4).map(tuple))
WORKOUTS = st.builds(Workout, st.just("planned"), st.lists(STEPS | REPEATS, min_size=1, max_size=6).map(tuple))


def in_order(workout: Workout) -> list[Step]:
    """Every step as often as it is run."""
    return [
        each
        for step in workout.steps
        for each in (list(step.steps) * step.times if isinstance(step, Repeat) else [step])
    ]


def run_from_fit(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The executable steps of `workout_step` messages as often as a watch runs them."""
    run: list[dict[str, Any]] = []
    since: dict[int, int] = {}
    for index, row in enumerate(rows):
        since[index] = len(run)
        if row["duration_type"] == "repeat_until_steps_cmplt":
            run += run[since[row["duration_value"]] :] * (row["target_value"] - 1)
        else:
            run.append(row)
    return run


@given(WORKOUTS)
def test_a_fit_file_says_what_was_planned(workout: Workout) -> None:
    planned = fit_steps(workout)
    names = sorted({name for row in planned for name in row})
    columns = {name: [row.get(name) for row in planned] for name in names}
    data = encode([Rows("file_id", {"type": ["workout"]}), Rows("workout_step", columns)])
    run = run_from_fit(decode(data).messages["workout_step"].to_dicts())
    for step, written in zip(in_order(workout), run, strict=True):
        if step.end is End.TIME:
            assert written["duration_time"] == pytest.approx(step.value, abs=0.001)
        elif step.end is End.DISTANCE:
            assert written["duration_distance"] == pytest.approx(step.value, abs=0.01)
        else:
            assert written["duration_type"] == "open"
        kind = "active" if step.kind is Kind.MAIN else step.kind.value
        assert written["intensity"] == kind
        match step.target:
            case PaceRange(slow, fast):
                assert 1000 / written["custom_target_speed_low"] == pytest.approx(slow, rel=1e-3)
                assert 1000 / written["custom_target_speed_high"] == pytest.approx(fast, rel=1e-3)
            case HeartRateRange(low, high):
                assert (written["custom_target_heart_rate_low"], written["custom_target_heart_rate_high"]) == (
                    low + 100,
                    high + 100,
                )
            case PowerRange(low, high):
                assert (written["custom_target_power_low"], written["custom_target_power_high"]) == (
                    low + 1000,
                    high + 1000,
                )
            case HeartRateZone(number):
                assert written["target_hr_zone"] == number
            case None:
                assert written["target_type"] == "open"


def flat(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for step in steps for each in (step, *flat(step.get("workoutSteps", [])))]


@given(WORKOUTS)
def test_garmin_connect_numbers_the_steps_through_and_keeps_their_lengths(workout: Workout) -> None:
    written = flat(garmin_json(workout)["workoutSegments"][0]["workoutSteps"])  # type: ignore[index]
    assert [step["stepOrder"] for step in written] == list(range(1, len(written) + 1))
    planned = [each for step in workout.steps for each in (step.steps if isinstance(step, Repeat) else (step,))]
    executable = [step for step in written if step["type"] == "ExecutableStepDTO"]
    assert [step["endConditionValue"] for step in executable] == [step.value for step in planned]
    groups = [step for step in written if step["type"] == "RepeatGroupDTO"]
    assert [group["childStepId"] for group in groups] == list(range(1, len(groups) + 1))
    assert all(own["childStepId"] == group["childStepId"] for group in groups for own in group["workoutSteps"])
    for step, own in zip(planned, executable, strict=True):
        if isinstance(step.target, PaceRange):
            assert 1000 / own["targetValueOne"] == pytest.approx(step.target.slow_s_per_km, rel=1e-6)
            assert own["targetValueOne"] <= own["targetValueTwo"]


def test_targets_of_heart_rate_and_power_have_their_names_and_numbers() -> None:
    steps = (HeartRateRange(140, 150), HeartRateZone(2), PowerRange(250, 260))
    workout = Workout("targets", tuple(Step(Kind.MAIN, End.TIME, 60.0, target) for target in steps))
    written = garmin_json(workout)["workoutSegments"][0]["workoutSteps"]  # type: ignore[index]
    assert [
        (step["targetType"], step.get("targetValueOne"), step.get("targetValueTwo"), step.get("zoneNumber"))
        for step in written
    ] == [
        ({"workoutTargetTypeId": 4, "workoutTargetTypeKey": "heart.rate.zone"}, 140.0, 150.0, None),
        ({"workoutTargetTypeId": 4, "workoutTargetTypeKey": "heart.rate.zone"}, None, None, 2),
        ({"workoutTargetTypeId": 2, "workoutTargetTypeKey": "power.zone"}, 250.0, 260.0, None),
    ]


def test_a_distance_without_a_pace_takes_the_default_and_the_lap_button_no_time() -> None:
    steps = (Step(Kind.MAIN, End.DISTANCE, 2000.0, HeartRateZone(2)), Step(Kind.COOL_DOWN, End.LAP_BUTTON))
    assert duration_s(steps) == 720.0
    assert duration_s(steps, default_pace_s_per_km=300.0) == 600.0


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: Step(Kind.MAIN, End.TIME), "ends by time needs a length above 0, not None"),
        (lambda: Step(Kind.MAIN, End.DISTANCE, 0.0), "ends by distance needs a length above 0, not 0.0"),
        (lambda: Step(Kind.MAIN, End.DISTANCE, float("nan")), "needs a length above 0, not nan"),
        (lambda: Step(Kind.MAIN, End.LAP_BUTTON, 5.0), "has no length, but 5 is given"),
        (lambda: PaceRange(230, 240), "from 230 to 240 s/km: give the slower one first"),
        (lambda: HeartRateRange(150, 140), "from 150 to 140 bpm: give the lower one first"),
        (lambda: PowerRange(0, 140), "from 0 to 140 W"),
        (lambda: HeartRateZone(6), "zone 6: a watch has zones 1 to 5"),
        (lambda: Repeat(0, (Step(Kind.REST, End.LAP_BUTTON),)), "1 steps 0 times"),
        (lambda: Repeat(3, ()), "0 steps 3 times"),
    ],
)
def test_what_no_watch_could_run_is_refused(make: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem.replace(".", r"\.")):
        make()
