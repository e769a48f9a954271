"""Race predictions by day: every model side by side, the median with its spread."""

import json
from statistics import median

import polars as pl
import pytest

from runningcoach_pipelines.derive.fitness.predictions import DISTANCES_M, models, outlook, race_predictions
from runningcoach_pipelines.derive.fitness.seasons import seasons
from runningcoach_pipelines.metrics import race, vo2max
from runningcoach_pipelines.metrics.race import Result
from tests.histories import Row, day, frame

DAYS = 120
FIVE_K = {"on": 10, "distance_m": 5000, "time_s": 1200}
TEN_K = {"on": 20, "distance_m": 10_000, "time_s": 2500}
TRIALS = [{"on": 10, "distance_m": d, "time_s": (d - 200) / 4.1} for d in (1000.0, 1609.344, 3000.0)]


def predicted(efforts: list[Row], shapes: list[float | None] | None = None) -> pl.DataFrame:
    days = pl.Series([day(n) for n in range(DAYS)])
    shape_percent = pl.Series(shapes or [100.0] * DAYS, dtype=pl.Float64)
    return race_predictions(days, seasons(days, frame("efforts", efforts)), shape_percent)


def test_only_days_with_a_race_like_effort_in_their_season_have_predictions() -> None:
    found = predicted([FIVE_K, {"on": 110, "distance_m": 1000, "time_s": 200}])
    assert found["day"].unique().sort().to_list() == [day(n) for n in range(10, 100)]
    assert found.filter(pl.col("day") == day(50))["distance_m"].to_list() == list(DISTANCES_M)


def test_predictions_change_only_when_efforts_come_or_leave() -> None:
    found = predicted([FIVE_K, TEN_K])
    marathon = found.filter(pl.col("distance_m") == DISTANCES_M[-1]).sort("day")
    changed = marathon.filter(pl.col("models") != pl.col("models").shift(1))["day"]
    assert changed.to_list() == [day(20), day(100)]


def test_the_time_is_the_median_of_the_models_and_lies_in_their_spread() -> None:
    for time_s, fastest_s, slowest_s, named in predicted([FIVE_K, TEN_K, *TRIALS])[
        "time_s", "fastest_s", "slowest_s", "models"
    ].iter_rows():
        times = json.loads(named)
        assert named == json.dumps(times, sort_keys=True, separators=(",", ":"))
        assert (time_s, fastest_s, slowest_s) == (median(times.values()), min(times.values()), max(times.values()))


def test_each_model_says_what_its_formula_says() -> None:
    season = (Result(1000, (1000 - 200) / 4.1), Result(1609.344, 343.7), Result(3000, 712.0), Result(5000, 1200.0))
    best = season[-1]
    times = models(outlook(season), 10_000, 100.0)
    assert times["riegel"] == race.riegel_s(best, 10_000)
    assert times["cameron"] == race.cameron_s(best, 10_000)
    assert times["daniels_gilbert"] == vo2max.race_time_s(vo2max.from_race(5000, 1200), 10_000)
    assert times["power_law"] == pytest.approx(race.power_law_s(season[2], best, 10_000))


@pytest.mark.parametrize(
    ("target_m", "time_s"),
    [(5000.0, (5000 - 200) / 4.1), (10_000.0, None), (21_097.5, None), (42_195.0, 42_195 / (0.848 * 4.1))],
)
def test_critical_speed_predicts_where_it_holds(target_m: float, time_s: float | None) -> None:
    season = tuple(Result(trial["distance_m"], trial["time_s"]) for trial in TRIALS)
    assert models(outlook(season), target_m, None).get("critical_speed") == (
        None if time_s is None else pytest.approx(time_s)
    )


def test_without_a_plausible_critical_speed_the_others_predict() -> None:
    assert models(outlook((Result(5000, 1200.0),)), 5000, None).keys() == {"riegel", "cameron", "daniels_gilbert"}
    assert models(outlook((Result(1000, 200.0),)), 5000, None) == {}


def test_the_marathon_of_who_has_no_volume_is_slower_and_the_5_km_is_not() -> None:
    shapes: list[float | None] = [20.0] * 60 + [90.0] * 60
    found = predicted([FIVE_K], shapes).filter(pl.col("day").is_in([day(59), day(60)])).sort("distance_m", "day")
    by_distance = found.group_by("distance_m", maintain_order=True).agg(pl.col("models"))
    daniels = [[json.loads(named)["daniels_gilbert"] for named in pair] for pair in by_distance["models"]]
    assert daniels[0][0] == daniels[0][1]
    assert daniels[-1][0] > daniels[-1][1]


def test_an_unknown_shape_limits_nothing() -> None:
    ready, unknown = predicted([FIVE_K], [1000.0] * DAYS), predicted([FIVE_K], [None] * DAYS)
    assert ready.equals(unknown)


def test_longer_races_take_longer() -> None:
    times = predicted([FIVE_K, TEN_K, *TRIALS]).sort("day", "distance_m")
    longer = times.with_columns(pl.col("time_s", "fastest_s", "slowest_s").diff().over("day"))
    assert (
        longer.filter(pl.col("distance_m") > DISTANCES_M[0])
        .select(pl.min_horizontal("time_s", "fastest_s").min())
        .item()
        > 0
    )
