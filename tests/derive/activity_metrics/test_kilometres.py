"""Kilometre splits and what happened in each."""

import polars as pl
import pytest

from tests.measuring import activity, figures, measured, samples


def test_every_kilometre_has_its_time_and_the_rest_is_the_last() -> None:
    splits = measured()["splits"]
    assert splits["split"].to_list() == list(range(1, 12))
    assert splits["distance_m"].to_list() == [1000.0] * 10 + [pytest.approx(797)]
    assert splits["time_s"].to_list() == pytest.approx([1000 / 3] * 10 + [797 / 3])
    assert splits["start_s"].to_list() == pytest.approx([1000 / 3 * n for n in range(11)])


def test_splits_know_heart_rate_flat_speed_and_climb() -> None:
    """Level at 140 bpm for four kilometres, then a climb of 5 % at 160 for three, then down again."""
    seconds = range(3600)
    km = [3 * second / 1000 for second in seconds]
    altitude = [50 * min(max(0.0, at - 4), 3.0) - 50 * max(0.0, at - 7) for at in km]
    recorded = samples(altitude_m=altitude, heart_rate_bpm=[140.0 if at < 4 else 160.0 for at in km])
    splits = measured(recorded)["splits"]
    assert splits["avg_heart_rate_bpm"].to_list()[:6] == pytest.approx([140] * 4 + [160] * 2, abs=0.1)
    flat = splits["flat_speed_mps"].to_list()
    assert (flat[1], flat[5] > 3.2, flat[8] < 2.9) == (pytest.approx(3), True, True)
    assert splits["ascent_m"].to_list()[4:7] == pytest.approx([50] * 3, abs=2.2)
    assert splits["descent_m"].to_list()[7:9] == pytest.approx([50] * 2, abs=2.2)
    row = figures(recorded)
    assert splits.select(pl.col("ascent_m", "descent_m").sum()).row(0) == pytest.approx(
        (row["ascent_m"], row["descent_m"])
    )


def test_a_pause_is_no_part_of_a_kilometre() -> None:
    timer = [float(s if s < 600 else max(600, s - 300)) for s in range(3600)]
    moved = [3.0 * second for second in timer]
    splits = measured(samples(timer_s=timer, distance_m=moved))["splits"]
    assert splits["time_s"].to_list()[:9] == pytest.approx([1000 / 3] * 9)


def test_what_was_not_measured_is_null() -> None:
    splits = measured(samples(heart_rate_bpm=None), activities=[activity(sport="cycling")])["splits"]
    empty = ("avg_heart_rate_bpm", "flat_speed_mps", "ascent_m", "descent_m")
    assert (splits.height, splits.select(pl.col(empty).null_count()).row(0)) == (11, (11,) * 4)


def test_without_a_distance_there_are_no_splits() -> None:
    assert measured(samples(distance_m=None))["splits"].is_empty()
