"""How an athlete moves on foot: cadence, step length, vertical ratio, ground contact."""

import polars as pl

from runningcoach_pipelines.derive.activity_metrics.recordings import Recordings
from runningcoach_pipelines.metrics import dynamics, quantity

_COL = pl.col
_MM_PER_M = 1000.0


def running_dynamics(recordings: Recordings) -> pl.DataFrame:
    """One row for each activity on foot that has samples: `activity_id` and the `avg_…` columns of dynamics.

    Step length is the device's where it wrote one, else speed over cadence; standing still counts nowhere.
    """
    cadence, weight, oscillation = _COL("cadence_spm"), _COL("weight_s"), _COL("vertical_oscillation_mm")
    computed_m = quantity.positive(dynamics.step_length_m(_COL("speed_mps"), cadence))
    device_m = _COL("step_length_mm") / _MM_PER_M
    steps = recordings.samples.filter("on_foot").with_columns(
        computed_m=computed_m,
        device_m=device_m,
        vertical_ratio=dynamics.vertical_ratio_percent(oscillation, pl.coalesce(device_m, computed_m) * _MM_PER_M),
        duty_factor=dynamics.duty_factor_percent(_COL("stance_time_ms"), quantity.positive(cadence)),
    )
    return (
        steps.group_by("activity_id", maintain_order=True)
        .agg(
            avg_cadence_spm=dynamics.average_cadence_spm(cadence, weight),
            device_m=quantity.weighted_mean(_COL("device_m"), weight),
            computed_m=quantity.weighted_mean(_COL("computed_m"), weight),
            avg_vertical_oscillation_mm=quantity.weighted_mean(oscillation, weight),
            avg_vertical_ratio_percent=quantity.weighted_mean(_COL("vertical_ratio"), weight),
            avg_stance_time_ms=quantity.weighted_mean(_COL("stance_time_ms"), weight),
            avg_duty_factor_percent=quantity.weighted_mean(_COL("duty_factor"), weight),
        )
        .with_columns(avg_step_length_m=pl.coalesce("device_m", "computed_m"))
        .drop("device_m", "computed_m")
    )
