"""Heart beats: from `hrv` messages as intervals, from `hr` messages as instants, placed on the record timeline.

`hrv` holds the time from beat to beat. `hr` is what a chest strap stored while the watch could not hear it (under
water): beats on the strap's own clock, tied to the watch's by the messages that carry both times.
"""

from __future__ import annotations

import polars as pl

from runningcoach_pipelines.fit.model import FitFile

_INSTANT = pl.Datetime("us", "UTC")

BEATS_SCHEMA = pl.Schema({"timestamp": _INSTANT, "heart_rate": pl.Int64()})
INTERVALS_SCHEMA = pl.Schema({"timestamp": _INSTANT, "rr_s": pl.Float64(), "elapsed_s": pl.Float64()})

_MICROSECONDS = 1_000_000


def hrv_beats(fit: FitFile) -> pl.DataFrame:
    """One row per beat of the `hrv` messages, in file order: see INTERVALS_SCHEMA.

    `timestamp` is that of the message in front, as hrv messages have no time; `rr_s` is the interval that ended with
    the beat, `elapsed_s` the sum of the intervals so far, which is the more exact time within a recording.
    """
    hrv = fit.messages.get("hrv")
    if hrv is None:
        return pl.DataFrame(schema=INTERVALS_SCHEMA)
    return (
        hrv.select(_instants(hrv), _lists(hrv, "time").alias("rr_s"))
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
    if hr is None:
        return pl.DataFrame(schema=BEATS_SCHEMA)
    event, fraction = _lists(hr, "event_timestamp"), _lists(hr, "fractional_timestamp").list.first()
    anchored = hr.select(
        # The watch's clock minus the strap's.
        clock=(
            _instants(hr).cast(pl.Int64) + _microseconds(fraction.fill_null(0.0) - event.list.first())
        ).forward_fill(),
        event=event,
        heart_rate=_lists(hr, "filtered_bpm"),
    )
    unknown = pl.col("event").list.eval(pl.lit(None, pl.Float64))
    same_length = pl.col("event").list.len() == pl.col("heart_rate").list.len()
    return (
        anchored.filter(pl.col("clock").is_not_null() & (pl.col("event").list.len() > 0))
        .with_columns(heart_rate=pl.when(same_length).then("heart_rate").otherwise(unknown))
        .explode("event", "heart_rate")
        .drop_nulls("event")
        # The unused places of the last message repeat its last beat.
        .filter(pl.col("event").diff().fill_null(1.0) != 0)
        .select(
            timestamp=(pl.col("clock") + _microseconds(pl.col("event"))).cast(_INSTANT),
            heart_rate=pl.col("heart_rate").cast(pl.Int64, strict=False),
        )
    )


def record_heart_rate(fit: FitFile, *, tolerance_s: float = 5.0) -> pl.Series:
    """Heart rate for each record: its own where it has one, else that of the last `hr` beat within `tolerance_s`.

    One value per row of the record frame, in its order. A record's 0 means that the watch heard nothing: null here.
    """
    record = fit.messages.get("record")
    if record is None:
        return pl.Series("heart_rate", [], pl.Int64)
    own = _lists(record, "heart_rate").list.first().cast(pl.Int64, strict=False).replace(0, None)
    rows = record.select(_instants(record), own.alias("heart_rate")).with_row_index("row")
    beats = hr_beats(fit).drop_nulls().sort("timestamp")
    if beats.is_empty():
        return rows["heart_rate"]
    nearest = (
        rows.select("row", "timestamp")
        .drop_nulls("timestamp")
        .sort("timestamp")
        .join_asof(beats, on="timestamp", strategy="backward", tolerance=f"{round(tolerance_s * 1e6)}us")
    )
    placed = rows.join(nearest, on="row", how="left", maintain_order="left")
    return placed.select(pl.coalesce("heart_rate", "heart_rate_right")).to_series()


def _instants(frame: pl.DataFrame) -> pl.Expr:
    """The column `timestamp`; nulls where there is none, or where damage made something else of it."""
    is_there = frame.schema.get("timestamp") == _INSTANT
    return (pl.col("timestamp") if is_there else pl.lit(None, _INSTANT)).alias("timestamp")


def _lists(frame: pl.DataFrame, column: str) -> pl.Expr:
    """A column of numbers or of lists of them as lists of floats; nulls where there is none, or of another kind."""
    written = frame.schema.get(column)
    if isinstance(written, pl.List) and written.inner.is_numeric():
        return pl.col(column).cast(pl.List(pl.Float64))
    if written is not None and written.is_numeric():
        return pl.concat_list(pl.col(column).cast(pl.Float64))
    return pl.lit(None, pl.List(pl.Float64)).alias(column)


def _microseconds(seconds: pl.Expr) -> pl.Expr:
    # Damaged floats may be larger than any clock: null, too.
    return (seconds * _MICROSECONDS).round().cast(pl.Int64, strict=False)
