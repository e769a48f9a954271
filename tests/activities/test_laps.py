"""Laps as the device wrote them, each in its session."""

import polars as pl

from runningcoach_pipelines.fit.encode import Rows, encode
from tests.activities.reading import read
from tests.making import START, Leg, activity, at, file_id


def test_laps_are_numbered_within_their_session() -> None:
    run, ride = Leg(laps=3), Leg(start=at(START, 200), sport="cycling", laps=2)
    laps = read(activity(run, ride)).laps
    assert laps.select("session_index", "lap_index").rows() == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    assert laps["started_at"].to_list() == [at(START, s) for s in (0, 40, 80, 200, 260)]


def test_a_lap_has_the_devices_values() -> None:
    laps = read(activity(Leg(laps=2))).laps
    assert (laps.schema["trigger"], laps.schema["intensity"]) == (pl.String, pl.String)
    lap = laps.row(0, named=True)
    assert (lap["elapsed_s"], lap["timer_s"], lap["distance_m"], lap["avg_heart_rate_bpm"]) == (60, 60, 180, 150)
    assert (lap["avg_cadence_spm"], lap["trigger"], lap["intensity"], lap["avg_power_w"]) == (170, "manual", None, None)


def test_cadence_of_a_lap_counts_both_feet_on_foot() -> None:
    starts = [START, at(START, 200)]
    laps = Rows("lap", {"start_time": starts, "avg_cadence": [85, 85], "avg_fractional_cadence": [0.5, 0.5]})
    hike, ride = Leg(sport="hiking").session(), Leg(start=starts[1], sport="cycling").session()
    sessions = Rows("session", {name: [*hike[name], *ride[name]] for name in hike})
    assert read(encode([file_id(), laps, sessions])).laps["avg_cadence_spm"].to_list() == [171, 85.5]


def test_laps_out_of_order_are_put_in_order() -> None:
    starts = [at(START, s) for s in (60, 0)]
    laps = Rows("lap", {"start_time": starts, "timestamp": starts, "total_distance": [2, 1]})
    read_laps = read(encode([file_id(), laps, Leg().records()])).laps
    assert read_laps.select("lap_index", "distance_m").rows() == [(0, 1), (1, 2)]


def test_a_lap_a_little_before_the_first_session_belongs_to_it() -> None:
    early = [at(START, -1)]
    laps = Rows("lap", {"start_time": early, "timestamp": early})
    session = Rows("session", Leg().session())
    assert read(encode([file_id(), laps, session])).laps["session_index"].to_list() == [0]


def test_a_lap_without_any_time_cannot_be_placed() -> None:
    laps = Rows("lap", {"total_distance": [100]})
    assert read(encode([file_id(), laps, Leg().records()])).laps.is_empty()
