"""Laws of the demo athlete's nights and days; whatever seed and whatever day."""

from datetime import UTC, date, timedelta
from itertools import pairwise
from statistics import mean
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from runningcoach_pipelines.demo.days import MOVING, Days
from runningcoach_pipelines.demo.nights import Night, Nights
from runningcoach_pipelines.demo.places import NEW_YORK
from runningcoach_pipelines.demo.recovery import Recovery
from runningcoach_pipelines.demo.training import TrainingPlan

SEEDS = st.integers(0, 10_000)
DAYS = st.dates(date(2012, 1, 1), date(2030, 12, 31))
WORN = st.dates(date(2016, 9, 12), date(2030, 12, 31))
FEW = settings(max_examples=60)


def _days(seed: int) -> Days:
    return Days(TrainingPlan(seed))


def _nights_around(nights: Nights, day: date) -> list[Night]:
    found = (nights.night_before(day + timedelta(days=number)) for number in range(-3, 4))
    return [night for night in found if night is not None]


@FEW
@given(SEEDS, DAYS)
def test_the_same_seed_and_day_give_the_same_values_whatever_was_asked_before(seed: int, day: date):
    one, other = _days(seed), _days(seed)
    for back in (400, 30, 1):
        one.day(day - timedelta(days=back))
    first, second = one.day(day), other.day(day)
    assert first.night == second.night
    assert first.morning == second.morning
    assert (first.steps, first.charged, one.weight_kg(day)) == (second.steps, second.charged, other.weight_kg(day))
    for series, again in ((first.heart_rate, second.heart_rate), (first.stress, second.stress)):
        assert np.array_equal(series.values, again.values)


@FEW
@given(SEEDS, DAYS)
def test_a_night_ends_on_its_local_day_and_its_stages_cover_it(seed: int, day: date):
    for night in _nights_around(Nights(Recovery(TrainingPlan(seed))), day):
        assert night.woke.astimezone(ZoneInfo(night.place.time_zone)).date() == night.day
        assert timedelta(hours=4) <= night.woke - night.fell_asleep <= timedelta(hours=12)
        edges = [night.fell_asleep, *(span.end for span in night.spans)]
        assert [span.start for span in night.spans] == edges[:-1]
        assert edges[-1] == night.woke
        assert 0 < night.asleep_s <= (night.woke - night.fell_asleep).total_seconds()
        assert 20 <= night.score <= 98


@FEW
@given(SEEDS, DAYS)
def test_nobody_sleeps_twice_at_once_or_while_running(seed: int, day: date):
    plan = TrainingPlan(seed)
    nights = _nights_around(Nights(Recovery(plan)), day)
    for night, following in pairwise(nights):
        assert night.woke < following.fell_asleep
    for number in range(-3, 4):
        for session in plan.sessions_on(day + timedelta(days=number)):
            start = session.start.astimezone(UTC)
            end = start + timedelta(minutes=session.minutes)
            assert not any(night.fell_asleep < end and start < night.woke for night in nights)


@FEW
@given(SEEDS, st.integers(2013, 2030))
def test_illness_raises_the_resting_heart_rate_and_lowers_heart_rate_variability(seed: int, year: int):
    recovery = Recovery(TrainingPlan(seed))
    first, last = recovery.plan.seasons.year(year).illnesses[1]
    ill = [recovery.morning(first + timedelta(days=number)) for number in range((last - first).days + 1)]
    well = [recovery.morning(first - timedelta(days=number)) for number in range(3, 24)]
    assert mean(m.resting_hr_bpm for m in ill) > mean(m.resting_hr_bpm for m in well) + 2
    assert mean(m.hrv_rmssd_ms for m in ill) < 0.9 * mean(m.hrv_rmssd_ms for m in well)


@FEW
@given(SEEDS, WORN)
def test_days_are_as_long_as_on_the_clock_of_the_place_and_their_values_are_possible(seed: int, day: date):
    days = _days(seed)
    today = days.day(day)
    hours = (today.ends - today.starts).total_seconds() / 3600
    assert 23 <= hours <= 25
    assert today.starts.astimezone(ZoneInfo(today.place.time_zone)).hour == 0
    if not today.worn:
        assert len(today.heart_rate.values) == len(today.stress.values) == 0
        return
    assert len(today.heart_rate.values) == hours * 30
    assert today.heart_rate.values.min() >= today.morning.resting_hr_bpm - 2
    assert today.heart_rate.values.max() <= 210
    assert ((today.stress.values == MOVING) | (today.stress.values >= 0)).all()
    assert today.energy.values.min() >= 0
    assert today.energy.values.max() <= 100


@FEW
@given(SEEDS, WORN)
def test_energy_goes_on_over_midnight(seed: int, day: date):
    days = _days(seed)
    if days.worn(day) and days.worn(day + timedelta(days=1)):
        today, tomorrow = days.day(day), days.day(day + timedelta(days=1))
        if today.ends == tomorrow.starts:
            assert abs(int(today.energy.values[-1]) - int(tomorrow.energy.values[0])) <= 12


def test_a_night_crosses_the_change_of_the_clocks():
    nights = Nights(Recovery(TrainingPlan(3)))
    # Clocks in New York go back in the night before the first Sunday of November.
    night = nights.night_before(date(2024, 11, 3))
    assert night is not None
    assert night.place is NEW_YORK
    assert night.offset(night.fell_asleep) - night.offset(night.woke) == timedelta(hours=1)


def test_the_night_of_a_flight_home_is_none():
    plan = TrainingPlan(3)
    nights = Nights(Recovery(plan))
    for year in range(2015, 2025):
        for trip in plan.seasons.year(year).trips:
            assert nights.night_before(trip.leaves + timedelta(days=1)) is None


def test_watches_of_the_past_saw_less():
    days = _days(5)
    assert not days.worn(date(2014, 5, 5))
    seen = [days.worn(date(2019, 1, 1) + timedelta(days=number)) for number in range(365)]
    assert 345 <= sum(seen) < 365
