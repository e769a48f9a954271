"""What a wellness file tells, when, and of which local day."""

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import fitdecode
import polars as pl
import pytest

from runningcoach_pipelines.fit import decode
from runningcoach_pipelines.fit.encode import Rows
from runningcoach_pipelines.wellness.file import WELLNESS_KINDS, days_of, read_wellness
from runningcoach_pipelines.wellness.readings import READINGS, WELLNESS_MESSAGES
from tests.making import at
from tests.nights import (
    HRV_STATUS,
    METRICS,
    MORNING,
    SLEEP,
    clock,
    hrv,
    levels,
    resting,
    scale,
    stress,
    vo2max,
    wellness,
)

SEOUL = ZoneInfo("Asia/Seoul")
DAY = dt.date(2025, 5, 5)
HOUR_S = 3600


def readings(data: bytes) -> pl.DataFrame:
    found = read_wellness(decode(data, messages=WELLNESS_MESSAGES), home=SEOUL)
    assert found.schema == READINGS
    return found.sort("at")


def said(data: bytes) -> list[dict[str, Any]]:
    """What is known, reading by reading, without the times."""
    rows = readings(data).drop("at").iter_rows(named=True)
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def test_resting_heart_rate_is_the_days_own_not_the_mean_of_a_week() -> None:
    data = wellness("monitoring_b", resting([MORNING, at(MORNING, HOUR_S)], [0, 47]))
    assert said(data) == [{"day": DAY, "resting_hr_bpm": 47.0}]


def test_stress_that_could_not_be_measured_is_none() -> None:
    times = [at(MORNING, 180 * n) for n in range(5)]
    data = wellness("monitoring_b", stress(times, [-1, 30, -2, 0, None]))
    assert [row["stress"] for row in said(data)] == [30.0, 0.0]


def test_the_hrv_of_a_night_is_in_milliseconds_and_stands_on_the_day_of_waking() -> None:
    night = said(wellness(HRV_STATUS, hrv(MORNING, 58.5)))
    assert night == [{"day": DAY, "hrv_rmssd_ms": 58.5, "hrv_device_status": "balanced"}]
    assert said(wellness(HRV_STATUS, hrv(MORNING, 58.5, status="none"))) == [{"day": DAY, "hrv_rmssd_ms": 58.5}]
    assert said(wellness(HRV_STATUS, hrv(MORNING, 0, status="none"))) == []


def test_sleep_is_the_time_in_its_stages_each_told_at_its_end() -> None:
    begun = at(MORNING, -8 * HOUR_S)
    stages = [
        (15, "light"),
        (60, "deep"),
        (20, "awake"),
        (90, "light"),
        (5, "unmeasurable"),
        (45, "rem"),
        (10, "awake"),
    ]
    data = wellness(SLEEP, *levels(begun, stages, 82))
    (night,) = readings(data).iter_rows(named=True)
    assert (night["sleep_s"], night["sleep_score"]) == ((15 + 60 + 90 + 45) * 60, 82)
    assert (night["at"], night["day"]) == (at(begun, 245 * 60), DAY)


def test_without_its_beginning_the_first_stage_has_no_length() -> None:
    (night,) = said(wellness(SLEEP, *levels(None, [(15, "light"), (60, "deep"), (30, "rem")], None)))
    assert night == {"day": DAY, "sleep_s": 90 * 60}


def test_a_score_without_stages_stands_on_the_day_its_file_was_written() -> None:
    assert said(wellness(SLEEP, *levels(None, [], 71))) == [{"day": DAY, "sleep_score": 71.0}]
    assert said(wellness(SLEEP)) == []


def test_a_nap_is_no_night() -> None:
    nap = Rows("nap_event", {0: [1]}, base_types={0: "uint8"})
    assert said(wellness(SLEEP, nap, *levels(MORNING, [(25, "light")], 40))) == []


def test_vo2max_of_cycling_is_another_quantity() -> None:
    for sport in ("running", None, "generic"):
        assert said(wellness(METRICS, vo2max(MORNING, 51.4, sport))) == [{"day": DAY, "vo2max": 51.4}]
    assert said(wellness(METRICS, vo2max(MORNING, 51.4, "cycling"))) == []
    category = Rows("max_met_data", {"update_time": [MORNING], "vo2_max": [51.4], "max_met_category": ["cycling"]})
    assert said(wellness(METRICS, category)) == []


