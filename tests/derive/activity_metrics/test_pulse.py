"""Which heart rate is believed, and what it cost."""

from math import exp

import pytest

from tests.measuring import activity, figures, samples

HOUR = range(3600)


def test_a_heart_rate_over_most_of_the_timer_counts() -> None:
    covered, gappy = (figures(samples(heart_rate_bpm=[150.0] * n + [None] * (3600 - n))) for n in (2900, 2800))
    assert covered["heart_rate_coverage"] == pytest.approx(2900 / 3599)
    assert (covered["heart_rate_problem"], gappy["heart_rate_problem"]) == (None, "low_coverage")
    assert (covered["load_source"], gappy["load_source"]) == ("heart_rate", "pace")


def test_no_heart_rate_is_none_and_not_zero() -> None:
    row = figures(samples(heart_rate_bpm=None))
    assert row["heart_rate_problem"] == "not_measured"
    names = ("avg_heart_rate_bpm", "max_heart_rate_bpm", "trimp", "trimp_edwards", "hr_load", "heart_rate_spikes")
    assert [row[name] for name in (*names, "cadence_lock_s", "sustained_max_heart_rate_bpm", "hr_vo2max")] == [None] * 9
    assert row["heart_rate_coverage"] == 0


def test_spikes_are_counted_and_cost_nothing() -> None:
    beats = [205.0 if 1000 <= second < 1100 else 150.0 for second in HOUR]
    row = figures(samples(heart_rate_bpm=beats))
    assert row["heart_rate_spikes"] == 101  # 100 above 185 + 10, and the fall back
    assert row["heart_rate_coverage"] == pytest.approx((3600 - 101) / 3599)
    assert row["trimp"] == pytest.approx(figures()["trimp"] * 3499 / 3600)
    assert row["max_heart_rate_bpm"] == 205


def test_a_heart_rate_that_follows_the_steps_for_most_of_the_run_is_none() -> None:
    beats = [179.0 if second < 2000 else 150.0 for second in HOUR]
    row = figures(samples(heart_rate_bpm=beats))
    assert row["cadence_lock_s"] == pytest.approx(2000)
    assert (row["heart_rate_problem"], row["load_source"]) == ("cadence_lock", "pace")
    assert (row["hr_vo2max"], row["speed_per_beat_m"], row["decoupling_reason"]) == (None, None, "cadence_lock")
    for_a_while = figures(samples(heart_rate_bpm=[179.0 if second < 1000 else 150.0 for second in HOUR]))
    assert (for_a_while["cadence_lock_s"], for_a_while["heart_rate_problem"]) == (pytest.approx(1000), None)


def test_a_cyclists_cadence_is_no_lock() -> None:
    row = figures(samples(heart_rate_bpm=180.0), activities=[activity(sport="cycling")])
    assert (row["cadence_lock_s"], row["heart_rate_problem"]) == (0, None)


@pytest.mark.parametrize(("seconds", "highest"), [(12, 178.0), (5, 150.0)])
def test_the_sustained_maximum_was_held_for_ten_seconds(seconds: int, highest: float) -> None:
    beats = [150.0 + min(28.0, 7.0 * max(0, second - 995)) for second in range(1000 + seconds)]
    row = figures(samples(heart_rate_bpm=beats + [150.0] * (2600 - seconds), cadence_spm=160.0))
    assert row["sustained_max_heart_rate_bpm"] == highest if seconds > 10 else highest <= 171


@pytest.mark.parametrize("terms", [{"hr_max_bpm": 185.0}, {"hr_max_bpm": 150.0, "hr_threshold_bpm": 140.0}])
def test_the_sustained_maximum_knows_no_settings(terms: dict[str, float]) -> None:
    assert figures(samples(heart_rate_bpm=178.0, cadence_spm=160.0), **terms)["sustained_max_heart_rate_bpm"] == 178


def test_the_sustained_maximum_is_not_the_cadence() -> None:
    beats = [150.0] * 1800 + [180.0] * 1800
    assert figures(samples(heart_rate_bpm=beats, cadence_spm=181.0))["sustained_max_heart_rate_bpm"] == 150


def test_trimp_is_banisters_of_women_men_and_the_mean_of_both() -> None:
    x = (150 - 50) / (185 - 50)
    women, men = 0.86 * x * exp(1.67 * x) * 60, 0.64 * x * exp(1.92 * x) * 60
    sexes = (("female", women), ("male", men), (None, (women + men) / 2))
    assert [figures(sex=sex)["trimp"] for sex, _ in sexes] == pytest.approx([points for _, points in sexes])


def test_edwards_weighs_zones_of_the_maximum() -> None:
    beats = [100.0] * 600 + [120.0] * 600 + [140.0] * 600 + [160.0] * 600 + [170.0] * 1200
    points = 1 * 10 + 2 * 10 + 3 * 10 + 4 * 10 + 5 * 20
    assert figures(samples(heart_rate_bpm=beats))["trimp_edwards"] == pytest.approx(points)


def test_hr_vo2max_is_runalyzes_and_climbs_count() -> None:
    level = figures(activities=[activity(distance_m=10_000.0, timer_s=2400.0)])
    speed = 10_000 / 40 / exp((150 / 185 - 1.00466) / 0.68725)
    assert level["hr_vo2max"] == pytest.approx(-4.6 + 0.182253 * speed + 0.000104 * speed**2)
    hilly = figures(
        activities=[activity(distance_m=10_000.0, timer_s=2400.0, ascent_m=200.0)], device={"descent_m": 100.0}
    )
    assert hilly["hr_vo2max"] > level["hr_vo2max"]


@pytest.mark.parametrize("changes", [{"sport": "cycling"}, {"timer_s": 1100.0}, {"distance_m": 40_000.0}])
def test_hr_vo2max_is_of_plausible_runs_of_twenty_minutes(changes: dict[str, object]) -> None:
    assert figures(activities=[activity(**changes)])["hr_vo2max"] is None
