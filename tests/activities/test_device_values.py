"""What the device says of a session beyond its totals, from whichever message says it, in our units."""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from runningcoach_pipelines.activities.file import ACTIVITY_MESSAGES, read_activities
from runningcoach_pipelines.fit import FitDecodeError, decode
from runningcoach_pipelines.fit.encode import Part, Rows, encode
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.tables import DeviceValues
from tests.activities.reading import SEOUL, read
from tests.making import START, Columns, Leg, at, file_id

FIT_EPOCH = dt.datetime(1989, 12, 31, tzinfo=dt.UTC)
RUN = Leg()
SWIM = Leg(seconds=60, sport="swimming")
CHANGE = Leg(start=at(START, 60), seconds=20, sport="transition")
RIDE = Leg(start=at(START, 80), seconds=60, sport="cycling")


def file_of(*legs: Leg, says: Sequence[Part] = (), **session: Sequence[Any]) -> bytes:
    """A file of these sessions, with more fields in their messages and more messages."""
    rows: dict[str, Sequence[Any]] = {name: [leg.session()[name][0] for leg in legs] for name in legs[0].session()}
    return encode([file_id(), *says, Rows("session", rows | session)])


def verdict(columns: Columns, at_s: Sequence[float] = (120,)) -> Rows:
    """Message 140, as newer watches end a session with."""
    seconds = [(at(START, s) - FIT_EPOCH).total_seconds() for s in at_s]
    return Rows("physiological_metrics", {253: seconds, **columns}, base_types={253: "uint32"})


def events(kind: str, data: Sequence[int], at_s: Sequence[float]) -> Rows:
    times = [at(START, s) for s in at_s]
    return Rows(
        "event", {"timestamp": times, "event": [kind] * len(data), "event_type": ["marker"] * len(data), "data": data}
    )


def zones(columns: Columns) -> Rows:
    return Rows("time_in_zone", columns)


def values(data: bytes) -> list[dict[str, Any]]:
    return read(data).device_values.to_dicts()


def known(data: bytes) -> dict[str, Any]:
    (row,) = values(data)
    return {name: value for name, value in row.items() if value is not None and name != "session_index"}


def test_the_columns_are_the_tables_own() -> None:
    described = frame_schema(DeviceValues.table())
    schema = read(file_of(RUN)).device_values.schema
    keys = {"activity_id", "athlete_id", "local_day", "code_version"}
    assert {name: schema[name] for name in described if name not in keys} == {
        name: dtype for name, dtype in described.items() if name not in keys
    }
    assert set(schema) - set(described) == {"session_index"}


def test_a_session_tells_of_speed_dynamics_and_effort_in_our_units() -> None:
    said = known(
        file_of(
            RUN,
            enhanced_avg_speed=[2.975],
            enhanced_max_speed=[4.5],
            avg_cadence=[85],
            avg_fractional_cadence=[0.25],
            avg_power=[250],
            normalized_power=[261],
            threshold_power=[300],
            intensity_factor=[0.87],
            training_stress_score=[75.7],
            avg_vertical_oscillation=[92.4],
            avg_vertical_ratio=[8.04],
            avg_stance_time=[269.3],
            avg_stance_time_balance=[49.91],
            avg_step_length=[1157.3],
            avg_grade_adjusted_speed=[3.251],
            avg_temperature=[-3],
            total_descent=[94],
            total_moving_time=[118.5],
            total_training_effect=[3.3],
            total_anaerobic_training_effect=[0.0],
            training_load_peak=[106.02665710449219],
            workout_rpe=[50],
            workout_feel=[25],
        )
    )
    assert said == {
        "avg_speed_mps": 2.975,
        "max_speed_mps": 4.5,
        "avg_cadence_spm": 170.5,
        "avg_power_w": 250.0,
        "weighted_power_w": 261.0,
        "threshold_power_w": 300.0,
        "power_intensity": 0.87,
        "power_load": 75.7,
        "avg_vertical_oscillation_mm": 92.4,
        "avg_vertical_ratio_percent": 8.04,
        "avg_stance_time_ms": 269.3,
        "avg_stance_balance_percent": 49.91,
        "avg_step_length_mm": 1157.3,
        "avg_grade_adjusted_speed_mps": 3.251,
        "avg_temperature_c": -3.0,
        "descent_m": 94.0,
        "moving_s": 118.5,
        "aerobic_training_effect": 3.3,
        "anaerobic_training_effect": 0.0,
        "training_load_peak": 106.02665710449219,
        "perceived_effort": 5.0,
        "feel_percent": 25.0,
    }


