"""What holds of the days of any history: a change is felt where it must be, and nowhere else."""

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from runningcoach_pipelines.derive.fitness import FitnessDays, daily_fitness
from runningcoach_pipelines.derive.fitness.terms_in_effect import TERM_COLUMNS
from tests.histories import Row, day, history, shuffled

TODAY = 330
OF_A_SEASON = (
    *("race_vo2max", "critical_speed_mps", "d_prime_m", "critical_speed_error_m", "critical_speed_reason"),
    *("hr_vo2max", "device_vo2max"),
)
"""Columns that forget after 90 days or earlier."""

ACTIVITIES = st.fixed_dictionaries(
    {
        "on": st.integers(1, 150),
        "sport": st.sampled_from(["running", "running", "cycling"]),
        "load": st.just(0.0) | st.floats(0.01, 300),
        "load_source": st.sampled_from(["heart_rate", "imputed"]),
        "distance_m": st.none() | st.floats(1000, 40_000),
        "timer_s": st.none() | st.floats(60, 15_000),
        "hr_vo2max": st.none() | st.floats(25, 75),
        "sustained_max_heart_rate_bpm": st.none() | st.floats(150, 200),
        "speed_mps": st.floats(2.5, 5.5),
        "device": st.none() | st.floats(30, 70),
    }
)
PASTS = st.lists(ACTIVITIES, max_size=14)
CHANGES = examples(max_examples=25, deadline=None)


def days_of(activities: list[dict[str, Any]], *, seed: int | None = None) -> FitnessDays:
    """The days of a history that begins with a run on day 0; runs have best efforts."""
    rows = [{"on": 0}, *({**row, "activity_id": f"{row}"} for row in activities)]
    efforts: list[Row] = [
        {"on": row["on"], "distance_m": distance, "time_s": distance / (row["speed_mps"] * (3000 / distance) ** 0.07)}
        for row in activities
        if row["sport"] == "running"
        for distance in (800.0, 1609.344, 3000.0, 10_000.0)
    ]
    device = {row["on"]: {"on": row["on"], "vo2max": row["device"]} for row in activities if row["device"] is not None}
    past = history(rows, efforts=efforts, device_vo2max=list(device.values()))
    return daily_fitness(past if seed is None else shuffled(past, seed), day(TODAY))


@given(PASTS, st.integers(0, 9))
@CHANGES
def test_rows_may_come_in_any_order(past: list[dict[str, Any]], seed: int) -> None:
    one, other = days_of(past), days_of(past, seed=seed)
    assert one.days.equals(other.days)
    assert one.predictions.equals(other.predictions)


@given(PASTS, ACTIVITIES)
@CHANGES
def test_a_late_or_deleted_activity_is_felt_from_its_day_on(past: list[dict[str, Any]], late: dict[str, Any]) -> None:
    without, having = days_of(past), days_of([*past, late])
    felt_only_from(late["on"], without, having)
    assert having.days["activities"].sum() == without.days["activities"].sum() + 1


@given(PASTS, ACTIVITIES, ACTIVITIES)
@CHANGES
def test_an_edited_activity_is_felt_from_its_day_on(
    past: list[dict[str, Any]], one: dict[str, Any], other: dict[str, Any]
) -> None:
    edited = other | {"on": one["on"]}
    felt_only_from(one["on"], days_of([*past, one]), days_of([*past, edited]))


def felt_only_from(on: int, before: FitnessDays, after: FitnessDays) -> None:
    """Estimates of thresholds hold for a whole month, so they may change from its 1st day on; all else from `on`."""
    earlier, month = pl.col("day") < day(on), pl.col("day") < day(on).replace(day=1)
    for one, other in ((before.days, after.days), (before.predictions, after.predictions)):
        assert one.filter(month).equals(other.filter(month))
        kept = pl.exclude(TERM_COLUMNS)
        assert one.filter(earlier).select(kept).equals(other.filter(earlier).select(kept))
    forgotten = pl.col("day") >= day(on + 90)
    assert before.days.filter(forgotten)[OF_A_SEASON].equals(after.days.filter(forgotten)[OF_A_SEASON])
    half_a_year_on = pl.col("day") >= day(on + 182)
    shape = "marathon_shape_percent"
    assert before.days.filter(half_a_year_on)[shape].equals(after.days.filter(half_a_year_on)[shape])


@given(PASTS)
@CHANGES
def test_every_day_is_complete(past: list[dict[str, Any]]) -> None:
    found = days_of(past)
    assert found.days["day"].to_list() == [day(number) for number in range(TODAY + 1)]
    numbers = found.days.select(pl.selectors.float())
    assert numbers.select(pl.all().is_finite().all()).row(0) == (True,) * numbers.width
    assert found.predictions.filter(~pl.col("time_s").is_between("fastest_s", "slowest_s")).is_empty()
    has_line = found.days["critical_speed_mps"].is_not_null()
    assert (found.days["critical_speed_reason"].is_null() == has_line).all()
    raced = found.days.filter(pl.col("race_vo2max").is_not_null())["day"]
    assert found.predictions["day"].unique().sort().equals(raced)
