"""The sessions of a FIT file: one activity each, with the totals that the device wrote.

A file without a `session` message (truncated, or from an app) still gives one session, with unknown totals.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from runningcoach_pipelines.activities.columns import column, first_known, heart_rate, message
from runningcoach_pipelines.activities.local_time import UtcOffset, device_clock, utc_offset

SEMICIRCLE_DEG = 180 / 2**31
"""FIT positions are signed 32-bit fractions of half a circle."""

_INDOOR = frozenset(
    {
        "treadmill",
        "indoor_running",
        "indoor_cycling",
        "indoor_rowing",
        "indoor_walking",
        "indoor_skiing",
        "spin",
    }
    | {"lap_swimming", "strength_training", "yoga", "pilates", "cardio_training", "virtual_activity"}
)
_INDOOR_SPORTS = frozenset({"fitness_equipment", "training"})
ON_FOOT = frozenset({"running", "walking", "hiking"})

_TOTALS = {
    "total_elapsed_time": "elapsed_s",
    "total_timer_time": "timer_s",
    "total_distance": "distance_m",
    "total_ascent": "ascent_m",
    "total_calories": "calories_kcal",
}
_HEART_RATES = {"avg_heart_rate": "avg_heart_rate_bpm", "max_heart_rate": "max_heart_rate_bpm"}
_TOTAL_NAMES = (*_TOTALS.values(), *_HEART_RATES.values())
_UTC = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Totals:
    """What the device says of a whole session; None where it does not."""

    elapsed_s: float | None = None
    timer_s: float | None = None
    distance_m: float | None = None
    avg_heart_rate_bpm: float | None = None
    max_heart_rate_bpm: float | None = None
    ascent_m: float | None = None
    calories_kcal: float | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One activity of a file: when, where on the clock, what, and the device's totals."""

    index: int
    place: int | None
    """Which `session` message of the file it is, from 0; None if no message tells of it."""
    started_at: dt.datetime
    offset: UtcOffset
    sport: str
    sub_sport: str | None
    totals: Totals

    @property
    def local_day(self) -> dt.date:
        return self.offset.local_day(self.started_at)

    @property
    def on_foot(self) -> bool:
        """Whether two steps make one revolution of what FIT calls cadence."""
        return self.sport in ON_FOOT

    @property
    def indoor(self) -> bool:
        return self.sub_sport in _INDOOR or self.sport in _INDOOR_SPORTS


def sessions_of(messages: Mapping[str, pl.DataFrame], home: ZoneInfo) -> list[Session]:
    """Sessions in order of their start, numbered from 0; none if the file has neither sessions nor records.

    Args:
        messages: at least `session`, `activity`, `sport` and `record` of one FIT file, as far as it has them.
        home: zone of activities that say nothing about theirs.
    """
    starts = _written_sessions(message(messages, "session"))
    if starts.is_empty():
        starts = _session_of_records(messages)
    device = device_clock(message(messages, "activity"))
    sessions = []
    for index, row in enumerate(starts.sort("started_at", maintain_order=True).iter_rows(named=True)):
        position = _start_position(row, messages)
        sessions.append(
            Session(
                index=index,
                place=row["place"],
                started_at=row["started_at"],
                offset=utc_offset(row["started_at"], device=device, position_deg=position, home=home),
                sport=row["sport"] or "generic",
                sub_sport=row["sub_sport"],
                totals=Totals(**{name: row[name] for name in _TOTAL_NAMES}),
            )
        )
    return sessions


def _written_sessions(session: pl.DataFrame) -> pl.DataFrame:
    return session.select(
        first_known(session, ("start_time", "timestamp"), _UTC).alias("started_at"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("place"),
        column(session, "sport", pl.String),
        column(session, "sub_sport", pl.String),
        *(column(session, field, pl.Float64).alias(name) for field, name in _TOTALS.items()),
        *(heart_rate(session, field, pl.Float64).alias(name) for field, name in _HEART_RATES.items()),
        (column(session, "start_position_lat", pl.Float64) * SEMICIRCLE_DEG).alias("latitude_deg"),
        (column(session, "start_position_long", pl.Float64) * SEMICIRCLE_DEG).alias("longitude_deg"),
    ).filter(pl.col("started_at").is_not_null())


def _session_of_records(messages: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    record, sport = message(messages, "record"), message(messages, "sport")
    start = record.select(column(record, "timestamp", _UTC).min().alias("started_at")).drop_nulls()
    named = sport.select(column(sport, "sport", pl.String), column(sport, "sub_sport", pl.String)).head(1)
    unknown = [pl.lit(None, pl.Float64).alias(name) for name in (*_TOTAL_NAMES, "latitude_deg", "longitude_deg")]
    return start.join(named, how="cross").with_columns(*unknown, pl.lit(None, pl.Int64).alias("place"))


def _start_position(row: Mapping[str, object], messages: Mapping[str, pl.DataFrame]) -> tuple[float, float] | None:
    """Where the session started, else the first position of the file."""
    latitude, longitude = row["latitude_deg"], row["longitude_deg"]
    if isinstance(latitude, float) and isinstance(longitude, float):
        return latitude, longitude
    record = message(messages, "record")
    positions = record.select(
        column(record, "position_lat", pl.Float64) * SEMICIRCLE_DEG,
        column(record, "position_long", pl.Float64) * SEMICIRCLE_DEG,
    ).drop_nulls()
    return None if positions.is_empty() else positions.row(0)
