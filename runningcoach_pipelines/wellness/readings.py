"""Messages of a wellness file to readings: what was measured when, and on which local day.

The day of a night is the local day of waking: watches write its values when it is over.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import polars as pl

from runningcoach_pipelines.activities.columns import column, heart_rate, message
from runningcoach_pipelines.activities.local_time import device_clock, local_day

WELLNESS_MESSAGES = (
    *("monitoring_info", "monitoring_hr_data", "stress_level", "hrv_status_summary"),
    *("sleep_level", "sleep_assessment", "event", "nap_event", "max_met_data", "weight_scale", "file_id"),
)
"""What `readings_of` needs of a file."""

_UTC = pl.Datetime("us", "UTC")
READINGS = pl.Schema(
    {
        "at": _UTC,
        "day": pl.Date(),
        "resting_hr_bpm": pl.Float64(),
        "hrv_rmssd_ms": pl.Float64(),
        "hrv_device_status": pl.String(),
        "sleep_s": pl.Float64(),
        "sleep_score": pl.Float64(),
        "stress": pl.Float64(),
        "weight_kg": pl.Float64(),
        "vo2max": pl.Float64(),
    }
)
"""One row per reading, null in the columns that it says nothing of."""

_STRESS = (0, 100)
"""Below are reasons why there is no value: -1 too little data, -2 too much motion."""

_WEIGHT_KG = (1, 600)
"""A scale writes 655.34 while it still weighs."""

_ASLEEP = ("light", "deep", "rem")


def readings_of(messages: Mapping[str, pl.DataFrame], *, home: ZoneInfo) -> pl.DataFrame:
    """The readings of one file, in no particular order, with the schema `READINGS`.

    Args:
        messages: the `WELLNESS_MESSAGES` of the file, as far as it has them.
        home: zone of files that do not tell the watch's own clock; only `monitoring_info` does.
    """
    found = [
        _resting(message(messages, "monitoring_hr_data")),
        _stress(message(messages, "stress_level")),
        _hrv(message(messages, "hrv_status_summary")),
        _sleep(messages),
        _vo2max(message(messages, "max_met_data")),
        _weight(message(messages, "weight_scale")),
    ]
    together = pl.concat([pl.DataFrame(schema=READINGS), *found], how="diagonal")
    known = pl.any_horizontal(pl.exclude("at", "day").is_not_null())
    clock = device_clock(message(messages, "monitoring_info"))
    return together.filter(pl.col("at").is_not_null(), known).with_columns(
        day=local_day(pl.col("at"), device=clock, home=home)
    )


def _resting(monitoring: pl.DataFrame) -> pl.DataFrame:
    """The day's own value; field 0 of the message is the watch's mean of a week."""
    return monitoring.select(
        column(monitoring, "timestamp", _UTC).alias("at"),
        heart_rate(monitoring, "current_day_resting_heart_rate", pl.Float64).alias("resting_hr_bpm"),
    )


def _stress(stress: pl.DataFrame) -> pl.DataFrame:
    value = column(stress, "stress_level_value", pl.Float64)
    return stress.select(
        column(stress, "stress_level_time", _UTC).alias("at"),
        pl.when(value.is_between(*_STRESS)).then(value).alias("stress"),
    )


def _hrv(summary: pl.DataFrame) -> pl.DataFrame:
    night_ms = column(summary, "last_night_average", pl.Float64)
    return summary.select(
        column(summary, "timestamp", _UTC).alias("at"),
        pl.when(night_ms > 0).then(night_ms).alias("hrv_rmssd_ms"),
        column(summary, "status", pl.String).replace("none", None).alias("hrv_device_status"),
    )


def _sleep(messages: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """A night as one reading at the time of waking; naps are none."""
    if "nap_event" in messages:
        return pl.DataFrame()
    levels, assessment, file_id = (message(messages, name) for name in ("sleep_level", "sleep_assessment", "file_id"))
    score = assessment.select(column(assessment, "overall_sleep_score", pl.Float64)).to_series().drop_nulls()
    ended = (
        levels.select(column(levels, "timestamp", _UTC).alias("at"), column(levels, "sleep_level", pl.String))
        .drop_nulls()
        .sort("at", maintain_order=True)
    )
    if ended.is_empty() and score.is_empty():
        return pl.DataFrame()
    written = file_id.select(column(file_id, "time_created", _UTC)).to_series()
    begun = pl.col("at").shift(1, fill_value=_fell_asleep(message(messages, "event")))
    asleep = pl.col("sleep_level").is_in(_ASLEEP)
    return ended.select(
        at=pl.coalesce(pl.col("at").max(), pl.lit(written.max(), dtype=_UTC)),
        # A level stands at the end of its stage; the first one's start is an event of its own.
        sleep_s=pl.when(pl.len() > 0).then(
            (pl.col("at") - begun).filter(asleep).dt.total_seconds(fractional=True).sum()
        ),
        sleep_score=pl.lit(score.last(), dtype=pl.Float64),
    )


def _fell_asleep(event: pl.DataFrame) -> pl.Expr:
    """When the watch says that sleep began; null if it does not."""
    starts = event.select(
        column(event, "timestamp", _UTC).alias("at"),
        column(event, "event", pl.String),
        column(event, "event_type", pl.String),
    ).filter(pl.col("event") == "sleep", pl.col("event_type") == "start")
    return pl.lit(starts["at"].min(), dtype=_UTC)


def _vo2max(max_met: pl.DataFrame) -> pl.DataFrame:
    """Estimates from running and walking; that of cycling is another quantity."""
    estimate = column(max_met, "vo2_max", pl.Float64)
    cycling = (column(max_met, "sport", pl.String) == "cycling") | (
        column(max_met, "max_met_category", pl.String) == "cycling"
    )
    return max_met.select(
        column(max_met, "update_time", _UTC).alias("at"),
        pl.when(estimate > 0, ~cycling.fill_null(value=False)).then(estimate).alias("vo2max"),
    )


def _weight(scale: pl.DataFrame) -> pl.DataFrame:
    """Weights of a scale that knows one user; of several nobody says which is the athlete."""
    users = scale.select(column(scale, "user_profile_index", pl.Int64)).to_series().drop_nulls()
    weight_kg = column(scale, "weight", pl.Float64)
    return scale.select(
        column(scale, "timestamp", _UTC).alias("at"),
        pl.when(weight_kg.is_between(*_WEIGHT_KG)).then(weight_kg).alias("weight_kg"),
    ).filter(users.n_unique() <= 1)
