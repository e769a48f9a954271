"""Time, distance, speed, heart rate, climb, power: what the samples of an activity add up to, whoever the athlete."""

import polars as pl

from runningcoach_pipelines.derive.activity_metrics.recordings import Recordings
from runningcoach_pipelines.metrics import clock, elevation, heart_rate, moving, pace, power, quantity
from runningcoach_pipelines.metrics.quantity import Clean

_WEIGHT = Clean("weight_s")
_OF_SAMPLES = {
    "sampled_distance_m": pl.when(pl.col("distance_m").count() > 1).then(pl.col("distance_m").drop_nulls().last()),
    "sampled_elapsed_s": quantity.positive(pl.col("elapsed_s").last()),
    "sampled_timer_s": clock.timer_time_s(Clean("timer_s")),
    "sampled_moving_s": moving.moving_time_s(Clean("speed_mps"), _WEIGHT, standing=pl.col("standing")),
    "sampled_avg_speed_mps": quantity.weighted_mean(Clean("speed_mps"), _WEIGHT),
    "sampled_avg_heart_rate_bpm": quantity.weighted_mean(Clean("heart_rate_bpm"), _WEIGHT),
    "sampled_max_heart_rate_bpm": pl.col("heart_rate_bpm").max(),
    "sampled_ascent_m": elevation.ascent_m(Clean("rise_m")),
    "sampled_descent_m": elevation.descent_m(Clean("rise_m")),
    "max_speed_mps": pl.col("speed_mps").max(),
    "flat_speed_mps": quantity.weighted_mean(Clean("flat_speed_mps"), _WEIGHT),
    "flat_speed_source": pl.col("flat_speed_source").first(),
    "avg_power_w": quantity.weighted_mean(Clean("power_w"), _WEIGHT),
    "work_kj": power.work_kj(Clean("power_w"), _WEIGHT),
    "avg_temperature_c": quantity.weighted_mean(Clean("temperature_c"), _WEIGHT),
}
_OF_SECONDS = {
    "weighted_flat_speed_mps": pace.weighted_speed_mps(Clean("flat_speed_mps")),
    "weighted_power_w": power.weighted_power(Clean("power_w")),
    "sustained_max_heart_rate_bpm": heart_rate.sustained_max_bpm(Clean("pulse_bpm")),
}


def totals(recordings: Recordings) -> pl.DataFrame:
    """One row for each activity that has samples.

    Returns:
        `activity_id`; what the device may know better, as `sampled_…`: `distance_m`, `elapsed_s`, `timer_s`,
        `moving_s`, `avg_speed_mps`, `avg_heart_rate_bpm`, `max_heart_rate_bpm`, `ascent_m`, `descent_m`; and
        `max_speed_mps`, `flat_speed_mps`, `flat_speed_source`, `weighted_flat_speed_mps`, `avg_power_w`,
        `weighted_power_w`, `work_kj`, `avg_temperature_c`, `sustained_max_heart_rate_bpm`.
    """
    sums = recordings.samples.group_by("activity_id", maintain_order=True).agg(**_OF_SAMPLES)
    means = recordings.seconds.group_by("activity_id", maintain_order=True).agg(**_OF_SECONDS)
    return sums.join(means, on="activity_id", how="left", maintain_order="left")
