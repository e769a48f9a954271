"""Weeks and months in context: what is computed when it is read is right for whatever is there at that moment."""

import datetime as dt
from typing import Any

import pytest

from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.summaries import COMPARED, summaries_in_context
from runningcoach_pipelines.store.tables import Activity, AnalyticsSummary, BestEffort, FitnessMetricsDaily
from runningcoach_pipelines.store.windows import Period, Window
from tests.rows import day, put


def span(first: str, last: str) -> Window:
    return Window(day(first), day(last) + dt.timedelta(days=1))


def summary(period: str, start: str, **figures: Any) -> dict[str, Any]:
    return {"period": period, "period_start": day(start), "activities": 1, **figures}


def effort(name: str, on: str, time_s: float, *, distance_m: float = 5000.0, **more: Any) -> dict[str, Any]:
    return {"activity_id": name, "local_day": day(on), "distance_m": distance_m, "time_s": time_s, **more}


def put_efforts(lakehouse: Lakehouse, *efforts: dict[str, Any]) -> None:
    """Efforts with their activities, which start at noon of their day."""
    started = {
        one["activity_id"]: {
            "activity_id": one["activity_id"],
            "athlete_id": one.get("athlete_id", "me"),
            "local_day": one["local_day"],
            "started_at": dt.datetime.combine(one["local_day"], one.pop("at", dt.time(12)), dt.UTC),
        }
        for one in efforts
    }
    put(lakehouse, Activity, *started.values())
    put(lakehouse, BestEffort, *efforts)


def records(row: dict[str, Any]) -> list[tuple[float, float, float | None, str]]:
    return [(one["distance_m"], one["time_s"], one["previous_s"], one["activity_id"]) for one in row["records"]]


def months(lakehouse: Lakehouse, first: str, last: str, athlete_id: str = "me") -> list[dict[str, Any]]:
    return summaries_in_context(lakehouse.engine, athlete_id, Period.MONTH, span(first, last)).to_dicts()


def test_an_empty_month_is_a_row_of_zeros_and_the_one_after_it_is_compared_with_zero(lakehouse: Lakehouse) -> None:
    put(
        lakehouse,
        AnalyticsSummary,
        summary("month", "2024-05-01", distance_m=90_000.0, load=300.0),
        summary("month", "2025-03-01", distance_m=40_000.0, load=100.0, avg_run_heart_rate_bpm=140.0),
        summary("month", "2025-05-01", distance_m=70_000.0, load=250.0),
        summary("week", "2025-04-28", distance_m=1.0),
        summary("month", "2025-04-01", athlete_id="you", distance_m=7.0),
    )
    march, april, may = months(lakehouse, "2025-03-15", "2025-05-01")
    assert [row["period_start"] for row in (march, april, may)] == [
        day("2025-03-01"),
        day("2025-04-01"),
        day("2025-05-01"),
    ]
    assert may["last_day"] == day("2025-05-31")
    assert (april["activities"], april["distance_m"], april["avg_run_heart_rate_bpm"]) == (0, 0, None)
    assert (april["previous_distance_m"], april["distance_m_since_previous"]) == (40_000, -40_000)
    assert (may["previous_distance_m"], may["distance_m_since_previous"]) == (0, 70_000)
    assert (may["year_ago_load"], may["load_since_year_ago"]) == (300, -50)
    assert (april["year_ago_load"], april["load_since_year_ago"]) == (None, None)


def test_weeks_are_compared_with_the_monday_nearest_to_the_date_a_year_before(lakehouse: Lakehouse) -> None:
    put(
        lakehouse,
        AnalyticsSummary,
        summary("week", "2019-12-30", timer_s=100.0),
        summary("week", "2020-12-28", timer_s=250.0),
        summary("week", "2021-01-04", timer_s=700.0),
    )
    weeks = summaries_in_context(lakehouse.engine, "me", Period.WEEK, span("2020-12-31", "2021-01-04")).to_dicts()
    assert [(row["period_start"], row["last_day"]) for row in weeks] == [
        (day("2020-12-28"), day("2021-01-03")),
        (day("2021-01-04"), day("2021-01-10")),
    ]
    assert [row["year_ago_timer_s"] for row in weeks] == [100, 0]
    assert [row["timer_s_since_previous"] for row in weeks] == [250, 450]


