"""Best efforts over distances and mean-max values over durations, for their tables."""

import polars as pl

from runningcoach_pipelines.derive.activity_metrics.recordings import Recordings
from runningcoach_pipelines.metrics import efforts, vo2max
from runningcoach_pipelines.metrics.clock import HOLD_CAP_S

CHANNELS = ("speed", "heart_rate", "power")
"""Channels of `mean_max`."""

SHORTEST_RACE_M = 1500.0
"""Daniels' and Gilbert's curve is for races from here on; shorter ones owe more to sprinting."""

_LONGER_THAN_A_SPRINT_M = 800.0

_COL = pl.col


def best_efforts(activities: pl.DataFrame, recordings: Recordings) -> pl.DataFrame:
    """Fastest times of runs: columns of the table `best_efforts`, and `race_vo2max` of each as if it were a race.

    An effort counts in a run outdoors that is no suspected duplicate and in which nothing was faster than runners
    are: a ride recorded as a run breaks no record.
    """
    runs = recordings.samples.filter("run").select("activity_id", "elapsed_s", "distance_m")
    of_activity = activities.select(
        "activity_id", "athlete_id", "local_day", "indoor", duplicate=_COL("suspected_duplicate_of").is_not_null()
    )
    found = efforts.best_efforts(runs).join(of_activity, on="activity_id", maintain_order="left")
    race = vo2max.from_race(_COL("distance_m"), _COL("time_s"))
    from_800_m = pl.when(_COL("distance_m") >= _LONGER_THAN_A_SPRINT_M).then(race)
    by_a_runner = (from_800_m.max() <= vo2max.HIGHEST_PLAUSIBLE).fill_null(True).over("activity_id")
    return found.with_columns(believed=~_COL("indoor") & by_a_runner).select(
        *("activity_id", "athlete_id", "local_day", "distance_m", "time_s", "start_s"),
        race_vo2max=pl.when(_COL("believed") & (_COL("distance_m") >= SHORTEST_RACE_M)).then(race),
        counts=_COL("believed") & ~_COL("duplicate"),
    )


def effort_vo2max(best: pl.DataFrame) -> pl.DataFrame:
    """`activity_id` and `effort_vo2max`: the highest `race_vo2max` of an activity's `best_efforts`."""
    return best.group_by("activity_id").agg(effort_vo2max=_COL("race_vo2max").max())


def mean_max(activities: pl.DataFrame, recordings: Recordings) -> pl.DataFrame:
    """Highest means of speed, heart rate and power: columns of the table `mean_max`.

    A gap of up to 10 s is bridged; power that is missing while other seconds have it is 0.
    """
    bridged = [
        _COL(name).forward_fill(limit=int(HOLD_CAP_S)).over("activity_id") for name in ("speed_mps", "pulse_bpm")
    ]
    measured = (_COL("power_w").count() > 0).over("activity_id")
    channels = recordings.seconds.select(
        "activity_id",
        bridged[0].alias("speed"),
        bridged[1].alias("heart_rate"),
        pl.when(measured).then(_COL("power_w").fill_null(0.0)).alias("power"),
    )
    of_activity = activities.select("activity_id", "athlete_id", "local_day")
    return efforts.mean_max_curves(channels, CHANNELS).join(of_activity, on="activity_id", maintain_order="left")
