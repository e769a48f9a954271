"""Whether an activity's heart rate is to be believed, and what it cost: against the athlete's heart rates."""

from enum import StrEnum

import polars as pl

from runningcoach_pipelines.metrics import clock, heart_rate, quantity, trimp

LOCKED_SHARE = 0.5
"""A heart rate that followed the steps for more than this share of the timer is none."""

_COL = pl.col


class Problem(StrEnum):
    """Why a heart rate does not count."""

    NOT_MEASURED = "not_measured"
    LOW_COVERAGE = "low_coverage"
    CADENCE_LOCK = "cadence_lock"


def believed_bpm() -> pl.Expr:
    """The samples' heart rate without spikes: nothing above HRmax + 10, no jump of 25 bpm within a second.

    Of rows of `Recordings.samples` with the athlete's `hr_max_bpm`, over which `steady_pulse_bpm` left out the jumps.
    """
    steady = _COL("steady_pulse_bpm")
    return pl.when(steady <= _COL("hr_max_bpm") + heart_rate.SPIKE_ABOVE_MAX_BPM).then(steady)


def quality(samples: pl.DataFrame) -> pl.DataFrame:
    """How good the heart rate of each activity is.

    Args:
        samples: rows of `Recordings.samples` with `believed_bpm`.

    Returns:
        `activity_id`, `heart_rate_coverage` (share of the timer with a believable heart rate), `heart_rate_spikes`
        (samples that are not believed) and `cadence_lock_s`, both null without a heart rate, `heart_rate_problem`.
    """
    measured, believed, weight = _COL("heart_rate_bpm"), _COL("believed_bpm"), _COL("weight_s")
    timer_s = clock.timer_time_s(_COL("timer_s"))
    return (
        samples.group_by("activity_id", maintain_order=True)
        .agg(
            heart_rate_coverage=heart_rate.coverage(believed, weight, timer_s),
            heart_rate_spikes=pl.when(measured.count() > 0).then(measured.count() - believed.count()),
            cadence_lock_s=pl.when(measured.count() > 0).then(weight.filter("locked").sum()),
            timer_s=timer_s,
        )
        .with_columns(heart_rate_problem=_problem())
        .drop("timer_s")
    )


def _problem() -> pl.Expr:
    covered = (_COL("heart_rate_coverage") >= heart_rate.MINIMUM_COVERAGE).fill_null(False)
    locked = _COL("cadence_lock_s") > LOCKED_SHARE * _COL("timer_s")
    return (
        pl.when(_COL("heart_rate_spikes").is_null())
        .then(pl.lit(Problem.NOT_MEASURED.value))
        .when(~covered)
        .then(pl.lit(Problem.LOW_COVERAGE.value))
        .when(locked)
        .then(pl.lit(Problem.CADENCE_LOCK.value))
    )


def impulse(samples: pl.DataFrame) -> pl.DataFrame:
    """Training impulse of each activity.

    Args:
        samples: rows of `Recordings.samples` with `believed_bpm` and the athlete's `hr_rest_bpm`, `hr_max_bpm` and
            `sex`.

    Returns:
        `activity_id`, `trimp`, `trimp_edwards`; null without a heart rate.
    """
    believed, weight, hr_max = _COL("believed_bpm"), _COL("weight_s"), _COL("hr_max_bpm")
    # By sample, not inside the aggregation: an exponential over a month at once is many times faster.
    points = samples.select(
        "activity_id",
        trimp=trimp.banister_points(
            believed, weight, hr_rest_bpm=_COL("hr_rest_bpm"), hr_max_bpm=hr_max, sex=_COL("sex")
        ),
        trimp_edwards=trimp.edwards_points(believed, weight, hr_max_bpm=hr_max),
    )
    return points.group_by("activity_id", maintain_order=True).agg(
        quantity.total(_COL("trimp")), quantity.total(_COL("trimp_edwards"))
    )
