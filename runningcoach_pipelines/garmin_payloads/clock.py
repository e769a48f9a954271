"""Instants and clocks as Garmin writes them.

What it calls a local timestamp is the clock on the wall as milliseconds, as if that clock were UTC. Read as an instant
it is off by the offset, and shown in local time by twice that. So instants come from the `GMT` twin alone, and the
local one tells nothing but the offset.
"""

import datetime as dt

_LONGEST_OFFSET_S = 14 * 3600
_OFFSET_STEP_S = 900
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

type Stamp = float | str | None
"""Milliseconds since 1970, or ISO text without a zone."""


def instant(stamp: Stamp) -> dt.datetime | None:
    """The instant of a `GMT` timestamp; None for what is no time."""
    if stamp is None:
        return None
    try:
        if isinstance(stamp, str):
            return dt.datetime.fromisoformat(stamp.removesuffix("Z")).replace(tzinfo=dt.UTC)
        return _EPOCH + dt.timedelta(milliseconds=stamp)
    except (ValueError, OverflowError):
        return None


def offset_s(gmt: Stamp, local: Stamp) -> int | None:
    """Seconds that the clock on the wall was ahead of UTC; None if the two tell no offset that a place on earth has."""
    begun, shown = instant(gmt), instant(local)
    if begun is None or shown is None:
        return None
    ahead_s = round((shown - begun).total_seconds())
    possible = abs(ahead_s) <= _LONGEST_OFFSET_S and ahead_s % _OFFSET_STEP_S == 0
    return ahead_s if possible else None
