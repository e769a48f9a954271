"""Resting heart rate and nightly heart-rate variability of each day against the athlete's own baselines."""

import polars as pl

from runningcoach_pipelines.metrics import hrv
from runningcoach_pipelines.metrics.quantity import positive

_RESTING, _RMSSD, _SLEEP = pl.col("resting_hr_bpm"), pl.col("hrv_rmssd_ms"), pl.col("sleep_s")


def wellness_baselines(days: pl.Series, nights: pl.DataFrame) -> pl.DataFrame:
    """Figures of each day's night and of the baselines; null where nothing was measured.

    Args:
        days: the calendar.
        nights: of one athlete; nights before the calendar count for the baselines of its first days.

    Returns:
        The columns of `fitness_metrics_daily` from `resting_hr_bpm` to `hrv_status`, and for the rules of a morning
        `hrv_nights` and `sleep_h`.
    """
    first = pl.concat([nights["day"], days]).min()
    dense = (
        pl.select(day=pl.date_range(pl.lit(first, pl.Date), pl.lit(days.last(), pl.Date)))
        .join(nights, on="day", how="left", maintain_order="left")
        .with_columns(**hrv.baseline(_RMSSD), **hrv.resting_change(_RESTING))
    )
    measured = pl.col("hrv_nights") > 0
    return dense.filter(pl.col("day") >= days.first()).select(
        resting_hr_bpm=positive(_RESTING),
        resting_hr_delta_bpm="rhr_delta",
        resting_hr_z="rhr_z",
        hrv_rmssd_ms=positive(_RMSSD),
        hrv_week_ln="hrv_week",
        hrv_low_ln="hrv_low",
        hrv_high_ln="hrv_high",
        hrv_status=pl.when(measured).then("hrv_status"),
        hrv_nights="hrv_nights",
        sleep_h=positive(_SLEEP) / 3600.0,
    )
