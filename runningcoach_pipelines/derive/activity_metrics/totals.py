"""Time, distance, speed, heart rate, climb, power: what the samples of an activity add up to, whoever the athlete."""

import polars as pl

from runningcoach_pipelines.derive.activity_metrics.recordings import Recordings
from runningcoach_pipelines.metrics import clock, elevation, heart_rate, moving, pace, power, quantity

_COL = pl.col
_WEIGHT = pl.col("weight_s")


def totals(recordings: Recordings) -> pl.DataFrame:
    """One row for each activity that has samples.

    Returns:
        `activity_id`; what the device may know better, as `sampled_…`: `distance_m`, `elapsed_s`, `timer_s`,
        `moving_s`, `avg_speed_mps`, `avg_heart_rate_bpm`, `max_heart_rate_bpm`, `ascent_m`, `descent_m`; and
        `max_speed_mps`, `flat_speed_mps`, `flat_speed_source`, `weighted_flat_speed_mps`, `avg_power_w`,
        `weighted_power_w`, `work_kj`, `avg_temperature_c`, `sustained_max_heart_rate_bpm`.
    """
    by = "activity_id"
    sums = recordings.samples.group_by(by, maintain_order=True).agg(
        sampled_distance_m=_COL("distance_m").drop_nulls().last(),
        sampled_elapsed_s=quantity.positive(_COL("elapsed_s").last()),
        sampled_timer_s=clock.timer_time_s(_COL("timer_s")),
        sampled_moving_s=moving.moving_time_s(_COL("speed_mps"), _WEIGHT),
        sampled_avg_speed_mps=quantity.weighted_mean(_COL("speed_mps"), _WEIGHT),
        sampled_avg_heart_rate_bpm=heart_rate.average_bpm(_COL("heart_rate_bpm"), _WEIGHT),
        sampled_max_heart_rate_bpm=heart_rate.max_bpm(_COL("heart_rate_bpm")),
        sampled_ascent_m=elevation.ascent_m(_COL("rise_m")),
        sampled_descent_m=elevation.descent_m(_COL("rise_m")),
        max_speed_mps=_COL("speed_mps").max(),
        flat_speed_mps=quantity.weighted_mean(_COL("flat_speed_mps"), _WEIGHT),
        flat_speed_source=_COL("flat_speed_source").first(),
        avg_power_w=quantity.weighted_mean(_COL("power_w"), _WEIGHT),
        work_kj=power.work_kj(_COL("power_w"), _WEIGHT),
        avg_temperature_c=quantity.weighted_mean(_COL("temperature_c"), _WEIGHT),
    )
    seconds = recordings.seconds.group_by(by, maintain_order=True).agg(
        weighted_flat_speed_mps=pace.weighted_speed_mps(_COL("flat_speed_mps")),
        weighted_power_w=power.weighted_power(_COL("power_w")),
        sustained_max_heart_rate_bpm=heart_rate.sustained_max_bpm(_COL("pulse_bpm")),
    )
    return sums.join(seconds, on=by, how="left", maintain_order="left")
