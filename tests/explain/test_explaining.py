"""What an explanation shows: numbers that can be followed by hand."""

import datetime as dt
import json
from math import exp
from typing import Any

import pytest

from runningcoach_pipelines.explain import Explanation, NothingThere, SourceFile, UnknownMetric, explain
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import (
    Activity,
    ActivityMetrics,
    AnalyticsSummary,
    BestEffort,
    DeviceValues,
    FitnessMetricsDaily,
    GarminRawFile,
    HealthMetrics,
)
from tests.rows import day, put

ALPHA = 1 - exp(-1 / 42)
FIRST = day("2025-05-01")
SETTINGS = {
    "settings_sources": json.dumps({"hr_max_bpm": "athlete", "hr_rest_bpm": "nights", "sex": "athlete"}),
    "settings_valid_from": day("2025-01-01"),
    "sex": "male",
    "hr_rest_bpm": 50.0,
    "hr_max_bpm": 190.0,
    "hr_threshold_bpm": 170.0,
    "hr_zone_bounds_bpm": "120,140",
}


def put_days(lakehouse: Lakehouse, *loads: float, **wrong: float) -> None:
    """Days from the first on with their loads, and CTL as it should be; the last day with what is `wrong`."""
    ctl, rows = 0.0, []
    for number, load in enumerate(loads):
        ctl += ALPHA * (load - ctl)
        rows.append({"day": FIRST + dt.timedelta(days=number), "load": load, "ctl": ctl})
    put(lakehouse, FitnessMetricsDaily, *rows[:-1], {**rows[-1], **wrong})


def put_activity(lakehouse: Lakehouse, name: str, **figures: Any) -> None:
    """An activity of the first day, from a file of its name."""
    known = {key: figures.pop(key) for key in ("indoor",) if key in figures}
    put(lakehouse, GarminRawFile, {"sha256": name, "file_name": f"{name}.fit"})
    put(lakehouse, Activity, {"activity_id": name, "local_day": FIRST, "source_sha256": name, **known})
    usual = {"load_source": "heart_rate", "local_day": FIRST, "source_sha256": name}
    put(lakehouse, ActivityMetrics, {"activity_id": name, **usual, **SETTINGS, **figures})


def inputs(one: Explanation) -> dict[str, tuple[object, str]]:
    return {each.name: (each.value, each.note) for each in one.inputs}


def test_fitness_is_yesterdays_and_a_part_of_todays_load(lakehouse: Lakehouse) -> None:
    put_days(lakehouse, 100.0, 0.0, 60.0)
    (one,) = explain(lakehouse, "me", "ctl", "2025-05-03")
    yesterday = 100 * ALPHA * (1 - ALPHA)
    assert one.value == pytest.approx(yesterday + ALPHA * (60 - yesterday))
    assert one.check.agrees
    shown = inputs(one)
    assert shown["ctl of 2025-05-02"] == (pytest.approx(yesterday), "")
    assert shown["alpha"] == (pytest.approx(ALPHA), "1 − e^(−1/42)")
    assert shown["load of 2025-05-01"] == (100, f"adds {100 * ALPHA * (1 - ALPHA) ** 2:.2f}")
    assert "load of 2025-05-02" not in shown
    assert [(part.metric, part.value) for part in one.contributors] == [("load", 60)]
    assert (one.unit, one.code_version) == ("load/day", "9")
    assert "alpha" in one.formula
    assert "GoldenCheetah" in one.source


def test_the_first_day_comes_from_nothing(lakehouse: Lakehouse) -> None:
    put_days(lakehouse, 100.0)
    (one,) = explain(lakehouse, "me", "ctl", "2025-05-01")
    assert inputs(one)["ctl of 2025-04-30"] == (0, "before the first activity")
    assert one.check.agrees


def test_a_number_that_does_not_follow_from_its_inputs_is_told(lakehouse: Lakehouse) -> None:
    put_days(lakehouse, 100.0, 0.0, 60.0, ctl=5.0)
    (one,) = explain(lakehouse, "me", "ctl", "2025-05-03")
    assert (one.value, one.check.agrees) == (5.0, False)
    assert one.check.again == pytest.approx(100 * ALPHA * (1 - ALPHA) + ALPHA * (60 - 100 * ALPHA * (1 - ALPHA)))


