"""Our figures beside the device's: what is compared, what is beyond the tolerance, and what says nothing."""

from typing import Any

import pytest

from runningcoach_pipelines.store.comparisons import COMPARISONS, Compared, Difference, compare
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import (
    Activity,
    ActivityMetrics,
    ActivityZone,
    DeviceValues,
    GarminRawFile,
    Lap,
    Split,
)
from tests.rows import put

BY_QUANTITY = {comparison.quantity: comparison for comparison in COMPARISONS}


def compared(lakehouse: Lakehouse, quantity: str) -> Compared:
    with lakehouse.engine.connect() as connection:
        return compare(connection, BY_QUANTITY[quantity])


def counts(result: Compared) -> tuple[int, int]:
    return result.compared, result.within


def put_pairs(lakehouse: Lakehouse, ours: str, device: str, *pairs: tuple[Any, Any], **more: Any) -> None:
    """Activities a, b …; `device` is a column of `activities` or of `device_values`."""
    names = [chr(ord("a") + number) for number in range(len(pairs))]
    of_activity = device in Activity.table().c
    totals = [{device: theirs} if of_activity else {} for _, theirs in pairs]
    put(lakehouse, Activity, *({"activity_id": name} | total for name, total in zip(names, totals, strict=True)))
    values = [{} if of_activity else {device: theirs} for _, theirs in pairs]
    put(lakehouse, DeviceValues, *({"activity_id": name} | value for name, value in zip(names, values, strict=True)))
    mine = [{"activity_id": name, ours: value} | more for name, (value, _) in zip(names, pairs, strict=True)]
    put(lakehouse, ActivityMetrics, *mine)


TOTALS = [
    ("distance", "sampled_distance_m", "distance_m", 10_000.0, 0.01),
    ("timer time", "sampled_timer_s", "timer_s", 3600.0, 4.0),
    ("average speed", "avg_speed_mps", "avg_speed_mps", 3.0, 0.001),
    ("average heart rate", "avg_heart_rate_bpm", "avg_heart_rate_bpm", 148.8, 0.6),
    ("maximum heart rate", "max_heart_rate_bpm", "max_heart_rate_bpm", 170.0, 0.0),
    ("average cadence", "sampled_cadence_spm", "avg_cadence_spm", 170.0, 0.7),
    ("weighted power", "weighted_power_w", "weighted_power_w", 250.0, 0.6),
    ("vertical ratio", "avg_vertical_ratio_percent", "avg_vertical_ratio_percent", 7.3, 0.12),
    ("ground contact time", "avg_stance_time_ms", "avg_stance_time_ms", 250.0, 1.5),
]


@pytest.mark.parametrize("total", TOTALS, ids=lambda total: total[0])
def test_a_difference_counts_from_just_beyond_the_tolerance(
    lakehouse: Lakehouse, total: tuple[str, str, str, float, float]
) -> None:
    quantity, ours, device, value, tolerance = total
    beyond = value - tolerance * 1.01 - 0.001
    put_pairs(
        lakehouse,
        ours,
        device,
        (value, value),
        (value + tolerance, value),
        (beyond, value),
        (None, value),
        (value, None),
        heart_rate_coverage=1.0,
    )
    result = compared(lakehouse, quantity)
    assert counts(result) == (3, 2)
    assert result.worst == pytest.approx(value - beyond)
    assert [(one.activity_id, one.ours, one.device) for one in result.examples] == [("c", beyond, value)]


def test_the_largest_differences_come_first_by_the_name_of_their_file(lakehouse: Lakehouse) -> None:
    put_pairs(lakehouse, "sampled_distance_m", "distance_m", *((1000.0 + n, 1000.0) for n in range(15)))
    put(lakehouse, GarminRawFile, {"sha256": "", "file_name": "run.fit"})
    result = compared(lakehouse, "distance")
    assert counts(result) == (15, 1)
    assert len(result.examples) == 10
    assert result.examples[0] == Difference("o", "run.fit", 1014.0, 1000.0)


def test_a_heart_rate_taken_over_from_the_device_is_not_compared_with_it(lakehouse: Lakehouse) -> None:
    put_pairs(lakehouse, "avg_heart_rate_bpm", "avg_heart_rate_bpm", (150.0, 150.0), heart_rate_coverage=0.0)
    assert counts(compared(lakehouse, "average heart rate")) == (0, 0)


def put_powers(lakehouse: Lakehouse, timer_s: float = 3600.0, **said: float) -> None:
    """An hour at 250 W, unless told otherwise."""
    put(lakehouse, Activity, {"activity_id": "a"})
    put(lakehouse, DeviceValues, {"activity_id": "a", **said})
    put(lakehouse, ActivityMetrics, {"activity_id": "a", "weighted_power_w": 250.0, "timer_s": timer_s})


@pytest.mark.parametrize(("intensity", "within"), [(0.834, 1), (0.836, 0)])
def test_intensity_is_compared_against_the_devices_own_threshold(
    lakehouse: Lakehouse, intensity: float, within: int
) -> None:
    put_powers(lakehouse, threshold_power_w=300.0, power_intensity=intensity)
    assert counts(compared(lakehouse, "intensity by power")) == (1, within)


