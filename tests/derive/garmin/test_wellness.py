"""Garmin's answers to nights, pulse and values of days; beside files, changed, drifted, and made again."""

import datetime as dt
from typing import Any

import polars as pl

from runningcoach_pipelines.derive.garmin.belongings import derive_belongings
from runningcoach_pipelines.derive.wellness import changed_answers, derive_wellness
from runningcoach_pipelines.ingest.importing import import_files
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.store.contracts import CONTRACTS
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.rebuild import drop_derived
from runningcoach_pipelines.store.windows import Window
from tests.derive.garmin.conftest import Fetch
from tests.deriving import OF_ANSWERS, differing, everything, table
from tests.doubles.garmin import Changed, malformed
from tests.garmin.conftest import ATHLETE, Desk
from tests.nights import SLEEP, hrv, levels, resting, wellness

FEBRUARY = Window(dt.date(2100, 2, 1), dt.date(2100, 3, 1))
FIRST, LAST = dt.date(2100, 2, 1), dt.date(2100, 2, 27)
RANGES = ("sleep_days", "resting_heart_rate", "daily_summary", "hrv", "weight", "vo2max")


def changed_months(lakehouse: Lakehouse) -> list[dt.date]:
    return sorted(month for _, month in changed_answers(lakehouse))


def drifted(lakehouse: Lakehouse) -> list[tuple[str, dt.date, str]]:
    return list(table(lakehouse, "garmin_drifts").select("endpoint", "day", "path").iter_rows())


def test_answers_become_the_rows_of_their_days(desk: Desk, fetch: Fetch) -> None:
    for name in RANGES:
        fetch(name, FIRST, LAST)
    for name in ("sleep", "heart_rates"):
        fetch(name, LAST - dt.timedelta(days=2), LAST)
    lakehouse, days = desk.lakehouse, desk.garmin.athlete.days
    assert changed_months(lakehouse) == [FEBRUARY.start]
    report = derive_wellness(lakehouse, FEBRUARY)
    assert changed_months(lakehouse) == []
    assert (report.drifts, report.files) == (0, 0)

    health = {row["day"]: row for row in table(lakehouse, "health_metrics").to_dicts()}
    slept = {row["day"]: row for row in table(lakehouse, "sleep").to_dicts()}
    for day in desk.garmin.athlete.known_days(FIRST, LAST):
        morning, night = days.recovery.morning(day), days.recorded_night(day)
        worn = days.worn(day)
        weight = days.weight_kg(day)
        assert (day in slept) is (night is not None)
        if not worn and weight is None:
            continue
        row = health[day]
        assert row["weight_kg"] == weight
        assert row["resting_hr_bpm"] == (round(morning.resting_hr_bpm) if worn else None)
        if night is not None:
            assert (row["sleep_s"], row["sleep_score"]) == (night.asleep_s, night.score)
            assert row["hrv_rmssd_ms"] == round(morning.hrv_rmssd_ms)
            assert slept[day]["woke_at"] == night.woke
    pulse = table(lakehouse, "hr_records")
    assert pulse["day"].unique().sort().to_list() == [LAST - dt.timedelta(days=back) for back in (2, 1, 0)]
    assert pulse.height == report.heart_rates == 3 * 720


def test_a_file_comes_before_garmin_and_garmin_fills_what_it_leaves_open(desk: Desk, fetch: Fetch) -> None:
    # Half past six in Seoul.
    woke = dt.datetime.combine(LAST - dt.timedelta(days=1), dt.time(21, 30), dt.UTC)
    night = levels(woke - dt.timedelta(hours=8), [(30, "light"), (400, "deep"), (20, "awake")], None)
    files = {
        "sleep.fit": wellness(SLEEP, *night, created=woke),
        "rest.fit": wellness("monitoring_b", resting([woke], [41]), hrv(woke, 58.5), created=woke),
    }
    found = (FoundFile(name, data) for name, data in files.items())
    assert import_files(desk.lakehouse, found, athlete_id=ATHLETE, today=LAST).complete
    for name in RANGES:
        fetch(name, FIRST, LAST)
    derive_wellness(desk.lakehouse, FEBRUARY)
    row = table(desk.lakehouse, "health_metrics").filter(pl.col("day") == LAST).row(0, named=True)
    days = desk.garmin.athlete.days
    told = days.recorded_night(LAST)
    assert told is not None
    assert (row["resting_hr_bpm"], row["hrv_rmssd_ms"], row["sleep_s"]) == (41.0, 58.5, 430 * 60.0)
    assert (row["sleep_score"], row["avg_stress"]) == (told.score, days.day(LAST).average_stress)


