"""Three estimates of maximal oxygen uptake by day, side by side and never blended: they are different quantities."""

import polars as pl

from runningcoach_pipelines.derive.fitness.seasons import Season, Seasons
from runningcoach_pipelines.metrics import trailing, vo2max
from runningcoach_pipelines.metrics.thresholds import RACE_LIKE_M

CARRIED_DAYS = 60
"""A device's figure holds for so long, unless there is a new one."""

SHAPE_DAYS = 31
"""Days whose runs make the heart-rate estimate: `vo2max.shape` looks 30 days back."""

_ESTIMATE, _DURATION = pl.col("hr_vo2max"), pl.col("timer_s")


def vo2max_trend(
    days: pl.Series, activities: pl.DataFrame, device_vo2max: pl.DataFrame, of_seasons: Seasons
) -> pl.DataFrame:
    """`device_vo2max`, `race_vo2max`, `hr_vo2max` of each day; null where there is no estimate."""
    return pl.DataFrame(
        {
            "device_vo2max": _of_device(days, device_vo2max),
            "race_vo2max": pl.Series(of_seasons.each(race_level), dtype=pl.Float64),
            "hr_vo2max": _of_heart_rate(days, activities),
        }
    )


def race_like(season: Season) -> Season:
    """The efforts that are long enough to be compared with races."""
    return tuple(effort for effort in season if effort.distance_m >= RACE_LIKE_M)


def race_level(season: Season) -> float | None:
    """VO2max (Daniels–Gilbert) of the season's best race-like effort; None without one."""
    return max((vo2max.from_race(effort.distance_m, effort.time_s) for effort in race_like(season)), default=None)


def _of_device(days: pl.Series, device_vo2max: pl.DataFrame) -> pl.Series:
    known = device_vo2max.select("day", "vo2max").sort("day")
    return days.to_frame("day").join_asof(known, on="day", tolerance=f"{CARRIED_DAYS}d")["vo2max"]


def _of_heart_rate(days: pl.Series, activities: pl.DataFrame) -> pl.Series:
    """`vo2max.shape` of every day: the mean of the runs of 30 days, weighted by duration."""
    by_day = (
        activities.filter(pl.col("sport") == "running", _ESTIMATE > 0, _DURATION > 0)
        .sort("local_day", _ESTIMATE, _DURATION)
        .group_by(day="local_day", maintain_order=True)
        .agg(weighted=(_ESTIMATE * _DURATION).sum(), weight=_DURATION.sum())
    )
    return (
        days.to_frame("day")
        .join(by_day, on="day", how="left", maintain_order="left")
        .select(trailing.total(pl.col("weighted"), SHAPE_DAYS) / trailing.total(pl.col("weight"), SHAPE_DAYS))
        .to_series()
    )
