"""Best efforts over distances and mean-max values over durations, for their tables."""

import polars as pl

from runningcoach_pipelines.derive.activity_metrics.plans import collected
from runningcoach_pipelines.derive.activity_metrics.recordings import Recordings
from runningcoach_pipelines.metrics import efforts, vo2max
from runningcoach_pipelines.metrics.clock import HOLD_CAP_S

SHORTEST_RACE_M = 1500.0
"""Daniels' and Gilbert's curve is for races from here on; shorter ones owe more to sprinting."""

_LONGER_THAN_A_SPRINT_M = 800.0

_COL = pl.col


_RACE = vo2max.from_race(_COL("distance_m"), _COL("time_s"))
_FROM_800_M = pl.when(_COL("distance_m") >= _LONGER_THAN_A_SPRINT_M).then(_RACE)
_BY_A_RUNNER = (_FROM_800_M.max() <= vo2max.HIGHEST_PLAUSIBLE).fill_null(True).over("activity_id")
_BRIDGED = int(HOLD_CAP_S)
_CHANNELS = {
    "speed": _COL("speed_mps").forward_fill(limit=_BRIDGED).over("activity_id"),
    "heart_rate": _COL("pulse_bpm").forward_fill(limit=_BRIDGED).over("activity_id"),
    "power": pl.when((_COL("power_w").count() > 0).over("activity_id")).then(_COL("power_w").fill_null(0.0)),
}
"""Channels of `mean_max` by the second: gaps of up to 10 s bridged, missing power 0 if other seconds have it."""


def best_efforts(activities: pl.DataFrame, recordings: Recordings) -> pl.DataFrame:
    """Fastest times of runs: columns of the table `best_efforts`, and `race_vo2max` of each as if it were a race.

    An effort counts in a run outdoors that is no suspected duplicate and in which nothing was faster than runners
    are: a ride recorded as a run breaks no record.
    """
    runs = recordings.samples.lazy().filter("run").select("activity_id", "elapsed_s", "distance_m")
    of_activity = activities.lazy().select(
        "activity_id", "indoor", duplicate=_COL("suspected_duplicate_of").is_not_null()
    )
    return collected(
        efforts.best_efforts(collected(runs))
        .lazy()
        .join(of_activity, on="activity_id", maintain_order="left")
        .with_columns(believed=~_COL("indoor") & _BY_A_RUNNER)
        .select(
            *("activity_id", "distance_m", "time_s", "start_s"),
            race_vo2max=pl.when(_COL("believed") & (_COL("distance_m") >= SHORTEST_RACE_M)).then(_RACE),
            counts=_COL("believed") & ~_COL("duplicate"),
        )
    )


def effort_vo2max(best: pl.DataFrame) -> pl.DataFrame:
    """`activity_id` and `effort_vo2max`: the highest `race_vo2max` of an activity's `best_efforts`."""
    return best.group_by("activity_id").agg(effort_vo2max=_COL("race_vo2max").max())


def mean_max(recordings: Recordings) -> pl.DataFrame:
    """Highest means of speed, heart rate and power: columns of the table `mean_max`."""
    return efforts.mean_max_curves(recordings.seconds.select("activity_id", **_CHANNELS), [*_CHANNELS])
