"""Readings of all files to one row a day, whatever order the files came in."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.wellness.days import daily
from runningcoach_pipelines.wellness.readings import READINGS
from tests.making import at
from tests.nights import MORNING

DAY = dt.date(2025, 5, 5)


def reading(at_s: float, *, day: dt.date = DAY, athlete: str = "me", file: str = "a", **values: Any) -> dict[str, Any]:
    return {"athlete_id": athlete, "source_sha256": file, "at": at(MORNING, at_s), "day": day, **values}


def days(*rows: Mapping[str, Any]) -> pl.DataFrame:
    schema = READINGS | {"athlete_id": pl.String(), "source_sha256": pl.String()}
    return daily(pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema))


def test_the_last_reading_of_a_day_counts_and_each_value_for_itself() -> None:
    found = days(
        reading(10, resting_hr_bpm=48.0, weight_kg=68.0),
        reading(30, resting_hr_bpm=46.0),
        reading(20, resting_hr_bpm=47.0, hrv_rmssd_ms=58.5, hrv_device_status="low"),
    )
    (row,) = found.iter_rows(named=True)
    assert (row["resting_hr_bpm"], row["weight_kg"]) == (46, 68)
    assert (row["hrv_rmssd_ms"], row["hrv_device_status"], row["sleep_s"], row["avg_stress"]) == (
        58.5,
        "low",
        None,
        None,
    )


def test_stress_is_the_mean_of_all_samples_each_instant_once() -> None:
    found = days(
        reading(0, stress=10.0),
        reading(180, stress=20.0),
        reading(180, stress=20.0, file="copy"),
        reading(360, stress=60.0, file="copy"),
    )
    assert found["avg_stress"].to_list() == [30]


def test_each_athlete_has_days_of_their_own() -> None:
    found = days(
        reading(0, athlete="you", weight_kg=80.0),
        reading(0, weight_kg=68.0),
        reading(0, day=DAY - dt.timedelta(days=1), weight_kg=67.5),
    )
    assert found.select("athlete_id", "day", "weight_kg").rows() == [
        ("me", dt.date(2025, 5, 4), 67.5),
        ("me", DAY, 68.0),
        ("you", DAY, 80.0),
    ]


def test_no_readings_give_no_days() -> None:
    assert days().is_empty()
    assert "avg_stress" in days().columns


READING = st.builds(
    reading,
    st.integers(0, 4),
    file=st.sampled_from(["a", "b", "c"]),
    day=st.sampled_from([DAY, DAY + dt.timedelta(days=1)]),
    resting_hr_bpm=st.none() | st.integers(40, 60).map(float),
    stress=st.none() | st.integers(0, 100).map(float),
    hrv_device_status=st.sampled_from([None, "low", "balanced"]),
)


@given(
    st.lists(READING, max_size=12, unique_by=lambda row: (row["at"], row["source_sha256"])).flatmap(
        lambda rows: st.tuples(st.just(rows), st.permutations(rows))
    )
)
def test_the_order_of_the_readings_changes_nothing(orders: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    one, other = orders
    assert days(*one).equals(days(*other))
