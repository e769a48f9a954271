"""Laws of best efforts, splits, mean-max curves, zones, elevation, grade and predictions, for any input."""

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from runningcoach_pipelines.metrics import (
    clock,
    critical_speed,
    efforts,
    elevation,
    grade,
    impulse_response,
    race,
    splits,
    vo2max,
    zones,
)

SPEEDS = st.lists(st.floats(0.5, 7), min_size=20, max_size=400)
STEPS = st.lists(
    st.tuples(st.integers(1, 9), st.sampled_from([0.0, 0.0, 2.0, 11.0, 24.0, 40.0])), min_size=5, max_size=200
)


def track(steps: list[tuple[int, float]]) -> tuple[np.ndarray, np.ndarray]:
    seconds, metres = np.array(steps, dtype=float).T
    return np.concatenate(([0.0], seconds.cumsum())), np.concatenate(([0.0], metres.cumsum()))


@given(STEPS)
def test_longer_distances_take_longer_and_never_more_than_the_whole_time(steps: list[tuple[int, float]]) -> None:
    time, path = track(steps)
    assume(path[-1] > 10)
    efforts_s = [efforts.best_time_s(time, path, share * path[-1]).time_s for share in (0.1, 0.25, 0.5, 0.9, 1.0)]
    assert efforts_s == sorted(efforts_s)
    assert efforts_s[-1] <= time[-1]


@given(STEPS, st.floats(0.05, 1.0))
def test_no_finely_placed_window_beats_the_best_effort(steps: list[tuple[int, float]], share: float) -> None:
    time, path = track(steps)
    assume(path[-1] > 10)
    target = share * path[-1]
    instants = np.linspace(0, time[-1], 300)
    places = np.interp(instants, time, path)
    reached = np.searchsorted(places, places + target)
    inside = reached < len(instants)
    durations = instants[reached[inside]] - instants[inside]
    assert efforts.best_time_s(time, path, target).time_s <= durations.min(initial=np.inf) + 1e-6


@given(STEPS, st.integers(1, 8))
def test_no_split_beats_the_best_effort_over_its_length(steps: list[tuple[int, float]], count: int) -> None:
    time, path = track(steps)
    assume(path[-1] > 10)
    length = path[-1] / count
    fastest = efforts.best_time_s(time, path, length)
    split_times = splits.full_splits_s(time, path, split_m=length)
    assume(fastest is not None and split_times.size)
    assert fastest.time_s <= split_times.min() + 1e-6


@given(STEPS, st.floats(0.05, 1.0), st.floats(-1e6, 1e6))
def test_a_shifted_clock_changes_only_the_start(steps: list[tuple[int, float]], share: float, shift: float) -> None:
    time, path = track(steps)
    assume(path[-1] > 10)
    here = efforts.best_time_s(time, path, share * path[-1])
    there = efforts.best_time_s(time + shift, path, share * path[-1])
    assert there.time_s == pytest.approx(here.time_s, abs=1e-6)


@given(STEPS, st.data())
def test_part_of_an_activity_is_never_faster_than_all_of_it(
    steps: list[tuple[int, float]], data: st.DataObject
) -> None:
    time, path = track(steps)
    first = data.draw(st.integers(0, len(path) - 2))
    part = path[first:]
    assume(part[-1] - part[0] > 10)
    target = (part[-1] - part[0]) / 2
    whole = efforts.best_time_s(time, path, target).time_s
    assert efforts.best_time_s(time[first:], part, target).time_s >= whole - 1e-9


def test_a_distance_that_was_not_covered_has_no_effort() -> None:
    assert efforts.best_time_s([0, 100], [0, 399.9], 400) is None


def test_an_effort_names_its_start() -> None:
    effort = efforts.best_time_s([0, 100, 150, 250], [0, 200, 400, 600], 200)
    assert effort == efforts.Effort(200, 50, 100)


def run_around(seconds: float, metres: float) -> tuple[np.ndarray, np.ndarray]:
    """300 m at 3 m/s every second, then a strange step, then 300 m at 3 m/s again."""
    time, path = np.arange(0.0, 101), np.arange(0.0, 101) * 3
    return np.concatenate((time, time + 100 + seconds)), np.concatenate((path, path + 300 + metres))


