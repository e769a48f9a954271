"""Session and laps agree with the records, in every kind of file."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from runningcoach_pipelines.demo import DemoFile
from runningcoach_pipelines.demo.training import Kind, Oddity, PlannedSession, Surface
from tests.demo.conftest import Year
from tests.demo.reading import Read, read

type Wanted = Callable[[PlannedSession], bool]

KINDS: dict[str, Wanted] = {
    **{kind.value: (lambda s, kind=kind: s.kind is kind) for kind in Kind},
    "treadmill": lambda s: s.surface is Surface.TREADMILL,
    "trail": lambda s: s.surface is Surface.TRAIL,
    "track": lambda s: s.surface is Surface.TRACK,
    "paused": lambda s: Oddity.LONG_PAUSE in s.oddities,
    "old watch": lambda s: Oddity.OLD_WATCH in s.oddities,
    "no heart rate": lambda s: Oddity.NO_HEART_RATE in s.oddities,
    "abroad": lambda s: s.place.name == "New York" and s.kind is not Kind.RACE,
}


@pytest.fixture(scope="module", params=KINDS)
def fit(request: pytest.FixtureRequest, year: Year) -> Read:
    return year.one(KINDS[request.param])[1]


def test_session_totals_are_those_of_the_records(fit: Read):
    _assert_session_equals_records(fit)


@pytest.mark.parametrize("of_year", [2014, 2018, 2021])
def test_session_totals_are_those_of_the_records_on_older_watches(era, of_year: int):
    files: list[DemoFile] = era(of_year)
    for file in files[3:7]:
        _assert_session_equals_records(read(file.data))


def _assert_session_equals_records(fit: Read) -> None:
    session = fit.session
    times = np.array([record["timestamp"].timestamp() for record in fit["record"]])
    assert session["total_elapsed_time"] == times[-1] - times[0]
    weights = _timer_seconds(fit, times)
    assert session["total_timer_time"] == pytest.approx(weights.sum(), abs=4)
    if "distance" in fit["record"][0]:
        distance = fit.column("distance")
        speed = "enhanced_" if "enhanced_avg_speed" in session else ""
        assert session["total_distance"] == distance[-1]
        assert (np.diff(distance) >= 0).all()
        assert session[f"{speed}avg_speed"] == pytest.approx(distance[-1] / session["total_timer_time"], abs=0.001)
        assert session[f"{speed}max_speed"] == fit.column(f"{speed}speed").max()
    if "heart_rate" in fit["record"][0]:
        heart = fit.column("heart_rate")
        seen = ~np.isnan(heart)
        assert session["avg_heart_rate"] == pytest.approx(np.average(heart[seen], weights=weights[seen]), abs=0.6)
        assert session["max_heart_rate"] == np.nanmax(heart)
    if "cadence" in fit["record"][0]:
        cadence = fit.column("cadence") + fit.column("fractional_cadence")
        mean = session["avg_running_cadence"] + session["avg_fractional_cadence"]
        assert 2 * mean == pytest.approx(2 * np.average(cadence, weights=weights), abs=0.7)
    if "power" in fit["record"][0]:
        assert session["avg_power"] == pytest.approx(fit.column("power").mean(), abs=0.6)


def _timer_seconds(fit: Read, times: np.ndarray) -> np.ndarray:
    """Timer seconds until the next record, at most ten; a pause ends a record's time. The last counts one second."""
    stops = np.array([e["timestamp"].timestamp() for e in fit["event"] if e["event_type"] == "stop_all"])
    until = np.append(times[1:], times[-1] + 1)
    next_stop = stops[np.minimum(np.searchsorted(stops, times, side="left"), len(stops) - 1)]
    until = np.where((next_stop > times) & (next_stop < until), next_stop, until)
    at_stop = np.isin(times, stops[:-1])
    return np.where(at_stop, 1.0, np.minimum(until - times, 10.0))


def test_laps_add_up_to_the_session(fit: Read):
    for total in ("total_timer_time", "total_elapsed_time", "total_distance", "total_strides"):
        if total in fit.session:
            tolerance = len(fit["lap"]) if total == "total_strides" else 0.0015
            assert sum(lap[total] for lap in fit["lap"]) == pytest.approx(fit.session[total], abs=tolerance)
    assert fit.session["num_laps"] == len(fit["lap"])
    assert fit["lap"][-1]["lap_trigger"] == "session_end"


def test_laps_follow_one_another_in_time(fit: Read):
    laps = fit["lap"]
    assert laps[0]["start_time"] == fit.session["start_time"]
    for earlier, later in pairwise(laps):
        assert later["start_time"] == earlier["timestamp"]
        gap = later["start_time"] - earlier["start_time"]
        assert abs(gap - timedelta(seconds=earlier["total_elapsed_time"])) < timedelta(seconds=1)


def test_distance_is_the_integral_of_speed(year: Year):
    _, fit = year.one(lambda s: s.kind is Kind.FARTLEK and not s.oddities)
    speed, distance = fit.column("enhanced_speed"), fit.column("distance")
    assert np.cumsum(speed) == pytest.approx(distance, abs=2.0)


def test_calories_are_about_one_per_kilogram_and_kilometre(year: Year):
    _, fit = year.one(lambda s: s.kind is Kind.LONG and s.surface is Surface.ROAD)
    per_km = fit.session["total_calories"] / (fit.session["total_distance"] / 1000)
    assert 50 <= per_km <= 80


def test_automatic_laps_are_exact_kilometres(year: Year):
    _, fit = year.one(lambda s: s.kind is Kind.EASY and s.surface is Surface.ROAD and not s.oddities)
    assert {lap["total_distance"] for lap in fit["lap"][:-1]} == {1000.0}
    assert {lap["lap_trigger"] for lap in fit["lap"][:-1]} == {"distance"}
