"""Heart beats: from `hrv` messages as intervals, from `hr` messages as instants, placed on the record timeline.

`hrv` holds the time from beat to beat. `hr` is what a chest strap stored while the watch could not hear it (under
water): beats on the strap's own clock, tied to the watch's by the messages that carry both times.
"""

from __future__ import annotations

import polars as pl

from runningcoach_pipelines.fit.model import FitFile

BEATS_SCHEMA = pl.Schema({"timestamp": pl.Datetime("us", "UTC"), "heart_rate": pl.Int64()})
INTERVALS_SCHEMA = pl.Schema({"timestamp": pl.Datetime("us", "UTC"), "rr_s": pl.Float64(), "elapsed_s": pl.Float64()})

_MICROSECONDS = 1_000_000


def hrv_beats(fit: FitFile) -> pl.DataFrame:
    """One row per beat of the `hrv` messages, in file order: see INTERVALS_SCHEMA.

    `timestamp` is that of the message in front, as hrv messages have no time; `rr_s` is the interval that ended with
    the beat, `elapsed_s` the sum of the intervals so far, which is the more exact time within a recording.
    """
    hrv = fit.messages.get("hrv")
    if hrv is None or "time" not in hrv.columns:
        return pl.DataFrame(schema=INTERVALS_SCHEMA)
    time = pl.col("time") if isinstance(hrv.schema["time"], pl.List) else pl.concat_list("time")
    before = pl.col("timestamp") if "timestamp" in hrv.columns else pl.lit(None, pl.Datetime("us", "UTC"))
    return (
        hrv.select(before.alias("timestamp"), time.alias("rr_s"))
        .explode("rr_s")
        .drop_nulls("rr_s")
        .with_columns(elapsed_s=pl.col("rr_s").cum_sum())
        .cast(INTERVALS_SCHEMA)
    )


def hr_beats(fit: FitFile) -> pl.DataFrame:
    """One row per beat of the `hr` messages: its instant, and the strap's filtered heart rate in beats a minute.

    A message with `timestamp` as well as `event_timestamp` ties the clocks together for the beats from there on;
    beats before the first such message have no instant and are left out. Schema: BEATS_SCHEMA.
    """
    hr = fit.messages.get("hr")
    if hr is None or not {"timestamp", "event_timestamp"} <= set(hr.columns):
        return pl.DataFrame(schema=BEATS_SCHEMA)
    event = _as_list(hr, "event_timestamp")
    fraction = pl.col("fractional_timestamp") if "fractional_timestamp" in hr.columns else pl.lit(None, pl.Float64)
    anchored = hr.select(
        # The watch's clock minus the strap's, in microseconds.
        clock=(
            pl.col("timestamp").cast(pl.Int64)
            + ((fraction.fill_null(0.0) - event.list.first()) * _MICROSECONDS).round().cast(pl.Int64)
        ).forward_fill(),
        event=event,
        heart_rate=_as_list(hr, "filtered_bpm") if "filtered_bpm" in hr.columns else pl.lit(None, pl.List(pl.Int64)),
    )
    same_length = pl.col("event").list.len() == pl.col("heart_rate").list.len()
    nothing = pl.col("event").list.eval(pl.lit(None, pl.Int64))
    return (
        anchored.filter(pl.col("clock").is_not_null() & (pl.col("event").list.len() > 0))
        .with_columns(heart_rate=pl.when(same_length).then("heart_rate").otherwise(nothing))
        .explode("event", "heart_rate")
        .drop_nulls("event")
        # The unused places of the last message repeat its last beat.
        .filter(pl.col("event").diff().fill_null(1.0) != 0)
        .select(
            timestamp=(pl.col("clock") + (pl.col("event") * _MICROSECONDS).round().cast(pl.Int64)).cast(
                BEATS_SCHEMA["timestamp"]
            ),
            heart_rate=pl.col("heart_rate").cast(pl.Int64),
        )
    )


def record_heart_rate(fit: FitFile, *, tolerance_s: float = 5.0) -> pl.Series:
    """Heart rate for each record: its own where it has one, else that of the last `hr` beat within `tolerance_s`.

    One value per row of the record frame, in its order.
    """
    record = fit.messages.get("record")
    if record is None:
        return pl.Series("heart_rate", [], pl.Int64)
    own = record["heart_rate"] if "heart_rate" in record.columns else pl.Series("heart_rate", [None] * record.height)
    own = own.cast(pl.Int64)
    beats = hr_beats(fit).drop_nulls().sort("timestamp")
    if beats.is_empty() or "timestamp" not in record.columns:
        return own
    rows = record.select("timestamp").with_row_index("row").drop_nulls("timestamp").sort("timestamp")
    nearest = rows.join_asof(beats, on="timestamp", strategy="backward", tolerance=f"{round(tolerance_s * 1e6)}us")
    placed = pl.DataFrame({"own": own}).with_row_index("row").join(nearest, on="row", how="left", maintain_order="left")
    return placed.select(pl.coalesce("own", "heart_rate").alias("heart_rate")).to_series()


def _as_list(frame: pl.DataFrame, column: str) -> pl.Expr:
    return pl.col(column) if isinstance(frame.schema[column], pl.List) else pl.concat_list(column)
