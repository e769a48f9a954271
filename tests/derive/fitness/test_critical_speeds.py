"""Critical speed by day: from the season's maximal efforts, or the reason why not."""

import polars as pl
import pytest

from runningcoach_pipelines.derive.fitness.critical_speeds import critical_speeds
from runningcoach_pipelines.derive.fitness.seasons import seasons
from tests.histories import Row, day, frame

SPEED_MPS, D_PRIME_M = 4.2, 220.0


def maximal(on: int, distance_m: float, off_m: float = 0.0) -> Row:
    """An effort on the line, or `off_m` further for its time."""
    return {"on": on, "distance_m": distance_m, "time_s": (distance_m - off_m - D_PRIME_M) / SPEED_MPS}


TRIALS = [maximal(5, 1000), maximal(10, 1609.344), maximal(15, 3000)]


def on(number: int, efforts: list[Row]) -> dict[str, object]:
    days = pl.Series([day(n) for n in range(number + 1)])
    return critical_speeds(seasons(days, frame("efforts", efforts))).row(number, named=True)


def test_three_maximal_efforts_of_the_season_have_a_line() -> None:
    assert on(20, TRIALS) == {
        "critical_speed_mps": pytest.approx(SPEED_MPS),
        "d_prime_m": pytest.approx(D_PRIME_M),
        "critical_speed_error_m": pytest.approx(0, abs=1e-6),
        "critical_speed_reason": None,
    }


def test_its_error_is_that_of_the_distances() -> None:
    found = on(20, [TRIALS[0], maximal(10, 1609.344, off_m=15.0), TRIALS[2]])
    error = found["critical_speed_error_m"]
    assert isinstance(error, float)
    assert 5 < error < 15


@pytest.mark.parametrize(
    ("efforts", "number", "reason"),
    [
        ([], 0, "fewer than 3 efforts"),
        (TRIALS, 14, "fewer than 3 efforts"),
        (TRIALS, 95, "fewer than 3 efforts"),
        ([maximal(5, d) for d in (400.0, 1000.0, 10_000.0)], 20, "fewer than 3 efforts"),
        (
            [{"on": 5, "distance_m": d, "time_s": d / 3} for d in (800.0, 1000.0, 3000.0)],
            20,
            "faster than every longer",
        ),
        ([{"on": 5, "distance_m": d, "time_s": d / (3.2 - d / 1e5)} for d in (800.0, 1000.0, 3000.0)], 20, "plausible"),
    ],
)
def test_without_a_line_there_is_a_reason(efforts: list[Row], number: int, reason: str) -> None:
    found = on(number, efforts)
    assert reason in str(found.pop("critical_speed_reason"))
    assert set(found.values()) == {None}
