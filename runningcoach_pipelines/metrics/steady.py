"""Stretches of steady running, and the VO2max that their heart rates point to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from runningcoach_pipelines.metrics.quantity import positive
from runningcoach_pipelines.metrics.vo2max import acsm_running

STRETCH_S = 180
SETTLING_S = 300
SPEED_VARIATION = 0.05
GRADE_LIMIT = 0.03
HEART_RATE_BAND_BPM = 3.0

SEGMENTS_NEEDED = 3
SPREAD_BPM = 20.0


@dataclass(frozen=True, slots=True)
class SteadySegment:
    """A stretch of running at one speed and heart rate on nearly flat ground."""

    speed_mps: float
    heart_rate_bpm: float
    grade: float = 0.0


def steady_segments(seconds: pl.DataFrame) -> pl.DataFrame:
    """Stretches of 3 min past the first 5 min: speed SD < 5 %, |grade| < 3 %, heart rate within ± 3 bpm.

    In: 1 Hz rows (`clock.per_second`) with `activity_id`, `speed_mps`, `heart_rate_bpm`, `grade`; a stretch
    with an unknown second doesn't count. Out: `activity_id`, `speed_mps`, `heart_rate_bpm`, `grade` (means).
    """
    speed, hr, grade = pl.col("speed_mps"), positive(pl.col("heart_rate_bpm")), pl.col("grade")
    complete = (speed.count() == STRETCH_S) & (hr.count() == STRETCH_S) & (grade.count() == STRETCH_S)
    level = grade.abs().max() < GRADE_LIMIT
    stable = (hr.max() - hr.mean() <= HEART_RATE_BAND_BPM) & (hr.mean() - hr.min() <= HEART_RATE_BAND_BPM)
    second = pl.int_range(pl.len()).over("activity_id")
    return (
        seconds.with_columns(stretch=(second - SETTLING_S) // STRETCH_S)
        .filter(pl.col("stretch") >= 0)
        .group_by("activity_id", "stretch", maintain_order=True)
        .agg(
            speed.mean(),
            hr.mean().alias("heart_rate_bpm"),
            grade.mean(),
            steady=complete & level & stable & (speed.std() < SPEED_VARIATION * speed.mean()),
        )
        .filter("steady")
        .drop("stretch", "steady")
    )


def vo2max_from_segments(segments: Sequence[SteadySegment], hr_max_bpm: float) -> float | None:
    """ACSM oxygen uptake regressed on heart rate over steady segments, extrapolated to HRmax.

    After the Firstbeat white paper of 2014 (error ≈ 5 %; 15 bpm in HRmax costs 7–9 %). None with fewer than
    3 segments, less than 20 bpm between them, or an uptake that doesn't rise with heart rate. Show the median
    over 30 to 60 days.
    """
    if len(segments) < SEGMENTS_NEEDED:
        return None
    hr = np.array([segment.heart_rate_bpm for segment in segments])
    if np.ptp(hr) < SPREAD_BPM:
        return None
    uptake = np.array([acsm_running(segment.speed_mps * 60.0, segment.grade) for segment in segments])
    about = hr - hr.mean()
    slope = float((about * uptake).sum() / (about * about).sum())
    return float(uptake.mean() + slope * (hr_max_bpm - hr.mean())) if slope > 0 else None
