"""What a watch worn all day makes of a day: heart rate minute by minute, stress, energy left, steps; and the scale's
weight on some mornings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from runningcoach_pipelines.demo.chance import Floats, Purpose, smooth_noise, stream
from runningcoach_pipelines.demo.devices import Device, watch_on
from runningcoach_pipelines.demo.nights import Night, Nights, Stage
from runningcoach_pipelines.demo.places import HOME, Place
from runningcoach_pipelines.demo.recovery import Morning, Recovery
from runningcoach_pipelines.demo.training import Kind, PlannedSession, TrainingPlan

HEART_RATE_EVERY_S = 120
STRESS_EVERY_S = 180
ENERGY_EVERY_S = 900

MOVING = -2
"""Stress while the body moves: none can be measured."""

_FORGOTTEN = 0.015
_WEIGHED = 0.4
_RECOVERS_S = 500.0
_ON_AN_AEROPLANE = timedelta(hours=6)
_DOZED_S = 3 * 3600
_STAGE_BPM = {Stage.DEEP: 1.0, Stage.LIGHT: 4.0, Stage.REM: 7.0, Stage.AWAKE: 12.0}
_STEPS_PER_MINUTE = {Kind.BIKE: 0, Kind.STRENGTH: 25}
_RUNNING_STEPS_PER_MINUTE = 168
_EFFORT = {
    Kind.EASY: 0.62, Kind.LONG: 0.66, Kind.INTERVALS: 0.78, Kind.TEMPO: 0.8, Kind.HILLS: 0.74, Kind.FARTLEK: 0.74,
    Kind.RUN_WALK: 0.55, Kind.RACE: 0.88, Kind.BIKE: 0.5, Kind.STRENGTH: 0.4,
}  # fmt: skip
"""Share of the heart rate reserve that a session takes."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values at even steps from an instant on."""

    start: datetime
    every_s: int
    values: npt.NDArray[np.int64]

    def milliseconds(self) -> list[int]:
        """The instants in milliseconds since 1970."""
        first = int(self.start.timestamp()) * 1000
        return [first + 1000 * self.every_s * index for index in range(len(self.values))]


@dataclass(frozen=True, slots=True)
class Day:
    """A local day, from midnight to midnight on the clock of `place`; `None` and empty where the watch was not worn."""

    day: date
    place: Place
    starts: datetime
    ends: datetime
    device: Device
    worn: bool
    morning: Morning
    night: Night | None
    steps: int
    distance_m: int
    heart_rate: Series
    stress: Series
    energy: Series
    charged: int
    drained: int

    @property
    def average_stress(self) -> int:
        measured = self.stress.values[self.stress.values >= 0]
        return round(float(measured.mean())) if len(measured) else -1


