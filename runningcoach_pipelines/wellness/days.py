"""Readings of all files to one row per athlete and day."""

import polars as pl

_LAST = ("resting_hr_bpm", "hrv_rmssd_ms", "hrv_device_status", "sleep_s", "sleep_score", "weight_kg", "vo2max")


def daily(readings: pl.DataFrame) -> pl.DataFrame:
    """The values of each day: the last reading by time, the mean of all stress samples.

    Readings of one instant count once; the file with the greater SHA-256 decides, so that the order of import does
    not.

    Args:
        readings: `athlete_id`, `source_sha256` and the columns of `readings.READINGS`.

    Returns:
        `athlete_id`, `day`, `resting_hr_bpm`, `hrv_rmssd_ms`, `hrv_device_status`, `sleep_s`, `sleep_score`,
        `weight_kg`, `vo2max`, `avg_stress`, sorted by athlete and day; days of which nothing is known have no row.
    """
    by = ("athlete_id", "day")
    ordered = readings.sort("athlete_id", "at", "source_sha256")
    last = ordered.group_by(by, maintain_order=True).agg(pl.col(_LAST).drop_nulls().last())
    samples = ordered.filter(pl.col("stress").is_not_null()).unique(
        ["athlete_id", "at"], keep="last", maintain_order=True
    )
    stress = samples.group_by(by, maintain_order=True).agg(avg_stress=pl.col("stress").mean())
    return last.join(stress, on=by, how="left").sort(by)
