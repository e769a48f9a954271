"""Readiness of a morning: rules with their data, as they stood before the day's training."""

import json
from typing import Any

import polars as pl
import pytest

from runningcoach_pipelines.derive.fitness import daily_fitness
from tests.histories import Row, day, history

LAST = 140
RUNS = [{"on": n, "load": 20.0 if n % 3 else 70.0} for n in range(0, LAST + 1) if n % 3 != 1]
NIGHTS = [
    {"on": n, "hrv_rmssd_ms": 55.0 + n % 4, "resting_hr_bpm": 50.0 + n % 2, "sleep_s": 27_000.0}
    for n in range(LAST + 1)
]
RULES = ["hrv_below_baseline", "resting_heart_rate_raised", "three_short_nights", "form_high_risk", "monotony_critical"]


def morning(runs: list[Row] | None = None, nights: list[Row] | None = None) -> tuple[str | None, list[Any] | None]:
    past = history(RUNS if runs is None else runs, nights=NIGHTS if nights is None else nights)
    readiness, signals = daily_fitness(past, day(LAST)).days["readiness", "readiness_signals"].row(-1)
    return readiness, None if signals is None else json.loads(signals)


def last_nights(count: int, **changes: float) -> list[Row]:
    return [row | changes if row["on"] > LAST - count else row for row in NIGHTS]


def fired(signals: list[Any] | None) -> list[str]:
    assert signals is not None
    return [signal["rule"] for signal in signals if signal["level"] != "ready"]


def test_a_usual_morning_is_ready_and_names_every_rule() -> None:
    readiness, signals = morning()
    assert readiness == "ready"
    assert signals is not None
    assert [signal["rule"] for signal in signals] == RULES
    assert all(signal.keys() == {"rule", "level", "value", "threshold", "source"} for signal in signals)


@pytest.mark.parametrize(
    ("nights", "rule", "level"),
    [
        (last_nights(7, hrv_rmssd_ms=40.0), "hrv_below_baseline", "easy_only"),
        (last_nights(2, resting_hr_bpm=57.0), "resting_heart_rate_raised", "easy_only"),
        (last_nights(3, sleep_s=6 * 3600.0), "three_short_nights", "caution"),
    ],
)
def test_a_bad_night_decides(nights: list[Row], rule: str, level: str) -> None:
    readiness, signals = morning(nights=nights)
    assert (fired(signals), readiness) == ([rule], level)


def test_hard_days_before_decide_and_today_s_run_does_not() -> None:
    hard = [*RUNS, *({"on": n, "load": 200.0} for n in range(LAST - 3, LAST))]
    readiness, signals = morning(hard)
    assert (fired(signals), readiness) == (["form_high_risk"], "caution")
    assert morning([*RUNS, {"on": LAST, "load": 500.0}]) == morning(RUNS)


def test_the_same_load_day_after_day_is_monotonous() -> None:
    even = [{"on": n, "load": 40.0} for n in range(LAST)]
    readiness, signals = morning(even)
    assert (fired(signals), readiness) == (["monotony_critical"], "caution")


def test_while_the_averages_warm_up_form_says_nothing() -> None:
    beginner = [{"on": n, "load": 50.0 + 30 * (n % 2)} for n in range(LAST - 40, LAST + 1)]
    _, signals = morning(beginner, nights=[])
    assert signals is not None
    assert [signal["rule"] for signal in signals] == ["monotony_critical"]


def test_who_has_not_trained_for_six_weeks_has_no_form_to_judge() -> None:
    past = history([row for row in RUNS if row["on"] <= 90])
    days = daily_fitness(past, day(LAST)).days
    verdicts = dict(days["day", "readiness"].iter_rows())
    assert verdicts[day(90 + 42)] == "ready"
    assert verdicts[day(90 + 43)] is None


def test_a_first_morning_without_nights_has_no_verdict() -> None:
    days = daily_fitness(history([{"on": 0}]), day(0)).days
    assert days.select("readiness", "readiness_signals").row(0) == (None, None)


def test_signals_are_compact_json_with_sorted_keys() -> None:
    days = daily_fitness(history(RUNS, nights=NIGHTS), day(LAST)).days
    for text in days["readiness_signals"].drop_nulls():
        assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    assert days.filter(pl.col("readiness").is_null() != pl.col("readiness_signals").is_null()).is_empty()
