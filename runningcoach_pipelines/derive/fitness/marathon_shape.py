"""How ready the volume of half a year and the long runs of ten weeks are for a marathon (Runalyze)."""

import numpy as np
import polars as pl

from runningcoach_pipelines.metrics import race, trailing
from runningcoach_pipelines.metrics.quantity import Floats

SHORTEST_HISTORY_DAYS = 70
"""Who has run for less than half a year is measured by what there is, but not by less than this."""

_KM = pl.col("distance_m") / 1000.0


def marathon_shape(days: pl.Series, activities: pl.DataFrame, level: pl.Series) -> pl.Series:
    """Percent of the volume that the athlete's own VO2max asks for; null without a run or a `level`.

    Args:
        days: the calendar.
        activities: of one athlete.
        level: VO2max of each day.
    """
    runs = activities.filter(pl.col("sport") == "running", pl.col("distance_m") > 0).sort("local_day", "distance_m")
    if runs.is_empty():
        return pl.Series([None] * len(days), dtype=pl.Float64)
    excess_km = (_KM - race.LONG_RUN_KM).clip(lower_bound=0)
    by_day = runs.group_by(day="local_day", maintain_order=True).agg(km=_KM.sum(), long=excess_km.pow(2).sum())
    dense = days.to_frame("day").join(by_day, on="day", how="left", maintain_order="left")
    known_days = (pl.col("day") - runs["local_day"][0]).dt.total_days() + 1
    volume = dense.select(
        km=trailing.total(pl.col("km"), race.SHAPE_DAYS, least=0),
        over=pl.when(known_days > 0).then(known_days.clip(SHORTEST_HISTORY_DAYS, race.SHAPE_DAYS)),
    )
    long_runs = _newer_ones_count_more(dense["long"].fill_null(0.0).to_numpy())
    rows = zip(level, volume["km"], volume["over"], long_runs.tolist(), strict=True)
    return pl.Series([_percent(*row) for row in rows], dtype=pl.Float64)


def _percent(level: float | None, km: float, over_days: int | None, squared_excess: float) -> float | None:
    if level is None or over_days is None:
        return None
    _, long_run_target_km = race.marathon_shape_targets(level)
    if long_run_target_km <= race.LONG_RUN_KM:
        return None
    points = squared_excess / (long_run_target_km - race.LONG_RUN_KM) ** 2
    return float(race.marathon_shape_percent(level, km, points, days=over_days))


def _newer_ones_count_more(squared_excess: Floats) -> Floats:
    """`race.long_run_points` of each day, but for the target, which is another one every day."""
    points = np.zeros(squared_excess.size)
    for back in range(min(race.LONG_RUN_DAYS, squared_excess.size)):
        points[back:] += (2.0 - 2.0 / race.LONG_RUN_DAYS * back) * squared_excess[: squared_excess.size - back]
    return points
