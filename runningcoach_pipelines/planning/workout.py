"""A structured workout: steps that end by time, by distance or by the lap button, with a target or without.

`garmin_workout` writes it for Garmin Connect, `fit_workout` for the watch itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

EASY_PACE_S_PER_KM = 360.0
"""How fast a distance without a target is expected to be run."""


class Kind(StrEnum):
    """What a step is for."""

    WARM_UP = "warmup"
    MAIN = "main"
    INTERVAL = "interval"
    RECOVERY = "recovery"
    REST = "rest"
    COOL_DOWN = "cooldown"


class End(StrEnum):
    """What ends a step."""

    TIME = "time"
    DISTANCE = "distance"
    LAP_BUTTON = "lap.button"


@dataclass(frozen=True, slots=True)
class PaceRange:
    """Seconds per kilometre, the slower bound first."""

    slow_s_per_km: float
    fast_s_per_km: float

    def __post_init__(self) -> None:
        if not 0.0 < self.fast_s_per_km <= self.slow_s_per_km:
            raise ValueError(
                f"a pace from {self.slow_s_per_km:g} to {self.fast_s_per_km:g} s/km: give the slower one first, above 0"
            )


@dataclass(frozen=True, slots=True)
class HeartRateRange:
    """Whole beats per minute, the lower bound first."""

    low_bpm: int
    high_bpm: int

    def __post_init__(self) -> None:
        if not 0 < self.low_bpm <= self.high_bpm:
            raise ValueError(
                f"a heart rate from {self.low_bpm} to {self.high_bpm} bpm: give the lower one first, above 0"
            )


@dataclass(frozen=True, slots=True)
class HeartRateZone:
    """A heart-rate zone by its number on the watch, 1 to 5."""

    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 5:
            raise ValueError(f"heart-rate zone {self.number}: a watch has zones 1 to 5")


@dataclass(frozen=True, slots=True)
class PowerRange:
    """Whole watts, the lower bound first."""

    low_w: int
    high_w: int

    def __post_init__(self) -> None:
        if not 0 < self.low_w <= self.high_w:
            raise ValueError(f"a power from {self.low_w} to {self.high_w} W: give the lower one first, above 0")


type Target = PaceRange | HeartRateRange | HeartRateZone | PowerRange | None
"""What to keep to; None: nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `value` is in seconds or metres by its `end`; None where the lap button ends it."""

    kind: Kind
    end: End
    value: float | None = None
    target: Target = None

    def __post_init__(self) -> None:
        if self.end is End.LAP_BUTTON:
            if self.value is not None:
                raise ValueError(f"a step that the lap button ends has no length, but {self.value:g} is given")
        elif self.value is None or not self.value > 0.0:
            raise ValueError(f"a step that ends by {self.end.value} needs a length above 0, not {self.value}")


@dataclass(frozen=True, slots=True)
class Repeat:
    """Steps that are run several times over; repeats do not nest."""

    times: int
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        if self.times < 1 or not self.steps:
            raise ValueError(f"{len(self.steps)} steps {self.times} times: a repeat needs at least one of each")


@dataclass(frozen=True, slots=True)
class Workout:
    """A workout by its name."""

    name: str
    steps: tuple[Step | Repeat, ...]


def duration_s(steps: Sequence[Step | Repeat], *, default_pace_s_per_km: float = EASY_PACE_S_PER_KM) -> float:
    """How long it will take: distances at the middle of their target's paces, else at the default.

    A step that the lap button ends adds nothing: nobody knows.
    """
    return sum(_duration_s(step, default_pace_s_per_km) for step in steps)


def _duration_s(step: Step | Repeat, default_pace_s_per_km: float) -> float:
    if isinstance(step, Repeat):
        return step.times * duration_s(step.steps, default_pace_s_per_km=default_pace_s_per_km)
    if step.end is End.DISTANCE and step.value is not None:
        return step.value / 1000.0 * _expected_pace(step.target, default_pace_s_per_km)
    return step.value or 0.0


def _expected_pace(target: Target, default_s_per_km: float) -> float:
    if isinstance(target, PaceRange):
        return (target.slow_s_per_km + target.fast_s_per_km) / 2.0
    return default_s_per_km
