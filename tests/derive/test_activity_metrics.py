"""Silver to gold: loads and averages of each activity, against the settings of its day."""

import datetime as dt
import json

import polars as pl
import pytest

from runningcoach_pipelines.derive.activities import derive_activities
from runningcoach_pipelines.derive.activity_metrics import derive_activity_metrics
from runningcoach_pipelines.derive.terms import FACTORS, IMPUTED_LOAD_PER_H
from runningcoach_pipelines.fit.encode import Rows, encode
from runningcoach_pipelines.metrics.thresholds import HR_MAX_BPM
from runningcoach_pipelines.metrics.zones import LTHR_SHARE_OF_MAX
from runningcoach_pipelines.store.athletes import SettingsFrom, store_settings
from runningcoach_pipelines.store.lakehouse import Lakehouse
from tests.deriving import SPRING, bring, derive, differing, everything, table
from tests.making import START, Leg, activity, at, cut_off, file_id, run

DAY_S = 86_400
HOUR_S = 3600
RUNNER = SettingsFrom(
    dt.date(2025, 1, 1),
    sex="female",
    hr_rest_bpm=50,
    hr_max_bpm=185,
    hr_threshold_bpm=168,
    threshold_speed_mps=4.0,
)


def metrics(lakehouse: Lakehouse) -> pl.DataFrame:
    return table(lakehouse, "activity_metrics").sort("local_day", "distance_m")


def hour(heart_rate: int | None = 168, speed_mps: float = 4.0, **changes: str) -> Leg:
    steps = {"cadence_rpm": 90}
    return Leg(seconds=HOUR_S, every_s=5, heart_rate=heart_rate, speed_mps=speed_mps, **steps, **changes)  # type: ignore[arg-type]


def one(lakehouse: Lakehouse, data: bytes, *settings: SettingsFrom) -> dict[str, object]:
    """The metrics of a file's only activity."""
    bring(lakehouse, {"a.fit": data})
    store_settings(lakehouse.engine, "me", settings)
    derive(lakehouse)
    (row,) = metrics(lakehouse).iter_rows(named=True)
    return row


def test_an_hour_at_threshold_is_a_load_of_a_hundred(lakehouse: Lakehouse) -> None:
    row = one(lakehouse, activity(hour()), RUNNER)
    assert row["hr_load"] == pytest.approx(100, rel=0.003)
    assert row["pace_load"] == pytest.approx(100, rel=0.003)
    assert (row["load"], row["load_source"], row["settings_estimated"]) == (row["hr_load"], "heart_rate", False)
    assert (row["avg_heart_rate_bpm"], row["heart_rate_coverage"]) == (168, 1)
    assert (row["settings_valid_from"], row["counted"]) == (RUNNER.valid_from, True)


def test_without_heart_rate_the_pace_tells_the_load(lakehouse: Lakehouse) -> None:
    row = one(lakehouse, activity(hour(heart_rate=None)), RUNNER)
    assert (row["load"], row["load_source"], row["hr_load"]) == (row["pace_load"], "pace", None)
    assert (row["trimp"], row["avg_heart_rate_bpm"], row["max_heart_rate_bpm"]) == (None, None, None)


@pytest.mark.parametrize("changes", [{"sport": "cycling"}, {"sub_sport": "treadmill"}])
def test_pace_says_nothing_on_a_treadmill_or_a_bicycle(lakehouse: Lakehouse, changes: dict[str, str]) -> None:
    row = one(lakehouse, activity(hour(heart_rate=None, **changes)), RUNNER)
    assert (row["pace_load"], row["load_source"], row["load"]) == (None, "imputed", IMPUTED_LOAD_PER_H)


def test_what_is_not_known_of_an_athlete_is_estimated_and_marked(lakehouse: Lakehouse) -> None:
    row = one(lakehouse, activity(hour(heart_rate=round(HR_MAX_BPM * LTHR_SHARE_OF_MAX))))
    assert row["hr_load"] == pytest.approx(100, rel=0.01)
    assert (row["settings_estimated"], row["settings_valid_from"]) == (True, None)