@pytest.mark.parametrize(
    ("seconds", "metres"),
    [
        pytest.param(2, 100, id="a GPS jump of 100 m in 2 s"),
        pytest.param(1, 30, id="a GPS jump of 30 m in 1 s"),
        pytest.param(40, 290, id="290 m without a sample for 40 s"),
    ],
)
def test_a_guarded_effort_avoids_what_no_runner_did(seconds: float, metres: float) -> None:
    time, path = run_around(seconds, metres)
    free, guarded = efforts.best_time_s(time, path, 300), efforts.best_time_s(time, path, 300, guarded=True)
    assert free.time_s < guarded.time_s == pytest.approx(100)
    assert efforts.best_time_s(time, path, 310, guarded=True) is None


def test_a_pause_counts_into_an_effort_but_does_not_forbid_it() -> None:
    time, path = run_around(300, 1)
    assert efforts.best_time_s(time, path, 400, guarded=True).time_s == pytest.approx(433, abs=1)


def test_best_efforts_of_a_month_list_only_covered_distances() -> None:
    run = pl.DataFrame({"elapsed_s": np.arange(400.0), "distance_m": np.arange(400.0) * 3})
    month = pl.concat([run.with_columns(activity_id=pl.lit(1)), run.head(100).with_columns(activity_id=pl.lit(2))])
    table = efforts.best_efforts(month)
    assert table.select("activity_id", "distance_m").rows() == [(1, 400.0), (1, 800.0), (1, 1000.0)]
    assert table["time_s"].to_list() == pytest.approx([400 / 3, 800 / 3, 1000 / 3])
    assert efforts.best_efforts(month.head(0)).schema == table.schema


@given(st.lists(st.floats(0, 500), min_size=4, max_size=200))
def test_a_window_of_double_length_never_has_a_higher_mean(values: list[float]) -> None:
    window = len(values) // 4 or 1
    assert efforts.mean_max(values, 2 * window) <= efforts.mean_max(values, window) + 1e-6


@given(st.lists(st.lists(st.floats(0, 500), min_size=1, max_size=60), min_size=1, max_size=5))
def test_the_envelope_never_rises_with_the_window(activities: list[list[float]]) -> None:
    seconds = pl.DataFrame(
        [(i, value) for i, values in enumerate(activities) for value in values],
        schema={"activity_id": pl.Int64, "power_w": pl.Float64},
        orient="row",
    )
    best = efforts.envelope(efforts.mean_max_curves(seconds, ["power_w"]))
    assert best["value"].diff().drop_nulls().le(0).all()
    assert best["value"][0] == pytest.approx(max(map(max, activities)))


def test_a_window_with_an_unknown_second_does_not_count() -> None:
    assert efforts.mean_max([150.0, np.nan, 140.0, 130.0], 2) == pytest.approx(135.0)
    assert efforts.mean_max([150.0, np.nan, 140.0], 2) is None


