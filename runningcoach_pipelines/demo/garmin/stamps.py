"""How Garmin writes instants."""

from datetime import UTC, datetime, timedelta

type Json = dict[str, "Json"] | list["Json"] | str | float | bool | None


def milliseconds(instant: datetime) -> int:
    """Milliseconds since 1970."""
    return int(instant.timestamp()) * 1000


def wall_clock_milliseconds(instant: datetime, offset: timedelta) -> int:
    """What Garmin calls a local timestamp: milliseconds that give the clock on the wall if they are read as UTC."""
    return milliseconds(instant + offset)


def stamp(instant: datetime) -> str:
    """In UTC, with the decimal that Garmin adds."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.0"


def wall_clock_stamp(instant: datetime, offset: timedelta) -> str:
    return stamp(instant + offset)
