"""The year as a runner sees it: races, travels, illness, and which phase of training a day belongs to.

Everything here follows from the seed and the date. What is run on a day is `training`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum

from runningcoach_pipelines.demo.chance import Purpose, stream
from runningcoach_pipelines.demo.places import BERLIN, HOME, HONOLULU, NEW_YORK, SEOUL, Place

MARATHON_M = 42_195.0
SUNDAY = 6

_BUILD_DAYS = 112
_TAPER_DAYS = 20
_RECOVERY_DAYS = 14
_ILLNESSES = 2
"""So many a year; a third break is an injury."""


class Phase(StrEnum):
    """What training is for at the moment."""

    BASE = "base"
    BUILD = "build"
    TAPER = "taper"
    RECOVERY = "recovery"
    OUT = "out"
    """Ill, injured or on an aeroplane: no training."""


@dataclass(frozen=True, slots=True)
class Race:
    """A race; `trail` ones go over the hill."""

    day: date
    name: str
    place: Place
    distance_m: float
    start: time
    trail: bool = False

    @property
    def is_goal(self) -> bool:
        """Seasons are built around marathons."""
        return self.distance_m >= MARATHON_M


@dataclass(frozen=True, slots=True)
class Trip:
    """Days abroad, both ends included. The day after `leaves` is lost to the flight home."""

    place: Place
    arrives: date
    leaves: date
    crosses_date_line: bool
    """Flying east, the day of arrival is lived twice: once at home, once there."""


@dataclass(frozen=True, slots=True)
class Year:
    """The fixed points of one calendar year."""

    races: tuple[Race, ...]
    trips: tuple[Trip, ...]
    breaks: tuple[tuple[date, date], ...]
    """Illness and injury as (first day, last day), illnesses first."""
    clock_change_nights: tuple[date, ...]
    """Sundays in Berlin when the clocks change and the athlete, awake, is out running."""
    night_runs: tuple[date, ...]
    """Days in the summer's heat that begin with a run half an hour after midnight."""
    volume: float

    @property
    def illnesses(self) -> tuple[tuple[date, date], ...]:
        return self.breaks[:_ILLNESSES]


@dataclass(slots=True)
class Seasons:
    """The seasons of one athlete, year by year, made when asked for."""

    seed: int
    _years: dict[int, Year] = field(default_factory=dict)

    def year(self, year: int) -> Year:
        if year not in self._years:
            self._years[year] = _year(self.seed, year)
        return self._years[year]

    def race_on(self, day: date) -> Race | None:
        return next((race for race in self.year(day.year).races if race.day == day), None)

    def trip_on(self, day: date) -> Trip | None:
        return next((trip for trip in self.year(day.year).trips if trip.arrives <= day <= trip.leaves), None)

    def place_on(self, day: date) -> Place:
        trip = self.trip_on(day)
        return trip.place if trip else HOME

    def phase(self, day: date) -> Phase:
        if self._is_out(day):
            return Phase.OUT
        past, ahead = self._days_since_goal(day), self._days_to_goal(day)
        if past <= _RECOVERY_DAYS and past > 0:
            return Phase.RECOVERY
        if ahead <= _TAPER_DAYS:
            return Phase.TAPER
        return Phase.BUILD if ahead <= _BUILD_DAYS else Phase.BASE

    def volume(self, day: date) -> float:
        """Share of the usual length of a run: it grows through a build-up in steps of three weeks and one lighter."""
        phase = self.phase(day)
        monday = day - timedelta(days=day.weekday())
        weeks_to_goal = self._days_to_goal(monday) // 7
        career = 0.86 + 0.14 * min(1.0, max(0.0, (day.year - 2012) / 5))
        scale = career * self.year(day.year).volume
        if phase is Phase.TAPER:
            return scale * (0.55, 0.62, 0.78)[min(int(weeks_to_goal), 2)]
        if phase is Phase.RECOVERY:
            return scale * 0.6
        lighter = 0.75 if weeks_to_goal % 4 == 3 else 1.0
        if phase is Phase.BUILD:
            return scale * lighter * (1.18 - 0.02 * weeks_to_goal)
        summer = 0.9 if day.month in (7, 8) else 1.0
        return scale * lighter * 0.9 * summer

    def _is_out(self, day: date) -> bool:
        if any(first <= day <= last for first, last in self.year(day.year).breaks):
            return True
        trip = self.trip_on(day)
        if trip is not None and trip.leaves == day:
            return True
        before = self.trip_on(day - timedelta(days=1))
        return before is not None and before.leaves == day - timedelta(days=1)

    def _goals_near(self, day: date) -> list[date]:
        years = (day.year - 1, day.year, day.year + 1)
        return [race.day for year in years for race in self.year(year).races if race.is_goal]

    def _days_to_goal(self, day: date) -> int:
        return min((goal - day).days for goal in self._goals_near(day) if goal >= day)

    def _days_since_goal(self, day: date) -> int:
        return min((day - goal).days for goal in self._goals_near(day) if goal <= day)