@pytest.mark.parametrize("period", Period)
def test_fitness_is_that_of_the_last_day_inside_the_period(lakehouse: Lakehouse, period: Period) -> None:
    days = [{"day": day("2025-05-20") + dt.timedelta(days=n), "ctl": 40.0 + n, "tsb": -n} for n in range(20)]
    put(lakehouse, FitnessMetricsDaily, *days, {"day": day("2025-06-08"), "athlete_id": "you", "ctl": 1.0})
    rows = summaries_in_context(lakehouse.engine, "me", period, span("2025-05-26", "2025-07-01")).to_dicts()
    by_start = {row["period_start"]: (row["fitness_day"], row["ctl"], row["tsb"]) for row in rows}
    if period is Period.MONTH:
        assert by_start[day("2025-05-01")] == (day("2025-05-31"), 51, -11)
        assert by_start[day("2025-06-01")] == (day("2025-06-08"), 59, -19)
        assert by_start[day("2025-07-01")] == (None, None, None)
    else:
        assert by_start[day("2025-05-26")] == (day("2025-06-01"), 52, -12)
        assert by_start[day("2025-06-02")] == (day("2025-06-08"), 59, -19)
        assert by_start[day("2025-06-09")] == (None, None, None)


def test_a_record_is_the_fastest_of_its_period_with_what_stood_before_it(lakehouse: Lakehouse) -> None:
    put_efforts(
        lakehouse,
        effort("a", "2025-03-10", 1500.0),
        effort("b", "2025-05-02", 1480.0),
        effort("c", "2025-05-03", 1490.0),
        effort("d", "2025-05-30", 1450.0),
        effort("e", "2025-06-10", 1450.0),
        effort("treadmill", "2025-06-11", 1200.0, counts=False),
        effort("theirs", "2025-03-01", 1000.0, athlete_id="you"),
        effort("f", "2025-05-04", 200.0, distance_m=1000.0),
    )
    may, june = months(lakehouse, "2025-05-15", "2025-06-15")
    assert records(may) == [(1000, 200, None, "f"), (5000, 1450, 1500, "d")]
    assert may["records"][1]["local_day"] == day("2025-05-30")
    assert june["records"] == []


def test_a_late_activity_takes_the_record_away_from_later_ones(lakehouse: Lakehouse) -> None:
    put_efforts(lakehouse, effort("a", "2025-03-10", 1500.0), effort("b", "2025-05-02", 1480.0))
    assert [records(row) for row in months(lakehouse, "2025-04-01", "2025-05-31")] == [[], [(5000, 1480, 1500, "b")]]
    put_efforts(lakehouse, effort("late", "2025-04-20", 1470.0))
    assert [records(row) for row in months(lakehouse, "2025-04-01", "2025-05-31")] == [
        [(5000, 1470, 1500, "late")],
        [],
    ]


def test_of_two_runs_on_a_day_the_earlier_one_comes_first(lakehouse: Lakehouse) -> None:
    put_efforts(
        lakehouse,
        effort("b morning", "2025-05-02", 1480.0, at=dt.time(6)),
        effort("a evening", "2025-05-02", 1490.0, at=dt.time(18)),
        effort("before", "2025-03-02", 1495.0),
    )
    (may,) = months(lakehouse, "2025-05-01", "2025-05-31")
    assert records(may) == [(5000, 1480, 1495, "b morning")]


def test_the_last_period_is_whole_and_nobody_gets_zeros_of_the_same_shape(lakehouse: Lakehouse) -> None:
    put_efforts(lakehouse, effort("a", "2025-05-30", 1500.0))
    (may,) = months(lakehouse, "2025-05-01", "2025-05-02")
    assert records(may) == [(5000, 1500, None, "a")]
    nobody = summaries_in_context(lakehouse.engine, "nobody", Period.MONTH, span("2025-05-01", "2025-05-02"))
    somebody = summaries_in_context(lakehouse.engine, "me", Period.MONTH, span("2025-05-01", "2025-05-02"))
    assert nobody.schema == somebody.schema
    (row,) = nobody.to_dicts()
    assert [row[name] for name in COMPARED] == [0.0] * len(COMPARED)
    assert {row[f"previous_{name}"] for name in COMPARED} == {None}
    assert row["records"] == []
