"""Which samples to believe, how long each counts, and what follows of them sample by sample."""

from dataclasses import dataclass

import polars as pl

from runningcoach_pipelines.activities.sessions import ON_FOOT
from runningcoach_pipelines.derive.activity_metrics.plans import in_one_piece
from runningcoach_pipelines.metrics import clock, elevation, gap, grade, heart_rate, moving
from runningcoach_pipelines.metrics.efforts import JUMP_MPS
from runningcoach_pipelines.metrics.quantity import Clean

HIGHEST_PULSE_BPM = 220.0
"""Above it no heart rate is believed, whatever the athlete's maximum."""

LEVEL, CURVE, DEVICE = "level", "curve", "device"
"""Where a grade-adjusted speed comes from: nothing to adjust by, our curve over altitude, the device's own field."""

DEVICE_SHARE = 0.8
"""The device's grade-adjusted speed is taken where it wrote one with at least this share of its speeds."""

_LONGEST_S = 30 * 86_400.0
_FASTEST_MPS = 60.0
_BELIEVED = {
    "elapsed_s": (-_LONGEST_S, _LONGEST_S),
    "timer_s": (-_LONGEST_S, _LONGEST_S),
    "distance_m": (0.0, 2e6),
    "heart_rate_bpm": (1.0, 250.0),
    "cadence_spm": (0.0, 300.0),
    "power_w": (0.0, 3000.0),
    "altitude_m": (-500.0, 9000.0),
    "temperature_c": (-50.0, 70.0),
    "vertical_oscillation_mm": (1.0, 300.0),
    "stance_time_ms": (1.0, 2000.0),
    "step_length_mm": (1.0, 3000.0),
}
"""What lies outside was not measured: a sensor's error, or a field that the device fills with anything."""

_SPEEDS = ("speed_mps", "grade_adjusted_speed_mps")
_CHANNELS = (*_BELIEVED, *_SPEEDS)

_COL = pl.col
_ACTIVITY = "activity_id"
_OF_A_SECOND = (_ACTIVITY, "timer_s", "speed_mps", "flat_speed_mps", "power_w", "pulse_bpm", "steady_pulse_bpm")


def _between(name: str, low: float, high: float | pl.Expr) -> pl.Expr:
    value = _COL(name).cast(pl.Float64)
    return pl.when(value.is_between(low, high)).then(value).alias(name)


def _flat_speed() -> dict[str, pl.Expr]:
    """Grade-adjusted speed of runs and its source, one for the whole activity."""
    speed, device = _COL("speed_mps"), _COL("grade_adjusted_speed_mps")
    by_device = ((device.count() > 0) & (device.count() >= DEVICE_SHARE * speed.count())).over(_ACTIVITY)
    by_curve = _COL("outdoors") & (_COL("grade").count() > 0).over(_ACTIVITY)
    own = pl.when(by_curve).then(gap.flat_speed_mps(Clean("speed_mps"), Clean("slope"))).otherwise(speed)
    flat = pl.when(_COL("run")).then(pl.when(by_device).then(device).otherwise(own))
    source = pl.when(by_device).then(pl.lit(DEVICE)).when(by_curve).then(pl.lit(CURVE)).otherwise(pl.lit(LEVEL))
    known = (_COL("run") & ((speed.count() > 0) | (device.count() > 0))).over(_ACTIVITY)
    return {"flat_speed_mps": flat, "flat_speed_source": pl.when(known).then(source)}


_FASTEST = pl.when("on_foot").then(JUMP_MPS).otherwise(_FASTEST_MPS)
_BELIEVABLE = [
    *(_between(name, *bounds) for name, bounds in _BELIEVED.items()),
    *(_between(name, 0.0, _FASTEST) for name in _SPEEDS),
]
_PULSE = heart_rate.plausible(
    Clean("heart_rate_bpm"), Clean("elapsed_s"), HIGHEST_PULSE_BPM - heart_rate.SPIKE_ABOVE_MAX_BPM
)
_ALONG = {
    "weight_s": clock.weight_s(Clean("timer_s")).over(_ACTIVITY),
    "steady_pulse_bpm": _PULSE.over(_ACTIVITY),
    "rise_m": elevation.rises_m(Clean("altitude_m")).over(_ACTIVITY),
    "grade": grade.over_distance(Clean("distance_m"), Clean("altitude_m")).over(_ACTIVITY),
}
_STEPS = pl.when("on_foot").then("cadence_spm")
_STATES = {
    "slope": _COL("grade").fill_null(0.0),
    "slow": moving.slow(Clean("speed_mps")),
    "follows": heart_rate.follows_steps(Clean("steady_pulse_bpm"), _STEPS),
}
_STRETCHES = {
    "standing": moving.in_a_stop(_COL("slow"), Clean("weight_s")).over(_ACTIVITY),
    "locked": heart_rate.lasting_lock(_COL("follows"), Clean("weight_s")).over(_ACTIVITY),
}
_FLAT_SPEED = _flat_speed()


@dataclass(frozen=True, slots=True)
class Recordings:
    """The samples of some activities, by activity and time, and the same on a grid of seconds.

    samples: the believable values of the lake's columns, and
        `run`, `outdoors`, `on_foot`: of the activity;
        `weight_s`: seconds for which the sample counts;
        `steady_pulse_bpm`: heart rate without jumps and above 220, whoever the athlete is;
        `standing`: whether it lies in a stop;
        `locked`: whether the heart rate follows the steps for over a minute;
        `pulse_bpm`: `steady_pulse_bpm` outside cadence lock;
        `rise_m`: metres climbed (negative: descended) as of this sample, null without altitude;
        `flat_speed_mps`: grade-adjusted speed, of runs; `flat_speed_source`.
    seconds: `activity_id`, `timer_s` and the channels, once for each second of the timer.
    """

    samples: pl.DataFrame
    seconds: pl.DataFrame


def recordings(activities: pl.DataFrame, samples: pl.DataFrame) -> Recordings:
    """Samples of the lake, in any order, made ready for measuring.

    Args:
        activities: rows of the table `activities`, `activity_id` as an Enum of them; samples of others are left out.
    """
    sport = activities.select(
        _ACTIVITY,
        run=_COL("sport") == "running",
        on_foot=_COL("sport").is_in(ON_FOOT),
        outdoors=~_COL("indoor"),
    )
    ready = in_one_piece(
        samples.lazy()
        .select(_COL(_ACTIVITY).cast(activities.schema[_ACTIVITY], strict=False), *_CHANNELS)
        .join(sport.lazy(), on=_ACTIVITY)
        .with_columns(_BELIEVABLE)
        .filter(_COL("elapsed_s").is_not_null())
        .sort(_ACTIVITY, "elapsed_s", maintain_order=True)
        .with_columns(**_ALONG)
        .with_columns(**_STATES)
        .with_columns(**_FLAT_SPEED, **_STRETCHES)
        .with_columns(pulse_bpm=pl.when(~_COL("locked")).then("steady_pulse_bpm"))
        .drop("grade", "slope", "slow", "follows", "grade_adjusted_speed_mps", "altitude_m")
    )
    return Recordings(ready, clock.per_second(ready.select(_OF_A_SECOND)).rechunk())
