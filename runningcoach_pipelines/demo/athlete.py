"""Who the demo athlete is, and the settings that hold from a day on: what a profile in the product would say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from runningcoach_pipelines.demo.chance import Purpose, stream


@dataclass(frozen=True, slots=True)
class AthleteSettings:
    """Settings in force from `valid_from` until the next ones."""

    valid_from: date
    resting_hr: int
    max_hr: int
    threshold_hr: int
    threshold_speed_mps: float
    weight_kg: float


@dataclass(frozen=True, slots=True)
class DemoAthlete:
    """The synthetic runner; `settings` in time order, the first at or before the first activity."""

    name: str
    sex: Literal["female", "male"]
    birth_year: int
    height_cm: int
    home_time_zone: str
    settings: tuple[AthleteSettings, ...]

    def settings_on(self, day: date) -> AthleteSettings:
        """The settings in force on `day`; the earliest ones for a day before all of them."""
        in_force = [entry for entry in self.settings if entry.valid_from <= day]
        return in_force[-1] if in_force else self.settings[0]


@dataclass(frozen=True, slots=True)
class Constitution:
    """What the seed gave the athlete for life."""

    sex: Literal["female", "male"]
    birth_year: int
    height_cm: int
    weight_kg: float
    max_hr_at_40: float
    resting_hr: float
    threshold_share: float
    """Threshold heart rate over maximum heart rate."""
    speed_mps: float
    """Threshold speed after years of training, in average form."""


def constitution(seed: int) -> Constitution:
    """The athlete's body, drawn from the seed."""
    rng = stream(seed, Purpose.ATHLETE)
    female = bool(rng.random() < 0.5)
    return Constitution(
        sex="female" if female else "male",
        birth_year=int(rng.integers(1979, 1989)),
        height_cm=int(rng.integers(158, 170) if female else rng.integers(170, 184)),
        weight_kg=float(rng.uniform(51, 60) if female else rng.uniform(63, 74)),
        max_hr_at_40=float(rng.uniform(180, 194)),
        resting_hr=float(rng.uniform(44, 54)),
        threshold_share=float(rng.uniform(0.89, 0.92)),
        speed_mps=float(rng.uniform(3.6, 3.95) if female else rng.uniform(3.9, 4.3)),
    )
