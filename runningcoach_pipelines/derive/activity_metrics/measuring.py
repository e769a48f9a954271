"""An activity's figures put together: first those that no setting changes, then those against the athlete's terms."""

from dataclasses import dataclass

import polars as pl
from sqlalchemy import Table

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.activity_metrics import efforts, kilometres, loads, pulse, time_in_zones
from runningcoach_pipelines.derive.activity_metrics.dynamics import running_dynamics
from runningcoach_pipelines.derive.activity_metrics.efficiency import speed_and_drift
from runningcoach_pipelines.derive.activity_metrics.recordings import Recordings, recordings
from runningcoach_pipelines.derive.activity_metrics.totals import totals
from runningcoach_pipelines.metrics import quantity, vo2max
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.tables import ActivityMetrics, ActivityZone, BestEffort, MeanMax, Split

CODE_VERSION = "2"

SHORTEST_FOR_PULSE_VO2MAX_S = 1200.0
"""Heart rate takes minutes to answer the pace; the estimate is of steady running."""

_COL = pl.col
_KEY = "activity_id"
_DEVICE = {
    "descent_m": "device_descent_m",
    "moving_s": "device_moving_s",
    "perceived_effort": "perceived_effort",
    "training_load_peak": "training_load_peak",
    "threshold_heart_rate_bpm": "device_threshold_heart_rate_bpm",
    "threshold_speed_mps": "device_threshold_speed_mps",
}
"""Columns of `device_values` that are used, and the names they have among ours."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What no setting changes.

    activities: rows of `activities` with what the device and the samples say, one for each.
    efforts: as `efforts.best_efforts` gives them.
    """

    activities: pl.DataFrame
    efforts: pl.DataFrame
    recordings: Recordings

    def seen(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """What `terms.Observed` holds of these activities and of their efforts that count."""
        return (
            self.activities.select(
                *("athlete_id", "local_day", _KEY, "counted", "sustained_max_heart_rate_bpm"),
                threshold_heart_rate_bpm=_COL("device_threshold_heart_rate_bpm"),
                threshold_speed_mps=_COL("device_threshold_speed_mps"),
            ),
            self.efforts.filter("counts"),
        )


def measure(activities: pl.DataFrame, devices: pl.DataFrame, samples: pl.DataFrame) -> Recorded:
    """Figures of activities that rest on them alone, whether or not they have samples.

    Args:
        activities: rows of the table `activities`.
        devices: rows of `device_values`, of as many of them as have one.
        samples: rows of the lake, of as many of them as have some.
    """
    ready = recordings(activities, samples)
    best = efforts.best_efforts(activities, ready)
    said = devices.select(_KEY, *(_COL(theirs).alias(ours) for theirs, ours in _DEVICE.items()))
    rows = activities
    for frame in (said, totals(ready), running_dynamics(ready), efforts.effort_vo2max(best)):
        rows = rows.join(frame, on=_KEY, how="left", maintain_order="left")
    timer_s = pl.coalesce(quantity.positive(_COL("timer_s")), "sampled_timer_s")
    distance_m = pl.coalesce(_not_negative("distance_m"), "sampled_distance_m")
    moving_s = pl.coalesce(_not_negative("device_moving_s"), "sampled_moving_s")
    return Recorded(
        activities=rows.with_columns(
            distance_m=distance_m,
            elapsed_s=pl.coalesce(quantity.positive(_COL("elapsed_s")), "sampled_elapsed_s"),
            timer_s=timer_s,
            # The last sample of a smart recording counts for a whole step.
            moving_s=pl.min_horizontal(moving_s, pl.when(moving_s.is_not_null()).then(timer_s)),
            avg_speed_mps=pl.coalesce(distance_m / timer_s, "sampled_avg_speed_mps"),
            avg_heart_rate_bpm=pl.coalesce("sampled_avg_heart_rate_bpm", quantity.positive(_COL("avg_heart_rate_bpm"))),
            max_heart_rate_bpm=pl.coalesce("sampled_max_heart_rate_bpm", quantity.positive(_COL("max_heart_rate_bpm"))),
            ascent_m=pl.coalesce(_not_negative("ascent_m"), "sampled_ascent_m"),
            descent_m=pl.coalesce(_not_negative("device_descent_m"), "sampled_descent_m"),
            counted=_COL("suspected_duplicate_of").is_null(),
        ),
        efforts=best,
        recordings=ready,
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """Figures against the athlete's terms; no load is chosen yet.

    activities: those of `Recorded` with the terms of their day, heart rate, efficiency and loads side by side.
    """

    activities: pl.DataFrame
    zones: pl.DataFrame
    splits: pl.DataFrame


def judge(recorded: Recorded, terms_of_day: pl.DataFrame) -> Judged:
    """Figures that rest on the athlete's terms.

    Args:
        terms_of_day: as `terms.effective` gives them, for the days of these activities.
    """
    rows = recorded.activities.join(terms_of_day, on=("athlete_id", "local_day"), how="left", maintain_order="left")
    athlete = rows.select(_KEY, "hr_rest_bpm", "hr_max_bpm", "sex")
    samples = recorded.recordings.samples.join(athlete, on=_KEY, maintain_order="left").with_columns(
        believed_bpm=pulse.believed_bpm()
    )
    seconds = recorded.recordings.seconds.join(athlete, on=_KEY, maintain_order="left").with_columns(
        believed_bpm=pulse.believed_bpm()
    )
    for frame in (pulse.quality(samples), pulse.impulse(samples)):
        rows = rows.join(frame, on=_KEY, how="left", maintain_order="left")
    unmeasured = _COL("heart_rate_spikes").is_null()
    rows = rows.with_columns(
        heart_rate_problem=pl.when(unmeasured)
        .then(pl.lit(pulse.Problem.NOT_MEASURED.value))
        .otherwise("heart_rate_problem")
    )
    rows = rows.join(speed_and_drift(seconds, rows), on=_KEY, how="left", maintain_order="left")
    return Judged(
        activities=loads.side_by_side(rows.with_columns(hr_vo2max=_pulse_vo2max())),
        zones=time_in_zones.time_in_zones(rows, samples),
        splits=kilometres.kilometre_splits(rows, samples),
    )


def _pulse_vo2max() -> pl.Expr:
    """Of runs of 20 min or more whose heart rate counts, climb brought to the flat."""
    level_m = vo2max.climb_adjusted_distance_m(
        _COL("distance_m"), _COL("ascent_m").fill_null(0.0), _COL("descent_m").fill_null(0.0)
    )
    long_run = (_COL("sport") == "running") & (_COL("timer_s") >= SHORTEST_FOR_PULSE_VO2MAX_S)
    estimate = vo2max.from_heart_rate(level_m, _COL("timer_s"), _COL("avg_heart_rate_bpm"), _COL("hr_max_bpm"))
    plausible = estimate <= vo2max.HIGHEST_PLAUSIBLE
    return pl.when(long_run & _COL("heart_rate_problem").is_null() & plausible).then(estimate)


def gold(recorded: Recorded, judged: Judged, factors: pl.DataFrame) -> dict[Table, pl.DataFrame]:
    """Whole rows of every table of ours, by table; loads are chosen with the personal `factors` of the month."""
    by_month = ("athlete_id", "month", "sport")
    with_factors = (
        judged.activities.with_columns(month=_COL("local_day").dt.month_start())
        .join(factors, on=by_month, how="left", maintain_order="left")
        .with_columns(_COL("imputed_load_per_h").fill_null(terms.IMPUTED_LOAD_PER_H))
    )
    return {
        ActivityMetrics.table(): _rows(ActivityMetrics.table(), loads.chosen(with_factors)),
        ActivityZone.table(): _rows(ActivityZone.table(), judged.zones),
        BestEffort.table(): _rows(BestEffort.table(), recorded.efforts),
        MeanMax.table(): _rows(MeanMax.table(), efforts.mean_max(recorded.activities, recorded.recordings)),
        Split.table(): _rows(Split.table(), judged.splits),
    }


def _rows(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of `table` in the order of its key, finite or null."""
    schema = frame_schema(table)
    decimals = pl.selectors.by_dtype(pl.Float64)
    return (
        frame.with_columns(code_version=pl.lit(CODE_VERSION))
        .select(schema.names())
        .cast(schema)
        .with_columns(pl.when(decimals.is_finite()).then(decimals).name.keep())
        .sort("local_day", *(column.name for column in table.primary_key))
    )


def _not_negative(name: str) -> pl.Expr:
    return pl.when(quantity.column(_COL(name)) >= 0).then(_COL(name))
