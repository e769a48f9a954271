"""How fit the athlete is on a day: threshold speed from years of running and the load of the last months.

Only the load of the last 168 days counts, so that fitness on a date does not depend on where a history begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from runningcoach_pipelines.demo.athlete import AthleteSettings, Constitution, DemoAthlete, constitution
from runningcoach_pipelines.demo.chance import Floats
from runningcoach_pipelines.demo.places import HOME
from runningcoach_pipelines.demo.training import TrainingPlan

_MEMORY_DAYS = 168
_FITNESS_DAYS = 42.0
_USUAL_LOAD = 42.0
"""Daily load of a year of average training; more of it makes faster than average, less slower."""

_BEGINNING_YEAR = 2010


@dataclass(frozen=True, slots=True)
class Form:
    """What a day's running builds on."""

    settings: AthleteSettings
    threshold_speed_mps: float


@dataclass(frozen=True, slots=True)
class Fitness:
    """Threshold speed for each day of a history, shape (days,), from `first_day` on."""

    athlete: DemoAthlete
    first_day: date
    threshold_speed_mps: Floats

    def on(self, day: date) -> Form:
        speed = float(self.threshold_speed_mps[(day - self.first_day).days])
        return Form(self.athlete.settings_on(day), speed)


def fitness_over(plan: TrainingPlan, first_day: date, last_day: date) -> Fitness:
    """Fitness from the planned loads, with settings renewed every half year as an athlete who tests would."""
    days = (last_day - first_day).days + 1
    before = first_day - timedelta(days=_MEMORY_DAYS)
    loads = [_load(plan, before + timedelta(days=number)) for number in range(days + _MEMORY_DAYS)]
    weights = np.exp(-np.arange(1, _MEMORY_DAYS + 1) / _FITNESS_DAYS)
    average = np.convolve(loads, weights / weights.sum(), mode="full")[_MEMORY_DAYS - 1 :][:days]
    body = constitution(plan.seed)
    shape = np.clip(1 + 0.09 * (average / _USUAL_LOAD - 1), 0.9, 1.06)
    careers = np.array([_career(first_day + timedelta(days=number)) for number in range(days)])
    speed = body.speed_mps * careers * shape
    return Fitness(_athlete(body, first_day, speed), first_day, speed)


def _load(plan: TrainingPlan, day: date) -> float:
    return sum(session.load for session in plan.sessions_on(day))


def _career(day: date) -> float:
    """Progress of the first years, which levels off, and the slow loss of age."""
    years = (day - date(_BEGINNING_YEAR, 1, 1)).days / 365.25
    return float(1 - 0.12 * np.exp(-max(years, 0.0) / 4) - 0.002 * max(0.0, years - 8))


def _athlete(body: Constitution, first_day: date, speed: Floats) -> DemoAthlete:
    settings = tuple(
        _settings(body, day, float(speed[max((day - first_day).days, 0)])) for day in _half_years(first_day, len(speed))
    )
    return DemoAthlete("Demo Runner", body.sex, body.birth_year, body.height_cm, HOME.time_zone, settings)


def _half_years(first_day: date, days: int) -> Iterator[date]:
    """The first of January and of July at or before the first day, and each one after it within `days`."""
    day = date(first_day.year, 1 if first_day.month < 7 else 7, 1)
    while (day - first_day).days < days:
        yield day
        day = date(day.year, 7, 1) if day.month == 1 else date(day.year + 1, 1, 1)


def _settings(body: Constitution, day: date, speed_mps: float) -> AthleteSettings:
    age = day.year - body.birth_year
    max_hr = round(body.max_hr_at_40 - 0.6 * (age - 40))
    winter_kg = 1.0 if day.month == 1 else 0.0
    return AthleteSettings(
        valid_from=day,
        resting_hr=round(body.resting_hr + 0.1 * (age - 40)),
        max_hr=max_hr,
        threshold_hr=round(max_hr * body.threshold_share),
        threshold_speed_mps=round(speed_mps, 2),
        weight_kg=round(body.weight_kg + winter_kg + 0.05 * (age - 40), 1),
    )
