"""Laps as the device wrote them, each given to the session it starts in."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from runningcoach_pipelines.activities.columns import column, first_known, heart_rate, message
from runningcoach_pipelines.activities.sessions import Session

_UTC = pl.Datetime("us", "UTC")


def laps_of(messages: Mapping[str, pl.DataFrame], sessions: Sequence[Session]) -> pl.DataFrame:
    """Laps with `session_index` and, per session, `lap_index` from 0 in order of their start.

    On foot, cadence is given as steps of both feet.
    """
    lap = message(messages, "lap")
    fraction = column(lap, "avg_fractional_cadence", pl.Float64).fill_null(0)
    laps = (
        lap.select(
            first_known(lap, ("start_time", "timestamp"), _UTC).alias("started_at"),
            column(lap, "total_elapsed_time", pl.Float64).alias("elapsed_s"),
            column(lap, "total_timer_time", pl.Float64).alias("timer_s"),
            column(lap, "total_distance", pl.Float64).alias("distance_m"),
            heart_rate(lap, "avg_heart_rate", pl.Float64).alias("avg_heart_rate_bpm"),
            heart_rate(lap, "max_heart_rate", pl.Float64).alias("max_heart_rate_bpm"),
            (column(lap, "avg_cadence", pl.Float64) + fraction).alias("avg_cadence_spm"),
            column(lap, "avg_power", pl.Float64).alias("avg_power_w"),
            column(lap, "total_ascent", pl.Float64).alias("ascent_m"),
            column(lap, "lap_trigger", pl.String).alias("trigger"),
            column(lap, "intensity", pl.String),
        )
        .filter(pl.col("started_at").is_not_null())
        .sort("started_at", maintain_order=True)
    )
    starts_s = np.array([session.started_at.timestamp() for session in sessions])
    at_s = laps["started_at"].dt.epoch("us").to_numpy() / 1e6
    index = np.clip(np.searchsorted(starts_s, at_s, side="right") - 1, 0, None)
    on_foot = np.array([session.on_foot for session in sessions], dtype=bool)
    steps = np.where(on_foot[index], 2.0, 1.0) if len(sessions) else np.ones(len(laps))
    return laps.with_columns(
        pl.Series("session_index", index, dtype=pl.Int16), pl.col("avg_cadence_spm") * pl.Series(steps)
    ).with_columns(pl.int_range(pl.len(), dtype=pl.Int32).over("session_index").alias("lap_index"))
