"""The pulse of a day (`heart_rates`): a value every two minutes."""

import polars as pl
from pydantic import Field

from runningcoach_pipelines.garmin_payloads.shape import (
    Count,
    Day,
    Drifts,
    Items,
    Payload,
    ShapeDrifted,
    Text,
    day_named,
    read,
)

HEART_RATES = pl.Schema({"at": pl.Datetime("us", "UTC"), "day": pl.Date(), "heart_rate_bpm": pl.Float64()})
"""One row per instant at which the watch saw a pulse."""

_POSSIBLE_BPM = (20, 250)
_LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999."""


class _Descriptor(Payload):
    index: Count
    key: Text


class _Rates(Payload):
    day: Day = Field(alias="calendarDate")
    values: Items | None = Field(alias="heartRateValues")
    descriptors: list[_Descriptor] | None = Field(default=None, alias="heartRateValueDescriptors")


def heart_rates(payload: object, drifts: Drifts) -> pl.DataFrame:
    """The day's pulse, with the schema `HEART_RATES`; instants without one are left out."""
    nothing = pl.DataFrame(schema=HEART_RATES)
    if not payload:
        return nothing
    try:
        rates = read(_Rates, payload)
        if not rates.values:
            return nothing
        pairs = _pairs(rates)
    except ShapeDrifted as drifted:
        drifts.note(drifted, day_named(payload))
        return nothing
    return (
        pl.DataFrame(pairs, schema={"ms": pl.Int64, "heart_rate_bpm": pl.Float64}, orient="row")
        .filter(pl.col("heart_rate_bpm").is_between(*_POSSIBLE_BPM))
        .select(
            pl.from_epoch("ms", time_unit="ms").dt.replace_time_zone("UTC").dt.cast_time_unit("us").alias("at"),
            pl.lit(rates.day).alias("day"),
            "heart_rate_bpm",
        )
        .unique("at", keep="last", maintain_order=True)
        .sort("at")
        .cast(HEART_RATES)
    )


def _pairs(rates: _Rates) -> list[tuple[int, float | None]]:
    """Milliseconds and beats a minute. Which place holds which, the answer says itself."""
    places = {descriptor.key: descriptor.index for descriptor in rates.descriptors or ()}
    at, bpm = places.get("timestamp", 0), places.get("heartrate", 1)
    pairs: list[tuple[int, float | None]] = []
    for index, entry in enumerate(rates.values or ()):
        path = f"heartRateValues[{index}]"
        if not isinstance(entry, list) or len(entry) <= max(at, bpm):
            raise ShapeDrifted(path, "a pair of time and heart rate", repr(entry)[:60])
        ms, value = entry[at], entry[bpm]
        if type(ms) is not int or not 0 <= ms <= _LATEST_MS or not (value is None or type(value) in (int, float)):
            raise ShapeDrifted(path, "milliseconds and a number", repr(entry)[:60])
        pairs.append((ms, None if value is None else float(min(value, 10**6))))
    return pairs
