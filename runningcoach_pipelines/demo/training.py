"""What the athlete does on a day: sessions with a kind, a length, a place, a surface, and now and then an oddity.

A session says how long and how hard in outline, enough for its load; its seconds are made in `workout`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from runningcoach_pipelines.demo.chance import Purpose, stream
from runningcoach_pipelines.demo.devices import FOOT_POD
from runningcoach_pipelines.demo.places import HOME, Place
from runningcoach_pipelines.demo.season import SUNDAY, Phase, Race, Seasons, Trip


class Kind(StrEnum):
    """The session as a runner would name it."""

    EASY = "easy"
    LONG = "long"
    INTERVALS = "intervals"
    TEMPO = "tempo"
    HILLS = "hills"
    FARTLEK = "fartlek"
    RUN_WALK = "run-walk"
    RACE = "race"
    BIKE = "bike"
    STRENGTH = "strength"


class Surface(StrEnum):
    """What is under the feet; it decides the route, and what a watch calls the run."""

    ROAD = "road"
    PARK = "park"
    TRAIL = "trail"
    TRACK = "track"
    RACE = "race"
    TREADMILL = "treadmill"
    INDOORS = "indoors"


class Oddity(StrEnum):
    """What is unusual about a recording."""

    NO_HEART_RATE = "no heart rate"
    OLD_WATCH = "old watch"
    FOOT_POD_TOO = "foot pod too"
    LONG_PAUSE = "long pause"


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session: it starts at `start` on the clock of `place` and takes about `minutes`."""

    kind: Kind
    start: datetime
    place: Place
    surface: Surface
    minutes: float
    key: int
    """Position within its day, for its random stream."""
    race: Race | None = None
    oddities: frozenset[Oddity] = frozenset()

    @property
    def day(self) -> date:
        """Local date of the start."""
        return self.start.date()

    @property
    def load(self) -> float:
        """Expected training load: 100 for an hour at threshold."""
        return 100 * self.minutes / 60 * _INTENSITY[self.kind] ** 2

    @property
    def files(self) -> int:
        """How many devices record it."""
        return 2 if Oddity.FOOT_POD_TOO in self.oddities else 1


_INTENSITY = {
    Kind.EASY: 0.73, Kind.LONG: 0.75, Kind.INTERVALS: 0.86, Kind.TEMPO: 0.85, Kind.HILLS: 0.82, Kind.FARTLEK: 0.80,
    Kind.RUN_WALK: 0.68, Kind.RACE: 0.90, Kind.BIKE: 0.55, Kind.STRENGTH: 0.40,
}  # fmt: skip

_MINUTES = {
    Kind.EASY: 56, Kind.LONG: 122, Kind.INTERVALS: 72, Kind.TEMPO: 70, Kind.HILLS: 68, Kind.FARTLEK: 62,
    Kind.RUN_WALK: 45, Kind.BIKE: 85, Kind.STRENGTH: 45,
}  # fmt: skip

# By phase and weekday (Monday is 0). Days that are missing are rest days, but for an extra now and then.
_WEEK = {
    Phase.BASE: {1: Kind.EASY, 2: Kind.HILLS, 3: Kind.EASY, 5: Kind.EASY, SUNDAY: Kind.LONG},
    Phase.BUILD: {1: Kind.INTERVALS, 2: Kind.EASY, 3: Kind.TEMPO, 5: Kind.EASY, SUNDAY: Kind.LONG},
    Phase.TAPER: {1: Kind.INTERVALS, 2: Kind.EASY, 4: Kind.EASY, 5: Kind.EASY, SUNDAY: Kind.LONG},
    Phase.RECOVERY: {3: Kind.EASY, 5: Kind.EASY, SUNDAY: Kind.EASY},
    Phase.OUT: {},
}
_SKIPPED = 0.05
_RACE_MINUTES_PER_KM = 4.6


