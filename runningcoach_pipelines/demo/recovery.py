"""How well the athlete has recovered on a morning: what training, illness and travel leave of resting heart rate and
heart rate variability.

A believable body, not a measurement; a morning follows from the seed and its date alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta

from runningcoach_pipelines.demo.athlete import Constitution, constitution
from runningcoach_pipelines.demo.chance import Purpose, stream
from runningcoach_pipelines.demo.training import TrainingPlan

_USUAL_LOAD = 42.0
_FATIGUE_DAYS = 7
_WANING_DAYS = 3
_JET_LAG_DAYS = 3
_ILL_BPM = 7.0
_ILL_LN_MS = 0.3


@dataclass(frozen=True, slots=True)
class Morning:
    """What a watch would measure of the night that ends on `day`, if it were worn."""

    day: date
    resting_hr_bpm: float
    hrv_rmssd_ms: float
    fatigue: float
    """Load of the last days as a share of the usual."""
    illness: float
    """0 healthy, 1 ill."""


@dataclass(slots=True)
class Recovery:
    """The mornings of one athlete, each made when asked for."""

    plan: TrainingPlan
    body: Constitution = field(init=False)
    _loads: dict[date, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.body = constitution(self.plan.seed)

    def morning(self, day: date) -> Morning:
        rng = stream(self.plan.seed, Purpose.MORNING, day.toordinal())
        fatigue, illness, jet_lag = self._fatigue(day), self.illness(day), self._jet_lag(day)
        usual_bpm = self.body.resting_hr + 0.1 * (day.year - self.body.birth_year - 40)
        excess = min(max(fatigue - 1, -1.0), 1.5)
        by_chance, by_chance_too = rng.standard_normal(2).tolist()
        resting = usual_bpm + 1.8 * excess + 2 * jet_lag + _ILL_BPM * illness + 0.9 * by_chance
        usual_ms = 190 - 2.6 * self.body.resting_hr
        logged = math.log(usual_ms) - 0.08 * excess - 0.05 * jet_lag - _ILL_LN_MS * illness + 0.06 * by_chance_too
        return Morning(day, resting, math.exp(logged), fatigue, illness)

    def illness(self, day: date) -> float:
        """It begins to show the day before training stops, and wanes over the days after."""
        shares = [_ill(day, *spell) for year in (day.year - 1, day.year) for spell in self._illnesses(year)]
        return max(shares, default=0.0)

    def load(self, day: date) -> float:
        """Planned training load of a day."""
        if day not in self._loads:
            self._loads[day] = sum(session.load for session in self.plan.sessions_on(day))
        return self._loads[day]

    def _illnesses(self, year: int) -> tuple[tuple[date, date], ...]:
        return self.plan.seasons.year(year).illnesses

    def _fatigue(self, day: date) -> float:
        weights = [math.exp(-back / 3) for back in range(_FATIGUE_DAYS)]
        loads = [self.load(day - timedelta(days=back + 1)) for back in range(_FATIGUE_DAYS)]
        return sum(w * load for w, load in zip(weights, loads, strict=True)) / sum(weights) / _USUAL_LOAD

    def _jet_lag(self, day: date) -> float:
        """1 after landing somewhere else, less on the days after."""
        seasons = self.plan.seasons
        for back in range(1, _JET_LAG_DAYS + 1):
            before = seasons.place_on(day - timedelta(days=back))
            if before is not seasons.place_on(day - timedelta(days=back - 1)):
                return 1 - (back - 1) / _JET_LAG_DAYS
        return 0.0


def _ill(day: date, first: date, last: date) -> float:
    if day == first - timedelta(days=1):
        return 0.5
    if first <= day <= last:
        return 1.0
    return max(0.0, 1 - (day - last).days / (_WANING_DAYS + 1)) if day > last else 0.0
