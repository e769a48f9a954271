"""Nights: one in full (`sleep`), or many in short (`sleep_days`). The day of a night is the local day of waking."""

from typing import Any

import polars as pl
from pydantic import Field

from runningcoach_pipelines.garmin_payloads.clock import Stamp, instant, offset_s
from runningcoach_pipelines.garmin_payloads.shape import (
    Day,
    Drifts,
    Number,
    Payload,
    ShapeDrifted,
    day_named,
    each,
    read,
)

NIGHTS = pl.Schema(
    {
        "day": pl.Date(),
        "fell_asleep_at": pl.Datetime("us", "UTC"),
        "woke_at": pl.Datetime("us", "UTC"),
        "utc_offset_s": pl.Int32(),
        "asleep_s": pl.Float64(),
        "deep_s": pl.Float64(),
        "light_s": pl.Float64(),
        "rem_s": pl.Float64(),
        "awake_s": pl.Float64(),
        "score": pl.Float64(),
    }
)
"""One row per night that was measured; `utc_offset_s` is of waking."""

type Row = dict[str, Any]


class _Value(Payload):
    value: Number | None


class _Scores(Payload):
    overall: _Value | None = None


class _Dto(Payload):
    day: Day = Field(alias="calendarDate")
    asleep_s: Number | None = Field(alias="sleepTimeSeconds")
    fell_asleep: Stamp = Field(alias="sleepStartTimestampGMT")
    woke: Stamp = Field(alias="sleepEndTimestampGMT")
    woke_local: Stamp = Field(alias="sleepEndTimestampLocal")
    deep_s: Number | None = Field(alias="deepSleepSeconds")
    light_s: Number | None = Field(alias="lightSleepSeconds")
    rem_s: Number | None = Field(default=None, alias="remSleepSeconds")
    awake_s: Number | None = Field(default=None, alias="awakeSleepSeconds")
    scores: _Scores | None = Field(default=None, alias="sleepScores")


class _Night(Payload):
    dto: _Dto = Field(alias="dailySleepDTO")


class _Values(Payload):
    asleep_s: Number | None = Field(alias="totalSleepTimeInSeconds")
    fell_asleep: Stamp = Field(alias="gmtSleepStartTimeInMillis")
    woke: Stamp = Field(alias="gmtSleepEndTimeInMillis")
    woke_local: Stamp = Field(alias="localSleepEndTimeInMillis")
    deep_s: Number | None = Field(alias="deepTime")
    light_s: Number | None = Field(alias="lightTime")
    rem_s: Number | None = Field(default=None, alias="remTime")
    awake_s: Number | None = Field(default=None, alias="awakeTime")
    score: Number | None = Field(default=None, alias="sleepScore")


class _DayOfRange(Payload):
    day: Day = Field(alias="calendarDate")
    values: _Values


def night(payload: object, drifts: Drifts) -> pl.DataFrame:
    """`sleep`: one night, with the schema `NIGHTS`."""
    rows: list[Row] = []
    if payload:
        try:
            dto = read(_Night, payload).dto
        except ShapeDrifted as drifted:
            nested = payload.get("dailySleepDTO") if isinstance(payload, dict) else None
            drifts.note(drifted, day_named(nested))
        else:
            score = dto.scores.overall.value if dto.scores and dto.scores.overall else None
            rows = [_row(dto.day, dto, score)]
    return _measured(rows)


def nights(payload: object, drifts: Drifts) -> pl.DataFrame:
    """`sleep_days`: the nights of a range, with the schema `NIGHTS`."""

    def row(entry: object, at: str) -> Row:
        found = read(_DayOfRange, entry, at)
        return _row(found.day, found.values, found.values.score)

    return _measured(list(each(payload, "individualStats", drifts=drifts, then=row)))


def _row(day: Day, measured: _Dto | _Values, score: float | None) -> Row:
    return {
        "day": day,
        "fell_asleep_at": instant(measured.fell_asleep),
        "woke_at": instant(measured.woke),
        "utc_offset_s": offset_s(measured.woke, measured.woke_local),
        "asleep_s": measured.asleep_s,
        "deep_s": measured.deep_s,
        "light_s": measured.light_s,
        "rem_s": measured.rem_s,
        "awake_s": measured.awake_s,
        "score": score,
    }


def _measured(rows: list[Row]) -> pl.DataFrame:
    """A night of no length was none: the watch lay on its charger, or there was but a nap."""
    return pl.DataFrame(rows, schema=NIGHTS).filter(pl.col("asleep_s") > 0)
