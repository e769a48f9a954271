"""Garmin's stored answers as frames: all athletes, the days of a window, and what has drifted on the way."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection, select

from runningcoach_pipelines.garmin_payloads.parsers import PARSERS, SCHEMAS
from runningcoach_pipelines.garmin_payloads.shape import Drifts
from runningcoach_pipelines.store import garmin_events
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.garmin_events import Event
from runningcoach_pipelines.store.tables import GarminDrift, GarminRawEvent
from runningcoach_pipelines.store.windows import Window

NIGHTS = ("sleep", "sleep_days")
DAY_VALUES = ("resting_heart_rate", "daily_summary", "hrv", "weight", "vo2max")
"""Of one day, what an endpoint says comes before what those after it say."""
PULSE = ("heart_rates",)
WELLNESS = (*NIGHTS, *DAY_VALUES, *PULSE)


@dataclass(slots=True)
class Answers:
    """Reads answers of a window (all there are without one). `drifts` are rows of `garmin_drifts`."""

    connection: Connection
    window: Window | None = None
    drifts: list[dict[str, object]] = field(default_factory=list)

    def athletes(self) -> list[str]:
        """Those of whom there are any answers."""
        column = GarminRawEvent.table().c.athlete_id
        return list(self.connection.execute(select(column).distinct().order_by(column)).scalars())

    def frame(self, endpoint: str) -> pl.DataFrame:
        """`athlete_id` and the columns of the endpoint's parser, in the order of athletes and answers."""
        frames = [
            self._parsed(event, athlete_id).select(pl.lit(athlete_id).alias("athlete_id"), pl.all())
            for athlete_id in self.athletes()
            for event in garmin_events.latest(self.connection, athlete_id, endpoint, self.window)
        ]
        return pl.concat([pl.DataFrame(schema={"athlete_id": pl.String, **SCHEMAS[endpoint]}), *frames])

    def by_day(self, endpoints: Sequence[str]) -> pl.DataFrame:
        """One row per athlete and day: in each column what the first of these endpoints says that says anything."""
        together = pl.concat([self.frame(endpoint) for endpoint in endpoints])
        values = pl.exclude("athlete_id", "day").drop_nulls().first()
        return together.group_by("athlete_id", "day", maintain_order=True).agg(values).sort("athlete_id", "day")

    def drift_rows(self) -> pl.DataFrame:
        """One row for each path that has drifted, with the schema of `garmin_drifts`."""
        rows = pl.DataFrame(self.drifts, schema=frame_schema(GarminDrift.table()))
        return rows.unique(["athlete_id", "endpoint", "day", "path"], keep="first", maintain_order=True)

    def _parsed(self, event: Event, athlete_id: str) -> pl.DataFrame:
        """What the answer says of days that it was asked for."""
        found = Drifts()
        frame = PARSERS[event.endpoint](event.payload, found)
        first, last = self._days(event)
        for drift in found.found:
            day = min(max(event.day_from, first), last) if drift.day is None else drift.day
            if first <= day <= last:
                self.drifts.append(
                    {
                        "athlete_id": athlete_id,
                        "endpoint": event.endpoint,
                        "day": day,
                        "path": drift.path,
                        "expected": drift.expected,
                        "found": drift.found,
                    }
                )
        return frame.filter(pl.col("day").is_between(first, last)) if "day" in frame.columns else frame

    def _days(self, event: Event) -> tuple[dt.date, dt.date]:
        if self.window is None:
            return event.day_from, event.day_to
        last = self.window.end - dt.timedelta(days=1)
        return max(event.day_from, self.window.start), min(event.day_to, last)
