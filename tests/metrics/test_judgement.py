"""What is said about figures: readiness, thresholds, intensity distribution, steady running, form."""

import numpy as np
import polars as pl
import pytest

from runningcoach_pipelines.metrics import (
    distribution,
    efficiency,
    fitness,
    hrv,
    progression,
    race,
    readiness,
    steady,
    training_effect,
    vo2max,
)
from runningcoach_pipelines.metrics.readiness import Level, Morning

FRESH = Morning(
    hrv_week=4.05,
    hrv_low=4.0,
    hrv_nights=60,
    rhr_deltas=(0.0, 1.0, -1.0),
    rhr_zs=(0.0, 0.5, -0.5),
    sleep_hours=(8.0, 6.5, 7.5),
    ctl=50.0,
    tsb=-5.0,
    monotony=1.2,
)


def changed(**fields: object) -> Morning:
    return Morning(**{name: getattr(FRESH, name) for name in Morning.__slots__} | fields)


def test_a_fresh_morning_fires_no_rule() -> None:
    rules = readiness.signals(FRESH)
    assert len(rules) == 5
    assert not any(signal.fired for signal in rules)
    assert readiness.verdict(rules) is Level.READY


@pytest.mark.parametrize(
    ("fields", "rule", "level"),
    [
        ({"hrv_week": 3.9}, "hrv_below_baseline", Level.EASY_ONLY),
        ({"rhr_deltas": (5.0, 6.0, 1.0)}, "resting_heart_rate_raised", Level.EASY_ONLY),
        ({"rhr_zs": (2.5, None, 2.0)}, "resting_heart_rate_raised", Level.EASY_ONLY),
        ({"sleep_hours": (6.9, 5.0, 6.0)}, "three_short_nights", Level.CAUTION),
        ({"tsb": -16.0}, "form_high_risk", Level.CAUTION),
        ({"monotony": 2.0}, "monotony_critical", Level.CAUTION),
    ],
)
def test_one_bad_sign_decides(fields: dict[str, object], rule: str, level: Level) -> None:
    rules = readiness.signals(changed(**fields))
    assert [signal.rule for signal in rules if signal.fired] == [rule]
    assert readiness.verdict(rules) is level


def test_the_worst_sign_wins() -> None:
    rules = readiness.signals(changed(monotony=2.5, hrv_week=3.0))
    assert readiness.verdict(rules) is Level.EASY_ONLY


def test_without_data_there_is_no_verdict() -> None:
    assert readiness.signals(Morning()) == []
    assert readiness.verdict([]) is None


def test_a_young_baseline_says_nothing_about_today() -> None:
    rules = readiness.signals(changed(hrv_week=3.0, hrv_nights=20))
    assert "hrv_below_baseline" not in {signal.rule for signal in rules}


def nights(*values: float | None) -> pl.DataFrame:
    return pl.DataFrame({"rmssd": values}, schema={"rmssd": pl.Float64})


@pytest.mark.parametrize(("last_week", "status"), [(40.0, "below"), (60.0, "within"), (90.0, "above")])
def test_a_week_of_nights_is_judged_against_two_months(last_week: float, status: str) -> None:
    series = [55.0, 60.0, 65.0] * 17 + [None, None] + [last_week] * 7
    table = nights(*series).select(**hrv.baseline(pl.col("rmssd")))
    assert table["hrv_status"][-1] == status
    assert table["hrv_nights"][-1] == 58


def test_the_resting_heart_rate_of_today_is_not_part_of_its_own_baseline() -> None:
    steady_then_high = nights(*([50.0] * 28 + [60.0]))
    last = steady_then_high.select(**hrv.resting_change(pl.col("rmssd"))).row(-1, named=True)
    assert last == {"rhr_delta": 10.0, "rhr_z": None}


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((80, 5, 15), "polarized"),
        ((75, 18, 7), "pyramidal"),
        ((30, 60, 10), "threshold"),
        ((20, 20, 60), "high_intensity"),
        ((60, 17, 23), "non_polarized"),
        ((0, 0, 0), None),
    ],
)
def test_a_distribution_over_three_zones_has_a_name(times: tuple[float, float, float], expected: str | None) -> None:
    assert distribution.label(times) == expected


def test_a_distribution_without_hard_time_has_index_zero() -> None:
    assert distribution.polarization_index((90, 10, 0)) == 0
    assert distribution.polarization_index((0, 0, 0)) is None


@pytest.mark.parametrize(
    ("effect", "word"),
    [(0.9, "none"), (1.0, "minor"), (2.9, "maintaining"), (3.0, "improving"), (4.9, "highly improving")],
)
def test_training_effect_has_its_words(effect: float, word: str) -> None:
    assert training_effect.label(effect) == word


