"""How an athlete moves on foot: cadence, step length, vertical ratio, ground contact."""

import polars as pl

from runningcoach_pipelines.derive.activity_metrics.plans import collected, in_one_piece
from runningcoach_pipelines.derive.activity_metrics.recordings import Recordings
from runningcoach_pipelines.metrics import dynamics, quantity
from runningcoach_pipelines.metrics.quantity import Clean

_MM_PER_M = 1000.0
_CADENCE, _STANCE, _OSCILLATION = Clean("cadence_spm"), Clean("stance_time_ms"), Clean("vertical_oscillation_mm")
_STEP_MM = pl.coalesce("step_length_mm", pl.col("computed_m") * _MM_PER_M)
_WEIGHT = Clean("weight_s")

_COMPUTED_M = quantity.positive(dynamics.step_length_m(Clean("speed_mps"), _CADENCE))
_RATIOS = {
    "vertical_ratio": dynamics.vertical_ratio_percent(_OSCILLATION, _STEP_MM),
    "duty_factor": dynamics.duty_factor_percent(_STANCE, quantity.positive(_CADENCE)),
}
_MEANS = {
    "avg_cadence_spm": dynamics.average_cadence_spm(_CADENCE, _WEIGHT),
    "sampled_cadence_spm": quantity.weighted_mean(_CADENCE, _WEIGHT),
    "device_mm": quantity.weighted_mean(Clean("step_length_mm"), _WEIGHT),
    "computed_m": quantity.weighted_mean(Clean("computed_m"), _WEIGHT),
    "avg_vertical_oscillation_mm": quantity.weighted_mean(_OSCILLATION, _WEIGHT),
    "avg_vertical_ratio_percent": quantity.weighted_mean(Clean("vertical_ratio"), _WEIGHT),
    "avg_stance_time_ms": quantity.weighted_mean(_STANCE, _WEIGHT),
    "avg_duty_factor_percent": quantity.weighted_mean(Clean("duty_factor"), _WEIGHT),
}


def running_dynamics(recordings: Recordings) -> pl.DataFrame:
    """One row for each activity on foot that has samples: `activity_id` and the `avg_…` columns of dynamics.

    Step length is the device's where it wrote one, else speed over cadence; standing still counts nowhere but in
    `sampled_cadence_spm`, which is to be compared with the device's own average.
    """
    on_foot = in_one_piece(recordings.samples.lazy().filter("on_foot"))
    return collected(
        on_foot.lazy()
        .with_columns(computed_m=_COMPUTED_M)
        .with_columns(**_RATIOS)
        .group_by("activity_id", maintain_order=True)
        .agg(**_MEANS)
        .with_columns(avg_step_length_m=pl.coalesce(quantity.quotient(pl.col("device_mm"), _MM_PER_M), "computed_m"))
        .drop("device_mm", "computed_m")
    )