def test_cadence_counts_both_feet_on_foot_only() -> None:
    cadences = [row["avg_cadence_spm"] for row in values(file_of(SWIM, RIDE, avg_cadence=[30, 90]))]
    assert cadences == [30, 90]
    assert known(file_of(Leg(sport="walking"), avg_cadence=[55]))["avg_cadence_spm"] == 110


def test_sixteen_bit_speeds_do_where_there_are_no_others() -> None:
    said = known(file_of(RUN, avg_speed=[2.5], max_speed=[3.5]))
    assert (said["avg_speed_mps"], said["max_speed_mps"]) == (2.5, 3.5)


def test_zero_stands_for_nothing_measured_where_it_cannot_be_a_value() -> None:
    nothing = {
        "avg_power": [0],
        "normalized_power": [0],
        "threshold_power": [0],
        "intensity_factor": [0.0],
        "training_stress_score": [0.0],
        "avg_vertical_oscillation": [0.0],
        "avg_stance_time": [0.0],
        "avg_step_length": [0.0],
        "training_load_peak": [0.0],
    }
    silent = verdict({"vo2_max": [0.0], "lactate_threshold_heart_rate": [0], "lactate_threshold_speed": [0.0]})
    assert known(file_of(RUN, says=[silent], **nothing)) == {}
    valued = {"total_descent": [0], "workout_rpe": [0], "workout_feel": [0], "avg_temperature": [0]}
    assert known(file_of(RUN, says=[verdict({"recovery_time": [0]})], **valued)) == {
        "descent_m": 0.0,
        "perceived_effort": 0.0,
        "feel_percent": 0.0,
        "avg_temperature_c": 0.0,
        "recovery_time_min": 0.0,
    }


def test_the_verdict_at_the_end_counts_and_the_last_of_several() -> None:
    said = known(
        file_of(
            RUN,
            says=[
                verdict(
                    {
                        "vo2_max": [56.0, 55.5],
                        "recovery_time": [300, 2016],
                        "lactate_threshold_heart_rate": [163, 0],
                        "lactate_threshold_speed": [3.5, None],
                        "performance_condition": [4, -2],
                        "aerobic_training_effect": [1.6, 3.6],
                        "anaerobic_training_effect": [0.1, 0.3],
                        "training_load_peak": [50.5, 115.5],
                    },
                    at_s=(60, 120),
                )
            ],
        )
    )
    assert said == {
        "vo2max": pytest.approx(55.5, abs=1e-4),
        "recovery_time_min": 2016.0,
        "threshold_heart_rate_bpm": 163.0,
        "threshold_speed_mps": 3.5,
        "performance_condition": 98.0,
        "aerobic_training_effect": 3.6,
        "anaerobic_training_effect": 0.3,
        "training_load_peak": 115.5,
    }


def test_a_condition_of_zero_counts_only_from_a_watch_that_judged() -> None:
    zero = verdict({"performance_condition": [0]})
    assert known(file_of(RUN, says=[zero])) == {}
    judged = [events("performance_condition", [99], [30]), zero]
    assert known(file_of(RUN, says=judged)) == {"performance_condition": 100.0}
    assert known(file_of(RUN, says=judged[:1])) == {}  # at the start, or a stress score on older watches


def test_events_of_older_watches_say_the_same() -> None:
    says = [
        events("vo2_max", [52, 53], [30, 120]),
        events("recovery_time", [300, 1800], [30, 120]),
        events("lactate_threshold_heart_rate", [163], [120]),
        events("lactate_threshold_speed", [2583], [120]),
    ]
    assert known(file_of(RUN, says=says)) == {
        "vo2max": 53.0,
        "recovery_time_min": 1800.0,
        "threshold_heart_rate_bpm": 163.0,
        "threshold_speed_mps": 2.583,
    }


def test_a_verdict_goes_before_an_estimate_and_an_event() -> None:
    event = events("vo2_max", [52], [120])
    estimate = Rows("max_met_data", {"update_time": [at(START, 120)], "vo2_max": [53.4]})
    own = verdict({"vo2_max": [53.625]})
    assert known(file_of(RUN, says=[event]))["vo2max"] == 52
    assert known(file_of(RUN, says=[event, estimate]))["vo2max"] == 53.4
    assert known(file_of(RUN, says=[event, estimate, own]))["vo2max"] == pytest.approx(53.625, abs=1e-4)


