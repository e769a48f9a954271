"""Weeks from Monday, months from the 1st: what a window touches, and what they add up to."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.derive.summaries import INTENSITIES, derive_summaries, summarize
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import ActivityMetrics, ActivityZone, AnalyticsSummary
from runningcoach_pipelines.store.windows import Period, Window
from tests.deriving import SPRING, bring, derive, table
from tests.making import START, at, run

DAY_S = 86_400


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def metrics(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of `activity_metrics`: an hour's run of 10 km with a load of 60, unless said."""
    usual = {
        "athlete_id": "me",
        "sport": "running",
        "distance_m": 10_000.0,
        "timer_s": 3600.0,
        "ascent_m": 100.0,
        "load": 60.0,
        "load_source": "heart_rate",
        "counted": True,
    }
    given = [
        usual | {"activity_id": str(number)} | row | {"local_day": day(row["local_day"])}
        for number, row in enumerate(rows)
    ]
    return pl.DataFrame(given, schema=frame_schema(ActivityMetrics.table())).sort("athlete_id", "local_day")


def intensities(seconds: dict[str, tuple[float, float, float]]) -> pl.DataFrame:
    """Rows of `activity_zones`: seconds of low, moderate and high intensity by activity."""
    given = [
        {"activity_id": name, "kind": "intensity", "zone": zone, "time_s": time_s}
        for name, times in seconds.items()
        for zone, time_s in enumerate(times, start=1)
    ]
    return pl.DataFrame(given, schema=frame_schema(ActivityZone.table()))


NO_INTENSITIES = intensities({})


def weeks(rows: pl.DataFrame, zones: pl.DataFrame = NO_INTENSITIES) -> pl.DataFrame:
    return summarize(rows, zones, Period.WEEK)


def starts(frame: pl.DataFrame) -> list[str]:
    return [start.isoformat() for start in frame["period_start"]]


@pytest.mark.parametrize(
    ("on", "week", "month"),
    [
        ("2025-05-04", "2025-04-28", "2025-05-01"),
        ("2025-05-05", "2025-05-05", "2025-05-01"),
        ("2025-06-01", "2025-05-26", "2025-06-01"),
        ("2025-01-01", "2024-12-30", "2025-01-01"),
        ("2024-12-31", "2024-12-30", "2024-12-01"),
        ("2027-01-03", "2026-12-28", "2027-01-01"),
        ("2024-02-29", "2024-02-26", "2024-02-01"),
    ],
)
def test_a_day_is_in_the_week_of_its_monday_and_the_month_of_its_1st(on: str, week: str, month: str) -> None:
    activity = metrics({"local_day": on})
    assert starts(weeks(activity)) == [week]
    assert starts(summarize(activity, NO_INTENSITIES, Period.MONTH)) == [month]


def test_totals_tell_runs_from_the_rest_and_leave_out_duplicates() -> None:
    (row,) = weeks(
        metrics(
            {"local_day": "2025-05-05"},
            {"local_day": "2025-05-05", "distance_m": 21_000.0, "ascent_m": None},
            {"local_day": "2025-05-06", "sport": "cycling", "distance_m": 40_000.0, "load": 30.0},
            {"local_day": "2025-05-07", "distance_m": None, "load": 25.0, "load_source": "imputed"},
            {"local_day": "2025-05-08", "counted": False},
        )
    ).iter_rows(named=True)
    expected = {
        "athlete_id": "me",
        "period": "week",
        "period_start": day("2025-05-05"),
        "activities": 4,
        "runs": 3,
        "days_active": 3,
        "distance_m": 71_000.0,
        "run_distance_m": 31_000.0,
        "timer_s": 14_400.0,
        "run_timer_s": 10_800.0,
        "ascent_m": 300.0,
        "load": 175.0,
        "imputed_load": 25.0,
        "longest_run_m": 21_000.0,
        "run_load": 145.0,
    }
    assert {name: row[name] for name in expected} == expected


def test_a_week_without_runs_has_no_longest_run() -> None:
    row = weeks(metrics({"local_day": "2025-05-05", "sport": "cycling"})).row(0, named=True)
    assert (row["runs"], row["run_distance_m"], row["longest_run_m"]) == (0, 0, None)
    assert (row["run_load"], row["avg_run_speed_mps"], row["avg_run_heart_rate_bpm"]) == (0, None, None)


