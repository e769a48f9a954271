"""The parts of the simulation, each by what it must hold."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runningcoach_pipelines.demo.athlete import AthleteSettings
from runningcoach_pipelines.demo.chance import Purpose, smooth_noise, stream
from runningcoach_pipelines.demo.devices import WATCHES, watch_on
from runningcoach_pipelines.demo.physiology import cost_of_grade, heart_rate, strides_per_minute
from runningcoach_pipelines.demo.places import BERLIN, HONOLULU, NEW_YORK, SEOUL
from runningcoach_pipelines.demo.terrain import around, out_and_back
from runningcoach_pipelines.demo.training import Kind, PlannedSession, Surface
from runningcoach_pipelines.demo.workout import plan_workout

PLACES = [SEOUL, BERLIN, NEW_YORK, HONOLULU]
BODY = AthleteSettings(date(2020, 1, 1), 50, 190, 170, 4.0, 65.0)


def _session(kind: Kind, minutes: float = 60.0, surface: Surface = Surface.ROAD) -> PlannedSession:
    start = datetime.combine(date(2024, 5, 7), time(7), ZoneInfo("Asia/Seoul"))
    return PlannedSession(kind, start, SEOUL, surface, minutes, 0)


def test_streams_of_different_purpose_or_key_differ():
    draws = {stream(1, purpose, key).random() for purpose in Purpose for key in (1, 2)}
    assert len(draws) == 2 * len(Purpose)


@given(count=st.integers(1, 500), knot_s=st.floats(1.0, 90.0))
def test_smooth_noise_has_one_value_per_second(count: int, knot_s: float):
    noise = smooth_noise(np.random.default_rng(1), count, knot_s=knot_s, deviation=1.0)
    assert noise.shape == (count,)
    assert np.isfinite(noise).all()


def test_flat_ground_costs_one_and_climbing_more():
    assert cost_of_grade(np.array([0.0]))[0] == 1.0
    assert (np.diff(cost_of_grade(np.linspace(-0.1, 0.45, 50))) > 0).all()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_route_comes_back_to_its_start_and_can_be_run(place):
    routes = [around(c) for c in (place.park, place.track, place.race)]
    routes += [out_and_back(c, 4000) for c in (place.water, place.hill)]
    for route in routes:
        assert abs(route.latitude_deg[0] - route.latitude_deg[-1]) < 1e-4
        assert abs(route.longitude_deg[0] - route.longitude_deg[-1]) < 1e-4
        assert abs(route.altitude_m[0] - route.altitude_m[-1]) < 0.5
        assert route.altitude_m.min() > -2
        assert np.abs(route.grade).max() < 0.3
        assert (np.diff(route.flat_m) > 0).all()


@settings(deadline=None)
@given(flat_m=st.floats(0, 60_000))
def test_distance_after_an_effort_is_the_inverse_of_its_cost(flat_m: float):
    route = around(NEW_YORK.park)
    distance = route.distance_after(np.array([flat_m]))
    rounds, rest = np.divmod(distance, route.length_m)
    back = rounds * route.flat_m[-1] + np.interp(rest, route.distance_m, route.flat_m)
    assert back[0] == pytest.approx(flat_m, abs=1e-3)


def test_heart_rate_settles_at_threshold_after_some_minutes_at_threshold_effort():
    steady = heart_rate(np.ones(1200), BODY, drift_per_hour=0.0, noise=np.zeros(1200))
    assert steady[0] < 90
    assert steady[30] == pytest.approx(steady[0] + (170 - steady[0]) * (1 - np.exp(-1)), abs=3)
    assert steady[-1] == pytest.approx(170, abs=0.5)


def test_heart_rate_drifts_upward_and_stays_within_its_bounds():
    effort = np.concatenate([np.zeros(300), np.full(3600, 0.75), np.full(600, 2.0)])
    bpm = heart_rate(effort, BODY, drift_per_hour=0.05, noise=np.zeros(len(effort)))
    assert bpm[3800] > bpm[900] + 3
    assert bpm.min() >= BODY.resting_hr
    assert bpm.max() <= BODY.max_hr


def test_standing_has_no_cadence():
    assert strides_per_minute(np.array([0.0, 1.4, 3.3]), np.zeros(3)).tolist() == [0.0, 56.6, 84.5]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.RACE])
@pytest.mark.parametrize("auto_pause", [True, False])
def test_stops_never_take_running_away(kind: Kind, auto_pause: bool):
    def planned(surface: Surface):
        rng = np.random.default_rng(5)
        session = _session(kind, surface=surface)
        return plan_workout(session, rng, threshold_speed_mps=4.0, auto_pause=auto_pause)

    outdoors, indoors = planned(Surface.ROAD), planned(Surface.TREADMILL)
    assert np.count_nonzero(outdoors.effort) == np.count_nonzero(indoors.effort)
    assert outdoors.paused.sum() == sum(pause.end_s - pause.start_s for pause in outdoors.pauses)
    assert (len(outdoors.pauses) > 0) <= auto_pause
    assert not indoors.paused.any()


def test_laps_pressed_in_a_workout_are_at_changes_of_effort():
    workout = plan_workout(_session(Kind.INTERVALS), np.random.default_rng(2), threshold_speed_mps=4.0, auto_pause=True)
    for press in workout.lap_presses_s:
        assert workout.effort[press] != workout.effort[press + 1]


def test_a_watch_is_worn_until_the_next_one_is_bought():
    assert [watch_on(watch.bought) for watch in WATCHES] == list(WATCHES)
    assert watch_on(date(2000, 1, 1)) is WATCHES[0]
