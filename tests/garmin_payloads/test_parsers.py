"""Answers to rows: the demo athlete's own values come out, whatever the device knew; traps; and what has drifted."""

import copy
import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runningcoach_pipelines.demo.garmin import GarminAthlete, belongings, days, levels, nights
from runningcoach_pipelines.demo.nights import Stage
from runningcoach_pipelines.garmin_payloads.parsers import PARSERS, SCHEMAS
from runningcoach_pipelines.garmin_payloads.shape import Drift, Drifts

ATHLETE = GarminAthlete(7, 1, dt.date(2024, 6, 30))
WINDOW = (dt.date(2024, 3, 15), dt.date(2024, 4, 11))
"""Four weeks with a marathon, a trip to Berlin, the change of its clocks and the flight home."""
ONE_DAY = dt.date(2024, 4, 5)

ANSWERS: dict[str, Any] = {
    "sleep": nights.night(ATHLETE, ONE_DAY),
    "sleep_days": nights.nights(ATHLETE, *WINDOW),
    "heart_rates": days.heart_rates(ATHLETE, ONE_DAY),
    "resting_heart_rate": levels.resting_heart_rate(ATHLETE, *WINDOW),
    "hrv": nights.variability(ATHLETE, *WINDOW),
    "daily_summary": days.summaries(ATHLETE, *WINDOW),
    "weight": levels.weight(ATHLETE, *WINDOW),
    "vo2max": levels.vo2max(ATHLETE, *WINDOW),
    "gear": belongings.gear(ATHLETE),
    "personal_records": belongings.personal_records(ATHLETE),
    "calendar": belongings.calendar(ATHLETE, dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
}


def parsed(endpoint: str, payload: object) -> tuple[pl.DataFrame, list[Drift]]:
    drifts = Drifts()
    frame = PARSERS[endpoint](payload, drifts)
    assert frame.schema == SCHEMAS[endpoint]
    return frame, drifts.found


def clean(endpoint: str, payload: object = None) -> pl.DataFrame:
    frame, drifts = parsed(endpoint, ANSWERS[endpoint] if payload is None else payload)
    assert drifts == []
    return frame


def test_nights_come_out_as_they_were_slept() -> None:
    slept = [night for day in ATHLETE.known_days(*WINDOW) if (night := ATHLETE.days.recorded_night(day))]
    expected = [
        {
            "day": night.day,
            "fell_asleep_at": night.fell_asleep,
            "woke_at": night.woke,
            "utc_offset_s": int(night.offset(night.woke).total_seconds()),
            "asleep_s": float(night.asleep_s),
            "deep_s": float(night.seconds(Stage.DEEP)),
            "light_s": float(night.seconds(Stage.LIGHT)),
            "rem_s": float(night.seconds(Stage.REM)),
            "awake_s": float(night.seconds(Stage.AWAKE)),
            "score": float(night.score),
        }
        for night in slept
    ]
    assert clean("sleep_days").to_dicts() == expected
    in_full = [clean("sleep", nights.night(ATHLETE, night.day)).row(0, named=True) for night in slept]
    assert in_full == expected
    # Seoul, and Berlin before and after its clocks went forward.
    assert {row["utc_offset_s"] for row in expected} == {9 * 3600, 3600, 2 * 3600}


def test_a_local_timestamp_is_no_instant() -> None:
    """Users of the library read it as one, and find their bedtimes shifted by their offset."""
    payload = copy.deepcopy(ANSWERS["sleep"])
    row = clean("sleep", payload).row(0, named=True)
    assert row["woke_at"].timestamp() * 1000 == payload["dailySleepDTO"]["sleepEndTimestampGMT"]
    assert row["woke_at"].timestamp() * 1000 != payload["dailySleepDTO"]["sleepEndTimestampLocal"]


@pytest.mark.parametrize("shift_h", [17, 0.1])
def test_an_offset_that_no_place_has_is_not_believed(shift_h: float) -> None:
    payload = copy.deepcopy(ANSWERS["sleep"])
    dto = payload["dailySleepDTO"]
    dto["sleepEndTimestampLocal"] = dto["sleepEndTimestampGMT"] + round(shift_h * 3_600_000)
    assert clean("sleep", payload)["utc_offset_s"].to_list() == [None]


def test_times_written_as_text_are_read_as_well() -> None:
    payload = copy.deepcopy(ANSWERS["sleep"])
    dto = payload["dailySleepDTO"]
    for key in ("sleepStartTimestampGMT", "sleepEndTimestampGMT", "sleepEndTimestampLocal"):
        dto[key] = f"{dt.datetime.fromtimestamp(dto[key] / 1000, dt.UTC):%Y-%m-%dT%H:%M:%S}.0"
    assert clean("sleep", payload).equals(clean("sleep"))


def test_single_values_of_days_are_those_of_the_mornings() -> None:
    mornings = {day: ATHLETE.days.recovery.morning(day) for day in ATHLETE.worn_days(*WINDOW)}
    resting = {day: float(round(morning.resting_hr_bpm)) for day, morning in mornings.items()}
    assert dict(clean("resting_heart_rate").select("day", "resting_hr_bpm").iter_rows()) == resting
    assert dict(clean("daily_summary").select("day", "resting_hr_bpm").iter_rows()) == resting
    variability = {
        day: float(round(morning.hrv_rmssd_ms))
        for day, morning in mornings.items()
        if ATHLETE.days.recorded_night(day) is not None
    }
    assert dict(clean("hrv").select("day", "hrv_rmssd_ms").iter_rows()) == variability
    assert set(clean("hrv")["hrv_device_status"]) <= {"balanced", "unbalanced"}
    weighed = {day: kg for day in ATHLETE.known_days(*WINDOW) if (kg := ATHLETE.days.weight_kg(day))}
    assert dict(clean("weight").select("day", "weight_kg").iter_rows()) == pytest.approx(weighed)
    stress = {day: float(ATHLETE.days.day(day).average_stress) for day in mornings}
    assert dict(clean("daily_summary").select("day", "avg_stress").iter_rows()) == stress
    assert clean("vo2max")["vo2max"].is_between(35, 70).all()


def test_the_pulse_of_a_day_is_that_of_the_watch() -> None:
    frame = clean("heart_rates")
    series = ATHLETE.days.day(ONE_DAY).heart_rate
    assert frame["heart_rate_bpm"].to_list() == [float(value) for value in series.values]
    assert frame["at"][0] == series.start
    assert frame["at"].diff().drop_nulls().unique().to_list() == [dt.timedelta(minutes=2)]


def test_gaps_in_the_pulse_are_left_out_and_columns_found_by_their_names() -> None:
    payload = copy.deepcopy(ANSWERS["heart_rates"])
    payload["heartRateValues"][3][1] = None
    payload["heartRateValues"][4][1] = 0
    assert clean("heart_rates", payload).height == len(payload["heartRateValues"]) - 2
    swapped = copy.deepcopy(ANSWERS["heart_rates"])
    swapped["heartRateValues"] = [[bpm, at] for at, bpm in swapped["heartRateValues"]]
    swapped["heartRateValueDescriptors"] = [{"index": 1, "key": "timestamp"}, {"index": 0, "key": "heartrate"}]
    assert clean("heart_rates", swapped).equals(clean("heart_rates"))


@pytest.mark.parametrize("endpoint", PARSERS)
@pytest.mark.parametrize("payload", [{}, [], None])
def test_nothing_gives_nothing(endpoint: str, payload: object) -> None:
    frame, drifts = parsed(endpoint, payload)
    assert frame.is_empty()
    if not (endpoint not in {"vo2max", "gear", "personal_records", "calendar"} and payload == []):
        assert drifts == []


def test_days_on_which_the_watch_saw_nothing_give_nothing() -> None:
    lazy = next(day for day in ATHLETE.known_days(ATHLETE.first_day, ATHLETE.until) if not ATHLETE.days.worn(day))
    for endpoint, payload in (
        ("sleep", nights.night(ATHLETE, lazy)),
        ("heart_rates", days.heart_rates(ATHLETE, lazy)),
        ("daily_summary", days.summaries(ATHLETE, lazy, lazy)),
        ("resting_heart_rate", levels.resting_heart_rate(ATHLETE, lazy, lazy)),
    ):
        assert clean(endpoint, payload).is_empty(), endpoint


def test_a_watch_without_variability_leaves_it_open() -> None:
    older = GarminAthlete(7, 1, dt.date(2021, 6, 30))
    assert clean("hrv", nights.variability(older, dt.date(2021, 6, 3), older.until)).is_empty()
    assert clean("sleep_days", nights.nights(older, dt.date(2021, 6, 3), older.until)).height > 20


def test_of_several_weighings_the_last_counts_whatever_their_order() -> None:
    def weighing(hour: int, grams: float) -> dict[str, Any]:
        return {"calendarDate": "2024-05-01", "timestampGMT": hour * 3_600_000, "weight": grams}

    for entries in ([weighing(6, 70_000), weighing(20, 71_000)], [weighing(20, 71_000), weighing(6, 70_000)]):
        assert clean("weight", {"dateWeightList": entries})["weight_kg"].to_list() == [71.0]
    assert clean("weight", {"dateWeightList": [weighing(6, 655_340_000)]}).is_empty()


def test_races_have_metres_whatever_unit_they_were_entered_in() -> None:
    races = {row["name"]: row for row in clean("calendar").to_dicts()}
    planned = {race.name: race for race in ATHLETE.plan.seasons.year(2024).races}
    assert {name: row["distance_m"] for name, row in races.items()} == {
        name: race.distance_m for name, race in planned.items()
    }
    assert races["Seoul marathon"]["is_goal"]
    assert races["Seoul marathon"]["time_zone"] == "Asia/Seoul"
    entered = copy.deepcopy(ANSWERS["calendar"][0])
    entered["completionTarget"] = {"value": 10.0, "unit": "mile", "unitType": "distance"}
    assert clean("calendar", [entered])["distance_m"].to_list() == [16_093.44]
    entered |= {"id": None, "shareableEventUuid": "a-b"}
    assert clean("calendar", [entered])["race_id"].to_list() == ["a-b"]
    entered["race"] = False
    assert clean("calendar", [entered]).is_empty()


def test_records_have_the_distance_that_their_number_stands_for() -> None:
    records = {row["type_id"]: row for row in clean("personal_records").to_dicts()}
    assert records[6]["distance_m"] == 42_195.0
    assert records[6]["record"] == "fastest"
    assert 2 * 3600 < records[6]["time_s"] < 6 * 3600
    assert records[7]["time_s"] is None
    assert records[7]["distance_m"] > 42_000
    unknown = {**ANSWERS["personal_records"][0], "id": 1, "typeId": 99}
    row = clean("personal_records", [unknown]).row(0, named=True)
    assert (row["record"], row["time_s"], row["distance_m"]) == ("other", None, None)


def test_a_pair_of_shoes_says_how_far_it_has_gone() -> None:
    gear = clean("gear")
    assert gear["status"].to_list() == ["active", *["retired"] * (gear.height - 1)]
    assert (gear["distance_m"] > 100_000).any()
    assert gear["longest_m"].unique().to_list() == [800_000.0]


REQUIRED = {
    "sleep": ["dailySleepDTO.sleepTimeSeconds", "dailySleepDTO.sleepEndTimestampGMT", "dailySleepDTO.calendarDate"],
    "sleep_days": ["individualStats[3].values.totalSleepTimeInSeconds", "individualStats[3].calendarDate"],
    "heart_rates": ["heartRateValues", "calendarDate"],
    "resting_heart_rate": ["allMetrics.metricsMap.WELLNESS_RESTING_HEART_RATE[2].value"],
    "hrv": ["hrvSummaries", "hrvSummaries[1].lastNightAvg"],
    "daily_summary": ["data[5].restingHeartRate"],
    "weight": ["dateWeightList[0].weight"],
    "vo2max": ["[2].generic", "[2].generic.vo2MaxValue"],
    "gear": ["[0].uuid", "[0].distanceUsedMeters"],
    "personal_records": ["[1].typeId", "[1].value"],
    "calendar": ["[0].eventName", "[0].race"],
}


@pytest.mark.parametrize(("endpoint", "path"), [(name, path) for name, paths in REQUIRED.items() for path in paths])
def test_a_key_that_is_gone_is_named_and_the_rest_is_read(endpoint: str, path: str) -> None:
    payload = copy.deepcopy(ANSWERS[endpoint])
    *steps, last = _steps(path)
    holder = payload
    for step in steps:
        holder = holder[step]
    del holder[last]
    frame, drifts = parsed(endpoint, payload)
    assert [(drift.path, drift.expected) for drift in drifts] == [(path, "a key")]
    if "[" in path and not path.endswith("calendarDate"):
        assert frame.height >= clean(endpoint).height - 1
        assert not frame.is_empty()


@pytest.mark.parametrize(
    ("endpoint", "path", "value", "expected", "found"),
    [
        ("sleep", "dailySleepDTO.sleepTimeSeconds", "26820", "a valid number", "'26820'"),
        ("daily_summary", "data[0].calendarDate", 20240315, "a day as YYYY-MM-DD", "20240315"),
        ("hrv", "hrvSummaries[0].lastNightAvg", {"value": 61}, "a valid number", "an object"),
        ("resting_heart_rate", "allMetrics.metricsMap.WELLNESS_RESTING_HEART_RATE", {"0": 1}, "a list", "an object"),
        ("heart_rates", "heartRateValues[7]", [1, "60"], "milliseconds and a number", "[1, '60']"),
        ("weight", "dateWeightList[0].weight", True, "a valid number", "True"),
    ],
)
def test_a_value_of_another_kind_is_named_with_what_was_expected(
    endpoint: str, path: str, value: object, expected: str, found: str
) -> None:
    payload = copy.deepcopy(ANSWERS[endpoint])
    *steps, last = _steps(path)
    holder = payload
    for step in steps:
        holder = holder[step]
    holder[last] = value
    _, drifts = parsed(endpoint, payload)
    assert [(drift.path, drift.expected, drift.found) for drift in drifts] == [(path, expected, found)]


def test_a_drifted_entry_says_which_day_it_is_of() -> None:
    payload = copy.deepcopy(ANSWERS["daily_summary"])
    del payload["data"][4]["restingHeartRate"]
    _, (drift,) = parsed("daily_summary", payload)
    assert drift.day == WINDOW[0] + dt.timedelta(days=4)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.sampled_from(sorted(PARSERS)), JSON, st.data())
def test_whatever_comes_no_parser_falls_over(endpoint: str, garbage: Any, data: st.DataObject) -> None:
    parsed(endpoint, garbage)
    payload = copy.deepcopy(ANSWERS[endpoint])
    places = list(_places(payload))
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = garbage
    frame, _ = parsed(endpoint, payload)
    for name, dtype in frame.schema.items():
        if dtype == pl.Float64:
            assert all(math.isfinite(value) for value in frame[name].drop_nulls())


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in an answer, the first few entries of its lists."""
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value[:3]))
    for key, inner in pairs:
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for part in path.replace("[", ".[").strip(".").split("."):
        steps.append(int(part[1:-1]) if part.startswith("[") else part)
    return steps