@pytest.mark.parametrize(
    ("tsb", "band"), [(12, "transition"), (5, "fresh"), (0, "grey"), (-10, "optimal"), (-16, "high risk")]
)
def test_form_has_a_band_relative_to_fitness(tsb: float, band: str) -> None:
    assert fitness.form_band(tsb, 50) == band
    assert fitness.form_band(tsb, 0) is None


def seconds(minutes: int, *, speed: float = 3.0, wobble: float = 0.0, drift_bpm: float = 0.0) -> pl.DataFrame:
    n = minutes * 60
    waves = np.tile([1.0, -1.0], n // 2)
    return pl.DataFrame(
        {
            "activity_id": np.ones(n, dtype=np.int64),
            "speed_mps": speed + wobble * waves,
            "heart_rate_bpm": 140.0 + drift_bpm * np.linspace(0, 1, n),
            "grade": np.zeros(n),
        }
    )


def steady_decoupling(run: pl.DataFrame) -> float | None:
    return run.select(efficiency.steady_decoupling(pl.col("speed_mps"), pl.col("heart_rate_bpm"))).item()


def test_only_a_long_steady_run_has_a_decoupling() -> None:
    assert steady_decoupling(seconds(60)) == pytest.approx(0)
    assert steady_decoupling(seconds(60, drift_bpm=14.0)) == pytest.approx(3.8, abs=0.3)
    assert steady_decoupling(seconds(39)) is None
    assert steady_decoupling(seconds(60, wobble=0.5)) is None


def test_steady_stretches_begin_after_five_minutes_and_last_three() -> None:
    found = steady.steady_segments(seconds(13))
    assert found.rows() == [(1, 3.0, 140.0, 0.0)] * 2
    assert steady.steady_segments(seconds(13, wobble=0.3)).is_empty()
    assert steady.steady_segments(seconds(13).with_columns(grade=0.04)).is_empty()
    assert steady.steady_segments(seconds(13, drift_bpm=40.0)).is_empty()


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([(2.5, 130), (3.0, 150)], id="two segments"),
        pytest.param([(2.5, 140), (3.0, 145), (3.5, 150)], id="too little spread"),
        pytest.param([(3.5, 130), (3.0, 150), (2.5, 170)], id="uptake falls with heart rate"),
    ],
)
def test_a_regression_without_a_basis_gives_no_vo2max(pairs: list[tuple[float, float]]) -> None:
    assert steady.vo2max_from_segments([steady.SteadySegment(*pair) for pair in pairs], 190) is None


def test_a_correction_factor_needs_pairs() -> None:
    with pytest.raises(ValueError, match="one pair per race"):
        vo2max.correction_factor([50.0], [])


@pytest.mark.parametrize(
    ("km", "band"), [(11.0, "ok"), (11.1, "small"), (13.0, "small"), (20.0, "moderate"), (20.1, "large")]
)
def test_a_long_run_is_compared_with_the_longest_of_thirty_days(km: float, band: str) -> None:
    earlier = [(1, 10.0), (30, 9.0), (31, 30.0), (0, 30.0)]
    assert progression.single_session_spike(km, earlier) == (pytest.approx(km / 10), band)


def test_without_earlier_running_there_is_nothing_to_compare() -> None:
    assert progression.single_session_spike(10.0, []) is None
    assert progression.weekly_progression_percent(10.0, 0.0) is None
    assert progression.taper_reduction_percent(10.0, []) is None


def test_hard_days_may_need_more_than_one_easy_day() -> None:
    hard = [True, False, True, False, False, True]
    assert progression.crowded_hard_days(hard) == []
    assert progression.crowded_hard_days(hard, min_easy_between=2) == [2]


def test_the_load_for_a_form_brings_that_form() -> None:
    ctl, atl = fitness.decayed(60.0, 70.0)
    load = fitness.load_for_form(ctl, atl, -15.0)
    chart = fitness.fitness([load], seed=(60.0, 70.0), form_day=fitness.FormDay.SAME)
    assert chart.tsb[0] == pytest.approx(-15.0)


def test_who_is_fresh_needs_no_rest_days() -> None:
    assert fitness.rest_days_to_fresh(80, 50) == 0
    assert fitness.rest_days_to_fresh(80, 0) == 0


def test_long_runs_count_more_the_newer_and_longer_they_are() -> None:
    runs = pl.DataFrame({"km": [13.0, 21.0, 29.0, 29.0, 29.0], "days_ago": [1, 0, 0, 35, 70]})
    points = runs.select(race.long_run_points(pl.col("km"), pl.col("days_ago"), 29.0)).to_series()
    assert points.to_list() == pytest.approx([0, 0.5, 2, 1, 0])


def test_a_marathon_from_critical_speed_uses_its_sustainable_share() -> None:
    assert race.marathon_from_critical_speed_s(4.0) == pytest.approx(12_440, abs=1)


def test_an_effort_below_six_minutes_is_outside_the_endurance_model() -> None:
    assert race.emig_time_s(1000, 5.0, 0.06) is None
