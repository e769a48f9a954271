"""Ground to run on: courses as smooth lines over the map with altitude, and how far an effort carries along them.

The trick of this module is the *flat-equivalent distance*: the integral of the cost of running along a route. An effort
advances it at the speed the same effort has on flat ground, and inverting it gives the place. So pace follows
grade exactly, without stepping through the seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from runningcoach_pipelines.demo.chance import Floats
from runningcoach_pipelines.demo.physiology import cost_of_grade

_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Course:
    """A line from a start: it bends, climbs `climb_m` to its far end and rolls by `roll_m` every `roll_length_m`."""

    name: str
    latitude: float
    longitude: float
    bearing_deg: float
    length_m: float
    altitude_m: float
    climb_m: float = 0.0
    roll_m: float = 0.5
    roll_length_m: float = 2000.0
    bend_rad: float = 0.5


@dataclass(frozen=True, slots=True)
class Circuit:
    """A closed loop through a start; `oval` is how far it is from a circle, `roll_m` how it rises and falls."""

    name: str
    latitude: float
    longitude: float
    length_m: float
    altitude_m: float
    roll_m: float = 0.0
    rolls: int = 3
    oval: float = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One period of a way to run, sampled every few metres; running on past `length_m` starts it again.

    All arrays have shape (points,) and begin and end with the same place, so `distance_m[-1] == length_m`.
    """

    distance_m: Floats
    latitude_deg: Floats
    longitude_deg: Floats
    altitude_m: Floats
    grade: Floats
    flat_m: Floats

    @property
    def length_m(self) -> float:
        return float(self.distance_m[-1])

    def distance_after(self, flat_m: Floats) -> Floats:
        """Distance in m reached by an effort worth `flat_m` on flat ground."""
        rounds, rest = np.divmod(flat_m, self.flat_m[-1])
        return rounds * self.length_m + np.interp(rest, self.flat_m, self.distance_m)

    def along(self, distance_m: Floats, values: Floats) -> Floats:
        """`values` (one of the route's arrays) at the places `distance_m` from the start."""
        return np.interp(np.mod(distance_m, self.length_m), self.distance_m, values)


def out_and_back(course: Course, turn_m: float) -> Route:
    """Along a course and back from `turn_m`, or from its end if that comes first."""
    distance, north, east, altitude = _line(course)
    turn = int(np.clip(np.searchsorted(distance, turn_m), 2, len(distance) - 1))
    there_and_back = np.concatenate([np.arange(turn + 1), np.arange(turn)[::-1]])
    step = distance[1]
    return _route(
        np.arange(len(there_and_back)) * step,
        course.latitude + north[there_and_back] / _METRES_PER_DEGREE,
        course.longitude + east[there_and_back] / _metres_per_degree_of_longitude(course.latitude),
        altitude[there_and_back],
    )


@cache
def around(circuit: Circuit) -> Route:
    """Round and round a circuit."""
    angle = np.linspace(0, 2 * np.pi, 4001)
    radius = 1 + circuit.oval * np.cos(2 * angle) + 0.3 * circuit.oval * np.cos(3 * angle + 1)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    arc = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    points = max(200, int(circuit.length_m / 5)) + 1
    distance = np.linspace(0, circuit.length_m, points)
    scale = circuit.length_m / arc[-1]
    east = np.interp(distance, arc * scale, (x - x[0]) * scale)
    north = np.interp(distance, arc * scale, (y - y[0]) * scale)
    phase = 2 * np.pi * distance / circuit.length_m
    waves = np.sin(circuit.rolls * phase) + 0.5 * np.sin((2 * circuit.rolls + 1) * phase)
    return _route(
        distance,
        circuit.latitude + north / _METRES_PER_DEGREE,
        circuit.longitude + east / _metres_per_degree_of_longitude(circuit.latitude),
        circuit.altitude_m + circuit.roll_m * waves,
    )


@cache
def _line(course: Course) -> tuple[Floats, Floats, Floats, Floats]:
    """Distance, metres north, metres east and altitude along a course, every 5 m."""
    distance = np.linspace(0, course.length_m, int(course.length_m / 5) + 1)
    bends = np.sin(distance / 640.0) + 0.6 * np.sin(distance / 270.0 + course.bearing_deg)
    heading = np.radians(course.bearing_deg) + course.bend_rad * bends
    step = distance[1]
    north = np.concatenate([[0.0], np.cumsum(np.cos(heading[:-1]) * step)])
    east = np.concatenate([[0.0], np.cumsum(np.sin(heading[:-1]) * step)])
    ascent = course.climb_m * (1 - np.cos(np.pi * distance / course.length_m)) / 2
    phase = 2 * np.pi * distance / course.roll_length_m
    rolls = course.roll_m * (np.sin(phase) + 0.6 * np.sin(0.43 * phase + 2))
    return distance, north, east, course.altitude_m + ascent + rolls


def _route(distance: Floats, latitude: Floats, longitude: Floats, altitude: Floats) -> Route:
    grade = np.gradient(altitude, distance)
    cost = cost_of_grade((grade[1:] + grade[:-1]) / 2)
    flat = np.concatenate([[0.0], np.cumsum(np.diff(distance) * cost)])
    return Route(distance, latitude, longitude, altitude, grade, flat)


def _metres_per_degree_of_longitude(latitude: float) -> float:
    return _METRES_PER_DEGREE * float(np.cos(np.radians(latitude)))
