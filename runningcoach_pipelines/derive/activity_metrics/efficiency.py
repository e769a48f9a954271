"""Speed for each heart beat, and how it decays within a run."""

from enum import StrEnum

import polars as pl

from runningcoach_pipelines.derive.activity_metrics.plans import collected
from runningcoach_pipelines.metrics import efficiency
from runningcoach_pipelines.metrics.quantity import Clean

_COL = pl.col


class NoDecoupling(StrEnum):
    """Why an activity has neither decoupling nor speed per beat, besides a problem of its heart rate."""

    NOT_A_RUN = "not_a_run"
    NO_SPEED = "no_speed"
    TOO_SHORT = "too_short"
    UNSTEADY = "unsteady"


_SPEED, _PULSE, _RUN = Clean("flat_speed_mps"), Clean("believed_bpm"), _COL("sport") == "running"
_FIGURES = {
    "per_beat": efficiency.mean_speed_per_beat(_SPEED, _PULSE, _COL("half")),
    "decoupling": efficiency.steady_decoupling(_SPEED, _PULSE, half=_COL("half")),
    "long_enough": pl.len() >= efficiency.SHORTEST_RUN_S,
}
_REASON = (
    pl.when(~_RUN)
    .then(pl.lit(NoDecoupling.NOT_A_RUN.value))
    .when(_COL("heart_rate_problem").is_not_null())
    .then("heart_rate_problem")
    .when(~_COL("long_enough").fill_null(False))
    .then(pl.lit(NoDecoupling.TOO_SHORT.value))
    .when(_COL("per_beat").is_null())
    .then(pl.lit(NoDecoupling.NO_SPEED.value))
    .when(_COL("decoupling").is_null())
    .then(pl.lit(NoDecoupling.UNSTEADY.value))
)


def speed_and_drift(seconds: pl.DataFrame, activities: pl.DataFrame) -> pl.DataFrame:
    """Speed for each beat and decoupling, of steady runs whose heart rate counts.

    Args:
        seconds: `activity_id`, `flat_speed_mps` and `believed_bpm`, once for each second of the timer.
        activities: `activity_id`, `sport` and `heart_rate_problem` of activities with samples.

    Returns:
        A row for each of `activities`: `activity_id`, `speed_per_beat_m`, `decoupling_percent` and, where they are
        null, `decoupling_reason`.
    """
    return collected(
        activities.lazy()
        .select("activity_id", "sport", "heart_rate_problem")
        .join(_figures(seconds), on="activity_id", how="left", maintain_order="left")
        .with_columns(decoupling_reason=_REASON)
        .select(
            "activity_id",
            "decoupling_reason",
            speed_per_beat_m=pl.when(_COL("decoupling_reason").is_null()).then("per_beat"),
            decoupling_percent=pl.when(_COL("decoupling_reason").is_null()).then("decoupling"),
        )
    )


def _figures(seconds: pl.DataFrame) -> pl.LazyFrame:
    return (
        seconds.lazy()
        .with_columns(half=efficiency.half_after_warm_up().over("activity_id"))
        .group_by("activity_id")
        .agg(**_FIGURES)
    )
