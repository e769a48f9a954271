"""How ready the volume of half a year is for a marathon."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.derive.fitness.marathon_shape import marathon_shape
from runningcoach_pipelines.metrics import race
from tests.histories import Row, day, frame

DAYS = 260
LEVEL = 52.0


def shape(runs: list[Row], level: float | None = LEVEL) -> list[float | None]:
    days = pl.Series([day(n) for n in range(DAYS)])
    return marathon_shape(days, frame("activities", runs), pl.Series([level] * DAYS, dtype=pl.Float64)).to_list()


def test_half_a_year_of_the_weekly_target_is_two_thirds_of_a_shape() -> None:
    weekly_km, _ = race.marathon_shape_targets(LEVEL)
    found = shape([{"on": on, "distance_m": weekly_km / 7 * 1000} for on in range(DAYS)])
    assert found[-1] == 67
    assert found[100] == 67


def test_a_short_history_is_measured_over_ten_weeks() -> None:
    weekly_km, _ = race.marathon_shape_targets(LEVEL)
    found = shape([{"on": on, "distance_m": weekly_km / 7 * 1000} for on in range(DAYS)])
    assert found[34] == 34  # half of 67 %, rounded


def test_without_a_run_or_a_level_there_is_no_shape() -> None:
    assert set(shape([{"on": 0, "sport": "cycling"}])) == {None}
    assert set(shape([{"on": 0}], level=None)) == {None}
    assert set(shape([{"on": 0}], level=11.0)) == {None}
    assert shape([{"on": 3}])[:4] == [None, None, None, 1.0]


def test_a_runner_who_stopped_half_a_year_ago_has_none_left() -> None:
    assert shape([{"on": on, "distance_m": 30_000} for on in range(10)])[-1] == 0


RUNS = st.lists(
    st.fixed_dictionaries({"on": st.integers(0, DAYS - 1), "distance_m": st.none() | st.floats(1000, 50_000)}),
    min_size=1,
    max_size=25,
)


@given(RUNS)
def test_long_runs_and_volume_are_counted_as_runalyze_does(runs: list[Row]) -> None:
    found = shape(runs)
    rows = frame("activities", runs).drop_nulls("distance_m")
    _, target_km = race.marathon_shape_targets(LEVEL)
    for number in range(0, DAYS, 13):
        ago = (pl.lit(day(number)) - pl.col("local_day")).dt.total_days()
        past = rows.filter(ago >= 0)
        if past.is_empty():
            assert found[number] is None
            continue
        known_days = (day(number) - rows["local_day"].min()).days + 1
        over = min(max(known_days, 70), 182)
        km, points = past.select(
            (pl.col("distance_m") / 1000).filter(ago < 182).sum(),
            race.long_run_points(pl.col("distance_m") / 1000, ago, target_km).sum(),
        ).row(0)
        assert found[number] == pytest.approx(race.marathon_shape_percent(LEVEL, km, points, days=over), abs=1)
