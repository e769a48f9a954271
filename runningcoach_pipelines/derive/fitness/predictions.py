"""Race times that the season's efforts promise, by several models, with their spread."""

import json
from dataclasses import dataclass
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
_TARGETS = pl.DataFrame(
    {
        "distance_m": DISTANCES_M,
        "asked_percent": [race.shape_needed_percent(distance_m / 1000.0) for distance_m in DISTANCES_M],
    }
)
_ASKED = ("state", "distance_m", "felt_percent")
_PREDICTED = {"time_s": pl.Float64, "fastest_s": pl.Float64, "slowest_s": pl.Float64, "models": pl.String}
_SCHEMA = pl.Schema({"state": pl.Int64, "distance_m": pl.Float64, "felt_percent": pl.Float64, **_PREDICTED})


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
    # A shape above what the distance asks for changes nothing, nor does an unknown one.
    asked = by_day.join(_TARGETS, how="cross", maintain_order="left_right").with_columns(
        felt_percent=pl.min_horizontal("shape_percent", "asked_percent")
    )
    outlooks = [outlook(season) for season in of_seasons.states]
    found = [
        (state, target_m, felt_percent, *row)
        for state, target_m, felt_percent in asked.select(_ASKED).unique(maintain_order=True).iter_rows()
        if (row := _row(models(outlooks[state], target_m, felt_percent))) is not None
    ]
    times = pl.DataFrame(found, schema=_SCHEMA, orient="row")
    return asked.join(times, on=_ASKED, maintain_order="left").select("day", "distance_m", *_PREDICTED)


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


def _row(times: dict[str, float]) -> tuple[float, float, float, str] | None:
    if not times:
        return None
    return median(times.values()), min(times.values()), max(times.values()), _TO_JSON.encode(times)
