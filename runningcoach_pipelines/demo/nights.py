"""When the athlete sleeps and how: falling asleep and waking as instants, and the stages between.

A night belongs to the local day of waking. It lies clear of every session: a race at five is slept for early, a run
after midnight before going to bed. The night home from abroad is spent in the air and is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from runningcoach_pipelines.demo.chance import Purpose, stream
from runningcoach_pipelines.demo.places import Place
from runningcoach_pipelines.demo.recovery import Recovery

_BED, _UP, _UP_AT_WEEKENDS = time(22, 55), time(6, 25), time(7, 10)
_BEFORE_A_RUN = timedelta(minutes=35)
_AFTER_A_RUN = timedelta(minutes=40)
_SHORTEST = timedelta(hours=5)
_NIGHT_ENDS = time(4)
_SATURDAY = 5


class Stage(StrEnum):
    """Depth of sleep."""

    DEEP = "deep"
    LIGHT = "light"
    REM = "rem"
    AWAKE = "awake"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one stage, in UTC."""

    start: datetime
    end: datetime
    stage: Stage

    @property
    def seconds(self) -> int:
        return int((self.end - self.start).total_seconds())


@dataclass(frozen=True, slots=True)
class Night:
    """A night at `place`, up to the waking on `day`; instants in UTC, whole minutes."""

    day: date
    place: Place
    fell_asleep: datetime
    woke: datetime
    spans: tuple[Span, ...]

    def seconds(self, *stages: Stage) -> int:
        return sum(span.seconds for span in self.spans if span.stage in stages)

    @property
    def asleep_s(self) -> int:
        return self.seconds(Stage.DEEP, Stage.LIGHT, Stage.REM)

    @property
    def score(self) -> int:
        """0 to 100 for length, depth and rest."""
        short_h = max(0.0, 7.8 - self.asleep_s / 3600)
        shallow = max(0.0, 0.2 - self.seconds(Stage.DEEP) / max(self.asleep_s, 1))
        return int(np.clip(round(93 - 9 * short_h - 80 * shallow - self.seconds(Stage.AWAKE) / 300), 20, 98))

    def offset(self, instant: datetime) -> timedelta:
        """What the clock there showed ahead of UTC."""
        offset = instant.astimezone(ZoneInfo(self.place.time_zone)).utcoffset()
        return offset if offset is not None else timedelta(0)


@dataclass(slots=True)
class Nights:
    """The nights of one athlete, each made when asked for."""

    recovery: Recovery
    _made: dict[date, Night | None] = field(default_factory=dict)

    def night_before(self, day: date) -> Night | None:
        """The night that ends on the local day `day`; None for one spent on an aeroplane."""
        if day not in self._made:
            self._made[day] = self._slept(day)
        return self._made[day]

    def _slept(self, day: date) -> Night | None:
        seasons = self.recovery.plan.seasons
        before = day - timedelta(days=1)
        home_bound = seasons.trip_on(before)
        if home_bound is not None and home_bound.leaves == before:
            return None
        place = seasons.place_on(before)
        rng = stream(self.recovery.plan.seed, Purpose.NIGHT, day.toordinal())
        fell_asleep, woke = self._hours(day, place, rng)
        illness = self.recovery.illness(day)
        return Night(day, place, fell_asleep, woke, tuple(_spans(fell_asleep, woke, illness, rng)))

    def _hours(self, day: date, place: Place, rng: np.random.Generator) -> tuple[datetime, datetime]:
        late, long = (timedelta(minutes=float(m)) for m in (28, 24) * rng.standard_normal(2))
        illness = self.recovery.illness(day)
        bed = _instant(day - timedelta(days=1), _BED, place) + late - timedelta(minutes=50 * illness)
        up = _instant(day, _UP_AT_WEEKENDS if day.weekday() >= _SATURDAY else _UP, place)
        up += long + timedelta(minutes=40 * illness)
        sessions = self.recovery.plan.sessions_on(day)
        if sessions and sessions[0].start.time() < _NIGHT_ENDS:
            # Asleep only after the run; the rest of the night is made up for in the morning.
            run = sessions[0]
            bed = run.start.astimezone(UTC) + timedelta(minutes=1.3 * run.minutes) + _AFTER_A_RUN
            up = max(up, bed + timedelta(hours=6, minutes=30))
        elif sessions:
            up = min(up, sessions[0].start.astimezone(UTC) - _BEFORE_A_RUN)
            bed = min(bed, up - _SHORTEST)
        return _whole_minute(bed), _whole_minute(up)


def _instant(day: date, clock: time, place: Place) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(place.time_zone)).astimezone(UTC)


def _whole_minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def _spans(begin: datetime, end: datetime, illness: float, rng: np.random.Generator) -> Iterator[Span]:
    """Cycles of about an hour and a half: deep sleep early in the night, dreams late, waking now and then."""
    at, cycle = begin, 0
    while at < end:
        for stage, minutes in _cycle(cycle, illness, rng):
            until = min(at + timedelta(minutes=minutes), end)
            if until > at:
                yield Span(at, until, stage)
            at = until
        cycle += 1


def _cycle(number: int, illness: float, rng: np.random.Generator) -> list[tuple[Stage, int]]:
    length = int(rng.integers(82, 106))
    deep = round(length * max(0.02, 0.36 - 0.1 * number - 0.1 * illness))
    dream = round(length * min(0.4, 0.1 + 0.06 * number))
    light = length - deep - dream
    first = round(light * 0.45)
    awake = int(rng.integers(0, 5 + round(12 * illness)))
    return [(Stage.LIGHT, first), (Stage.DEEP, deep), (Stage.LIGHT, light - first), (Stage.REM, dream),
            (Stage.AWAKE, awake)]  # fmt: skip
