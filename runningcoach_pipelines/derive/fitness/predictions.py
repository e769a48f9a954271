"""Race times that the season's efforts promise, by several models, with their spread."""

import json
from dataclasses import dataclass
from functools import cache
from statistics import median

import polars as pl

from runningcoach_pipelines.derive.fitness.seasons import Season, Seasons
from runningcoach_pipelines.derive.fitness.vo2max_trend import race_like
from runningcoach_pipelines.metrics import critical_speed, race
from runningcoach_pipelines.metrics.critical_speed import CriticalSpeed, Refusal
from runningcoach_pipelines.metrics.race import HALF_MARATHON_M, MARATHON_M, Standing

DISTANCES_M = (5000.0, 10_000.0, HALF_MARATHON_M, MARATHON_M)

LONGEST_AT_CRITICAL_SPEED_S = 1800.0
"""The line through efforts of 2 to 20 min is not drawn further than this: a convention."""

_TO_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_SCHEMA = pl.Schema(
    {
        "state": pl.Int64,
        "shape_percent": pl.Float64,
        "distance_m": pl.Float64,
        "time_s": pl.Float64,
        "fastest_s": pl.Float64,
        "slowest_s": pl.Float64,
        "models": pl.String,
    }
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a season's efforts say of every race: its race-like ones, and the line through the short ones."""

    runner: Standing | None
    line: CriticalSpeed | Refusal


def outlook(season: Season) -> Outlook:
    return Outlook(race.standing(race_like(season)), critical_speed.from_efforts(season))


def race_predictions(days: pl.Series, of_seasons: Seasons, shape_percent: pl.Series) -> pl.DataFrame:
    """A row for each day and race distance; none for a day whose season has no race-like effort.

    Returns:
        `day`, `distance_m`, `time_s` (median of the models), `fastest_s`, `slowest_s`, `models` (seconds by model).
    """
    by_day = pl.DataFrame({"day": days, "state": pl.Series(of_seasons.of_day), "shape_percent": shape_percent})
    outlooks = [outlook(season) for season in of_seasons.states]
    predicted = cache(lambda state, target_m, shape: _row(models(outlooks[state], target_m, shape)))
    found = [
        (state, shape, target_m, *row)
        for state, shape in by_day.select("state", "shape_percent").unique(maintain_order=True).iter_rows()
        for target_m in DISTANCES_M
        if (row := predicted(state, target_m, _felt(shape, target_m))) is not None
    ]
    times = pl.DataFrame(found, schema=_SCHEMA, orient="row")
    joined = by_day.join(times, on=["state", "shape_percent"], nulls_equal=True, maintain_order="left_right")
    return joined.drop("state", "shape_percent")


def models(ahead: Outlook, target_m: float, shape_percent: float | None) -> dict[str, float]:
    """Seconds over `target_m` by model; empty without a race-like effort in the season."""
    if ahead.runner is None:
        return {}
    times = race.predictions(ahead.runner, target_m, shape_percent=shape_percent)
    line = ahead.line
    if isinstance(line, CriticalSpeed):
        if target_m == MARATHON_M:
            times["critical_speed"] = race.marathon_from_critical_speed_s(line.speed_mps)
        elif line.time_s(target_m) <= LONGEST_AT_CRITICAL_SPEED_S:
            times["critical_speed"] = line.time_s(target_m)
    return times


def _felt(shape_percent: float | None, target_m: float) -> float | None:
    """The shape, but no more than the distance asks for: what lies above changes nothing."""
    if shape_percent is None:
        return None
    return min(shape_percent, race.shape_needed_percent(target_m / 1000.0))


def _row(times: dict[str, float]) -> tuple[float, float, float, str] | None:
    if not times:
        return None
    return median(times.values()), min(times.values()), max(times.values()), _TO_JSON.encode(times)