def test_a_days_load_names_its_activities_and_leaves_duplicates_out(lakehouse: Lakehouse) -> None:
    put_days(lakehouse, 70.0)
    put_activity(lakehouse, "a", load=40.0, hr_load=40.0)
    put_activity(
        lakehouse, "b", load=30.0, pace_load=30.0, load_source="pace", load_fallbacks='{"heart_rate":"not_measured"}'
    )
    put_activity(lakehouse, "twice", load=40.0, hr_load=40.0, counted=False)
    (one,) = explain(lakehouse, "me", "load", "2025-05-01")
    assert inputs(one) == {
        "load of running b": (30, "by pace"),
        "load of running a": (40, "by heart_rate"),
        "load of running twice": (40, "a suspected duplicate: does not count"),
    }
    assert one.check.agrees
    assert {part.of: part.value for part in one.contributors} == {"a": 40, "b": 30}
    assert one.files == (SourceFile("a.fit", "a"), SourceFile("b.fit", "b"), SourceFile("twice.fit", "twice"))
    (by_pace,) = [part for part in one.contributors if part.of == "b"]
    assert inputs(by_pace)["hr_load"] == (None, "does not count: not_measured")
    assert inputs(by_pace)["pace_load"] == (30, "this one counts")
    assert inputs(by_pace)["power_load"] == (None, "not needed")


def test_a_load_by_heart_rate_is_the_share_of_an_hour_at_threshold(lakehouse: Lakehouse) -> None:
    def points(bpm: float, minutes: float) -> float:
        reserve = (bpm - 50) / 140
        return minutes * reserve * 0.64 * exp(1.92 * reserve)

    put_activity(lakehouse, "a", trimp=points(150, 60), hr_load=100 * points(150, 60) / points(170, 60))
    (one,) = explain(lakehouse, "me", "hr_load", "a")
    assert one.value == pytest.approx(63.34, abs=0.01)
    assert one.check.agrees
    shown = inputs(one)
    assert shown["trimp of an hour at threshold"][0] == pytest.approx(points(170, 60))
    assert shown["hr_max_bpm"] == (190, "set by the athlete from 2025-01-01 on")
    assert shown["hr_rest_bpm"] == (50, "estimated: nights")
    assert [part.metric for part in one.contributors] == ["trimp"]


LOADS = [
    ({"load_source": "pace", "pace_load": 50.0, "load": 50.0}, True),
    ({"load_source": "power", "power_load": 50.0, "load": 51.0}, False),
    ({"load_source": "perceived_effort", "effort_load": 300.0, "effort_factor": 0.2, "load": 60.0}, True),
    ({"load_source": "device", "device_load": 120.0, "device_factor": 0.5, "load": 60.0}, True),
    ({"load_source": "imputed", "timer_s": 5400.0, "imputed_load_per_h": 50.0, "load": 75.0}, True),
    ({"load_source": None, "timer_s": None, "imputed_load_per_h": 50.0, "load": None}, True),
]


@pytest.mark.parametrize(("figures", "agrees"), LOADS, ids=str)
def test_a_load_is_that_of_its_source_brought_to_the_scale(
    lakehouse: Lakehouse, figures: dict[str, Any], agrees: bool
) -> None:
    put_activity(lakehouse, "a", **figures)
    (one,) = explain(lakehouse, "me", "load", "a")
    assert one.check.agrees is agrees


def test_points_of_effort_and_of_the_device_come_from_its_answers(lakehouse: Lakehouse) -> None:
    put_activity(lakehouse, "a", timer_s=3600.0, effort_load=420.0, device_load=88.0)
    put(lakehouse, DeviceValues, {"activity_id": "a", "perceived_effort": 7.0, "training_load_peak": 88.0})
    (effort,), (device,) = (explain(lakehouse, "me", name, "a") for name in ("effort_load", "device_load"))
    assert (effort.check.agrees, device.check.agrees) == (True, True)
    assert inputs(effort)["perceived_effort"][0] == 7


def test_pace_makes_a_load_only_outdoors(lakehouse: Lakehouse) -> None:
    pace = {"weighted_flat_speed_mps": 3.0, "threshold_speed_mps": 4.0, "timer_s": 3600.0}
    put_activity(lakehouse, "a", pace_load=56.25, **pace)
    put_activity(lakehouse, "treadmill", indoor=True, pace_load=56.25, **pace)
    assert explain(lakehouse, "me", "pace_load", "a")[0].check.agrees
    assert explain(lakehouse, "me", "pace_load", "treadmill")[0].check.again is None


def test_a_value_that_is_not_there_says_why(lakehouse: Lakehouse) -> None:
    put_activity(lakehouse, "a", weighted_power_w=250.0, timer_s=3600.0, indoor=True)
    (by_power,) = explain(lakehouse, "me", "power_load", "a")
    assert (by_power.value, by_power.reason) == (None, "not known: threshold_power_w")
    (by_pace,) = explain(lakehouse, "me", "pace_load", "a")
    assert by_pace.value is None
    assert "weighted_flat_speed_mps" in by_pace.reason
    (known,) = explain(lakehouse, "me", "timer_s", "a")
    assert known.reason == ""


