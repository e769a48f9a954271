"""The cities where the athlete runs: time zone, climate and ways to run. Cities are real, all ways are invented."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from runningcoach_pipelines.demo.terrain import Circuit, Course


@dataclass(frozen=True, slots=True)
class Place:
    """A city with its ways: along the water, round a rolling park, up a hill, on a track, and the race through town."""

    name: str
    time_zone: str
    mean_temperature_c: float
    temperature_swing_c: float
    water: Course
    park: Circuit
    hill: Course
    track: Circuit
    race: Circuit

    def local(self, moment: datetime) -> datetime:
        """The same instant on this city's clock."""
        return moment.astimezone(ZoneInfo(self.time_zone))

    def temperature_on(self, day: date) -> float:
        """The usual temperature in °C of that time of year; all our cities lie north of the equator."""
        season = math.cos(2 * math.pi * (day.timetuple().tm_yday - 25) / 365.25)
        return self.mean_temperature_c - self.temperature_swing_c * season


SEOUL = Place(
    "Seoul",
    "Asia/Seoul",
    mean_temperature_c=13,
    temperature_swing_c=14,
    water=Course("Han river path", 37.5172, 126.9350, 80, 21_000, 12, roll_m=0.8),
    park=Circuit("Namsan round", 37.5511, 126.9882, 6_200, 110, roll_m=22, rolls=2),
    hill=Course("Gwanaksan ridge", 37.4650, 126.9480, 200, 11_000, 90, climb_m=420, roll_m=10, roll_length_m=900),
    track=Circuit("Mokdong oval", 37.5306, 126.8797, 400, 18, oval=0.28),
    race=Circuit("Seoul marathon", 37.5716, 126.9769, 21_200, 30, roll_m=7, rolls=3, oval=0.5),
)
BERLIN = Place(
    "Berlin",
    "Europe/Berlin",
    mean_temperature_c=10,
    temperature_swing_c=10,
    water=Course("Landwehrkanal", 52.4970, 13.4200, 290, 15_000, 35),
    park=Circuit("Tiergarten round", 52.5145, 13.3501, 5_400, 36, roll_m=1.5),
    hill=Course("Teufelsberg", 52.4860, 13.2400, 260, 6_000, 50, climb_m=60, roll_m=5, roll_length_m=800),
    track=Circuit("Jahn oval", 52.5430, 13.4050, 400, 44, oval=0.28),
    race=Circuit("Berlin through town", 52.5163, 13.3777, 21_200, 36, roll_m=3, oval=0.5),
)
NEW_YORK = Place(
    "New York",
    "America/New_York",
    mean_temperature_c=13,
    temperature_swing_c=12,
    water=Course("Hudson greenway", 40.7527, -74.0070, 25, 16_000, 3),
    park=Circuit("Central Park loop", 40.7681, -73.9715, 9_700, 25, roll_m=9, rolls=4, oval=0.45),
    hill=Course("Palisades", 40.8500, -73.9600, 15, 9_000, 15, climb_m=90, roll_m=8, roll_length_m=1100),
    track=Circuit("East river oval", 40.7205, -73.9740, 400, 4, oval=0.28),
    race=Circuit("New York marathon", 40.6030, -74.0560, 42_600, 24, roll_m=16, rolls=5, oval=0.5),
)
HONOLULU = Place(
    "Honolulu",
    "Pacific/Honolulu",
    mean_temperature_c=25,
    temperature_swing_c=2.5,
    water=Course("Ala Moana", 21.2870, -157.8480, 120, 9_000, 3),
    park=Circuit("Kapiolani round", 21.2680, -157.8190, 3_400, 5, roll_m=1),
    hill=Course("Tantalus", 21.3140, -157.8290, 20, 9_000, 60, climb_m=380, roll_m=8, roll_length_m=900),
    track=Circuit("Kaimuki oval", 21.2790, -157.8020, 400, 60, oval=0.28),
    race=Circuit("Honolulu marathon", 21.2890, -157.8570, 42_600, 20, roll_m=11, rolls=4, oval=0.5),
)
HOME = SEOUL
