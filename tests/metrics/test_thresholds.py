"""Which of several values is used, and that rest < threshold < maximum holds whatever is known."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.metrics import thresholds
from runningcoach_pipelines.metrics.race import Result
from runningcoach_pipelines.metrics.thresholds import Choice


def chosen(choice: Choice) -> tuple[float | None, str | None]:
    value, source = choice
    return pl.select(value=value, source=source).row(0)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"athlete": 188, "highest_sustained": 185, "age_years": 40}, (188, "athlete")),
        ({"highest_sustained": 185, "age_years": 40}, (185, "highest_sustained")),
        ({"highest_sustained": 90, "age_years": 40}, (pytest.approx(211 - 0.64 * 40), "age")),
        ({"age_years": 400}, (190, "convention")),
        ({"athlete": 0}, (190, "convention")),
        ({"highest_sustained": 165, "hr_threshold": 172}, (pytest.approx(172 / 0.92), "hr_threshold")),
        ({"athlete": 170, "hr_threshold": 172}, (170, "athlete")),
    ],
)
def test_the_maximum_heart_rate_comes_from_the_best_source(
    known: dict[str, float], expected: tuple[float, str]
) -> None:
    assert chosen(thresholds.hr_max_bpm(**known)) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"athlete": 170, "device": 165, "hr_max": 190}, (170, "athlete")),
        ({"device": 165, "hr_max": 190}, (165, "device")),
        ({"device": 195, "hr_max": 190}, (pytest.approx(0.92 * 190), "hr_max")),
        ({"hr_max": 200}, (pytest.approx(184), "hr_max")),
        ({}, (None, None)),
    ],
)
def test_the_threshold_heart_rate_comes_from_the_best_source(
    known: dict[str, float], expected: tuple[float | None, str | None]
) -> None:
    assert chosen(thresholds.hr_threshold_bpm(**known)) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"athlete": 44, "nights": 50, "hr_threshold": 170}, (44, "athlete")),
        ({"nights": 50, "hr_threshold": 170}, (50, "nights")),
        ({"nights": 105, "hr_threshold": 100}, (60, "convention")),
        ({"hr_threshold": 170}, (60, "convention")),
    ],
)
def test_the_resting_heart_rate_comes_from_the_best_source(
    known: dict[str, float], expected: tuple[float, str]
) -> None:
    assert chosen(thresholds.hr_rest_bpm(**known)) == expected


def test_the_threshold_speed_comes_from_the_best_source() -> None:
    speed = thresholds.threshold_speed_mps
    assert chosen(speed(athlete=4.0, device=4.1)) == (4.0, "athlete")
    assert chosen(speed(device=4.1, critical_speed=4.2)) == (4.1, "device")
    assert chosen(speed(critical_speed=4.2, race_speed=4.3)) == (4.2, "critical_speed")
    assert chosen(speed(race_speed=4.3)) == (4.3, "race")
    assert chosen(speed()) == (None, None)


def test_the_best_effort_of_3_km_or_more_tells_a_threshold_speed() -> None:
    # Daniels' table: 5 km in 19:57 is a VDOT of 50, whose threshold pace is 4:15 per km.
    hard, easy, short = Result(5000, 1197), Result(10_000, 3000), Result(1000, 180)
    assert thresholds.race_speed_mps([easy, hard, short]) == pytest.approx(1000 / 255, abs=0.01)
    assert thresholds.race_speed_mps([hard]) == thresholds.race_speed_mps([easy, hard])
    assert thresholds.race_speed_mps([short]) is None
    assert thresholds.race_speed_mps([]) is None
    assert thresholds.race_speed_mps([Result(5000, 400)]) is None


@given(
    sustained=st.none() | st.floats(0, 220),
    age=st.none() | st.integers(0, 120),
    device=st.none() | st.floats(*thresholds.PLAUSIBLE_HR_THRESHOLD_BPM),
    nights=st.none() | st.floats(*thresholds.PLAUSIBLE_HR_REST_BPM),
    athlete_max=st.none() | st.floats(120, 230),
)
def test_rest_threshold_and_maximum_are_in_order_whatever_is_known(
    sustained: float | None,
    age: int | None,
    device: float | None,
    nights: float | None,
    athlete_max: float | None,
) -> None:
    highest, _ = thresholds.hr_max_bpm(
        athlete=athlete_max, highest_sustained=sustained, age_years=age, hr_threshold=device
    )
    row = pl.select(highest=highest)
    row = row.with_columns(threshold=thresholds.hr_threshold_bpm(device=device, hr_max=pl.col("highest"))[0])
    row = row.with_columns(rest=thresholds.hr_rest_bpm(nights=nights, hr_threshold=pl.col("threshold"))[0])
    hr_max, hr_threshold, hr_rest = row.row(0)
    assert 0 < hr_rest < hr_threshold < hr_max
