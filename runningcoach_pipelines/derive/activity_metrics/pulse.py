"""Whether an activity's heart rate is to be believed, and what it cost: against the athlete's heart rates."""

from enum import StrEnum

import polars as pl

from runningcoach_pipelines.derive.activity_metrics.plans import collected
from runningcoach_pipelines.metrics import clock, heart_rate, quantity, trimp
from runningcoach_pipelines.metrics.quantity import Clean

LOCKED_SHARE = 0.5
"""A heart rate that followed the steps for more than this share of the timer is none."""

_COL = pl.col
_BELIEVED, _WEIGHT, _HR_MAX = Clean("believed_bpm"), Clean("weight_s"), Clean("hr_max_bpm")
_MEASURED = _COL("heart_rate_bpm").count()
_TIMER_S = clock.timer_time_s(Clean("timer_s"))
_QUALITY = {
    "heart_rate_coverage": heart_rate.coverage(_BELIEVED, _WEIGHT, _TIMER_S),
    "heart_rate_spikes": pl.when(_MEASURED > 0).then(_MEASURED - _COL("believed_bpm").count()),
    "cadence_lock_s": pl.when(_MEASURED > 0).then(_COL("weight_s").filter("locked").sum()),
    "timer_s": _TIMER_S,
}
_RATES = {
    "reserve": trimp.reserve_share(_BELIEVED, Clean("hr_rest_bpm"), _HR_MAX),
    "edwards_per_minute": trimp.edwards_points(_BELIEVED, trimp.SECONDS_PER_MINUTE, hr_max_bpm=_HR_MAX),
}
_MINUTES = quantity.quotient(_COL("weight_s"), trimp.SECONDS_PER_MINUTE)
_POINTS = {
    "trimp": trimp.points_per_minute(_COL("reserve"), _COL("sex")) * _MINUTES,
    "trimp_edwards": _COL("edwards_per_minute") * _MINUTES,
}


class Problem(StrEnum):
    """Why a heart rate does not count."""

    NOT_MEASURED = "not_measured"
    LOW_COVERAGE = "low_coverage"
    CADENCE_LOCK = "cadence_lock"


_COVERED = (_COL("heart_rate_coverage") >= heart_rate.MINIMUM_COVERAGE).fill_null(False)
_PROBLEM = (
    pl.when(_COL("heart_rate_spikes").is_null())
    .then(pl.lit(Problem.NOT_MEASURED.value))
    .when(~_COVERED)
    .then(pl.lit(Problem.LOW_COVERAGE.value))
    .when(_COL("cadence_lock_s") > LOCKED_SHARE * _COL("timer_s"))
    .then(pl.lit(Problem.CADENCE_LOCK.value))
)


def believed_bpm() -> pl.Expr:
    """The samples' heart rate without spikes: nothing above HRmax + 10, no jump of 25 bpm within a second.

    Of rows of `Recordings.samples` with the athlete's `hr_max_bpm`, over which `steady_pulse_bpm` left out the jumps.
    """
    steady = _COL("steady_pulse_bpm")
    return pl.when(steady <= _COL("hr_max_bpm") + heart_rate.SPIKE_ABOVE_MAX_BPM).then(steady)


def quality_and_cost(samples: pl.DataFrame) -> pl.DataFrame:
    """How good the heart rate of each activity is, and what it cost.

    Args:
        samples: rows of `Recordings.samples` with `believed_bpm` and the athlete's `hr_rest_bpm`, `hr_max_bpm` and
            `sex`.

    Returns:
        `activity_id`, `heart_rate_coverage` (share of the timer with a believable heart rate), `heart_rate_problem`;
        and null without a heart rate: `heart_rate_spikes` (samples that are not believed), `cadence_lock_s`, `trimp`,
        `trimp_edwards`.
    """
    # Points by sample, not inside the aggregation: an exponential over a month at once is many times faster.
    return collected(
        samples.lazy()
        .with_columns(**_RATES)
        .with_columns(**_POINTS)
        .group_by("activity_id", maintain_order=True)
        .agg(**_QUALITY, trimp=quantity.total(_COL("trimp")), trimp_edwards=quantity.total(_COL("trimp_edwards")))
        .with_columns(heart_rate_problem=_PROBLEM)
        .drop("timer_s")
    )
