"""The best efforts of the 90 days up to each day."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runningcoach_pipelines.derive.fitness.seasons import SEASON_DAYS, Season, Seasons, seasons
from runningcoach_pipelines.metrics.race import Result
from tests.histories import Row, day, frame

EFFORTS = st.lists(
    st.fixed_dictionaries(
        {
            "on": st.integers(0, 300),
            "distance_m": st.sampled_from([400.0, 3000.0, 5000.0]),
            "time_s": st.integers(1000, 1010).map(float),
        }
    ),
    max_size=25,
)


def of_days(efforts: list[Row], days: int = 301) -> Seasons:
    return seasons(pl.Series([day(n) for n in range(days)]), frame("efforts", efforts))


def on(efforts: list[Row], number: int) -> Season:
    found = of_days(efforts)
    return found.states[found.of_day[number]]


def test_an_effort_counts_on_its_day_and_the_89_after_it() -> None:
    efforts = [{"on": 10, "distance_m": 5000, "time_s": 1200}]
    found = of_days(efforts).each(len)
    assert [number for number, count in enumerate(found) if count] == list(range(10, 100))


def test_the_fastest_over_each_distance_counts() -> None:
    efforts = [
        {"on": 10, "distance_m": 5000, "time_s": 1300},
        {"on": 12, "distance_m": 5000, "time_s": 1200},
        {"on": 12, "distance_m": 3000, "time_s": 800},
        {"on": 12, "distance_m": 5000, "time_s": 1250},
        {"on": 14, "distance_m": 5000, "time_s": 1290},
    ]
    assert on(efforts, 11) == (Result(5000, 1300),)
    assert on(efforts, 13) == on(efforts, 101) == (Result(3000, 800), Result(5000, 1200))
    assert on(efforts, 102) == (Result(5000, 1290),)
    assert on(efforts, 104) == ()


@given(EFFORTS)
def test_every_day_has_the_fastest_of_its_own_window_and_no_state_comes_twice_in_a_row(efforts: list[Row]) -> None:
    found = of_days(efforts)
    for number in range(0, 301, 7):
        inside = [effort for effort in efforts if number - SEASON_DAYS < effort["on"] <= number]
        distances = sorted({effort["distance_m"] for effort in inside})
        fastest = [min(e["time_s"] for e in inside if e["distance_m"] == distance) for distance in distances]
        assert found.states[found.of_day[number]] == tuple(map(Result, distances, fastest))
    assert all(one != other for one, other in zip(found.states, found.states[1:], strict=False))
    assert len(found.states) <= 2 * len(efforts) + 1


def test_a_figure_is_computed_once_for_each_state() -> None:
    asked: list[Season] = []
    found = of_days([{"on": 10, "distance_m": 5000, "time_s": 1200}]).each(asked.append)
    assert len(found) == 301
    assert asked == [(), (Result(5000, 1200),), ()]


@pytest.mark.parametrize(
    ("distance_m", "time_s"),
    [(5000, 600), (5000, 0), (5000, -3), (0, 100), (5000, float("nan")), (float("inf"), 60), (42_195, 6600)],
)
def test_what_nobody_can_have_run_does_not_count(distance_m: float, time_s: float) -> None:
    assert on([{"on": 1, "distance_m": distance_m, "time_s": time_s}], 1) == ()


def test_a_world_record_counts() -> None:
    assert on([{"on": 1, "distance_m": 5000, "time_s": 755.36}], 1) == (Result(5000, 755.36),)


def test_efforts_outside_the_calendar_are_not_there() -> None:
    efforts = [{"on": -1, "distance_m": 5000, "time_s": 1200}, {"on": 301, "distance_m": 5000, "time_s": 1200}]
    assert of_days(efforts).states == ((),)
