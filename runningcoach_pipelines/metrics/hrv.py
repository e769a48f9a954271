"""Heart-rate variability and resting heart rate: beat intervals to figures, nights to a personal baseline.

Intervals from an activity are exercise HRV and never comparable with nights. What a low value means for
today's training is in `readiness`.
"""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from runningcoach_pipelines.metrics import trailing
from runningcoach_pipelines.metrics.quantity import Quantity, positive

ARTEFACT_RATIO = 1.75
LONGEST_INTERVAL_MS = 2000.0
BASELINE_NIGHTS = 60
WEEK_NIGHTS = 7
NIGHTS_NEEDED = 3
BAND_SD = 0.5
"""Smallest worthwhile change (Plews 2012, 2013)."""

RESTING_NIGHTS = 28


def is_artefact(intervals_ms: ArrayLike) -> NDArray[np.bool_]:
    """Intervals that no heart made: ≥ 2000 ms, or off by a ratio above 1.75 from BOTH neighbours (Runalyze)."""
    rr = np.asarray(intervals_ms, dtype=np.float64)
    off = np.zeros(rr.size + 1, dtype=bool)
    if rr.size > 1:
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            off[1:-1] = np.maximum(rr[1:] / rr[:-1], rr[:-1] / rr[1:]) > ARTEFACT_RATIO
    return (off[:-1] & off[1:]) | (rr >= LONGEST_INTERVAL_MS) | ~np.isfinite(rr)


@dataclass(frozen=True, slots=True)
class Variability:
    """Figures of one series of beat intervals, in ms unless named otherwise."""

    mean: float
    rmssd: float
    sdnn: float
    pnn50: float
    """Share 0…1 of successive differences above 50 ms."""

    @property
    def ln_rmssd(self) -> float | None:
        """Natural logarithm of rMSSD, the scale on which nights are compared; None for identical intervals."""
        return log(self.rmssd) if self.rmssd > 0 else None


def variability(intervals_ms: ArrayLike) -> Variability | None:
    """Variability of intervals that are clean already (`is_artefact`); None for fewer than two."""
    rr = np.asarray(intervals_ms, dtype=np.float64)
    if rr.size < 2:
        return None
    steps = np.diff(rr)
    return Variability(
        mean=float(rr.mean()),
        rmssd=sqrt(float((steps**2).mean())),
        sdnn=float(rr.std(ddof=1)),
        pnn50=float((np.abs(steps) > 50.0).mean()),
    )


def baseline(nightly_rmssd_ms: Quantity) -> dict[str, pl.Expr]:
    """Each night's 7-day mean of ln rMSSD against the band of 60 days (rows = dense days, oldest first).

    Returns the columns `hrv_week` (mean of 7), `hrv_low`, `hrv_high` (60-day mean ± 0.5 SD, the last 7
    included), `hrv_nights` (how many the band rests on) and `hrv_status`: `below`, `within`, `above` or
    `insufficient` with fewer than 3 nights of 7, where the figures are null (Plews; Javaloyes 2019).

    Source: Plews 2012, 2013; Javaloyes 2019.
    """
    logs = positive(nightly_rmssd_ms).log()
    week = trailing.mean(logs, WEEK_NIGHTS, least=NIGHTS_NEEDED)
    centre = trailing.mean(logs, BASELINE_NIGHTS, least=NIGHTS_NEEDED)
    spread = trailing.deviation(logs, BASELINE_NIGHTS, least=NIGHTS_NEEDED)
    known = week.is_not_null()
    low = pl.when(known).then(centre - BAND_SD * spread)
    high = pl.when(known).then(centre + BAND_SD * spread)
    status = (
        pl.when(~known)
        .then(pl.lit("insufficient"))
        .when(week < low)
        .then(pl.lit("below"))
        .when(week > high)
        .then(pl.lit("above"))
        .otherwise(pl.lit("within"))
    )
    return {
        "hrv_week": week,
        "hrv_low": low,
        "hrv_high": high,
        "hrv_nights": trailing.count(logs, BASELINE_NIGHTS),
        "hrv_status": status,
    }


def device_status(
    weekly_average: float, *, baseline_low_upper: float, balanced_low: float, balanced_upper: float
) -> str:
    """Status of a device's weekly average within its own bands: `low`, `unbalanced` or `balanced`."""
    if weekly_average < baseline_low_upper:
        return "low"
    return "balanced" if balanced_low <= weekly_average <= balanced_upper else "unbalanced"


def resting_change(nightly_bpm: Quantity) -> dict[str, pl.Expr]:
    """Resting heart rate against the 28 days before, today excluded (rows = dense days, oldest first).

    Returns `rhr_delta` in bpm and `rhr_z` (sample SD); null without two earlier nights, z also without spread.

    Source: A convention.
    """
    today = positive(nightly_bpm)
    earlier = today.shift(1)
    usual = trailing.mean(earlier, RESTING_NIGHTS, least=2)
    spread = trailing.deviation(earlier, RESTING_NIGHTS)
    delta = today - usual
    return {"rhr_delta": delta, "rhr_z": pl.when(spread > 0).then(delta / spread)}
