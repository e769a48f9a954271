"""How a run, a week or a taper compares with what came before. What a plan may do with it is planning's matter."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise

SPIKE_WINDOW_DAYS = 30


class Spike(StrEnum):
    """Bands of Frandsen 2025 (5,205 runners); injury hazard 1, 1.64, 1.52, 2.28."""

    OK = "ok"
    SMALL = "small"
    MODERATE = "moderate"
    LARGE = "large"


_SPIKE_LIMITS = ((1.10, Spike.OK), (1.30, Spike.SMALL), (2.00, Spike.MODERATE))


def single_session_spike(distance_km: float, earlier: Iterable[tuple[float, float]]) -> tuple[float, Spike] | None:
    """Ratio of a run to the longest of the 30 days before, and its band (Frandsen 2025).

    `earlier`: (days ago, km) of other runs; only days 1 to 30 count. None without any.
    """
    longest = max((km for days_ago, km in earlier if 1 <= days_ago <= SPIKE_WINDOW_DAYS), default=0.0)
    if not longest > 0:
        return None
    ratio = distance_km / longest
    return ratio, next((band for limit, band in _SPIKE_LIMITS if ratio <= limit), Spike.LARGE)


def weekly_progression_percent(week_km: float, previous_km: float) -> float | None:
    """Change of volume from one week to the next; None after a week without running."""
    return 100.0 * (week_km - previous_km) / previous_km if previous_km > 0 else None


def taper_reduction_percent(taper_week_km: float, weeks_before_km: Sequence[float]) -> float | None:
    """Cut of a taper week against the mean of the weeks before it; None without any running."""
    usual = sum(weeks_before_km) / len(weeks_before_km) if weeks_before_km else 0.0
    return 100.0 * (1.0 - taper_week_km / usual) if usual > 0 else None


def crowded_hard_days(hard: Sequence[bool], *, min_easy_between: int = 1) -> list[int]:
    """Indices of hard days with fewer than `min_easy_between` other days since the hard day before."""
    days = [index for index, is_hard in enumerate(hard) if is_hard]
    return [day for before, day in pairwise(days) if day - before - 1 < min_easy_between]