def test_a_weight_that_is_still_being_taken_is_none() -> None:
    data = wellness("weight", scale([MORNING, at(MORNING, 1), at(MORNING, 2)], [0, 655.34, 68.4]))
    assert said(data) == [{"day": DAY, "weight_kg": 68.4}]


def test_weights_of_several_people_are_nobodys() -> None:
    times = [MORNING, at(MORNING, HOUR_S)]
    assert said(wellness("weight", scale(times, [75.8, 58.2], users=[0, 1]))) == []
    assert len(said(wellness("weight", scale(times, [75.8, 75.6], users=[3, 3])))) == 2


@pytest.mark.parametrize(
    ("offset_h", "day"),
    [(None, DAY), (9, DAY), (-7, dt.date(2025, 5, 4)), (5.75, DAY)],
    ids=["home", "clock at home", "clock in California", "clock in Nepal"],
)
def test_the_day_is_that_of_the_watchs_clock_else_at_home(offset_h: float | None, day: dt.date) -> None:
    clocks = [] if offset_h is None else [clock(MORNING, offset_h)]
    (row,) = said(wellness("monitoring_b", *clocks, resting([MORNING], [47])))
    assert row["day"] == day


def test_readings_after_the_clocks_have_changed_at_home_are_on_their_own_day() -> None:
    """The watch wrote its offset down before the night in which Berlin's clocks went back."""
    before, after = dt.datetime(2025, 10, 25, 20, tzinfo=dt.UTC), dt.datetime(2025, 10, 26, 22, 30, tzinfo=dt.UTC)
    data = wellness("monitoring_b", clock(before, 2), resting([after], [47]))
    (day,) = read_wellness(decode(data), home=ZoneInfo("Europe/Berlin"))["day"]
    assert day == dt.date(2025, 10, 26)


def test_readings_without_a_time_cannot_be_placed() -> None:
    timeless = Rows("monitoring_hr_data", {"current_day_resting_heart_rate": [47]})
    assert said(wellness("monitoring_b", timeless)) == []


def test_fields_of_another_kind_than_theirs_are_not_known() -> None:
    careless = Rows(
        "monitoring_hr_data",
        {"timestamp": [MORNING], "current_day_resting_heart_rate": ["slow"]},
        base_types={"current_day_resting_heart_rate": "string"},
    )
    odd = Rows("hrv_status_summary", {"timestamp": [MORNING], "last_night_average": [[50.0, 51.0]], "status": [77]})
    assert said(wellness("monitoring_b", careless, odd)) == [{"day": DAY, "hrv_device_status": "77"}]


def test_the_days_of_a_file_are_those_of_its_readings() -> None:
    two = wellness("monitoring_b", resting([MORNING, at(MORNING, 3 * 24 * HOUR_S)], [47, 48]), created=MORNING)
    assert days_of(two, SEOUL) == (DAY, dt.date(2025, 5, 8))
    assert days_of(wellness("monitoring_b"), SEOUL) is None


def test_real_wellness_files_say_what_another_decoder_reads_in_them(real_files: Path) -> None:
    """Few are free to use: two scales, one of them with two users, and a tracker without a heart sensor."""
    expected = {
        "6eec0f62_WeightScaleSingleUser.fit": 2,
        "27492979_WeightScaleMultiUser.fit": 0,
        "ba649a82_MonitoringFile.fit": 0,
    }
    for name, count in expected.items():
        path = real_files / name
        found = readings(path.read_bytes())
        assert found.height == count, name
        with fitdecode.FitReader(path) as reader:
            messages = [frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]
        kinds = {frame.get_value("type") for frame in messages if frame.name == "file_id"}
        assert kinds <= WELLNESS_KINDS
        weights = [frame for frame in messages if frame.name == "weight_scale"]
        if count:
            assert found["weight_kg"].to_list() == [frame.get_value("weight") for frame in weights]
            assert found["at"].to_list() == [frame.get_value("timestamp") for frame in weights]


def test_any_real_file_gives_plausible_readings_if_any(real_files: Path) -> None:
    for path in sorted(real_files.glob("*.fit")):
        try:
            fit = decode(path.read_bytes(), messages=WELLNESS_MESSAGES)
        except ValueError:
            continue
        found = read_wellness(fit, home=SEOUL)
        assert found["weight_kg"].drop_nulls().is_between(30, 150).all(), path.name
        assert found["stress"].drop_nulls().is_between(0, 100).all(), path.name