@pytest.mark.parametrize(("points", "within"), [(70.0, 1), (73.0, 0)])
def test_load_by_power_is_compared_by_share(lakehouse: Lakehouse, points: float, within: int) -> None:
    put_powers(lakehouse, threshold_power_w=300.0, power_load=points)
    assert counts(compared(lakehouse, "load by power")) == (1, within)


def test_short_activities_are_not_compared_by_their_load(lakehouse: Lakehouse) -> None:
    put_powers(lakehouse, timer_s=1799.0, threshold_power_w=300.0, power_load=30.0)
    assert counts(compared(lakehouse, "load by power")) == (0, 0)


@pytest.mark.parametrize("threshold", [{}, {"threshold_power_w": 0.0}])
def test_without_the_devices_threshold_there_is_nothing_to_compare(
    lakehouse: Lakehouse, threshold: dict[str, float]
) -> None:
    put_powers(lakehouse, power_intensity=0.83, power_load=70.0, **threshold)
    assert counts(compared(lakehouse, "intensity by power")) == counts(compared(lakehouse, "load by power")) == (0, 0)


def test_cadence_of_the_pedals_is_not_compared_with_steps(lakehouse: Lakehouse) -> None:
    put_pairs(lakehouse, "sampled_cadence_spm", "avg_cadence_spm", (80.0, 85.0), sport="cycling")
    assert counts(compared(lakehouse, "average cadence")) == (0, 0)


def test_nothing_to_compare_has_no_worst(lakehouse: Lakehouse) -> None:
    for comparison in COMPARISONS:
        result = compared(lakehouse, comparison.quantity)
        assert (result.compared, result.within, result.worst, result.examples) == (0, 0, None, ())


def test_splits_are_compared_until_a_lap_was_no_automatic_kilometre(lakehouse: Lakehouse) -> None:
    put(lakehouse, Activity, {"activity_id": "a"})
    laps = [
        (300.0, 1000.2, "distance"),
        (310.0, 1000.0, "distance"),
        (40.0, 120.0, "manual"),
        (305.0, 1000.0, "distance"),
    ]
    put(
        lakehouse,
        Lap,
        *(
            {"activity_id": "a", "lap_index": n, "timer_s": timer_s, "distance_m": distance_m, "trigger": trigger}
            for n, (timer_s, distance_m, trigger) in enumerate(laps)
        ),
    )
    splits = [(300.5, 1000.0), (312.0, 1000.0), (305.0, 1000.0), (305.0, 1000.0)]
    put(
        lakehouse,
        Split,
        *(
            {"activity_id": "a", "split": n, "time_s": time_s, "distance_m": distance_m}
            for n, (time_s, distance_m) in enumerate(splits, start=1)
        ),
    )
    result = compared(lakehouse, "kilometre split")
    assert counts(result) == (2, 1)
    assert (result.examples[0].ours, result.examples[0].device) == (312, 310)


def test_zones_are_compared_where_the_device_had_our_bounds(lakehouse: Lakehouse) -> None:
    names = ("same", "other", "longer")
    put(lakehouse, Activity, *({"activity_id": name} for name in names))
    put(
        lakehouse,
        DeviceValues,
        {"activity_id": "same", "hr_zone_bounds_bpm": "120,140", "hr_zone_s": "10.5,600.0,20.0"},
        {"activity_id": "other", "hr_zone_bounds_bpm": "110,140", "hr_zone_s": "10.5,600.0,20.0"},
        {"activity_id": "longer", "hr_zone_bounds_bpm": "120,140,180", "hr_zone_s": "10.5,590.0,20.0,2.0"},
    )
    put(lakehouse, ActivityMetrics, *({"activity_id": name, "hr_zone_bounds_bpm": "120.0,140.0"} for name in names))
    put(
        lakehouse,
        ActivityZone,
        *(
            {"activity_id": name, "kind": kind, "zone": zone, "time_s": time_s}
            for name in names
            for kind in ("heart_rate", "intensity")
            for zone, time_s in enumerate((10.0, 580.0, 22.0))
        ),
    )
    result = compared(lakehouse, "time in heart-rate zone")
    assert counts(result) == (5, 4)
    assert [(one.activity_id, one.ours, one.device) for one in result.examples] == [("same", 580, 600)]


def test_our_own_ascent_is_compared_by_share_although_the_devices_is_shown(lakehouse: Lakehouse) -> None:
    put(
        lakehouse,
        Activity,
        {"activity_id": "a", "ascent_m": 100.0},
        {"activity_id": "b", "ascent_m": 100.0},
        {"activity_id": "flat", "ascent_m": 0.0},
        {"activity_id": "nearly flat", "ascent_m": 10.0},
    )
    rises = {"a": (60.0, 65.0), "b": (60.0, 70.0), "flat": (3.0, None), "nearly flat": (30.0,)}
    put(
        lakehouse,
        Split,
        *(
            {"activity_id": name, "split": n, "ascent_m": ascent_m}
            for name, own in rises.items()
            for n, ascent_m in enumerate(own)
        ),
    )
    result = compared(lakehouse, "ascent")
    assert counts(result) == (2, 1)
    assert result.worst == pytest.approx(0.3)
    assert [one.activity_id for one in result.examples] == ["b"]
