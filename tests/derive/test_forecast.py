"""A race day's performance under a plan, from the athlete's own results."""

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from runningcoach_pipelines.derive.forecast import NoForecast, Past, forecast, race_results
from runningcoach_pipelines.metrics import vo2max
from runningcoach_pipelines.metrics.impulse_response import Model
from runningcoach_pipelines.metrics.quantity import Floats
from tests.histories import day

DAYS = 500
LOADS = np.random.default_rng(5).gamma(2.0, 25.0, DAYS) * (1.3 + np.sin(np.arange(DAYS) / 50.0))
ATHLETE = Model(p0=47.0, k1=0.001, k2=0.0013, tau1_days=45.0, tau2_days=15.0)
TESTS = range(140, DAYS, 35)
RACE = day(DAYS + 29)


def days(loads: Floats = LOADS, *, shape_percent: float | None = 1000.0) -> pl.DataFrame:
    n = len(loads)
    return pl.DataFrame(
        {
            "day": [day(number) for number in range(n)],
            "load": loads,
            "ctl": np.full(n, 61.0),
            "warming_up": np.arange(n) < 126,
            "marathon_shape_percent": pl.Series([shape_percent] * n, dtype=pl.Float64),
        }
    )


def efforts(*rows: tuple[int, float, float]) -> pl.DataFrame:
    """Day's number, distance and VO2max."""
    found = [(day(on), distance, vo2max.race_time_s(level, distance)) for on, distance, level in rows]
    schema = {"local_day": pl.Date, "distance_m": pl.Float64, "time_s": pl.Float64}
    return pl.DataFrame(found, schema=schema, orient="row")


def raced() -> Past:
    """Someone whose results are what the model says, on every 35th day."""
    performed = ATHLETE.performance(LOADS)
    return Past(days(), efforts(*((on, 5000.0, float(performed[on])) for on in TESTS)))


def expected(*planned: float) -> float:
    return float(ATHLETE.performance(np.concatenate((LOADS, planned)))[-1])


def usual_race_load() -> float:
    return float(np.median(LOADS[list(TESTS)]))


def test_results_made_by_the_model_are_forecast_as_it_says() -> None:
    found = forecast(raced(), RACE, 55.0)
    assert found.vo2max == pytest.approx(expected(*[55.0] * 29, usual_race_load()))
    assert found.error == pytest.approx(0, abs=1e-6)
    assert found.error_of_mean > 0.05
    assert (found.tau1_days, found.tau2_days, found.results) == (45, 15, len(TESTS))
    assert (found.first_result, found.last_result) == (day(TESTS[0]), day(TESTS[-1]))
    assert found.known_until == day(DAYS - 1)
    assert found.planned_load == pytest.approx(55 * 29)


def test_without_a_plan_the_load_of_the_last_six_weeks_goes_on() -> None:
    assert forecast(raced(), RACE) == forecast(raced(), RACE, 61.0)


def test_a_plan_by_day_rests_on_the_days_it_does_not_name() -> None:
    plan = {day(DAYS + 3): 120.0, day(DAYS + 10): 80.0, RACE: 10.0}
    loads = [0.0] * 29 + [10.0]
    loads[3], loads[10] = 120.0, 80.0
    assert forecast(raced(), RACE, plan).vo2max == pytest.approx(expected(*loads))
    found = forecast(raced(), RACE, {})
    assert found.race_day_load == usual_race_load()
    assert found.planned_load == 0


def test_times_are_those_of_the_performance_and_of_its_error_to_either_side() -> None:
    past = raced()
    noisy = Past(past.days, past.efforts.with_columns(pl.col("time_s") * pl.Series([1.01, 0.99, 1.0, 1.01] * 3)[:11]))
    found = forecast(noisy, RACE, 55.0)
    assert found.error > 0.1
    for time in found.times:
        for seconds, level in zip(
            (time.time_s, time.fast_s, time.slow_s),
            (found.vo2max, found.vo2max + found.error, found.vo2max - found.error),
            strict=True,
        ):
            assert seconds == pytest.approx(vo2max.race_time_s(level, time.distance_m))
    assert [time.distance_m for time in found.times] == [5000, 10_000, 21_097.5, 42_195]


def test_the_marathon_is_limited_by_the_volume_behind_it() -> None:
    ready, unready = raced(), Past(days(shape_percent=20.0), raced().efforts)
    times = [forecast(past, RACE, 55.0).times for past in (ready, unready)]
    assert times[0][0] == times[1][0]
    assert times[0][-1].time_s < times[1][-1].time_s


def test_its_limits_are_named() -> None:
    usual, rest = forecast(raced(), RACE, 61.0).limits, forecast(raced(), RACE, {})
    assert any("does not say how to taper" in limit for limit in usual)
    assert any("fatigue on the race day lies outside" in limit for limit in rest.limits)
    nothing_to_learn = efforts(*((on, 5000.0, 50.0 + 0.3 * (n % 2)) for n, on in enumerate(TESTS)))
    limits = forecast(Past(days(), nothing_to_learn), RACE, 61.0).limits
    assert any("nothing is learnt" in limit for limit in limits)


def test_only_efforts_near_the_best_of_the_days_around_are_results() -> None:
    past = Past(
        days(),
        efforts(
            (100, 5000.0, 50.0),  # while the averages warm up
            (200, 5000.0, 50.0),
            (210, 5000.0, 48.6),
            (220, 5000.0, 48.4),  # 3.2 % below
            (230, 1000.0, 60.0),  # too short
            (240, 10_000.0, 49.0),
            (240, 5000.0, 49.5),
            (250, 5000.0, 95.0),  # nobody ran that
            (320, 5000.0, 47.0),  # 81 days after the 10 km, 5 % below
            (340, 5000.0, 47.0),
        ),
    )
    found = race_results(past)
    assert found["day"].to_list() == [day(200), day(210), day(240), day(340)]
    assert found["index"].to_list() == [200, 210, 240, 340]
    assert found["vo2max"].to_list() == pytest.approx([50, 48.6, 49.5, 47])


def test_an_effort_before_a_better_one_is_no_result() -> None:
    found = race_results(Past(days(), efforts((200, 5000.0, 45.0), (288, 5000.0, 50.0))))
    assert found["day"].to_list() == [day(288)]


def test_results_of_more_than_three_years_ago_are_not_asked() -> None:
    past = Past(days(np.resize(LOADS, 1600)), efforts((504, 5000.0, 50.0), (505, 5000.0, 50.0), (900, 5000.0, 50.0)))
    assert race_results(past)["day"].to_list() == [day(505), day(900)]


@pytest.mark.parametrize(
    ("past", "race_day", "plan", "message"),
    [
        (Past(days(LOADS[:0]), efforts()), RACE, None, "no day is computed yet"),
        (Past(days(), efforts()), RACE, None, "^0 race-like results .* needs at least 5$"),
        (Past(days(), raced().efforts.head(4)), RACE, None, "^4 race-like results"),
        (raced(), day(DAYS - 1), None, "not within the 365 days"),
        (raced(), day(DAYS + 366), None, "not within the 365 days"),
        (raced(), RACE, {day(3): 50.0}, f"names {day(3)}"),
        (raced(), RACE, {RACE + dt.timedelta(days=1): 50.0}, "up to"),
        (raced(), RACE, {day(DAYS): -1.0}, "at least 0"),
        (raced(), RACE, float("nan"), "at least 0"),
    ],
)
def test_what_cannot_be_forecast_says_why(past: Past, race_day: dt.date, plan: Any, message: str) -> None:
    with pytest.raises(NoForecast, match=message):
        forecast(past, race_day, plan)
