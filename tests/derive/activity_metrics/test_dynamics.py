"""Cadence, step length and the rest: of activities on foot, and never averaged over standing still."""

import pytest

from tests.measuring import activity, figures, samples


def test_standing_still_has_no_cadence() -> None:
    steps = [0.0 if 600 <= second < 1200 else 180.0 for second in range(3600)]
    row = figures(samples(cadence_spm=steps))
    assert (row["avg_cadence_spm"], row["avg_step_length_m"]) == (180, 1)
    assert row["sampled_cadence_spm"] == pytest.approx(180 * 3000 / 3600)


def test_the_devices_step_length_comes_first() -> None:
    assert figures(samples(step_length_mm=1100.0))["avg_step_length_m"] == 1.1


def test_the_vertical_ratio_is_the_mean_of_the_ratios() -> None:
    oscillation, length = [80.0] * 1800 + [90.0] * 1800, [1000.0] * 1800 + [1500.0] * 1800
    row = figures(samples(vertical_oscillation_mm=oscillation, step_length_mm=length))
    assert row["avg_vertical_oscillation_mm"] == 85
    assert row["avg_vertical_ratio_percent"] == pytest.approx((8 + 6) / 2)


def test_without_the_devices_step_length_the_ratio_takes_ours() -> None:
    assert figures(samples(vertical_oscillation_mm=75.0))["avg_vertical_ratio_percent"] == pytest.approx(7.5)


def test_ground_contact_is_a_share_of_two_steps() -> None:
    row = figures(samples(stance_time_ms=250.0))
    assert (row["avg_stance_time_ms"], row["avg_duty_factor_percent"]) == (250, pytest.approx(37.5))


@pytest.mark.parametrize("sport", ["cycling", "swimming"])
def test_revolutions_are_no_steps(sport: str) -> None:
    row = figures(samples(cadence_spm=85.0, stance_time_ms=250.0), activities=[activity(sport=sport)])
    assert [value for name, value in row.items() if name in DYNAMICS and value is not None] == []


@pytest.mark.parametrize("sport", ["walking", "hiking"])
def test_walkers_have_steps_too(sport: str) -> None:
    assert figures(samples(cadence_spm=110.0), activities=[activity(sport=sport)])["avg_cadence_spm"] == 110


DYNAMICS = {
    "avg_cadence_spm",
    "avg_step_length_m",
    "avg_vertical_oscillation_mm",
    "avg_vertical_ratio_percent",
    "avg_stance_time_ms",
    "avg_duty_factor_percent",
}
