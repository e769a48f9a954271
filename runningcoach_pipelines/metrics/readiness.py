"""Readiness for hard training today: transparent rules, each with its value, threshold and source.

The worst rule that fires decides; no invented weighted score. Baselines come from `hrv`, form from `fitness`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

NIGHTS_FOR_BASELINE = 21
RHR_ALERT_BPM = 5.0
RHR_ALERT_Z = 2.0
SHORT_SLEEP_H = 7.0
HIGH_RISK_FORM_SHARE = -0.30
CRITICAL_MONOTONY = 2.0


class Level(IntEnum):
    """What today allows, worst first, so that the minimum of all rules is the verdict."""

    EASY_ONLY = 0
    CAUTION = 1
    READY = 2


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule's verdict."""

    rule: str
    level: Level
    value: float
    threshold: float
    source: str

    @property
    def fired(self) -> bool:
        """Whether the rule restrains today's training."""
        return self.level < Level.READY


@dataclass(frozen=True, slots=True)
class Morning:
    """What is known this morning; None or an empty series where nothing was measured. Series: oldest first."""

    hrv_week: float | None = None
    hrv_low: float | None = None
    hrv_nights: int = 0
    rhr_deltas: Sequence[float | None] = ()
    rhr_zs: Sequence[float | None] = ()
    sleep_hours: Sequence[float | None] = ()
    ctl: float | None = None
    tsb: float | None = None
    monotony: float | None = None


def signals(morning: Morning) -> list[Signal]:
    """The verdict of every rule that has its data."""
    rules = (_hrv, _resting_heart_rate, _sleep, _form, _monotony)
    return [signal for rule in rules if (signal := rule(morning)) is not None]


def verdict(of_rules: Iterable[Signal]) -> Level | None:
    """The worst level of the rules; None if no rule had data.

    Source: A convention: the worst signal wins; each rule names its own source.
    """
    return min((signal.level for signal in of_rules), default=None)


def _level(fires: bool, level: Level) -> Level:
    return level if fires else Level.READY


def _hrv(morning: Morning) -> Signal | None:
    week, low = morning.hrv_week, morning.hrv_low
    if week is None or low is None or morning.hrv_nights < NIGHTS_FOR_BASELINE:
        return None
    level = _level(week < low, Level.EASY_ONLY)
    return Signal("hrv_below_baseline", level, week, low, "Plews 2013; Javaloyes 2019")


def _resting_heart_rate(morning: Morning) -> Signal | None:
    """At least 2 of the last 3 days with +5 bpm or z ≥ 2."""
    deltas = list(morning.rhr_deltas)[-3:]
    zs = list(morning.rhr_zs)[-3:] or [None] * len(deltas)
    known = [delta for delta in deltas if delta is not None]
    if not known:
        return None
    raised = [
        (delta is not None and delta >= RHR_ALERT_BPM) or (z is not None and z >= RHR_ALERT_Z)
        for delta, z in zip(deltas, zs, strict=True)
    ]
    level = _level(sum(raised) >= 2, Level.EASY_ONLY)
    return Signal("resting_heart_rate_raised", level, known[-1], RHR_ALERT_BPM, "convention")


def _sleep(morning: Morning) -> Signal | None:
    nights = [hours for hours in list(morning.sleep_hours)[-3:] if hours is not None]
    if len(nights) < 3:
        return None
    longest = max(nights)
    level = _level(longest < SHORT_SLEEP_H, Level.CAUTION)
    return Signal("three_short_nights", level, longest, SHORT_SLEEP_H, "convention")


def _form(morning: Morning) -> Signal | None:
    if morning.ctl is None or morning.tsb is None or morning.ctl <= 0:
        return None
    share = morning.tsb / morning.ctl
    level = _level(share < HIGH_RISK_FORM_SHARE, Level.CAUTION)
    return Signal("form_high_risk", level, share, HIGH_RISK_FORM_SHARE, "intervals.icu bands (convention)")


def _monotony(morning: Morning) -> Signal | None:
    if morning.monotony is None:
        return None
    level = _level(morning.monotony >= CRITICAL_MONOTONY, Level.CAUTION)
    return Signal("monotony_critical", level, morning.monotony, CRITICAL_MONOTONY, "Foster 1998")
