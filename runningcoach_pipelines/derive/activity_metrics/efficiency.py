"""Speed for each heart beat, and how it decays within a run."""

from enum import StrEnum

import polars as pl

from runningcoach_pipelines.metrics import efficiency

_COL = pl.col


class NoDecoupling(StrEnum):
    """Why an activity has no decoupling, besides a problem of its heart rate."""

    NOT_A_RUN = "not_a_run"
    NO_SPEED = "no_speed"
    TOO_SHORT = "too_short"
    UNSTEADY = "unsteady"


def speed_and_drift(seconds: pl.DataFrame, activities: pl.DataFrame) -> pl.DataFrame:
    """Speed for each beat and decoupling, of runs whose heart rate counts.

    Args:
        seconds: `activity_id`, `flat_speed_mps` and `believed_bpm`, once for each second of the timer.
        activities: `activity_id`, `sport` and `heart_rate_problem` of activities with samples.

    Returns:
        A row for each of `activities`: `activity_id`, `speed_per_beat_m`, `decoupling_percent` and, where that is
        null, `decoupling_reason`.
    """
    speed, pulse, half = _COL("flat_speed_mps"), _COL("believed_bpm"), _COL("half")
    figures = (
        seconds.with_columns(half=efficiency.half_after_warm_up().over("activity_id"))
        .group_by("activity_id")
        .agg(
            per_beat=efficiency.mean_speed_per_beat(speed, pulse),
            decoupling=efficiency.steady_decoupling(speed, pulse, half=half),
            long_enough=pl.len() >= efficiency.SHORTEST_RUN_S,
        )
    )
    run, problem = _COL("sport") == "running", _COL("heart_rate_problem")
    reason = (
        pl.when(~run)
        .then(pl.lit(NoDecoupling.NOT_A_RUN.value))
        .when(problem.is_not_null())
        .then(problem)
        .when(_COL("per_beat").is_null())
        .then(pl.lit(NoDecoupling.NO_SPEED.value))
        .when(~_COL("long_enough").fill_null(False))
        .then(pl.lit(NoDecoupling.TOO_SHORT.value))
        .when(_COL("decoupling").is_null())
        .then(pl.lit(NoDecoupling.UNSTEADY.value))
    )
    return activities.join(figures, on="activity_id", how="left", maintain_order="left").select(
        "activity_id",
        speed_per_beat_m=pl.when(run & problem.is_null()).then("per_beat"),
        decoupling_percent=pl.when(reason.is_null()).then("decoupling"),
        decoupling_reason=reason,
    )
