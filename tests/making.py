"""Tiny FIT files for tests: real bytes by our own encoder, as a watch would write them, a few records long."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runningcoach_pipelines.fit.encode import Interleaved, Part, Rows, encode

UTC = dt.UTC
START = dt.datetime(2025, 5, 4, 7, 30, tzinfo=UTC)
SEMICIRCLES_PER_DEG = 2**31 / 180

type Columns = Mapping[str, Sequence[Any]]


def at(start: dt.datetime, elapsed_s: float) -> dt.datetime:
    return start + dt.timedelta(seconds=elapsed_s)


@dataclass(frozen=True, slots=True)
class Leg:
    """A session to be written: `pauses` are (from, to) in seconds since its start; no record falls inside one."""

    start: dt.datetime = START
    seconds: int = 120
    every_s: int = 2
    heart_rate: int | None = 150
    speed_mps: float = 3.0
    cadence_rpm: int = 85
    sport: str = "running"
    sub_sport: str = "generic"
    pauses: Sequence[tuple[int, int]] = ()
    laps: int = 1
    position_deg: tuple[float, float] | None = None
    distance_from_m: float = 0.0
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the session message; the same ones in all legs of a file."""

    @property
    def end(self) -> dt.datetime:
        return at(self.start, self.seconds)

    @property
    def timer_s(self) -> int:
        return self.seconds - sum(to - since for since, to in self.pauses)

    @property
    def distance_m(self) -> float:
        return self.timer_s * self.speed_mps

    def records(self) -> Rows:
        elapsed = [
            s for s in range(0, self.seconds + 1, self.every_s) if not any(since < s < to for since, to in self.pauses)
        ]
        moved_s = [s - sum(min(s, to) - since for since, to in self.pauses if s > since) for s in elapsed]
        columns: dict[str, Sequence[Any]] = {
            "timestamp": [at(self.start, s) for s in elapsed],
            "distance": [self.distance_from_m + self.speed_mps * s for s in moved_s],
            "enhanced_speed": [self.speed_mps] * len(elapsed),
            "cadence": [self.cadence_rpm] * len(elapsed),
        }
        if self.heart_rate is not None:
            columns["heart_rate"] = [self.heart_rate] * len(elapsed)
        if self.position_deg is not None:
            latitude, longitude = (round(degrees * SEMICIRCLES_PER_DEG) for degrees in self.position_deg)
            columns |= {"position_lat": [latitude] * len(elapsed), "position_long": [longitude] * len(elapsed)}
        return Rows("record", columns)

    def events(self) -> Rows:
        switches = [(0, "start"), *((s, k) for a, b in self.pauses for s, k in ((a, "stop_all"), (b, "start")))]
        switches.append((self.seconds, "stop_all"))
        return Rows(
            "event",
            {
                "timestamp": [at(self.start, s) for s, _ in switches],
                "event": ["timer"] * len(switches),
                "event_type": [kind for _, kind in switches],
            },
        )

    def session(self) -> Columns:
        return {
            "timestamp": [self.end],
            "start_time": [self.start],
            "sport": [self.sport],
            "sub_sport": [self.sub_sport],
            "total_elapsed_time": [self.seconds],
            "total_timer_time": [self.timer_s],
            "total_distance": [self.distance_m],
            "avg_heart_rate": [self.heart_rate],
            "max_heart_rate": [self.heart_rate],
            "total_ascent": [0],
            "total_calories": [10],
            **{name: [value] for name, value in self.more.items()},
        }

    def lap_rows(self) -> Rows:
        length_s = self.seconds / self.laps
        starts = [at(self.start, length_s * n) for n in range(self.laps)]
        return Rows(
            "lap",
            {
                "timestamp": [start + dt.timedelta(seconds=length_s) for start in starts],
                "start_time": starts,
                "total_elapsed_time": [length_s] * self.laps,
                "total_timer_time": [length_s] * self.laps,
                "total_distance": [self.distance_m / self.laps] * self.laps,
                "avg_heart_rate": [self.heart_rate] * self.laps,
                "avg_running_cadence": [self.cadence_rpm] * self.laps,
                "lap_trigger": ["manual"] * self.laps,
            },
        )


def file_id(created: dt.datetime = START, *, kind: str | int = "activity", watch: int = 1) -> Rows:
    """Another `watch` number makes another file of the same run."""
    return Rows(
        "file_id",
        {
            "type": [kind],
            "manufacturer": ["garmin"],
            "garmin_product": ["fr965"],
            "serial_number": [watch],
            "time_created": [created],
        },
    )


def activity_message(read_at: dt.datetime, local: dt.datetime) -> Rows:
    """The device's two clocks: `read_at` in UTC and the naive `local` time."""
    return Rows("activity", {"timestamp": [read_at], "local_timestamp": [local.replace(tzinfo=None)]})


def activity(*legs: Leg, offset_h: float | None = 9, watch: int = 1) -> bytes:
    """An activity file of one or more sessions; `offset_h` is what the device's clock says at its end."""
    legs = legs or (Leg(),)
    parts: list[Part] = [file_id(legs[0].start, watch=watch)]
    for leg in legs:
        parts.append(Interleaved([leg.events(), leg.records()]))
        parts.append(leg.lap_rows())
    sessions = [leg.session() for leg in legs]
    parts.append(Rows("session", {name: [value for one in sessions for value in one[name]] for name in sessions[0]}))
    if offset_h is not None:
        end = legs[-1].end
        parts.append(activity_message(end, end + dt.timedelta(hours=offset_h)))
    return encode(parts)


def run(
    start: dt.datetime = START,
    *,
    seconds: int = 120,
    every_s: int = 2,
    heart_rate: int | None = 150,
    speed_mps: float = 3.0,
    offset_h: float | None = 9,
    watch: int = 1,
) -> bytes:
    """A plain run of one session."""
    leg = Leg(start=start, seconds=seconds, every_s=every_s, heart_rate=heart_rate, speed_mps=speed_mps)
    return activity(leg, offset_h=offset_h, watch=watch)


def cut_off(data: bytes) -> bytes:
    """The first two thirds of a file, as a watch with an empty battery leaves it."""
    return data[: len(data) * 2 // 3]