@pytest.mark.parametrize("bpm", [46, 230])
def test_a_threshold_no_heart_has_is_none(bpm: int) -> None:
    assert known(file_of(RUN, says=[events("lactate_threshold_heart_rate", [bpm], [120])])) == {}


def test_each_session_of_a_file_has_its_own_values() -> None:
    said = values(
        file_of(
            *(SWIM, CHANGE, RIDE),
            says=[
                verdict({"recovery_time": [30, 40, 50, 60]}, at_s=(30, 65, 80, 140)),
                events("lactate_threshold_heart_rate", [150, 160], [60, 139]),
            ],
            total_training_effect=[1.1, None, 3.3],
        )
    )
    assert [row["session_index"] for row in said] == [0, 1, 2]
    assert [row["aerobic_training_effect"] for row in said] == [1.1, None, 3.3]
    assert [row["recovery_time_min"] for row in said] == [40, 50, 60]
    assert [row["threshold_heart_rate_bpm"] for row in said] == [150, None, 160]


def test_sessions_written_in_another_order_keep_their_values() -> None:
    backwards = file_of(
        *(RIDE, SWIM),
        says=[
            zones(
                {"reference_mesg": ["session"] * 2, "reference_index": [0, 1], "time_in_hr_zone": [[1.5, 0], [2.5, 0]]}
            )
        ],
        total_training_effect=[3.3, 1.1],
    )
    said = values(backwards)
    assert [(row["aerobic_training_effect"], row["hr_zone_s"]) for row in said] == [(1.1, "2.5,0.0"), (3.3, "1.5,0.0")]


def test_a_verdict_without_a_time_is_of_the_only_session_or_of_none() -> None:
    timeless = Rows("physiological_metrics", {"recovery_time": [30]})
    assert known(file_of(RUN, says=[timeless])) == {"recovery_time_min": 30.0}
    assert [row["recovery_time_min"] for row in values(file_of(SWIM, RIDE, says=[timeless]))] == [None, None]


def test_time_in_zones_is_the_sessions_not_the_laps() -> None:
    told = zones(
        {
            "reference_mesg": ["lap", "session", "lap"],
            "reference_index": [0, 0, 1],
            "time_in_hr_zone": [[1, 2, 3], [10.414, 491.366, 0], [4, 5, 6]],
            "hr_zone_high_boundary": [[108, 130]] * 3,
        }
    )
    assert known(file_of(RUN, says=[told], message_index=[0])) == {
        "hr_zone_s": "10.414,491.366,0.0",
        "hr_zone_bounds_bpm": "108,130",
    }


def test_zones_of_sessions_that_share_a_number_are_nobodys() -> None:
    told = zones({"reference_mesg": ["session"], "reference_index": [0], "time_in_hr_zone": [[1.5, 2.5]]})
    assert [row["hr_zone_s"] for row in values(file_of(SWIM, RIDE, says=[told], message_index=[0, 0]))] == [None, None]
    assert [row["hr_zone_s"] for row in values(file_of(SWIM, RIDE, says=[told]))] == ["1.5,2.5", None]


def test_zones_with_a_gap_are_none() -> None:
    told = zones({"reference_mesg": ["session"], "reference_index": [0], "hr_zone_high_boundary": [[108, None, 130]]})
    assert known(file_of(RUN, says=[told])) == {}


def test_a_file_without_a_session_still_has_its_row() -> None:
    (row,) = values(encode([file_id(), RUN.records(), verdict({"recovery_time": [30]})]))
    assert (row["session_index"], row["recovery_time_min"], row["avg_speed_mps"]) == (0, 30, None)
    assert values(encode([file_id(), verdict({"recovery_time": [30]})])) == []


def test_fields_of_another_kind_than_theirs_are_not_known() -> None:
    says = [
        Rows("event", {"timestamp": [START], "event": ["vo2_max"], "data": ["many"]}, base_types={"data": "string"})
    ]
    careless = Rows(
        "session",
        {**RUN.session(), "avg_power": [[200, 210]], "total_training_effect": ["high"], "workout_rpe": [[10, 20]]},
        base_types={"total_training_effect": "string"},
    )
    assert known(encode([file_id(), *says, careless])) == {}


