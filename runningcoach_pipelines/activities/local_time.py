"""Which local time an activity was run in: the device's own offset, else the position's zone, else home.

An activity's day is the local date of its start (docs/architecture.md, identity and time).
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

import polars as pl

from runningcoach_pipelines.activities.columns import column

_QUARTER_S = 900
_LARGEST_OFFSET_S = 14 * 3600


class OffsetSource(StrEnum):
    """Where an activity's UTC offset comes from, best first."""

    DEVICE = "device"
    POSITION = "position"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class UtcOffset:
    """Seconds east of UTC, and how we know."""

    seconds: int
    source: OffsetSource

    def local_day(self, instant: dt.datetime) -> dt.date:
        """The local date of a UTC instant."""
        return (instant + dt.timedelta(seconds=self.seconds)).date()


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """What the device's own clock showed when it was written down: usually at the activity's end."""

    read_at: dt.datetime
    offset_s: int


def device_clock(activity: pl.DataFrame) -> DeviceClock | None:
    """Local minus UTC time of an `activity` or `monitoring_info` message, rounded to quarters of an hour.

    None if the message is not there or does not tell both.

    The difference holds also on firmware that writes the start into `activity.timestamp` (Forerunner 955).
    Devices without a clock setting write differences of days: those count as none.
    """
    clocks = activity.select(
        column(activity, "local_timestamp", pl.Datetime("us")),
        column(activity, "timestamp", pl.Datetime("us", "UTC")).dt.replace_time_zone(None),
    ).drop_nulls()
    if clocks.is_empty():
        return None
    local, utc = clocks.row(0)
    offset_s = round((local - utc).total_seconds() / _QUARTER_S) * _QUARTER_S
    return DeviceClock(utc.replace(tzinfo=dt.UTC), offset_s) if abs(offset_s) <= _LARGEST_OFFSET_S else None


def utc_offset(
    instant: dt.datetime, *, device: DeviceClock | None, position_deg: tuple[float, float] | None, home: ZoneInfo
) -> UtcOffset:
    """The offset at `instant` from the best source there is.

    Args:
        position_deg: latitude and longitude where the activity started.
    """
    there = _zone_at(*position_deg) if position_deg is not None else None
    zone = there or home
    if device is None:
        return UtcOffset(_offset_s(instant, zone), OffsetSource.HOME if there is None else OffsetSource.POSITION)
    if device.offset_s == _offset_s(device.read_at, zone):
        # The clocks may have changed between the start and the moment the device wrote its offset down.
        return UtcOffset(_offset_s(instant, zone), OffsetSource.DEVICE)
    return UtcOffset(device.offset_s, OffsetSource.DEVICE)


def local_day(at: pl.Expr, *, device: DeviceClock | None, home: ZoneInfo) -> pl.Expr:
    """The local dates of many UTC instants by the device's clock, else at home (see `utc_offset`)."""
    if device is None or device.offset_s == _offset_s(device.read_at, home):
        return at.dt.convert_time_zone(home.key).dt.date()
    return (at + pl.duration(seconds=device.offset_s)).dt.date()


def _zone_at(latitude_deg: float, longitude_deg: float) -> ZoneInfo | None:
    from tzfpy import get_tz

    name = get_tz(longitude_deg, latitude_deg)
    return ZoneInfo(name) if name else None


def _offset_s(instant: dt.datetime, zone: ZoneInfo) -> int:
    offset = instant.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