def test_averages_are_of_runs_that_know_both_and_weighted_by_their_time() -> None:
    row = weeks(
        metrics(
            {"local_day": "2025-05-05", "distance_m": 9000.0, "timer_s": 3000.0, "avg_heart_rate_bpm": 140.0},
            {"local_day": "2025-05-06", "distance_m": 4000.0, "timer_s": 1000.0, "avg_heart_rate_bpm": 160.0},
            {"local_day": "2025-05-07", "distance_m": None, "timer_s": 5000.0},
            {"local_day": "2025-05-08", "sport": "cycling", "avg_heart_rate_bpm": 100.0},
            {"local_day": "2025-05-09", "counted": False, "avg_heart_rate_bpm": 190.0},
        )
    ).row(0, named=True)
    assert row["avg_run_speed_mps"] == 13_000 / 4000
    assert row["avg_run_heart_rate_bpm"] == 145


def test_intensities_add_up_over_all_sports_and_get_their_label() -> None:
    rows = metrics(
        {"local_day": "2025-05-05", "activity_id": "easy"},
        {"local_day": "2025-05-06", "activity_id": "ride", "sport": "cycling"},
        {"local_day": "2025-05-07", "activity_id": "without heart rate"},
        {"local_day": "2025-05-07", "activity_id": "twice", "counted": False},
    )
    seconds = {"easy": (3000.0, 200.0, 0.0), "ride": (1000.0, 100.0, 1000.0), "twice": (0.0, 0.0, 3600.0)}
    row = weeks(rows, intensities(seconds)).row(0, named=True)
    assert [row[name] for name in INTENSITIES] == [4000, 300, 1000]
    assert row["intensity_label"] == "polarized"
    (march,) = weeks(metrics({"local_day": "2025-03-05"})).select(*INTENSITIES, "intensity_label").rows()
    assert march == (None, None, None, None)


def test_athletes_are_summed_apart() -> None:
    rows = metrics({"local_day": "2025-05-05"}, {"local_day": "2025-05-06", "athlete_id": "you", "load": 10.0})
    assert summarize(rows, NO_INTENSITIES, Period.MONTH).select("athlete_id", "load").rows() == [
        ("me", 60),
        ("you", 10),
    ]


def test_nothing_counted_has_no_row() -> None:
    for rows in (metrics(), metrics({"local_day": "2025-05-05", "counted": False})):
        none = weeks(rows)
        assert none.is_empty()
        assert none.schema == frame_schema(AnalyticsSummary.table())


DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2040, 1, 1))


@given(DAYS, st.integers(1, 120), st.sampled_from(Period))
def test_a_window_is_widened_to_the_whole_periods_of_its_first_and_last_day(
    start: dt.date, length: int, period: Period
) -> None:
    window = Window(start, start + dt.timedelta(days=length))
    whole = period.whole(window)
    assert whole.start <= window.start
    assert window.end <= whole.end
    first, last = (
        summarize(metrics({"local_day": on.isoformat()}), NO_INTENSITIES, period)["period_start"][0]
        for on in (window.start, window.end - dt.timedelta(days=1))
    )
    assert whole.start == first
    assert whole == period.whole(whole)
    assert period.whole(Window(last, last + dt.timedelta(days=1))).end == whole.end


@pytest.mark.parametrize("period", Period)
def test_only_the_periods_of_the_window_are_made_anew(lakehouse: Lakehouse, period: Period) -> None:
    bring(lakehouse, {f"{n}": run(at(START, n * DAY_S)) for n in (0, 1, 40)})
    derive(lakehouse)
    before = table(lakehouse, "analytics_summaries")
    with lakehouse.engine.begin() as connection:
        connection.exec_driver_sql("update runningcoach.activity_metrics set load = load + 1")
    derive_summaries(lakehouse, period, Window(day("2025-05-05"), day("2025-05-06")))
    touched = period.whole(Window(day("2025-05-05"), day("2025-05-06"))).start
    after = table(lakehouse, "analytics_summaries")
    changed = after.join(before, on=["athlete_id", "period", "period_start"], suffix="_before")
    changed = changed.filter(pl.col("load") != pl.col("load_before"))
    assert changed.select("period", "period_start").rows() == [(period.value, touched)]
    assert after.height == before.height


def test_a_week_over_two_months_counts_the_days_of_both(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {f"{n}": run(at(START, n * DAY_S)) for n in (24, 26, 28)})
    derive(lakehouse)
    weeks = table(lakehouse, "analytics_summaries").filter(pl.col("period") == "week")
    assert weeks.select("period_start", "activities").rows() == [(day("2025-05-26"), 3)]
    for month in SPRING.months():
        derive_summaries(lakehouse, Period.WEEK, month)
    assert table(lakehouse, "analytics_summaries").filter(pl.col("period") == "week").equals(weeks)


def test_a_period_that_lost_its_activities_loses_its_row(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a": run()})
    derive(lakehouse)
    with lakehouse.engine.begin() as connection:
        connection.exec_driver_sql("delete from runningcoach.activity_metrics")
    assert [derive_summaries(lakehouse, period, SPRING) for period in Period] == [0, 0]
    assert table(lakehouse, "analytics_summaries").is_empty()