def test_critical_speed_is_the_line_through_the_seasons_efforts(lakehouse: Lakehouse) -> None:
    last = FIRST + dt.timedelta(days=60)
    lies = {"critical_speed_mps": 4.0, "d_prime_m": 200.0, "critical_speed_error_m": 0.0}
    put(lakehouse, FitnessMetricsDaily, {"day": last, **lies})
    put_activity(lakehouse, "a")
    on_the_line = [{"distance_m": metres, "time_s": (metres - 200) / 4} for metres in (800.0, 1000.0, 1609.344, 3000.0)]
    beside = [{"distance_m": 2000.0, "time_s": 900.0}, {"distance_m": 50_000.0, "time_s": 20_000.0}]
    put(lakehouse, BestEffort, *({"activity_id": "a", "local_day": FIRST, **one} for one in on_the_line + beside))
    for metric in lies:
        (one,) = explain(lakehouse, "me", metric, last.isoformat())
        assert one.check.agrees
        assert inputs(one)["800 m"] == (150, "2025-05-01")
        assert inputs(one)["2000 m"] == (900, "2025-05-01: not taken")
        assert one.files == (SourceFile("a.fit", "a"),)
    (none,) = explain(lakehouse, "me", "critical_speed_reason", last.isoformat())
    assert (none.value, none.check.agrees) == (None, True)


def test_a_device_estimate_holds_for_sixty_days(lakehouse: Lakehouse) -> None:
    put(
        lakehouse,
        FitnessMetricsDaily,
        *({"day": FIRST + dt.timedelta(days=n), "device_vo2max": 51.0} for n in (60, 61)),
    )
    put(lakehouse, HealthMetrics, {"day": FIRST, "vo2max": 51.0})
    agrees = [
        explain(lakehouse, "me", "device_vo2max", str(FIRST + dt.timedelta(days=n)))[0].check.agrees for n in (60, 61)
    ]
    assert agrees == [True, False]


def test_a_day_of_several_activities_gives_one_explanation_each(lakehouse: Lakehouse) -> None:
    put_activity(lakehouse, "a", timer_s=100.0, distance_m=300.0, avg_speed_mps=3.0)
    put_activity(lakehouse, "b", timer_s=100.0, distance_m=400.0, avg_speed_mps=4.0)
    found = explain(lakehouse, "me", "avg_speed_mps", "2025-05-01")
    assert {one.of: (one.value, one.check.agrees) for one in found} == {"a": (3, True), "b": (4, True)}


def test_a_week_is_the_sum_of_its_activities(lakehouse: Lakehouse) -> None:
    put_activity(lakehouse, "a", load=40.0, hr_load=40.0, distance_m=9000.0)
    put_activity(lakehouse, "ride", load=30.0, hr_load=30.0, sport="cycling", distance_m=30_000.0)
    week = {"period": "week", "period_start": day("2025-04-28"), "load": 70.0, "run_distance_m": 9500.0}
    put(lakehouse, AnalyticsSummary, week)
    (load,) = explain(lakehouse, "me", "load", "2025-W18")
    assert inputs(load) == {
        "2025-05-01 running a": (40, "by heart_rate"),
        "2025-05-01 cycling ride": (30, "by heart_rate"),
    }
    assert load.check.agrees
    assert [part.of for part in load.contributors] == ["a", "ride"]
    (distance,) = explain(lakehouse, "me", "run_distance_m", "2025-W18")
    assert list(inputs(distance)) == ["2025-05-01 running a"]
    assert (distance.check.again, distance.check.agrees) == (9000, False)
    assert distance.files == (SourceFile("a.fit", "a"),)


UNKNOWN = [
    ("ctl", "2025-W22", "analytics_summaries: activities, runs"),
    ("nonsense", "2025-05-01", "fitness_metrics_daily: load, activities"),
    ("ctl", "some-activity", "activity_metrics: distance_m"),
    ("activity_id", "2025-05-01", "activity_metrics: distance_m"),
]


@pytest.mark.parametrize(("metric", "key", "known"), UNKNOWN)
def test_an_unknown_metric_is_answered_with_the_known_ones(
    lakehouse: Lakehouse, metric: str, key: str, known: str
) -> None:
    with pytest.raises(UnknownMetric, match=f"{key} has no metric '{metric}'. Known are .*{known}"):
        explain(lakehouse, "me", metric, key)


@pytest.mark.parametrize("key", ["2025-05-02", "2025-W18", "2025-05", "nobody"])
def test_where_nothing_is_it_says_so(lakehouse: Lakehouse, key: str) -> None:
    put_days(lakehouse, 10.0)
    put_activity(lakehouse, "nobody", athlete_id="you")
    with pytest.raises(NothingThere, match=rf"no load of me for {key}: .*runningcoach status"):
        explain(lakehouse, "me", "load", key)


@pytest.mark.parametrize("key", ["2025-02-30", "2025-W54", "2025-13"])
def test_a_day_that_never_was_is_refused(lakehouse: Lakehouse, key: str) -> None:
    with pytest.raises(ValueError, match=rf"{key} is no date: .*Write 2025-06-01"):
        explain(lakehouse, "me", "load", key)
