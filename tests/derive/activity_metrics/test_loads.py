"""Loads side by side, and which of them counts."""

import json

import pytest

from runningcoach_pipelines.metrics import load
from tests.measuring import activity, figures, samples

NO_PULSE = samples(heart_rate_bpm=None)
RIDE = [activity(sport="cycling")]


def fallbacks(row: dict[str, object]) -> dict[str, str]:
    said: dict[str, str] = json.loads(str(row["load_fallbacks"]))
    return said


def test_all_loads_stand_side_by_side() -> None:
    row = figures(
        samples(power_w=240.0),
        activities=[activity(timer_s=3600.0)],
        device={"perceived_effort": 5.0, "training_load_peak": 120.0},
    )
    assert row["hr_load"] == pytest.approx(67.85, abs=0.1)
    assert row["pace_load"] == pytest.approx(100 * (3 / 4) ** 2)
    assert row["power_load"] == pytest.approx(100 * (240 / 300) ** 2)
    assert (row["effort_load"], row["device_load"]) == (300, 120)
    assert (row["load"], row["load_source"], row["load_confidence"], row["load_fallbacks"]) == (
        *(row["hr_load"], "heart_rate", 1),
        None,
    )


@pytest.mark.parametrize(
    ("changes", "source", "load", "confidence"),
    [
        ({}, "pace", 56.25, 0.8),
        ({"threshold_speed_mps": None}, "power", 64, 0.75),
        ({"threshold_speed_mps": None, "threshold_power_w": None}, "perceived_effort", 300 * 0.2, 0.5),
        (
            {"activities": [activity(sport="cycling", timer_s=3600.0)], "threshold_power_w": None},
            "perceived_effort",
            60,
            0.5,
        ),
    ],
)
def test_the_next_source_is_taken_where_one_is_missing(
    changes: dict[str, object], source: str, load: float, confidence: float
) -> None:
    usual = {"activities": [activity(timer_s=3600.0)], "device": {"perceived_effort": 5.0, "training_load_peak": 120.0}}
    row = figures(samples(heart_rate_bpm=None, power_w=240.0), **(usual | changes))
    assert (row["load_source"], row["load"], row["load_confidence"]) == (source, pytest.approx(load), confidence)


def test_the_devices_load_is_scaled_and_comes_before_an_imputed_one() -> None:
    row = figures(NO_PULSE, activities=RIDE, device={"training_load_peak": 120.0})
    assert (row["load_source"], row["load"], row["load_confidence"]) == ("device", 60, 0.5)
    without_factor = figures(
        NO_PULSE, activities=RIDE, device={"training_load_peak": 120.0, "perceived_effort": 4.0},
        factors={"device_factor": None, "effort_factor": None},
    )  # fmt: skip
    assert without_factor["load_source"] == "imputed"
    assert fallbacks(without_factor) == {
        "heart_rate": "not_measured",
        "pace": "not_an_outdoor_run",
        "power": "no_power",
        "perceived_effort": "no_personal_factor",
        "device": "no_personal_factor",
    }


def test_what_nobody_measured_is_imputed_by_the_hour_of_the_sport() -> None:
    row = figures(NO_PULSE, activities=[activity(sport="cycling", timer_s=7200.0)])
    assert (row["load_source"], row["load"], row["load_confidence"]) == ("imputed", 110, 0.2)
    assert fallbacks(row)["perceived_effort"] == "not_answered"
    assert fallbacks(row)["device"] == "not_written"


def test_reasons_of_the_sources_before_are_kept() -> None:
    no_speed = samples(heart_rate_bpm=None, speed_mps=None, power_w=200.0)
    assert fallbacks(figures(no_speed)) == {"heart_rate": "not_measured", "pace": "no_speed"}
    slow = figures(NO_PULSE, threshold_speed_mps=None, threshold_power_w=None)
    assert fallbacks(slow)["pace"] == "no_threshold_speed"
    watts = figures(samples(heart_rate_bpm=None, power_w=200.0), threshold_speed_mps=None, threshold_power_w=None)
    assert fallbacks(watts)["power"] == "no_threshold_power"
    wrong = figures(hr_rest_bpm=190.0)
    assert (fallbacks(wrong), wrong["hr_load"]) == ({"heart_rate": "contradictory_settings"}, None)


@pytest.mark.parametrize("timer_s", [None, 8 * 86_400.0])
def test_without_a_sensible_duration_there_is_no_load(timer_s: float | None) -> None:
    row = figures(samples(0), activities=[activity(timer_s=timer_s)])
    assert (row["load"], row["load_source"], row["load_confidence"]) == (None, None, None)
    assert list(fallbacks(row)) == sorted(load.Source)
    assert fallbacks(row)["imputed"] == "no_duration"


def test_estimated_settings_are_trusted_less() -> None:
    by_heart_rate = figures(samples(heart_rate_bpm=[150.0] * 3240 + [None] * 360), settings_estimated=True)
    assert by_heart_rate["load_confidence"] == pytest.approx(0.85 * 0.9, abs=0.001)
    by_pace = figures(NO_PULSE, settings_sources='{"threshold_speed_mps":"critical_speed"}')
    assert (by_pace["load_source"], by_pace["load_confidence"]) == ("pace", 0.65)


def test_an_effort_of_zero_is_no_answer() -> None:
    row = figures(NO_PULSE, activities=RIDE, device={"perceived_effort": 0.0, "training_load_peak": 0.0})
    assert (row["effort_load"], row["device_load"], row["load_source"]) == (None, None, "imputed")


@pytest.mark.parametrize("indoor", [True, False])
def test_pace_is_a_load_outdoors(indoor: bool) -> None:
    row = figures(activities=[activity(indoor=indoor)])
    assert (row["pace_load"] is None) is indoor


def test_terms_and_factors_stand_beside_the_loads() -> None:
    row = figures()
    assert (row["hr_max_bpm"], row["hr_zone_bounds_bpm"], row["effort_factor"]) == (185, "143,151,160,168", 0.2)
    assert (row["device_factor"], row["imputed_load_per_h"], row["counted"]) == (0.5, 55, True)
    assert figures(activities=[activity(suspected_duplicate_of="b")])["counted"] is False
