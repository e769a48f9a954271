"""Which threshold to use when several sources know one, and how sure it is.

Settings are versioned by date outside: an activity keeps the thresholds of its day.
"""

from dataclasses import dataclass

from runningcoach_pipelines.metrics import vo2max, zones


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value and where it comes from; `estimated` ones are formulas, not measurements."""

    value: float
    source: str
    estimated: bool = False


def _first_known(*candidates: Threshold | None) -> Threshold | None:
    return next((candidate for candidate in candidates if candidate is not None), None)


def _measured(value: float | None, source: str) -> Threshold | None:
    return Threshold(value, source) if value is not None and value > 0 else None


def hr_max_bpm(
    *, athlete: float | None = None, highest_sustained: float | None = None, age_years: float | None = None
) -> Threshold | None:
    """HRmax: the athlete's setting, else the highest 10 s of the last 365 days, else 211 − 0.64 · age (Nes)."""
    by_age = None
    if age_years is not None:
        by_age = Threshold(zones.estimated_hr_max_bpm(age_years), "age", estimated=True)
    return _first_known(_measured(athlete, "athlete"), _measured(highest_sustained, "highest_sustained"), by_age)


def lthr_bpm(
    *, athlete: float | None = None, device: float | None = None, hr_max: float | None = None
) -> Threshold | None:
    """Threshold heart rate: the athlete's setting, else the device's, else 0.92 · HRmax."""
    by_max = None
    if hr_max is not None:
        by_max = Threshold(zones.LTHR_SHARE_OF_MAX * hr_max, "hr_max", estimated=True)
    return _first_known(_measured(athlete, "athlete"), _measured(device, "device"), by_max)


def threshold_speed_mps(
    *,
    athlete: float | None = None,
    device: float | None = None,
    critical_speed: float | None = None,
    race_vo2max: float | None = None,
) -> Threshold | None:
    """Threshold speed: the athlete's setting, else the device's, else critical speed, else 88 % of race VO2max."""
    by_race = None
    if race_vo2max is not None:
        pace = vo2max.pace_at_fraction_s_per_km(race_vo2max, vo2max.THRESHOLD_FRACTION)
        by_race = Threshold(1000.0 / pace, "race", estimated=True)
    return _first_known(
        _measured(athlete, "athlete"),
        _measured(device, "device"),
        _measured(critical_speed, "critical_speed"),
        by_race,
    )
