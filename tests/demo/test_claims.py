"""What the demo promises to contain, each claim found in the files."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from runningcoach_pipelines.demo import DemoFile, iter_history
from runningcoach_pipelines.demo.places import BERLIN
from runningcoach_pipelines.demo.season import Phase, Seasons
from runningcoach_pipelines.demo.training import Kind, Oddity, Surface
from tests.demo.conftest import SEED, Year
from tests.demo.reading import Read, naive, read

type Summaries = list[tuple[DemoFile, Read]]


def test_a_treadmill_run_has_no_position_and_no_altitude(year: Year):
    _, fit = year.one(lambda s: s.surface is Surface.TREADMILL)
    assert (fit.session["sport"], fit.session["sub_sport"]) == ("running", "treadmill")
    assert not {"position_lat", "enhanced_altitude"} & set(fit["record"][0])
    assert fit.session["total_distance"] > 3000


def test_a_run_without_heart_rate_has_none_anywhere(year: Year):
    _, fit = year.one(lambda s: Oddity.NO_HEART_RATE in s.oddities)
    assert not any("heart_rate" in field for name in ("record", "lap", "session") for field in fit[name][0])


def test_intervals_have_laps_by_hand_that_are_fast_and_slow_in_turn(year: Year):
    _, fit = year.one(lambda s: s.kind is Kind.INTERVALS and s.surface is Surface.TRACK)
    laps = fit["lap"]
    assert {lap["lap_trigger"] for lap in laps[:-1]} == {"manual"}
    speeds = [lap["enhanced_avg_speed"] for lap in laps[1:-1]]
    assert min(speeds[::2]) > 1.3 * max(speeds[1::2])
    heart = [lap["avg_heart_rate"] for lap in laps]
    assert max(heart) > heart[0] + 15


def test_hills_slow_the_runner_down_and_climb(year: Year):
    _, fit = year.one(lambda s: s.surface is Surface.TRAIL and s.kind is not Kind.RACE)
    altitude, distance, speed = (fit.column(name) for name in ("enhanced_altitude", "distance", "enhanced_speed"))
    rise = altitude[60::30] - altitude[30:-30:30]
    run = distance[60::30] - distance[30:-30:30]
    pace = speed[60::30][run > 30]
    assert np.corrcoef((rise / np.maximum(run, 1))[run > 30], pace)[0, 1] < -0.5
    assert fit.session["total_ascent"] > 80


def test_a_track_session_stays_on_the_track(year: Year):
    _, fit = year.one(lambda s: s.surface is Surface.TRACK)
    north_m = np.ptp(fit.column("position_lat")) * 180 / 2**31 * 111_320
    assert 60 < north_m < 250
    assert fit.session["sub_sport"] == "track"


def test_pauses_stop_the_timer_and_the_records(year: Year):
    _, fit = year.one(lambda s: Oddity.LONG_PAUSE in s.oddities)
    timer = [event for event in fit["event"] if event["event"] == "timer"]
    assert [event["event_type"] for event in timer] == ["start", "stop_all"] * (len(timer) // 2)
    stops, starts = timer[1:-1:2], timer[2::2]
    paused_s = sum(
        (start["timestamp"] - stop["timestamp"]).total_seconds() for stop, start in zip(stops, starts, strict=True)
    )
    assert paused_s == fit.session["total_elapsed_time"] - fit.session["total_timer_time"] > 100
    assert "manual" in {stop["timer_trigger"] for stop in stops}
    times = [record["timestamp"] for record in fit["record"]]
    for stop, start in zip(stops, starts, strict=True):
        assert not [t for t in times if stop["timestamp"] < t <= start["timestamp"]]


def test_some_runs_were_paused_by_the_watch(summaries: Summaries):
    triggers = Counter(event.get("timer_trigger") for _, fit in summaries for event in fit["event"])
    assert triggers["auto"] > 50


def test_a_walking_break_is_slow_with_the_cadence_of_walking(year: Year):
    _, fit = year.one(lambda s: s.kind is Kind.RUN_WALK and s.day.year == 2025)
    speed, cadence = fit.column("enhanced_speed"), fit.column("cadence")
    walking = (speed > 0.9) & (speed < 1.7)
    assert walking.sum() > 100
    assert np.median(cadence[walking]) < 65
    assert np.median(cadence[speed > 2.3]) > 75


def test_two_devices_recorded_one_run(year: Year):
    session, watch = year.one(lambda s: Oddity.FOOT_POD_TOO in s.oddities)
    (pod_file,) = [f for f in year.files if "footpod" in f.name and f.started_at.date() == session.day]
    pod = read(pod_file.data)
    assert pod["file_id"][0]["manufacturer"] == "stryd" != watch["file_id"][0]["manufacturer"]
    assert 0 < (pod.session["start_time"] - watch.session["start_time"]).total_seconds() < 120
    assert pod.session["total_elapsed_time"] == pytest.approx(watch.session["total_elapsed_time"], rel=0.02)
    assert pod.session["total_distance"] == pytest.approx(watch.session["total_distance"], rel=0.03)
    assert pod.session["total_distance"] != watch.session["total_distance"]
    assert not {"position_lat", "heart_rate"} & set(pod["record"][0])


def test_there_are_rides_and_weights_too(summaries: Summaries):
    sports = Counter((fit.session["sport"], fit.session["sub_sport"]) for _, fit in summaries)
    assert sports["cycling", "road"] >= 2
    assert sports["training", "strength_training"] >= 3
    weights = next(fit for _, fit in summaries if fit.session["sport"] == "training")
    assert "total_distance" not in weights.session


def test_a_bicycle_is_faster_than_a_runner(year: Year):
    _, fit = year.one(lambda s: s.kind is Kind.BIKE)
    assert 5 < fit.session["enhanced_avg_speed"] < 10
    assert "cadence" not in fit["record"][0]


def test_the_journey_over_the_date_line_puts_two_offsets_into_one_date(summaries: Summaries):
    offsets = defaultdict(set)
    for file, fit in summaries:
        offsets[file.started_at.date()].add(fit.utc_offset)
    assert offsets[date(2024, 10, 30)] == {timedelta(hours=9), timedelta(hours=-4)}


def test_in_new_york_the_clock_changes_on_the_morning_of_the_race(summaries: Summaries):
    offset = {file.started_at.date(): fit.utc_offset for file, fit in summaries}
    assert offset[date(2024, 11, 2)] == timedelta(hours=-4)
    assert offset[date(2024, 11, 3)] == timedelta(hours=-5)


def test_a_run_goes_through_the_night_in_which_clocks_change(year: Year):
    session, fit = year.one(lambda s: s.place is BERLIN and s.start.hour < 3)
    begin = session.start
    end = datetime.fromtimestamp(begin.timestamp() + fit.session["total_elapsed_time"], begin.tzinfo)
    assert session.day == date(2025, 3, 30)
    assert (begin.utcoffset(), end.utcoffset()) == (timedelta(hours=1), timedelta(hours=2))


def test_clocks_also_go_back_during_a_run():
    history = iter_history(seed=SEED, years=1, until=date(2023, 10, 29))
    *_, last = history
    assert (last.started_at.hour, last.started_at.utcoffset()) == (2, timedelta(hours=2))
    fit = read(last.data)
    end = datetime.fromtimestamp(
        last.started_at.timestamp() + fit.session["total_elapsed_time"], last.started_at.tzinfo
    )
    assert end.utcoffset() == timedelta(hours=1)


def test_a_run_starts_half_an_hour_after_midnight(year: Year):
    session, fit = year.one(lambda s: (s.start.hour, s.start.minute) == (0, 30))
    local_start = naive(fit.session["start_time"]) + fit.utc_offset
    assert local_start.date() == session.day
    assert naive(fit.session["start_time"]).date() == session.day - timedelta(days=1)


def test_some_days_have_two_activities(year: Year):
    days = Counter(session.day for session in year.sessions)
    assert list(days.values()).count(2) >= 3


def test_position_is_near_the_city_and_moves_smoothly(year: Year):
    session, fit = year.one(lambda s: s.place is BERLIN and s.surface is Surface.ROAD)
    latitude = fit.column("position_lat") * 180 / 2**31
    longitude = fit.column("position_long") * 180 / 2**31
    assert abs(latitude - session.place.water.latitude).max() < 0.2
    assert abs(longitude - session.place.water.longitude).max() < 0.3
    step_m = np.hypot(np.diff(latitude) * 111_320, np.diff(longitude) * 111_320 * np.cos(np.radians(52.5)))
    assert step_m.max() < 8
    assert step_m.sum() == pytest.approx(fit.session["total_distance"], rel=0.03)


def test_a_marathon_is_a_marathon_after_a_taper_and_before_a_rest(year: Year, summaries: Summaries):
    race, fit = year.one(lambda s: s.race is not None and s.race.is_goal and s.day.month == 3)
    assert 42_195 <= fit.session["total_distance"] < 42_600
    assert 2.6 * 3600 < fit.session["total_timer_time"] < 4.5 * 3600
    km = {week: _km_before(summaries, race.day - timedelta(weeks=week)) for week in range(7)}
    build = np.mean([km[week] for week in (3, 4, 5, 6)])
    assert km[0] < 0.6 * build
    after = _km_before(summaries, race.day + timedelta(weeks=1, days=1))
    assert after < 0.5 * build


def _km_before(summaries: Summaries, day: date) -> float:
    """Kilometres run in the seven days before a day."""
    return sum(
        fit.session["total_distance"] / 1000
        for file, fit in summaries
        if timedelta(0) < day - file.started_at.date() <= timedelta(days=7) and fit.session["sport"] == "running"
    )


def test_illness_leaves_a_gap(year: Year):
    seasons = Seasons(SEED)
    (first, last), *_ = seasons.year(2025).breaks
    assert (last - first).days >= 4
    assert not [s for s in year.sessions if first <= s.day <= last]


@pytest.mark.parametrize("seed", range(4))
def test_a_year_goes_through_all_phases(seed: int):
    seasons = Seasons(seed)
    days = Counter(seasons.phase(date(2022, 1, 1) + timedelta(days=n)) for n in range(365))
    assert set(days) == set(Phase)
    assert days[Phase.BUILD] > 90
    assert days[Phase.OUT] < 60


def test_weekly_volume_and_fitness_are_those_of_an_ambitious_amateur(summaries: Summaries):
    first = date(2024, 7, 1)
    weeks, load = np.zeros(53), np.zeros(365)
    for file, fit in summaries:
        day = (file.started_at.date() - first).days
        if fit.session["sport"] == "running" and "footpod" not in file.name:
            weeks[day // 7] += fit.session["total_distance"] / 1000
            # A plain stand-in for a load: an hour at 3.6 m/s is 100.
            load[day] += (
                100
                * fit.session["total_timer_time"]
                / 3600
                * (fit.session["enhanced_avg_speed" if "enhanced_avg_speed" in fit.session else "avg_speed"] / 3.6) ** 2
            )
    assert 35 < weeks[:52].mean() < 75
    assert weeks.max() < 130
    assert 0 < (weeks[:52] < 15).sum() < 10
    fitness = [0.0]
    for daily in load:
        fitness.append(fitness[-1] + (1 - np.exp(-1 / 42)) * (daily - fitness[-1]))
    settled = np.array(fitness[126:])
    assert settled.min() > 12
    assert 35 < settled.max() < 75
    assert settled.max() > 1.4 * settled.min()


@pytest.mark.parametrize(
    ("of_year", "product", "has", "has_not"),
    [
        (2014, "fr610", {"heart_rate", "altitude", "speed"}, {"cadence", "temperature", "power"}),
        (2018, "fr935", {"enhanced_speed", "cadence", "temperature"}, {"stance_time", "power"}),
        (2021, "fenix6", {"enhanced_altitude", "vertical_oscillation", "step_length"}, {"power", "unknown_140"}),
        (2023, "fr955", {"power", "vertical_ratio", "unknown_140"}, {"temperature"}),
    ],
)
def test_each_watch_records_what_it_can(era, of_year: int, product: str, has: set[str], has_not: set[str]):
    fits = [read(file.data) for file in era(of_year)[:5]]
    fit = next(
        f
        for f in fits
        if f.session["sport"] == "running"
        and "position_lat" in f["record"][0]
        and f["file_id"][0]["manufacturer"] == "garmin"
    )
    columns = set(fit["record"][0])
    ids = fit["file_id"][0]
    assert ids["garmin_product"] == product
    assert has <= columns
    assert not has_not & columns


def test_the_old_watch_records_only_every_few_seconds(era):
    fit = read(era(2014)[0].data)
    times = np.array([record["timestamp"].timestamp() for record in fit["record"]])
    gaps = np.diff(times)
    assert 2 < np.median(gaps) < 7
    assert np.quantile(gaps, 0.98) <= 7


def test_the_old_watch_lies_in_a_drawer_and_is_used_again(year: Year):
    session, fit = year.one(lambda s: Oddity.OLD_WATCH in s.oddities)
    assert session.day.year >= 2024
    assert fit["file_creator"][0]["software_version"] == 290


def test_field_140_averages_to_the_session_value(year: Year):
    _, fit = year.one(lambda s: s.surface is Surface.PARK and not s.oddities)
    assert fit.session["unknown_211"] == pytest.approx(fit.column("unknown_140").mean(), abs=0.5)


def test_one_firmware_writes_the_start_as_the_time_of_session_and_activity(year: Year):
    _, fit = year.one(lambda s: date(2024, 8, 1) < s.day < date(2025, 1, 1) and not s.oddities)
    assert fit.session["timestamp"] == fit.session["start_time"] == fit["activity"][0]["timestamp"]
    assert fit.utc_offset == timedelta(hours=9)


def test_heart_rate_follows_effort_late(year: Year):
    _, fit = year.one(lambda s: s.kind is Kind.INTERVALS and s.surface is Surface.TRACK)
    heart, speed = fit.column("heart_rate"), fit.column("enhanced_speed")
    by_lag = [np.corrcoef(heart[lag:], speed[: len(speed) - lag])[0, 1] for lag in range(90)]
    assert 12 < int(np.argmax(by_lag)) < 60
    assert max(by_lag) > 0.75


def test_the_watch_judges_a_run_and_asks_how_it_was(year: Year):
    judged = [read(file.data) for file in year.files[-40:] if "footpod" not in file.name]
    asked = [fit.session["workout_rpe"] for fit in judged if fit.session.get("workout_rpe") is not None]
    assert 0 < len(asked) < len(judged)
    assert set(asked) <= set(range(10, 101, 10))
    assert all(fit.session["workout_feel"] in {0, 25, 50, 75, 100} for fit in judged if "workout_rpe" in fit.session)
    conditions = [event["data"] - 100 for fit in judged for event in fit["event"] if event["event"] == 39]
    assert min(conditions) < 0 < max(conditions)
    assert all(0 <= fit.session["total_anaerobic_training_effect"] <= 5 for fit in judged if fit["time_in_zone"])


def test_time_in_zones_is_the_time_with_a_heart_rate(year: Year):
    _, fit = year.one(lambda s: s.kind is Kind.TEMPO)
    (zones,) = fit["time_in_zone"]
    bounds, seconds = zones["hr_zone_high_boundary"], zones["time_in_hr_zone"]
    heart = fit.column("heart_rate")
    assert sum(seconds) <= fit.session["total_timer_time"]
    for zone in range(1, 6):
        inside = np.count_nonzero((heart >= bounds[zone - 1]) & (heart < bounds[zone]))
        assert abs(inside - seconds[zone]) <= 3
