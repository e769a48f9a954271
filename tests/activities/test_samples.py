"""Records to samples: one row per instant, on two clocks, in SI units, null where nothing was measured."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from runningcoach_pipelines.fit.encode import Rows, encode
from tests.activities.reading import read
from tests.fit.recordings import strap_message
from tests.making import SEMICIRCLES_PER_DEG, START, Columns, Leg, activity, at, file_id


def session(seconds: int = 60, sport: str = "running") -> Rows:
    return Rows("session", Leg(seconds=seconds, sport=sport).session())


def records(elapsed_s: Sequence[float], **columns: Sequence[Any]) -> Rows:
    times: Columns = {"timestamp": [at(START, s) for s in elapsed_s]}
    return Rows("record", {**times, **columns})


def samples(*parts: Rows) -> pl.DataFrame:
    return read(encode([file_id(), *parts])).samples


def timer(*switches: tuple[float, str], event: str = "timer") -> Rows:
    return Rows(
        "event",
        {
            "timestamp": [at(START, s) for s, _ in switches],
            "event": [event] * len(switches),
            "event_type": [kind for _, kind in switches],
        },
    )


def test_values_come_in_si_units() -> None:
    row = samples(
        records(
            [0],
            distance=[12.34],
            enhanced_speed=[3.25],
            heart_rate=[151],
            power=[240],
            enhanced_altitude=[101.2],
            position_lat=[round(37.5 * SEMICIRCLES_PER_DEG)],
            position_long=[round(-127.25 * SEMICIRCLES_PER_DEG)],
            temperature=[-5],
            vertical_oscillation=[82.5],
            stance_time=[245.0],
            step_length=[1105.0],
        ),
        session(),
    ).row(0, named=True)
    expected = {
        "session_index": 0,
        "at": START,
        "elapsed_s": 0,
        "timer_s": 0,
        "distance_m": 12.34,
        "speed_mps": 3.25,
        "heart_rate_bpm": 151,
        "cadence_spm": None,
        "power_w": 240,
        "altitude_m": pytest.approx(101.2),
        "latitude_deg": pytest.approx(37.5, abs=1e-6),
        "longitude_deg": pytest.approx(-127.25, abs=1e-6),
        "temperature_c": -5,
        "grade_adjusted_speed_mps": None,
        "vertical_oscillation_mm": 82.5,
        "stance_time_ms": 245,
        "step_length_mm": 1105,
    }
    assert row == expected


def test_speed_and_altitude_of_older_watches_count_as_well() -> None:
    row = samples(records([0], speed=[3.25], altitude=[101.2]), session()).row(0, named=True)
    assert (row["speed_mps"], row["altitude_m"]) == (3.25, pytest.approx(101.2))


def test_no_pulse_is_not_a_pulse_of_zero() -> None:
    assert samples(records([0, 1, 2], heart_rate=[0, None, 90]), session())["heart_rate_bpm"].to_list() == [
        None,
        None,
        90,
    ]


@pytest.mark.parametrize(("sport", "expected"), [("running", 171.0), ("walking", 171.0), ("cycling", 85.5)])
def test_cadence_counts_both_feet_on_foot(sport: str, expected: float) -> None:
    rows = records([0, 1], cadence=[85, None], fractional_cadence=[0.5, 0.5])
    assert samples(rows, session(sport=sport))["cadence_spm"].to_list() == [expected, None]


def test_pauses_are_cut_out_of_the_timer_and_not_out_of_the_clock() -> None:
    frame = read(activity(Leg(seconds=60, every_s=10, pauses=((20, 40),)))).samples
    assert frame.select("elapsed_s", "timer_s").rows() == [(0, 0), (10, 10), (20, 20), (40, 20), (50, 30), (60, 40)]
    assert frame["distance_m"].to_list() == [0, 30, 60, 60, 90, 120]


@pytest.mark.parametrize(
    ("switches", "timer_s"),
    [
        ([(0, "start"), (10, "stop"), (30, "start"), (60, "stop_all")], [0, 10, 10, 10, 20]),
        ([(0, "start"), (10, "stop_all"), (12, "stop_disable_all"), (30, "start")], [0, 10, 10, 10, 20]),
        ([(0, "start"), (5, "start"), (10, "stop"), (30, "start"), (31, "start")], [0, 10, 10, 10, 20]),
        ([(10, "stop"), (30, "start")], [0, 10, 10, 10, 20]),
        ([(30, "start"), (0, "start"), (10, "stop")], [0, 10, 10, 10, 20]),
        ([(0, "start"), (10, "marker"), (30, "marker")], [0, 10, 20, 30, 40]),
        ([(0, "start"), (10, "stop")], [0, 10, 20, 30, 40]),
        ([(0, "start"), (10, "stop"), (10, "start")], [0, 10, 20, 30, 40]),
        ([(0, "start"), (10, "stop"), (20, "start"), (30, "stop"), (40, "start")], [0, 10, 10, 20, 20]),
        ([], [0, 10, 20, 30, 40]),
    ],
)
def test_the_timer_stands_still_between_a_stop_and_the_next_start(
    switches: list[tuple[float, str]], timer_s: list[float]
) -> None:
    rows = records(range(0, 50, 10))
    events = [timer(*switches)] if switches else []
    assert samples(*events, rows, session())["timer_s"].to_list() == timer_s


def test_events_of_other_things_do_not_stop_the_timer() -> None:
    course_point = timer((10, "start"), (20, "stop"), (40, "start"), event="course_point")
    assert samples(course_point, records([0, 30]), session())["timer_s"].to_list() == [0, 30]


def test_a_pause_before_a_session_is_not_taken_from_it() -> None:
    first, second = Leg(seconds=60, every_s=20, pauses=((20, 40),)), Leg(start=at(START, 100), seconds=20, every_s=20)
    frame = read(activity(first, second)).samples
    assert frame.select("session_index", "timer_s").rows() == [(0, 0), (0, 20), (0, 20), (0, 40), (1, 0), (1, 20)]


def test_records_of_one_instant_are_merged_into_one_row() -> None:
    rows = records([0, 0, 1, 1], heart_rate=[150, None, None, 152], power=[None, 240, 250, 251])
    frame = samples(rows, session())
    assert frame.select("elapsed_s", "heart_rate_bpm", "power_w").rows() == [(0, 150, 240), (1, 152, 251)]


def test_records_out_of_order_are_put_in_order() -> None:
    frame = samples(records([20, 0, 10], distance=[60, 0, 30]), session())
    assert frame.select("elapsed_s", "distance_m").rows() == [(0, 0), (10, 30), (20, 60)]


def test_records_with_a_broken_clock_or_none_are_left_out() -> None:
    unknown = Rows("record", {"timestamp": [None], "heart_rate": [150]})
    frame = samples(records([-86_400, 0, 1, 15 * 86_400]), unknown, session())
    assert frame["elapsed_s"].to_list() == [0, 1]


def test_time_counts_from_records_that_come_before_the_written_start() -> None:
    assert samples(records([-2700, 0, 10]), session())["elapsed_s"].to_list() == [0, 2700, 2710]


def test_each_session_counts_its_own_time_and_distance() -> None:
    swim = Leg(seconds=40, every_s=20, sport="swimming", speed_mps=1)
    ride = Leg(start=at(START, 60), seconds=40, every_s=20, sport="cycling", speed_mps=10, distance_from_m=40)
    frame = read(activity(swim, ride)).samples
    assert frame.select("session_index", "elapsed_s", "distance_m").rows() == [
        (0, 0, 0),
        (0, 20, 20),
        (0, 40, 40),
        (1, 0, 0),
        (1, 20, 200),
        (1, 40, 400),
    ]


def test_distance_that_starts_again_at_zero_stays_as_it_is() -> None:
    legs = [Leg(start=at(START, 60 * n), seconds=40, every_s=20, distance_from_m=0) for n in range(2)]
    assert read(activity(*legs)).samples["distance_m"].to_list() == [0, 60, 120, 0, 60, 120]


def test_distance_is_carried_over_a_session_that_measures_none() -> None:
    legs = [Leg(start=at(START, 60 * n), seconds=20, every_s=20) for n in range(3)]
    rows = Rows(
        "record",
        {
            "timestamp": [at(START, s) for s in (0, 20, 60, 80, 120, 140)],
            "distance": [0, 100, None, None, 100, 160],
        },
    )
    sessions = Rows("session", {name: [leg.session()[name][0] for leg in legs] for name in legs[0].session()})
    assert samples(rows, sessions)["distance_m"].to_list() == [0, 100, None, None, 0, 60]


@pytest.mark.parametrize("base_type", ["byte", "string"])
def test_a_field_of_another_kind_than_the_profile_says_is_not_measured(base_type: str) -> None:
    values = [b"12"] if base_type == "byte" else ["12"]
    fields = {"heart_rate": values, "distance": values, "enhanced_altitude": values}
    odd = Rows("record", {"timestamp": [START], **fields}, base_types=dict.fromkeys(fields, base_type))
    row = samples(odd, session()).row(0, named=True)
    assert (row["heart_rate_bpm"], row["distance_m"], row["altitude_m"]) == (None, None, None)


def test_a_time_of_another_kind_than_the_profile_says_is_no_time() -> None:
    odd = Rows("record", {253: [b"1234"], "heart_rate": [150]}, base_types={253: "byte"})
    assert samples(odd, session()).is_empty()


def test_under_water_the_heart_rate_is_the_one_that_the_strap_stored() -> None:
    anchor = {"timestamp": [START], "event_timestamp": [10.0], "filtered_bpm": [[120]]}
    later = [10 * 1024 + 512 * beat for beat in range(1, 9)]
    stored = {"filtered_bpm": [[*range(121, 129)]], "event_timestamp_12": [strap_message(later)]}
    swim = samples(
        records([0, 1, 2, 3, 30], heart_rate=[None, None, 99, 0, None]),
        Rows("hr", anchor),
        Rows("hr", stored),
        session(sport="swimming"),
    )
    assert swim["heart_rate_bpm"].to_list() == [120, 122, 99, 126, None]


def test_a_file_without_records_has_samples_of_the_same_columns() -> None:
    without = samples(session())
    assert without.is_empty()
    assert without.schema == samples(records([0]), session()).schema


def test_instants_keep_their_microseconds_and_zone() -> None:
    assert samples(records([0]), session()).schema["at"] == pl.Datetime("us", "UTC")
    assert samples(records([0]), session())["at"][0] == dt.datetime(2025, 5, 4, 7, 30, tzinfo=dt.UTC)