@given(SPEEDS)
def test_full_splits_add_up_to_the_time_at_the_last_mark(speeds: list[float]) -> None:
    path = np.cumsum(speeds) * 10
    time = np.arange(1.0, len(path) + 1)
    seconds = splits.full_splits_s(time, path)
    marks = splits.crossing_times_s(time, path)
    assert seconds.sum() == pytest.approx(marks[-1])
    assert len(seconds) == int(path[-1] // 1000)


def test_the_last_partial_kilometre_is_its_own_row() -> None:
    run = pl.DataFrame({"activity_id": 7, "timer_s": np.arange(0.0, 601), "distance_m": np.arange(0.0, 601) * 2.5})
    rows = splits.kilometre_splits(run).rows()
    assert rows == [(7, 1, 1000.0, pytest.approx(400), 0.0), (7, 2, pytest.approx(500), pytest.approx(200), 400.0)]


@given(st.lists(st.tuples(st.integers(30, 220) | st.none(), st.floats(0, 10)), min_size=1, max_size=80))
def test_time_in_zones_adds_up_to_the_time_with_heart_rate(samples: list[tuple[int | None, float]]) -> None:
    frame = pl.DataFrame(samples, schema={"hr": pl.Float64, "weight_s": pl.Float64}, orient="row")
    parts = zones.time_in_zones_s(pl.col("hr"), pl.col("weight_s"), [100, 120, 140, 160, 180])
    seconds = frame.select(part.alias(str(i)) for i, part in enumerate(parts)).row(0)
    measured = frame.filter(pl.col("hr").is_not_null())
    if measured.is_empty():
        assert set(seconds) == {None}
    else:
        assert sum(seconds) == pytest.approx(measured["weight_s"].sum())


def test_a_value_on_a_bound_lies_in_the_upper_zone() -> None:
    hr = pl.DataFrame({"hr": [99.0, 100.0, 119.0, 120.0, None]})
    assert hr.select(zones.zone_number(pl.col("hr"), [100, 120])).to_series().to_list() == [0, 1, 1, 2, None]


def test_zones_without_the_value_they_need_are_an_error() -> None:
    with pytest.raises(ValueError, match="'hrr' lack a value"):
        zones.heart_rate_bounds_bpm(zones.Method.RESERVE, [0.5], hr_max_bpm=190)


ALTITUDES = st.lists(st.floats(-100, 100), min_size=2, max_size=80)


@given(ALTITUDES, st.sampled_from([elevation.Method.NONE, elevation.Method.DOUGLAS_PEUCKER]))
def test_a_reversed_track_swaps_gain_and_loss(altitudes: list[float], method: elevation.Method) -> None:
    gain, loss = elevation.gain_and_loss_m(altitudes, method=method)
    assert elevation.gain_and_loss_m(altitudes[::-1], method=method) == pytest.approx((loss, gain), abs=1e-9)


@given(ALTITUDES, st.floats(0.5, 5))
def test_hysteresis_keeps_the_net_climb_within_its_threshold(altitudes: list[float], threshold: float) -> None:
    gain, loss = elevation.gain_and_loss_m(altitudes, threshold_m=threshold)
    raw_gain, _ = elevation.gain_and_loss_m(altitudes, method=elevation.Method.NONE)
    assert abs(gain - loss - (altitudes[-1] - altitudes[0])) <= threshold + 1e-9
    assert gain <= raw_gain + 1e-9


@given(st.lists(st.floats(10, 200), min_size=2, max_size=20))
def test_a_hilly_track_reversed_swaps_gain_and_loss_within_twice_the_threshold_per_hill(hills: list[float]) -> None:
    tops = np.array([height * (i % 2) for i, height in enumerate([0.0, *hills, 0.0])])
    fine = np.interp(np.arange(0, len(tops) - 1, 0.01), np.arange(len(tops)), tops)
    gain, loss = elevation.gain_and_loss_m(fine)
    back_gain, back_loss = elevation.gain_and_loss_m(fine[::-1])
    allowed = 2 * elevation.HYSTERESIS_M * len(tops)
    assert abs(gain - back_loss) <= allowed
    assert abs(loss - back_gain) <= allowed


@pytest.mark.parametrize(("threshold", "gain"), [(0.0, 14.0), (1.0, 12.0), (2.0, 10.0)])
def test_small_turns_of_a_track_are_left_out(threshold: float, gain: float) -> None:
    track_m = [0, 2, 4, 6, 5, 7, 4, 8, 10, 0]
    method = elevation.Method.TURNING_POINTS
    assert elevation.gain_and_loss_m(track_m, method=method, threshold_m=threshold) == (gain, gain)


def test_a_climb_stands_at_the_sample_that_completes_its_step() -> None:
    month = pl.DataFrame(
        {"id": [1, 1, 1, 1, 1, 2], "altitude_m": [10.0, 11.5, 20.0, None, 15.0, 3.0]}, schema_overrides={"id": pl.Int8}
    ).with_columns(rise=elevation.rises_m(pl.col("altitude_m")).over("id"))
    assert month["rise"].to_list() == [0.0, 0.0, 10.0, None, -5.0, None]
    totals = month.group_by("id", maintain_order=True).agg(
        ascent=elevation.ascent_m(pl.col("rise")), descent=elevation.descent_m(pl.col("rise"))
    )
    assert totals.rows() == [(1, 10.0, 5.0), (2, None, None)]


@given(st.lists(st.floats(-500, 9000), min_size=2, max_size=60))
def test_rises_sum_up_to_gain_and_loss(altitudes: list[float]) -> None:
    rise = pl.DataFrame({"altitude_m": altitudes}).select(rise=elevation.rises_m(pl.col("altitude_m")))
    both = rise.select(a=elevation.ascent_m(pl.col("rise")), d=elevation.descent_m(pl.col("rise"))).row(0)
    assert both == pytest.approx(elevation.gain_and_loss_m(altitudes), abs=1e-6)


@given(st.floats(-0.3, 0.3), st.floats(1.5, 6))
def test_a_constant_slope_is_found_everywhere(slope: float, speed: float) -> None:
    path = np.arange(0, 300) * speed
    frame = pl.DataFrame({"d": path, "a": 500 + slope * path})
    grades = frame.select(grade.over_distance(pl.col("d"), pl.col("a"))).to_series()
    assert grades.to_list() == pytest.approx([slope] * 300, abs=1e-9)


def test_grade_is_clamped_and_unknown_without_altitude() -> None:
    wall = pl.DataFrame({"d": [0.0, 100.0, 200.0], "a": [0.0, 100.0, 200.0], "none": [None, None, None]})
    assert wall.select(grade.over_distance(pl.col("d"), pl.col("a"))).to_series().to_list() == [0.45] * 3
    assert wall.select(grade.over_distance(pl.col("d"), pl.col("none"))).to_series().to_list() == [None] * 3


@given(st.floats(25, 85), st.sampled_from([1500.0, 5000.0, 10_000.0, 21_097.5, 42_195.0]))
def test_the_race_time_of_a_vo2max_has_that_vo2max(level: float, distance: float) -> None:
    assert vo2max.from_race(distance, vo2max.race_time_s(level, distance)) == pytest.approx(level, abs=1e-6)


def test_vo2max_formulas_take_columns_too() -> None:
    runs = pl.DataFrame({"d": [5000.0, 10_000.0], "t": [1197.0, 2481.0]})
    both = runs.select(vo2max.from_race(pl.col("d"), pl.col("t"))).to_series().to_list()
    assert both == pytest.approx([vo2max.from_race(5000.0, 1197.0), vo2max.from_race(10_000.0, 2481.0)])


@given(st.floats(3, 6), st.floats(80, 300))
def test_critical_speed_is_found_again_from_its_own_line(speed: float, d_prime: float) -> None:
    trials = [race.Result(d_prime + speed * time, time) for time in (150.0, 400.0, 900.0)]
    line = critical_speed.fit(trials)
    assert (line.speed_mps, line.d_prime_m) == pytest.approx((speed, d_prime))
    assert line.standard_error_m == pytest.approx(0, abs=1e-6)
    assert line.plausible


def test_an_effort_slower_than_a_longer_one_was_not_maximal() -> None:
    lazy = race.Result(1000, 300)
    trials = [race.Result(800, 150), lazy, race.Result(2000, 450), race.Result(400, 60), race.Result(9000, 2400)]
    assert critical_speed.maximal_envelope(trials) == [trials[0], trials[2]]


STEADY_3_KM = race.Result(3000, 720)


@pytest.mark.parametrize(
    ("efforts", "why"),
    [
        ([race.Result(800, 150), race.Result(3000, 700)], critical_speed.Refusal.TOO_FEW),
        ([race.Result(800, 150), race.Result(1000, 240), STEADY_3_KM], critical_speed.Refusal.TOO_FEW_MAXIMAL),
        ([race.Result(800, 190), race.Result(1609.344, 385), STEADY_3_KM], critical_speed.Refusal.IMPLAUSIBLE),
    ],
)
def test_efforts_without_a_critical_speed_say_why(efforts: list[race.Result], why: critical_speed.Refusal) -> None:
    assert critical_speed.from_efforts(efforts) is why


def test_maximal_efforts_have_a_critical_speed() -> None:
    trials = [race.Result(220.0 + 4.2 * time, time) for time in (150.0, 400.0, 900.0)]
    lazy = race.Result(1000, 400)
    line = critical_speed.from_efforts([*trials, lazy, race.Result(400, 60), race.Result(21_097.5, 5400)])
    assert isinstance(line, critical_speed.CriticalSpeed)
    assert (line.speed_mps, line.d_prime_m, line.trials) == pytest.approx((4.2, 220.0, 3))


def predicted(results: list[race.Result], target_m: float, shape_percent: float | None = None) -> dict[str, float]:
    runner = race.standing(results)
    assert runner is not None
    return race.predictions(runner, target_m, shape_percent=shape_percent)


def test_who_has_run_a_marathon_is_not_limited_by_the_volume_behind_it() -> None:
    best = [race.Result(42_195, 12_000)]
    assert predicted(best, 42_195, shape_percent=10)["daniels_gilbert"] == pytest.approx(12_000)
    longer = predicted(best, 50_000, shape_percent=10)["daniels_gilbert"]
    assert longer > predicted(best, 50_000, shape_percent=1000)["daniels_gilbert"]


def test_a_power_law_does_not_rest_on_two_distances_that_are_nearly_the_same() -> None:
    near = [race.Result(3000, 660), race.Result(3218.688, 711)]
    assert "power_law" not in predicted(near, 10_000)
    assert "power_law" in predicted([*near, race.Result(5000, 1180)], 10_000)


def test_predictions_show_every_model_that_has_its_data() -> None:
    one = predicted([race.Result(5000, 1200)], 10_000)
    assert one.keys() == {"riegel", "cameron", "daniels_gilbert"}
    two = predicted([race.Result(5000, 1200), race.Result(10_000, 2500)], 42_195, shape_percent=40)
    assert two.keys() == one.keys() | {"power_law"}
    assert two["daniels_gilbert"] > predicted([race.Result(5000, 1200)], 42_195)["daniels_gilbert"]
    assert race.standing([]) is None


def test_a_power_law_needs_two_distances() -> None:
    with pytest.raises(ValueError, match="two distances"):
        race.own_exponent(race.Result(5000, 1200), race.Result(5000, 1210))


def test_the_impulse_response_fit_finds_its_own_parameters() -> None:
    loads = np.tile([50.0, 0.0, 80.0, 30.0, 0.0, 120.0, 20.0], 15)
    model = impulse_response.Model(p0=250, k1=0.06, k2=0.12, tau1_days=45, tau2_days=15)
    tests = [10, 30, 50, 70, 90, 104]
    fitted = impulse_response.fit(loads, tests, model.performance(loads)[tests], tau1_days=45, tau2_days=15)
    assert (fitted.p0, fitted.k1, fitted.k2) == pytest.approx((250, 0.06, 0.12))
    with pytest.raises(ValueError, match="at least 5"):
        impulse_response.fit(loads, [1, 2], [1.0, 2.0], tau1_days=45, tau2_days=15)


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 200)), max_size=6), st.lists(st.floats(0, 1000), max_size=20))
def test_the_timer_clock_never_runs_backwards_nor_faster(pauses: list[tuple[float, float]], at: list[float]) -> None:
    elapsed = np.sort(at)
    timer = clock.without_pauses(elapsed, [(start, start + length) for start, length in pauses])
    steps, passed = np.diff(timer), np.diff(elapsed)
    assert (steps >= -1e-9).all()
    assert (steps <= passed + 1e-9).all()


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6),
    st.lists(st.integers(0, 60), max_size=20),
    st.sampled_from([0, 1_750_000_000]),
)
def test_seconds_paused_are_those_of_any_pause_whatever_the_zero_of_the_clock(
    pauses: list[tuple[int, int]], at: list[int], zero: int
) -> None:
    starts, ends = np.array([*pauses, (0, 0)], dtype=np.float64).T
    paused = clock.paused_s(np.array(at, dtype=np.float64) + zero, starts + zero, ends + zero)
    still = {second for start, end in pauses for second in range(start, end)}
    assert paused.tolist() == [len(still & set(range(moment))) for moment in at]