@pytest.mark.parametrize("beyond", [110, 254])
def test_an_effort_beyond_its_scale_is_none(beyond: int) -> None:
    assert known(file_of(RUN, workout_rpe=[beyond], workout_feel=[beyond])) == {}


TRUTH = {
    (18, 24): "aerobic_training_effect",
    (18, 168): "training_load_peak",
    (140, 37): "training_load_peak",
    (140, 7): "vo2max",
    (140, 9): "recovery_time_min",
}
"""Message and field of the truth cases `fit.field` → our column."""


def test_values_of_real_watches_are_the_published_ones(truth_files: Path, subtests: pytest.Subtests) -> None:
    cases = [c for c in json.loads((truth_files / "metrics.json").read_text()) if c["metric"] == "fit.field"]
    assert {(c["inputs"]["mesg"], c["inputs"]["field"]) for c in cases} == set(TRUTH)
    for case in cases:
        inputs = case["inputs"]
        (row,) = values((truth_files / "fit" / inputs["fit"]).read_bytes())
        with subtests.test(case["id"]):
            assert row[TRUTH[inputs["mesg"], inputs["field"]]] == pytest.approx(case["expected"], abs=case["tolerance"])


def test_thresholds_of_a_real_watch_agree_between_its_messages(truth_files: Path) -> None:
    (row,) = values((truth_files / "fit" / "FR630-with-lth.fit").read_bytes())
    assert (row["threshold_heart_rate_bpm"], row["performance_condition"]) == (163, 98)
    assert row["threshold_speed_mps"] == pytest.approx(2.583, abs=5e-4)


def test_zones_of_real_watches_add_up_to_their_timer(truth_files: Path) -> None:
    for name in ("Fr955v19.28andStryd.fit", "4077461142.fit", "garmin-runPower-2.fit"):
        file = read((truth_files / "fit" / name).read_bytes())
        (row,) = file.device_values.to_dicts()
        seconds = [float(part) for part in row["hr_zone_s"].split(",")]
        bounds = [int(part) for part in row["hr_zone_bounds_bpm"].split(",")]
        timer_s = file.sessions[0].totals.timer_s
        assert timer_s is not None
        assert len(seconds) == len(bounds) + 1
        assert bounds == sorted(bounds)
        assert sum(seconds) == pytest.approx(timer_s, rel=0.02)


PLAUSIBLE = {
    "avg_speed_mps": (0, 25),
    "max_speed_mps": (0, 50),
    "avg_cadence_spm": (0, 260),
    "avg_power_w": (1, 600),
    "weighted_power_w": (1, 700),
    "threshold_power_w": (100, 500),
    "power_intensity": (0.01, 2),
    "power_load": (0.1, 1000),
    "avg_vertical_oscillation_mm": (30, 160),
    "avg_vertical_ratio_percent": (4, 15),
    "avg_stance_time_ms": (150, 600),
    "avg_stance_balance_percent": (40, 60),
    "avg_step_length_mm": (300, 2000),
    "avg_grade_adjusted_speed_mps": (0.5, 8),
    "avg_temperature_c": (-30, 50),
    "descent_m": (0, 5000),
    "moving_s": (1, 90_000),
    "aerobic_training_effect": (0, 5),
    "anaerobic_training_effect": (0, 5),
    "training_load_peak": (0, 1000),
    "vo2max": (20, 80),
    "recovery_time_min": (0, 10_000),
    "performance_condition": (80, 120),
    "threshold_heart_rate_bpm": (80, 220),
    "threshold_speed_mps": (1, 7),
    "perceived_effort": (0, 10),
    "feel_percent": (0, 100),
}


def test_values_of_real_files_are_such_as_runners_have(real_files: Path, truth_files: Path) -> None:
    frames = []
    for path in sorted([*real_files.glob("*.fit"), *(truth_files / "fit").glob("*.fit")]):
        try:
            fit = decode(path.read_bytes(), messages=ACTIVITY_MESSAGES)
        except FitDecodeError:
            continue
        file = read_activities(fit, home=SEOUL)
        assert file.device_values["session_index"].to_list() == [session.index for session in file.sessions]
        frames.append(file.device_values.with_columns(file=pl.lit(path.name)))
    together = pl.concat(frames)
    for name, (low, high) in PLAUSIBLE.items():
        odd = together.filter(~pl.col(name).is_between(low, high)).select("file", name)
        assert odd.is_empty(), odd
        assert together[name].drop_nulls().len() > 0, name
