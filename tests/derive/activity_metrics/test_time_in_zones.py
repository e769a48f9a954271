"""Time in zones, by kind."""

import polars as pl
import pytest

from tests.measuring import activity, measured, samples

BEATS = [130.0] * 600 + [143.0] * 900 + [167.0] * 1200 + [168.0] * 900


def zones(kind: str, recorded: pl.DataFrame | None = None, **changes: object) -> dict[int, tuple[float, float]]:
    rows = measured(recorded, **changes)["activity_zones"].filter(pl.col("kind") == kind)  # type: ignore[arg-type]
    return {zone: (bound, seconds) for zone, bound, seconds in rows.select("zone", "from_value", "time_s").iter_rows()}


def test_a_heart_rate_on_a_bound_lies_above_it_and_zones_without_time_are_there() -> None:
    expected = {0: (0, 600), 1: (143, 900), 2: (151, 0), 3: (160, 1200), 4: (168, 900)}
    assert zones("heart_rate", samples(heart_rate_bpm=BEATS)) == expected


def test_intensity_has_three_zones_around_the_threshold() -> None:
    expected = {1: (0, 600), 2: (pytest.approx(0.85 * 168), 2100), 3: (168, 900)}
    assert zones("intensity", samples(heart_rate_bpm=BEATS)) == expected


def test_intensity_is_of_a_heart_rate_that_counts() -> None:
    gappy = samples(heart_rate_bpm=[150.0] * 1000 + [None] * 2600)
    assert zones("intensity", gappy) == {}
    assert sum(seconds for _, seconds in zones("heart_rate", gappy).values()) == 1000


def test_pace_zones_are_of_grade_adjusted_speed() -> None:
    level = [3.0] * 1800 + [4.0] * 1800
    assert zones("pace", samples(speed_mps=level))[1][1] == 1800
    assert zones("pace", samples(speed_mps=level))[4] == (pytest.approx(0.95 * 4), 1800)
    uphill = samples(altitude_m=[0.3 * second for second in range(3600)])
    assert zones("pace", uphill)[4 if 3 * 1.412 < 4.2 else 5][1] > 3500


def test_power_zones_are_coggans() -> None:
    watts = [150.0] * 1000 + [300.0] * 2000 + [400.0] * 600
    found = zones("power", samples(power_w=watts))
    assert {zone: seconds for zone, (_, seconds) in found.items()} == {1: 1000, 2: 0, 3: 0, 4: 2000, 5: 0, 6: 600}
    assert [bound for bound, _ in found.values()] == pytest.approx([0, 165, 225, 270, 315, 360])


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("pace", {"threshold_speed_mps": None}),
        ("power", {"threshold_power_w": None}),
        ("pace", {"activities": [activity(sport="cycling")]}),
    ],
)
def test_without_a_threshold_or_a_channel_there_are_no_zones(kind: str, changes: dict[str, object]) -> None:
    assert zones(kind, samples(power_w=300.0), **changes) == {}


def test_seconds_in_zones_add_up_to_the_seconds_with_a_heart_rate() -> None:
    beats = [None if second % 7 == 0 else 100.0 + second % 90 for second in range(3600)]
    known = sum(1 for beat in beats if beat is not None)
    spent = sum(seconds for _, seconds in zones("heart_rate", samples(heart_rate_bpm=beats)).values())
    assert known - 2 * (3600 / 90) <= spent <= known  # each jump from 189 to 100 costs a second
