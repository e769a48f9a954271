"""Records to samples: one row per instant of a session, SI units, with two clocks.

`elapsed_s` is the wall clock since the start; on `timer_s` the pauses of the device's timer are cut out. Rows of
one instant are merged (devices write one record per sensor), rows without an instant cannot be placed.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from runningcoach_pipelines.activities.columns import column, first_known, heart_rate, message
from runningcoach_pipelines.activities.sessions import SEMICIRCLE_DEG, Session
from runningcoach_pipelines.metrics import clock

_UTC = pl.Datetime("us", "UTC")
_EARLIEST_S = 6 * 3600
_LONGEST_S = 14 * 86_400
"""A record earlier or later than this carries a broken clock, as in files that were cut off in the middle."""

Seconds = npt.NDArray[np.float64]


def samples_of(messages: Mapping[str, pl.DataFrame], sessions: Sequence[Session]) -> pl.DataFrame:
    """All samples of a file's sessions, by `session_index` and time.

    Returns:
        Columns `session_index`, `at`, `elapsed_s`, `timer_s`, `distance_m`, `speed_mps`, `heart_rate_bpm`,
        `cadence_spm` (both feet on foot, revolutions otherwise), `power_w`, `altitude_m`, `latitude_deg`,
        `longitude_deg`, `temperature_c`, `grade_adjusted_speed_mps`, `vertical_oscillation_mm`, `stance_time_ms`,
        `step_length_mm`.
    """
    starts_s = np.array([session.started_at.timestamp() for session in sessions])
    merged = _near(_merged_by_instant(_records(message(messages, "record"))), starts_s)
    at_s = merged["at"].dt.epoch("us").to_numpy() / 1e6
    starts_s[:1] = np.minimum(starts_s[:1], at_s[:1].min(initial=np.inf))
    index = np.clip(np.searchsorted(starts_s, at_s, side="right") - 1, 0, None)
    pauses = _pauses(messages)
    elapsed_s = at_s - starts_s[index]
    paused_s = clock.paused_s(at_s, *pauses) - clock.paused_s(starts_s, *pauses)[index]
    on_foot = np.array([session.on_foot for session in sessions], dtype=bool)
    framed = merged.with_columns(
        pl.Series("session_index", index, dtype=pl.Int16),
        pl.Series("elapsed_s", elapsed_s),
        pl.Series("timer_s", elapsed_s - paused_s),
        (pl.col("cadence_spm") * pl.Series(np.where(on_foot[index], 2.0, 1.0))).cast(pl.Float32),
    )
    return _distance_by_session(framed) if len(sessions) > 1 else framed


def _near(records: pl.DataFrame, starts_s: Seconds) -> pl.DataFrame:
    """Records whose clock makes sense: not long before the first start, not weeks after the last.

    Some devices write a start that is later than their first records (a Fenix 2 by 45 minutes): those count.
    """
    if not len(starts_s):
        return records.clear()
    at_s = pl.col("at").dt.epoch("us") / 1e6
    return records.filter(at_s.is_between(starts_s[0] - _EARLIEST_S, starts_s[-1] + _LONGEST_S))


def _distance_by_session(samples: pl.DataFrame) -> pl.DataFrame:
    """Distance from each session's own start: devices count on from one session of a file to the next."""
    ends = samples.group_by("session_index").agg(
        first_m=pl.col("distance_m").drop_nulls().first(), last_m=pl.col("distance_m").drop_nulls().last()
    )
    before = ends.sort("session_index").select(
        "session_index", "first_m", before_m=pl.col("last_m").forward_fill().shift(1)
    )
    carried = before.select(
        "session_index",
        carried_m=pl.when(pl.col("first_m") >= pl.col("before_m")).then("before_m").otherwise(0.0),
    )
    return (
        samples.join(carried, on="session_index", how="left", maintain_order="left")
        .with_columns(pl.col("distance_m") - pl.col("carried_m"))
        .drop("carried_m")
    )


def _records(record: pl.DataFrame) -> pl.DataFrame:
    return record.select(
        column(record, "timestamp", _UTC).alias("at"),
        column(record, "distance", pl.Float64).alias("distance_m"),
        first_known(record, ("enhanced_speed", "speed"), pl.Float64).alias("speed_mps"),
        heart_rate(record, "heart_rate", pl.Int16).alias("heart_rate_bpm"),
        (column(record, "cadence", pl.Float64) + column(record, "fractional_cadence", pl.Float64).fill_null(0)).alias(
            "cadence_spm"
        ),
        column(record, "power", pl.Int32).alias("power_w"),
        first_known(record, ("enhanced_altitude", "altitude"), pl.Float64).alias("altitude_m"),
        (column(record, "position_lat", pl.Float64) * SEMICIRCLE_DEG).alias("latitude_deg"),
        (column(record, "position_long", pl.Float64) * SEMICIRCLE_DEG).alias("longitude_deg"),
        column(record, "temperature", pl.Int16).alias("temperature_c"),
        column(record, "grade_adjusted_speed", pl.Float64).alias("grade_adjusted_speed_mps"),
        column(record, "vertical_oscillation", pl.Float32).alias("vertical_oscillation_mm"),
        column(record, "stance_time", pl.Float32).alias("stance_time_ms"),
        column(record, "step_length", pl.Float32).alias("step_length_mm"),
    ).filter(pl.col("at").is_not_null())


def _merged_by_instant(records: pl.DataFrame) -> pl.DataFrame:
    ordered = records.sort("at", maintain_order=True)
    if not ordered["at"].is_duplicated().any():
        return ordered
    return ordered.group_by("at", maintain_order=True).agg(pl.all().drop_nulls().last())


def _pauses(messages: Mapping[str, pl.DataFrame]) -> tuple[Seconds, Seconds]:
    """Start and end of each stretch in which the timer stood still, in seconds since 1970, ascending."""
    event = message(messages, "event")
    timer = (
        event.select(
            column(event, "timestamp", _UTC).alias("at"),
            column(event, "event", pl.String),
            column(event, "event_type", pl.String).alias("type"),
        )
        .filter(pl.col("event") == "timer", pl.col("at").is_not_null(), pl.col("type").str.contains("^(start|stop)"))
        .sort("at", maintain_order=True)
        .select("at", running=pl.col("type") == "start")
    )
    switched = timer.filter(pl.col("running") != pl.col("running").shift(1, fill_value=True))
    at_s = switched["at"].dt.epoch("us").to_numpy() / 1e6
    running = switched["running"].to_numpy()
    stops_s, starts_s = at_s[~running], at_s[running]
    return stops_s[: len(starts_s)], starts_s
