"""Time, distance, speed, climb, power: the device's totals first, and what the samples say where it is silent."""

import pytest

from runningcoach_pipelines.metrics import gap
from tests.measuring import activity, figures, samples


def test_the_devices_totals_come_first() -> None:
    said = activity(distance_m=10_900.0, elapsed_s=3700.0, timer_s=3650.0, ascent_m=12.0)
    row = figures(activities=[said], device={"descent_m": 13.0, "moving_s": 3500.0})
    expected = {"distance_m": 10_900, "elapsed_s": 3700, "timer_s": 3650, "moving_s": 3500, "ascent_m": 12}
    assert {name: row[name] for name in expected} == expected
    assert (row["descent_m"], row["avg_speed_mps"]) == (13, 10_900 / 3650)
    assert (row["sampled_distance_m"], row["sampled_timer_s"]) == (10_797, 3599)


def test_samples_say_what_the_device_does_not() -> None:
    altitude = [100.0 + abs(1800 - second) / 30 for second in range(3600)]
    row = figures(samples(altitude_m=altitude))
    assert (row["distance_m"], row["elapsed_s"], row["timer_s"]) == (10_797, 3599, 3599)
    assert (row["avg_speed_mps"], row["max_speed_mps"]) == (3, 3)
    # By hysteresis of 2 m: up to 2 m are missing at the turn, and 2 m at the end.
    assert (row["ascent_m"], row["descent_m"]) == pytest.approx((60, 60), abs=4)


@pytest.mark.parametrize("nonsense", [-1.0, float("nan"), float("inf")])
def test_totals_that_make_no_sense_are_not_the_devices(nonsense: float) -> None:
    names = ("distance_m", "elapsed_s", "timer_s", "ascent_m")
    row = figures(activities=[activity(**dict.fromkeys(names, nonsense))], device={"moving_s": nonsense})
    assert [row[name] for name in (*names, "moving_s")] == [10_797, 3599, 3599, None, 3599]


def test_a_standstill_is_no_moving_time_and_moving_time_is_no_longer_than_the_timer() -> None:
    stopped = [0.0 if 600 <= second < 900 else 3.0 for second in range(3600)]
    row = figures(samples(speed_mps=stopped))
    assert row["moving_s"] == pytest.approx(3300, abs=1)
    assert figures(activities=[activity(timer_s=1000.0)])["moving_s"] == 1000


def test_without_a_distance_speed_is_the_mean_of_the_samples() -> None:
    speed = [2.0] * 1800 + [4.0] * 1800
    row = figures(samples(speed_mps=speed, distance_m=None))
    assert (row["distance_m"], row["avg_speed_mps"], row["max_speed_mps"]) == (None, 3, 4)


def test_nobody_runs_at_thirty_metres_a_second() -> None:
    speed = [30.0 if second == 1000 else 3.0 for second in range(3600)]
    assert figures(samples(speed_mps=speed))["max_speed_mps"] == 3
    assert figures(samples(speed_mps=speed), activities=[activity(sport="cycling")])["max_speed_mps"] == 30


def test_uphill_flat_speed_is_higher_by_our_curve() -> None:
    climbing = samples(altitude_m=[0.05 * 3.0 * second for second in range(3600)])
    row = figures(climbing)
    factor = gap._EMPIRICAL[12, 1] / 2 + gap._EMPIRICAL[11, 1] / 2
    assert (gap._EMPIRICAL[11, 0], gap._EMPIRICAL[12, 0]) == (0.04, 0.06)
    assert row["flat_speed_mps"] == pytest.approx(3 * factor, rel=1e-6)
    assert row["weighted_flat_speed_mps"] == pytest.approx(3 * factor, rel=1e-6)
    assert row["flat_speed_source"] == "curve"


def test_the_devices_own_flat_speed_comes_first_if_it_wrote_one_throughout() -> None:
    altitude = [0.05 * 3.0 * second for second in range(3600)]
    throughout = figures(samples(altitude_m=altitude, grade_adjusted_speed_mps=3.3))
    assert (throughout["flat_speed_mps"], throughout["flat_speed_source"]) == (pytest.approx(3.3), "device")
    here_and_there = [3.3 if second % 2 else None for second in range(3600)]
    assert (
        figures(samples(altitude_m=altitude, grade_adjusted_speed_mps=here_and_there))["flat_speed_source"] == "curve"
    )


def test_a_treadmill_is_level_and_flat_speed_is_of_runs() -> None:
    climbing = samples(altitude_m=[0.15 * second for second in range(3600)])
    indoors = figures(climbing, activities=[activity(indoor=True)])
    assert (indoors["flat_speed_mps"], indoors["flat_speed_source"]) == (3, "level")
    ride = figures(climbing, activities=[activity(sport="cycling")])
    assert (ride["flat_speed_mps"], ride["weighted_flat_speed_mps"], ride["flat_speed_source"]) == (None, None, None)


def test_bursts_weigh_more_than_the_mean() -> None:
    intervals = [5.0 if second // 60 % 2 else 2.0 for second in range(3600)]
    row = figures(samples(speed_mps=intervals, power_w=[80 * speed for speed in intervals]))
    assert row["flat_speed_mps"] == pytest.approx(3.5)
    assert row["weighted_flat_speed_mps"] > 3.8
    assert (row["avg_power_w"], row["weighted_power_w"]) == (
        pytest.approx(280),
        pytest.approx(80 * row["weighted_flat_speed_mps"]),
    )


def test_power_is_averaged_where_it_is_known_and_zero_where_it_is_missing_in_between() -> None:
    row = figures(samples(power_w=[250.0] * 1800 + [None] * 1800))
    assert (row["avg_power_w"], row["work_kj"]) == (250, pytest.approx(450))
    half = 250 * 0.5**0.25
    assert row["weighted_power_w"] == pytest.approx(half, rel=0.01)


def test_temperature_is_a_mean_over_time() -> None:
    assert figures(samples(temperature_c=[10.0] * 1200 + [19.0] * 2400))["avg_temperature_c"] == pytest.approx(16)


def test_a_pause_of_the_timer_is_elapsed_and_not_trained() -> None:
    paused = samples(1200, timer_s=[float(s if s < 600 else 600 + max(0, s - 900)) for s in range(1200)])
    row = figures(paused)
    assert (row["elapsed_s"], row["timer_s"]) == (1199, 899)