def test_the_settings_of_the_day_count_and_later_ones_do_not(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {f"{n}": run(at(START, n * DAY_S), heart_rate=150) for n in (0, 1, 2)})
    changed = SettingsFrom(dt.date(2025, 5, 5), sex="female", hr_rest_bpm=50, hr_max_bpm=200, hr_threshold_bpm=180)
    store_settings(lakehouse.engine, "me", [changed, RUNNER])
    store_settings(lakehouse.engine, "me", [SettingsFrom(dt.date(2025, 5, 7), hr_max_bpm=160)])
    derive(lakehouse)
    rows = metrics(lakehouse)
    assert rows["settings_valid_from"].to_list() == [RUNNER.valid_from, changed.valid_from, changed.valid_from]
    first, second, third = rows["hr_load"]
    assert first > second == third


def test_settings_that_begin_later_leave_earlier_runs_estimated(lakehouse: Lakehouse) -> None:
    row = one(lakehouse, run(), SettingsFrom(dt.date(2025, 5, 5), hr_max_bpm=160))
    assert (row["settings_valid_from"], row["settings_estimated"]) == (None, True)


def test_settings_are_those_of_the_athlete(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a": run(heart_rate=150)})
    bring(lakehouse, {"a": run(heart_rate=150)}, athlete_id="you")
    store_settings(lakehouse.engine, "you", [RUNNER])
    derive(lakehouse)
    estimated = dict(metrics(lakehouse).select("athlete_id", "settings_estimated").iter_rows())
    assert estimated == {"me": True, "you": False}


def test_an_activity_without_samples_has_the_devices_totals_and_an_imputed_load(lakehouse: Lakehouse) -> None:
    session = Rows("session", Leg(seconds=HOUR_S, heart_rate=140).session())
    row = one(lakehouse, encode([file_id(), session]), RUNNER)
    expected = {"distance_m": 10_800, "timer_s": HOUR_S, "avg_heart_rate_bpm": 140, "max_heart_rate_bpm": 140}
    assert {name: row[name] for name in expected} == expected
    assert (row["sampled_distance_m"], row["moving_s"], row["heart_rate_coverage"]) == (None, None, None)
    assert (row["load"], row["load_source"]) == (IMPUTED_LOAD_PER_H, "imputed")


def test_an_activity_of_which_nothing_is_known_has_no_load(lakehouse: Lakehouse) -> None:
    row = one(lakehouse, encode([file_id(), Rows("session", {"start_time": [START], "sport": ["running"]})]))
    assert [row[name] for name in ("load", "load_source", "load_confidence", "distance_m", "timer_s")] == [None] * 5
    assert json.loads(row["load_fallbacks"])["imputed"] == "no_duration"


def test_a_file_cut_off_is_measured_by_its_samples(lakehouse: Lakehouse) -> None:
    row = one(lakehouse, cut_off(run(seconds=600)), RUNNER)
    assert row["distance_m"] == row["sampled_distance_m"]
    assert row["timer_s"] == row["sampled_timer_s"]
    assert 0 < row["distance_m"] < 1800  # type: ignore[operator]


def test_pauses_count_neither_as_time_nor_as_load(lakehouse: Lakehouse) -> None:
    paused = Leg(seconds=HOUR_S + 600, every_s=5, heart_rate=168, speed_mps=4.0, pauses=((600, 1200),))
    row = one(lakehouse, activity(paused), RUNNER)
    assert (row["elapsed_s"], row["timer_s"], row["sampled_timer_s"]) == (HOUR_S + 600, HOUR_S, HOUR_S)
    assert row["hr_load"] == pytest.approx(100, rel=0.003)
    assert row["moving_s"] == pytest.approx(HOUR_S, abs=10)


def test_a_suspected_duplicate_is_measured_and_not_counted(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a.fit": run(seconds=600), "shorter.fit": run(at(START, 60), seconds=400, watch=2)})
    derive(lakehouse)
    assert metrics(lakehouse).select("distance_m", "counted").rows() == [(1200, False), (1800, True)]


def test_a_late_run_leaves_the_others_of_its_month_bit_for_bit_as_they_were(lakehouse: Lakehouse) -> None:
    """With settings given, that is, and but for personal factors: both take every run of the month into account."""
    bring(lakehouse, {f"{n}": run(at(START, n * DAY_S), seconds=600 + n, heart_rate=140 + n) for n in range(6)})
    store_settings(lakehouse.engine, "me", [RUNNER])
    derive(lakehouse)
    before = metrics(lakehouse).drop(FACTORS)
    bring(lakehouse, {"late": run(at(START, -DAY_S), seconds=1234)})
    bring(lakehouse, {"theirs": run(at(START, DAY_S), seconds=800)}, athlete_id="you")
    derive(lakehouse)
    after = metrics(lakehouse).drop(FACTORS)
    assert after.height == before.height + 2
    assert after.filter(pl.col("activity_id").is_in(before["activity_id"].implode())).equals(before)


def test_metrics_of_activities_that_are_gone_go_as_well(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a": run(), "b": run(at(START, HOUR_S))})
    derive(lakehouse)
    with lakehouse.engine.begin() as connection:
        connection.exec_driver_sql("delete from runningcoach.garmin_raw_files where file_name = 'b'")
    derive_activities(lakehouse, SPRING)
    report = derive_activity_metrics(lakehouse, SPRING)
    assert (report.activities, report.imputed) == (1, 0)
    assert metrics(lakehouse).height == 1


def test_no_activity_gives_no_row_and_no_error(lakehouse: Lakehouse) -> None:
    report = derive_activity_metrics(lakehouse, SPRING)
    assert (report.activities, report.imputed) == (0, 0)
    assert metrics(lakehouse).is_empty()


CHILDREN = ("activity_zones", "best_efforts", "mean_max", "splits")


def test_measuring_again_changes_nothing(lakehouse: Lakehouse) -> None:
    """Bit for bit, whether months are measured together or one by one."""
    bring(lakehouse, {f"{n}": run(at(START, n * 9 * DAY_S), seconds=900 + n, heart_rate=140 + n) for n in range(9)})
    derive(lakehouse)
    before = everything(lakehouse)
    assert [before[name].is_empty() for name in CHILDREN] == [False] * 4
    derive_activity_metrics(lakehouse, SPRING)
    assert differing(before, everything(lakehouse)) == []
    for month in SPRING.months():
        derive_activity_metrics(lakehouse, month)
    assert differing(before, everything(lakehouse)) == []


def test_months_too_large_to_be_measured_together_are_measured_one_by_one(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(lakehouse, {f"{n}": run(at(START, n * 9 * DAY_S), seconds=900 + n) for n in range(9)})
    derive(lakehouse)
    together = everything(lakehouse)
    monkeypatch.setattr("runningcoach_pipelines.derive.activity_metrics.derivation._SAMPLES_AT_ONCE", 1)
    assert derive_activity_metrics(lakehouse, SPRING).activities == 9
    assert differing(together, everything(lakehouse)) == []


def test_rows_of_activities_that_are_gone_go_from_every_table(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a": run(seconds=900), "b": run(at(START, HOUR_S), seconds=900)})
    derive(lakehouse)
    with lakehouse.engine.begin() as connection:
        connection.exec_driver_sql("delete from runningcoach.garmin_raw_files where file_name = 'b'")
    derive_activities(lakehouse, SPRING)
    derive_activity_metrics(lakehouse, SPRING)
    assert {table(lakehouse, name)["activity_id"].n_unique() for name in ("activity_metrics", *CHILDREN)} == {1}


def test_what_the_device_says_beyond_its_totals_is_used(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a": activity(hour(heart_rate=None, sport="cycling"))})
    derive_activities(lakehouse, SPRING)
    of_the_device = "set perceived_effort = 6, training_load_peak = 90, descent_m = 17, moving_s = 3000"
    with lakehouse.engine.begin() as connection:
        connection.exec_driver_sql(f"update runningcoach.device_values {of_the_device}")
    derive_activity_metrics(lakehouse, SPRING)
    (row,) = metrics(lakehouse).iter_rows(named=True)
    assert (row["effort_load"], row["device_load"], row["descent_m"], row["moving_s"]) == (360, 90, 17, 3000)
    assert json.loads(row["load_fallbacks"])["device"] == "no_personal_factor"


def test_estimates_and_factors_of_a_month_take_its_own_runs_into_account(lakehouse: Lakehouse) -> None:
    """Twelve runs with a heart rate make the highest of them the maximum; their loads say what an hour is worth."""
    beats = [140 + n for n in range(12)]
    bring(lakehouse, {f"{b}": run(at(START, n * DAY_S), seconds=900, heart_rate=b) for n, b in enumerate(beats)})
    derive(lakehouse)
    rows = metrics(lakehouse)
    assert rows["hr_max_bpm"].unique().to_list() == [151]
    per_hour = (rows["hr_load"] / rows["timer_s"] * 3600).median()
    assert rows["imputed_load_per_h"].unique().to_list() == [pytest.approx(per_hour)]