def _year(seed: int, year: int) -> Year:
    rng = stream(seed, Purpose.YEAR, year)
    races = _races(year)
    first_ill = _nth_weekday(year, 4, SUNDAY, 2) + timedelta(days=int(rng.integers(0, 30)))
    second_ill = date(year, 7, 5) + timedelta(days=int(rng.integers(0, 45)))
    breaks = [
        (first_ill, first_ill + timedelta(days=int(rng.integers(4, 8)))),
        (second_ill, second_ill + timedelta(days=int(rng.integers(3, 6)))),
    ]
    if rng.random() < 0.25:
        injured = _nth_weekday(year, 6, SUNDAY, 2) + timedelta(days=1)
        breaks.append((injured, injured + timedelta(days=int(rng.integers(16, 27)))))
    trips = _trips(year)
    clock_changes = tuple(trip.leaves - timedelta(days=2) for trip in trips if trip.place is BERLIN)
    heat = date(year, 8, 20)
    nights = (heat + timedelta(days=int(rng.integers(0, 3))), heat + timedelta(days=int(rng.integers(4, 7))))
    return Year(races, trips, tuple(breaks), clock_changes, nights, float(rng.uniform(0.93, 1.07)))


def _races(year: int) -> tuple[Race, ...]:
    """Two marathons a year, spring at home and autumn abroad, with shorter races on the way."""
    if year % 2 == 0:
        autumn = Race(_nth_weekday(year, 11, SUNDAY, 1), "New York marathon", NEW_YORK, MARATHON_M, time(9, 10))
    else:
        autumn = Race(_nth_weekday(year, 12, SUNDAY, 2), "Honolulu marathon", HONOLULU, MARATHON_M, time(5, 0))
    return (
        Race(_nth_weekday(year, 3, SUNDAY, 3), "Seoul marathon", SEOUL, MARATHON_M, time(8, 0)),
        Race(_nth_weekday(year, 5, SUNDAY, 4), "Gwanaksan trail", SEOUL, 22_000.0, time(7, 30), trail=True),
        Race(_nth_weekday(year, 6, SUNDAY, 2), "Han river 10 km", SEOUL, 10_000.0, time(8, 30)),
        Race(_nth_weekday(year, 9, SUNDAY, 3), "Seoul half marathon", SEOUL, 21_097.5, time(8, 0)),
        autumn,
    )


def _trips(year: int) -> tuple[Trip, ...]:
    """Work in Berlin when the clocks change, and the autumn marathon on the other side of the date line."""
    change = _last_sunday(year, 3)
    trips = [Trip(BERLIN, change - timedelta(days=3), change + timedelta(days=2), crosses_date_line=False)]
    if year % 2:
        change = _last_sunday(year, 10)
        trips.append(Trip(BERLIN, change - timedelta(days=3), change + timedelta(days=2), crosses_date_line=False))
    goal = _races(year)[-1]
    trips.append(Trip(goal.place, goal.day - timedelta(days=4), goal.day + timedelta(days=3), crosses_date_line=True))
    return tuple(trips)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() - SUNDAY) % 7)