def test_only_what_is_told_differently_is_made_anew(desk: Desk, fetch: Fetch) -> None:
    january = dt.date(2100, 1, 4)
    fetch("resting_heart_rate", january, LAST)
    lakehouse = desk.lakehouse
    for month in (Window(dt.date(2100, 1, 1), FEBRUARY.start), FEBRUARY):
        derive_wellness(lakehouse, month)
    fetch("resting_heart_rate", january, LAST)
    assert changed_months(lakehouse) == []

    def settled(answer: dict[str, Any]) -> dict[str, Any]:
        answer["allMetrics"]["metricsMap"]["WELLNESS_RESTING_HEART_RATE"][-1]["value"] = 47.0
        return answer

    desk.garmin.fault("/userstats-service", Changed(settled))
    fetch("resting_heart_rate", january, LAST)
    assert changed_months(lakehouse) == [FEBRUARY.start]
    derive_wellness(lakehouse, FEBRUARY)
    assert table(lakehouse, "health_metrics").sort("day")["resting_hr_bpm"][-1] == 47.0
    assert changed_months(lakehouse) == []


def test_a_drifted_answer_is_a_failed_check_with_its_path_and_the_others_go_on(desk: Desk, fetch: Fetch) -> None:
    day = LAST - dt.timedelta(days=4)

    def renamed(answer: dict[str, Any]) -> dict[str, Any]:
        entry = next(one for one in answer["hrvSummaries"] if one["calendarDate"] == f"{day}")
        entry["lastNightAverage"] = entry.pop("lastNightAvg")
        return answer

    desk.garmin.fault("/hrv-service", Changed(renamed), times=1)
    for name in RANGES:
        fetch(name, FIRST, LAST)
    lakehouse = desk.lakehouse
    assert derive_wellness(lakehouse, FEBRUARY).drifts == 1
    ((endpoint, found_day, path),) = drifted(lakehouse)
    assert (endpoint, found_day) == ("hrv", day)
    assert path.endswith("].lastNightAvg")
    health = table(lakehouse, "health_metrics").sort("day")
    assert health.filter(pl.col("day") == day)["hrv_rmssd_ms"].to_list() == [None]
    assert health.filter(pl.col("day") != day)["hrv_rmssd_ms"].drop_nulls().len() > 20
    assert health["resting_hr_bpm"].drop_nulls().len() > 20

    broken = {one.name: one for one in CONTRACTS if one.name.endswith("_answers_understood")}
    with lakehouse.engine.connect() as connection:
        violations = {name: one.violations(connection, LAST) for name, one in broken.items()}
    assert {name for name, found in violations.items() if not found.none} == {"hrv_answers_understood"}
    (example,) = violations["hrv_answers_understood"].examples
    assert f"{day}" in example
    assert path in example

    fetch("hrv", FIRST, LAST)
    assert changed_months(lakehouse) == [FEBRUARY.start]
    assert derive_wellness(lakehouse, FEBRUARY).drifts == 0
    assert drifted(lakehouse) == []


def test_an_answer_that_is_no_json_leaves_what_was_known(desk: Desk, fetch: Fetch) -> None:
    fetch("sleep_days", FIRST, LAST)
    derive_wellness(desk.lakehouse, FEBRUARY)
    before = table(desk.lakehouse, "sleep")
    desk.garmin.fault("/sleep-service", malformed())
    fetch("sleep_days", FIRST, LAST)
    assert changed_months(desk.lakehouse) == []
    derive_wellness(desk.lakehouse, FEBRUARY)
    assert table(desk.lakehouse, "sleep").equals(before)


def test_a_rebuild_gives_the_same_rows(desk: Desk, fetch: Fetch) -> None:
    for name in RANGES:
        fetch(name, FIRST, LAST)
    fetch("heart_rates", LAST, LAST)
    for name in ("gear", "personal_records"):
        fetch(name)
    fetch("calendar", dt.date(LAST.year, 1, 1), dt.date(LAST.year, 12, 31))
    derive_wellness(desk.lakehouse, FEBRUARY)
    derive_belongings(desk.lakehouse)
    before = everything(desk.lakehouse)
    assert [name for name in OF_ANSWERS if before[name].is_empty()] == ["garmin_drifts"]
    drop_derived(desk.lakehouse)
    assert changed_months(desk.lakehouse) == [FEBRUARY.start]
    derive_wellness(desk.lakehouse, FEBRUARY)
    derive_belongings(desk.lakehouse)
    assert differing(before, everything(desk.lakehouse)) == []
