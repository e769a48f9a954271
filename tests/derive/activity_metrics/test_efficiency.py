"""Speed for each beat and decoupling, with the reason where there is none."""

import pytest

from tests.measuring import activity, figures, samples

DRIFTING = [150.0] * 2100 + [160.0] * 1500
"""After ten minutes of warm-up, 1500 seconds in each half."""


def test_speed_per_beat_is_metres_per_minute_over_beats_per_minute_past_the_warm_up() -> None:
    warm_up = samples(heart_rate_bpm=[110.0] * 600 + [150.0] * 3000)
    assert figures(warm_up)["speed_per_beat_m"] == pytest.approx(3 * 60 / 150)


def test_decoupling_compares_the_halves_after_the_warm_up() -> None:
    warm_up = [110.0] * 600
    row = figures(samples(heart_rate_bpm=warm_up + DRIFTING[600:]))
    assert row["decoupling_percent"] == pytest.approx(100 * (1 - 150 / 160))
    assert row["decoupling_reason"] is None


def test_decoupling_takes_the_speed_on_the_flat() -> None:
    """By a climb of 5 %, which counts 1.087 + (1.155 − 1.087) / 2 times its speed."""
    uphill = [0.0] * 2100 + [0.15 * second for second in range(1500)]
    assert figures(samples(altitude_m=uphill))["decoupling_percent"] == pytest.approx(100 * (1 - 1.121), abs=0.1)


@pytest.mark.parametrize(
    ("recorded", "sport", "reason"),
    [
        (samples(), "cycling", "not_a_run"),
        (samples(heart_rate_bpm=None), "running", "not_measured"),
        (samples(heart_rate_bpm=[150.0] * 1000 + [None] * 2600), "running", "low_coverage"),
        (samples(speed_mps=None), "running", "no_speed"),
        (samples(2399), "running", "too_short"),
        (samples(300), "running", "too_short"),
        (samples(speed_mps=[2.0, 4.0] * 1800), "running", "unsteady"),
    ],
)
def test_without_decoupling_and_speed_per_beat_there_is_a_reason(recorded: object, sport: str, reason: str) -> None:
    row = figures(recorded, activities=[activity(sport=sport)])  # type: ignore[arg-type]
    assert (row["decoupling_percent"], row["speed_per_beat_m"], row["decoupling_reason"]) == (None, None, reason)


def test_without_samples_there_was_no_heart_rate() -> None:
    row = figures(samples(0))
    assert (row["decoupling_reason"], row["heart_rate_problem"]) == ("not_measured", "not_measured")
