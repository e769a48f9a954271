"""Small frames of samples, for the tests of the lake."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from runningcoach_pipelines.store.lake import SAMPLES_SCHEMA
from runningcoach_pipelines.store.windows import Window

EMPTY = pl.DataFrame(schema=SAMPLES_SCHEMA)
MAY = Window(dt.date(2025, 5, 1), dt.date(2025, 6, 1))
JUNE = Window(dt.date(2025, 6, 1), dt.date(2025, 7, 1))
SPRING = Window(dt.date(2025, 4, 1), dt.date(2025, 7, 1))


def samples(
    activity_id: str, day: str, heart_rate: Sequence[int | None] = (150, None, 152), *, athlete_id: str = "me"
) -> pl.DataFrame:
    """An activity with a sample a second, starting at noon of the day."""
    on = dt.date.fromisoformat(day)
    start = dt.datetime(on.year, on.month, on.day, 12, tzinfo=dt.UTC)
    rows = [
        {
            "athlete_id": athlete_id,
            "month": f"{on:%Y-%m}",
            "activity_id": activity_id,
            "local_day": on,
            "at": start + dt.timedelta(seconds=second),
            "elapsed_s": float(second),
            "timer_s": float(second),
            "distance_m": 3.0 * second,
            "heart_rate_bpm": bpm,
            "cadence_spm": 170.5,
        }
        for second, bpm in enumerate(heart_rate)
    ]
    return pl.DataFrame(rows, schema=SAMPLES_SCHEMA)


def ordered(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort("athlete_id", "activity_id", "elapsed_s")