def test_a_clock_of_half_seconds_keeps_every_sample() -> None:
    samples = pl.DataFrame({"activity_id": [1] * 6, "timer_s": [0.5, 1.5, 2.5, 3.5, 4.4999999, 5.5]})
    assert clock.per_second(samples).height == 6


def test_a_sample_behind_the_clock_is_skipped() -> None:
    effort = efforts.best_time_s([0, 100, 50, 200], [0, 300, 310, 600], 600)
    assert effort.time_s == pytest.approx(200)


def test_vo2max_of_a_speed_curve_uses_windows_from_four_minutes() -> None:
    curve = pl.DataFrame(
        {"window_s": [60, 240, 1200], "value": [7.0, 4.5, 4.2]}, schema_overrides={"window_s": pl.Int32}
    )
    best = curve.select(vo2max.from_speed_curve(pl.col("value"), pl.col("window_s"))).item()
    assert best == pytest.approx(max(vo2max.from_race(4.5 * 240, 240.0), vo2max.from_race(4.2 * 1200, 1200.0)))
    assert curve.head(1).select(vo2max.from_speed_curve(pl.col("value"), pl.col("window_s"))).item() is None


def test_a_heart_rate_estimate_needs_running_and_a_heart_rate() -> None:
    rows = pl.DataFrame({"d": [0.0, 10_000.0, 10_000.0], "hr": [150.0, None, 150.0]})
    levels = rows.select(vo2max.from_heart_rate(pl.col("d"), 3000.0, pl.col("hr"), 190.0)).to_series().to_list()
    assert levels == [None, None, pytest.approx(53.03, abs=0.01)]


def test_smart_recording_becomes_one_row_per_second_and_pauses_vanish() -> None:
    samples = pl.DataFrame(
        {"activity_id": [1, 1, 1, 1, 2, 2], "timer_s": [0.0, 3.0, 3.0, 40.0, 0.0, 1.0], "x": [1, 2, 3, 4, 5, 6]}
    )
    assert clock.per_second(samples)["x"].to_list() == [1] * 3 + [3] * 10 + [4] + [5, 6]