@dataclass(slots=True)
class Days:
    """The days of one athlete, each made when asked for. `today` and what is to come are not there yet."""

    plan: TrainingPlan
    recovery: Recovery = field(init=False)
    nights: Nights = field(init=False)

    def __post_init__(self) -> None:
        self.recovery = Recovery(self.plan)
        self.nights = Nights(self.recovery)

    def worn(self, day: date) -> bool:
        """Whether a watch was worn all day; now and then it was left on its charger."""
        rng = stream(self.plan.seed, Purpose.WAKING, day.toordinal(), 1)
        return watch_on(day).all_day and bool(rng.random() >= _FORGOTTEN)

    def recorded_night(self, day: date) -> Night | None:
        """The night that the watch saw end on `day`."""
        return self.nights.night_before(day) if self.worn(day) else None

    def steps(self, day: date) -> tuple[int, int]:
        """Steps of the day and metres walked and run, training included."""
        rng = stream(self.plan.seed, Purpose.WAKING, day.toordinal(), 2)
        walked = max(900.0, 6800 + 1900 * float(rng.standard_normal())) * (1 - 0.55 * self.recovery.illness(day))
        run = 0.0
        for session in self.plan.sessions_on(day):
            run += session.minutes * _STEPS_PER_MINUTE.get(session.kind, _RUNNING_STEPS_PER_MINUTE)
        return round(walked + run), round(0.72 * walked + 1.1 * run)

    def weight_kg(self, day: date) -> float | None:
        """What the scale at home said that morning, if the athlete stood on it."""
        rng = stream(self.plan.seed, Purpose.SCALE, day.toordinal())
        chance, noise = float(rng.random()), float(rng.standard_normal())
        if chance >= _WEIGHED or self.plan.seasons.place_on(day) is not HOME:
            return None
        body = self.recovery.body
        winter_kg = 0.6 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 15) / 365.25)
        return round(body.weight_kg + 0.05 * (day.year - body.birth_year - 40) + winter_kg + 0.3 * noise, 1)

    def day(self, day: date) -> Day:
        place = self.plan.seasons.place_on(day)
        starts, ends = _midnight(day, place), _midnight(day + timedelta(days=1), place)
        worn, morning = self.worn(day), self.recovery.morning(day)
        rng = stream(self.plan.seed, Purpose.WAKING, day.toordinal(), 3)
        nights = [n for n in (self.nights.night_before(day), self.nights.night_before(day + timedelta(days=1))) if n]
        seconds = np.arange(0, (ends - starts).total_seconds() if worn else 0, HEART_RATE_EVERY_S)
        pulse = _pulse(
            seconds,
            starts,
            morning=morning,
            nights=nights,
            sessions=self.plan.sessions_on(day),
            max_hr=self._max_hr(day),
            rng=rng,
        )
        at_s = np.arange(0, (ends - starts).total_seconds() if worn else 0, STRESS_EVERY_S)
        strained = _stress(at_s, seconds, pulse, morning, rng)
        energy, charged, drained = self._energy(day, starts, ends, worn=worn)
        steps, distance_m = self.steps(day)
        return Day(
            day=day,
            place=place,
            starts=starts,
            ends=ends,
            device=watch_on(day),
            worn=worn,
            morning=morning,
            night=self.recorded_night(day),
            steps=steps,
            distance_m=distance_m,
            heart_rate=Series(starts, HEART_RATE_EVERY_S, np.rint(pulse).astype(np.int64)),
            stress=Series(starts, STRESS_EVERY_S, strained),
            energy=energy,
            charged=charged,
            drained=drained,
        )

    def _max_hr(self, day: date) -> float:
        body = self.recovery.body
        return body.max_hr_at_40 - 0.6 * (day.year - body.birth_year - 40)

    def _energy(self, day: date, starts: datetime, ends: datetime, *, worn: bool) -> tuple[Series, int, int]:
        """Energy left, 0 to 100: sleep charges, the day drains; with what it gained and lost from one evening to the
        next.
        """
        instants, levels = [], []
        for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
            night = self.nights.night_before(near)
            dozed_from = _midnight(near, self.plan.seasons.place_on(near - timedelta(days=1)))
            instants += [night.fell_asleep, night.woke] if night else [dozed_from, dozed_from + _ON_AN_AEROPLANE]
            levels += [self._left(near - timedelta(days=1)), self._regained(near, night)]
        length_s = (ends - starts).total_seconds() if worn else 0
        at_s = np.arange(0, length_s, ENERGY_EVERY_S)
        known_s = np.array([(instant - starts).total_seconds() for instant in instants])
        values = np.rint(np.interp(at_s, known_s, levels)).astype(np.int64)
        changes = np.diff(values)
        charged, drained = int(changes[changes > 0].sum()), int(-changes[changes < 0].sum())
        return Series(starts, ENERGY_EVERY_S, values), charged, drained

    def _left(self, day: date) -> float:
        """Energy on the evening of `day`."""
        by_chance = float(stream(self.plan.seed, Purpose.WAKING, day.toordinal(), 4).standard_normal())
        return float(
            np.clip(34 - 0.13 * self.recovery.load(day) - 12 * self.recovery.illness(day) + 5 * by_chance, 5, 60)
        )

    def _regained(self, day: date, night: Night | None) -> float:
        asleep_s = night.asleep_s if night else _DOZED_S
        gained = 9.4 * asleep_s / 3600 * (1 - 0.4 * self.recovery.illness(day))
        return float(np.clip(self._left(day - timedelta(days=1)) + gained, 20, 100))


def _midnight(day: date, place: Place) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(place.time_zone)).astimezone(UTC)


def _pulse(
    seconds: Floats,
    starts: datetime,
    *,
    morning: Morning,
    nights: list[Night],
    sessions: tuple[PlannedSession, ...],
    max_hr: float,
    rng: np.random.Generator,
) -> Floats:
    """Heart rate in bpm at `seconds` after midnight. Shape (n,)."""
    resting = morning.resting_hr_bpm
    count = len(seconds)
    hours = seconds / 3600
    noise = smooth_noise(rng, count, knot_s=5, deviation=6.0)
    pulse = resting + 19 + 4 * np.sin((hours - 9) * np.pi / 12) + 3 * morning.illness + noise
    for night in nights:
        for span in night.spans:
            inside = (seconds >= (span.start - starts).total_seconds()) & (
                seconds < (span.end - starts).total_seconds()
            )
            pulse[inside] = resting + _STAGE_BPM[span.stage] + 0.25 * noise[inside]
    for session in sessions:
        begin = (session.start.astimezone(UTC) - starts).total_seconds()
        end = begin + 60 * session.minutes
        aim = resting + _EFFORT[session.kind] * (max_hr - resting)
        during = (seconds >= begin) & (seconds < end)
        pulse[during] = aim - (aim - pulse[during]) * np.exp(-(seconds[during] - begin) / 120) + 0.5 * noise[during]
        after = seconds >= end
        pulse[after] += np.maximum(aim - 25 - pulse[after], 0) * np.exp(-(seconds[after] - end) / _RECOVERS_S)
    return np.clip(pulse, resting - 1, max_hr)


def _stress(
    at_s: Floats, pulse_s: Floats, pulse: Floats, morning: Morning, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Stress, 0 to 100, from how far the pulse lies above rest; `MOVING` where it lies far above. Shape (n,)."""
    if not len(at_s):
        return np.empty(0, np.int64)
    above = np.interp(at_s, pulse_s, pulse) - morning.resting_hr_bpm
    noise = smooth_noise(rng, len(at_s), knot_s=4, deviation=5.0)
    level = np.clip(4 + 1.15 * above + 14 * morning.illness + 4 * (morning.fatigue - 1) + noise, 1, 99)
    return np.where(above > 45, MOVING, np.rint(level)).astype(np.int64)