@dataclass(slots=True)
class TrainingPlan:
    """The training of one athlete, day by day."""

    seed: int
    seasons: Seasons = field(init=False)
    _made: dict[date, tuple[PlannedSession, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seasons = Seasons(self.seed)

    def sessions_on(self, day: date) -> tuple[PlannedSession, ...]:
        """The sessions whose start has the local date `day`, in the order in which they happen."""
        if day not in self._made:
            self._made[day] = self._planned(day)
        return self._made[day]

    def _planned(self, day: date) -> tuple[PlannedSession, ...]:
        rng = stream(self.seed, Purpose.DAY, day.toordinal())
        sessions = self._usual(day, rng)
        trip = self.seasons.trip_on(day)
        if trip is not None and trip.arrives == day:
            sessions = _day_of_flight(day, trip, rng)
        special = self._at_night(day) or self._race(day)
        if special is not None:
            sessions = [special]
        return tuple(replace(session, key=key) for key, session in enumerate(sessions))

    def _usual(self, day: date, rng: np.random.Generator) -> list[PlannedSession]:
        phase = self.seasons.phase(day)
        kind = _WEEK[phase].get(day.weekday())
        if kind is None:
            extra = self._extra(day, phase, rng)
            return [extra] if extra else []
        if rng.random() < _SKIPPED:
            return []
        main = self._session(day, _varied(kind, phase, self._after_break(day), rng), rng)
        if self._tomorrow_is_a_race(day):
            main = replace(main, kind=Kind.EASY, minutes=25.0, surface=Surface.ROAD)
        if phase is Phase.BUILD and day.weekday() == 2 and rng.random() < 0.2:
            return [_at(replace(main, minutes=35.0), time(6, 20), rng), _second_run(main, rng)]
        return [main]

    def _session(self, day: date, kind: Kind, rng: np.random.Generator) -> PlannedSession:
        place = self.seasons.place_on(day)
        surface = _surface(kind, day, place, rng)
        minutes = _MINUTES[kind] * self.seasons.volume(day) * rng.uniform(0.88, 1.12)
        planned = PlannedSession(
            kind, _start(day, time(0), place), place, surface, minutes, 0, oddities=_oddities(day, kind, surface, rng)
        )
        return _at(planned, _clock(day, kind, rng), rng)

    def _extra(self, day: date, phase: Phase, rng: np.random.Generator) -> PlannedSession | None:
        """Now and then a rest day is none: weights, the bicycle or a short jog."""
        if phase in (Phase.OUT, Phase.TAPER) or self.seasons.trip_on(day) is not None:
            return None
        draw = rng.random()
        if draw < 0.10:
            return self._session(day, Kind.STRENGTH, rng)
        if draw < 0.15:
            return self._session(day, Kind.BIKE, rng)
        if draw < 0.24 and phase is not Phase.RECOVERY:
            return replace(self._session(day, Kind.EASY, rng), minutes=40.0)
        return None

    def _at_night(self, day: date) -> PlannedSession | None:
        year = self.seasons.year(day.year)
        if day in year.clock_change_nights:
            place = self.seasons.place_on(day)
            # Berlin's clocks go from 2 to 3 in March, and from 3 back to 2 in October.
            clock = time(1, 22, 40) if day.month == 3 else time(2, 17, 30)
            return PlannedSession(Kind.EASY, _start(day, clock, place), place, Surface.ROAD, 70.0, 0)
        if day in year.night_runs:
            return PlannedSession(Kind.EASY, _start(day, time(0, 30, 5), HOME), HOME, Surface.ROAD, 48.0, 0)
        return None

    def _race(self, day: date) -> PlannedSession | None:
        race = self.seasons.race_on(day)
        if race is None or self.seasons.phase(day) is Phase.OUT:
            return None
        minutes = race.distance_m / 1000 * _RACE_MINUTES_PER_KM
        surface = Surface.TRAIL if race.trail else Surface.RACE
        return PlannedSession(
            Kind.RACE, _start(day, race.start, race.place), race.place, surface, minutes, 0, race=race
        )

    def _tomorrow_is_a_race(self, day: date) -> bool:
        return self.seasons.race_on(day + timedelta(days=1)) is not None

    def _after_break(self, day: date) -> bool:
        return any(
            self.seasons.phase(day - timedelta(days=back)) is Phase.OUT
            and self.seasons.trip_on(day - timedelta(days=back)) is None
            for back in (1, 2, 3)
        )


def _varied(kind: Kind, phase: Phase, after_break: bool, rng: np.random.Generator) -> Kind:
    draw = rng.random()
    if after_break:
        return Kind.RUN_WALK if draw < 0.6 else Kind.EASY
    if kind is Kind.HILLS and draw < 0.35:
        return Kind.FARTLEK
    if kind is Kind.EASY and phase is Phase.BASE and draw < 0.04:
        return Kind.RUN_WALK
    return kind


def _surface(kind: Kind, day: date, place: Place, rng: np.random.Generator) -> Surface:
    draw = rng.random()
    if kind is Kind.STRENGTH:
        return Surface.INDOORS
    if kind is Kind.INTERVALS:
        return Surface.TRACK if draw < 0.4 else Surface.ROAD
    if kind is Kind.HILLS:
        return Surface.TRAIL if draw < 0.35 else Surface.PARK
    if kind is Kind.LONG:
        return Surface.TRAIL if draw < 0.12 else Surface.ROAD
    harsh = day.month in (1, 2, 7) and place is HOME
    if kind in (Kind.EASY, Kind.TEMPO) and draw < (0.2 if harsh else 0.04):
        return Surface.TREADMILL
    return Surface.PARK if kind is Kind.EASY and draw > 0.75 else Surface.ROAD


def _oddities(day: date, kind: Kind, surface: Surface, rng: np.random.Generator) -> frozenset[Oddity]:
    draws = rng.random(4)
    on_foot = kind not in (Kind.BIKE, Kind.STRENGTH)
    outdoors = on_foot and surface is not Surface.TREADMILL
    chosen = {
        Oddity.NO_HEART_RATE: on_foot and draws[0] < 0.03,
        Oddity.OLD_WATCH: outdoors and draws[1] < 0.02,
        Oddity.FOOT_POD_TOO: outdoors and day >= FOOT_POD.bought and draws[2] < 0.025,
        Oddity.LONG_PAUSE: outdoors and kind is not Kind.INTERVALS and draws[3] < 0.06,
    }
    return frozenset(oddity for oddity, happens in chosen.items() if happens)


def _clock(day: date, kind: Kind, rng: np.random.Generator) -> time:
    if day.weekday() >= 5:
        return time(6, 40) if kind is Kind.LONG else time(8, 10)
    if kind in (Kind.INTERVALS, Kind.STRENGTH, Kind.BIKE):
        return time(19, 20)
    return time(6, 10) if rng.random() < 0.6 else time(19, 40)


def _start(day: date, clock: time, place: Place) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(place.time_zone))


def _at(session: PlannedSession, clock: time, rng: np.random.Generator) -> PlannedSession:
    """The session at about that time of its day; nobody starts on the minute."""
    off_s = float(int(rng.integers(-900, 1500)))
    start = _start(session.day, clock, session.place) + timedelta(seconds=off_s)
    return replace(session, start=start)


def _second_run(main: PlannedSession, rng: np.random.Generator) -> PlannedSession:
    return _at(replace(main, minutes=40.0, surface=Surface.ROAD, oddities=frozenset()), time(19, 0), rng)


def _day_of_flight(day: date, trip: Trip, rng: np.random.Generator) -> list[PlannedSession]:
    """Flying east over the date line: a run at home in the morning and one there in the evening of the same date."""
    if not trip.crosses_date_line:
        return []
    at_home = PlannedSession(Kind.EASY, _start(day, time(0), HOME), HOME, Surface.ROAD, 35.0, 0)
    there = PlannedSession(Kind.EASY, _start(day, time(0), trip.place), trip.place, Surface.ROAD, 30.0, 0)
    return [_at(at_home, time(5, 40), rng), _at(there, time(17, 10), rng)]
