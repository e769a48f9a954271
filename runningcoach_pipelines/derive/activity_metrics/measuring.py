"""An activity's figures put together: first those that no setting changes, then those against the athlete's terms."""

from dataclasses import dataclass
from functools import cache

import polars as pl
from sqlalchemy import Table

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.activity_metrics import efforts, kilometres, loads, pulse, time_in_zones
from runningcoach_pipelines.derive.activity_metrics.dynamics import running_dynamics
from runningcoach_pipelines.derive.activity_metrics.efficiency import speed_and_drift
from runningcoach_pipelines.derive.activity_metrics.plans import collected, in_one_piece
from runningcoach_pipelines.derive.activity_metrics.recordings import Recordings, recordings
from runningcoach_pipelines.derive.activity_metrics.totals import totals
from runningcoach_pipelines.metrics import quantity, vo2max
from runningcoach_pipelines.metrics.quantity import Clean
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.tables import ActivityMetrics, ActivityZone, Base, BestEffort, MeanMax, Split

CODE_VERSION = "3"

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
    "hr_zone_bounds_bpm": "device_hr_zone_bounds_bpm",
}
"""Columns of `device_values` that are used, and the names they have among ours."""

_DECIMALS = pl.selectors.by_dtype(pl.Float64)
_FINITE = pl.when(_DECIMALS.is_finite()).then(_DECIMALS).name.keep()


def _first_known(device: str, sampled: str, *, zero: bool) -> pl.Expr:
    """The device's figure, else that of the samples; whether the device may say 0."""
    value = _COL(device)
    return pl.coalesce(pl.when(value >= 0 if zero else value > 0).then(value), sampled)


_TOTALS = {
    "distance_m": _first_known("distance_m", "sampled_distance_m", zero=True),
    "elapsed_s": _first_known("elapsed_s", "sampled_elapsed_s", zero=False),
    "timer_s": _first_known("timer_s", "sampled_timer_s", zero=False),
    "moving_s": _first_known("device_moving_s", "sampled_moving_s", zero=True),
    "ascent_m": _first_known("ascent_m", "sampled_ascent_m", zero=True),
    "descent_m": _first_known("device_descent_m", "sampled_descent_m", zero=True),
    "avg_heart_rate_bpm": pl.coalesce("sampled_avg_heart_rate_bpm", quantity.positive(_COL("avg_heart_rate_bpm"))),
    "max_heart_rate_bpm": pl.coalesce("sampled_max_heart_rate_bpm", quantity.positive(_COL("max_heart_rate_bpm"))),
    "counted": _COL("suspected_duplicate_of").is_null(),
}
_OF_TOTALS = {
    # The last sample of a smart recording counts for a whole step.
    "moving_s": _COL("moving_s").clip(upper_bound=_COL("timer_s")),
    "avg_speed_mps": pl.coalesce(_COL("distance_m") / _COL("timer_s"), "sampled_avg_speed_mps"),
}

_BELIEVED = pulse.believed_bpm()
_PROBLEM = (
    pl.when(_COL("heart_rate_spikes").is_null())
    .then(pl.lit(pulse.Problem.NOT_MEASURED.value))
    .otherwise("heart_rate_problem")
)
_LEVEL_M = vo2max.climb_adjusted_distance_m(
    Clean("distance_m"), _COL("ascent_m").fill_null(0.0), _COL("descent_m").fill_null(0.0)
)
_SPEED_AT_HR_MAX = vo2max.speed_at_hr_max_m_per_min(
    Clean("level_m"), Clean("timer_s"), Clean("avg_heart_rate_bpm"), Clean("hr_max_bpm")
)
_PULSE_VO2MAX_COUNTS = (
    (_COL("sport") == "running")
    & (_COL("timer_s") >= SHORTEST_FOR_PULSE_VO2MAX_S)
    & _COL("heart_rate_problem").is_null()
    & (_COL("hr_vo2max") <= vo2max.HIGHEST_PLAUSIBLE)
)


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
        activities = self.activities.select(
            _COL(_KEY).cast(pl.String),
            *("athlete_id", "local_day", "counted", "sustained_max_heart_rate_bpm"),
            threshold_heart_rate_bpm=_COL("device_threshold_heart_rate_bpm"),
            threshold_speed_mps=_COL("device_threshold_speed_mps"),
            hr_zone_bounds_bpm=_COL("device_hr_zone_bounds_bpm"),
        )
        counting = self.efforts.filter("counts").cast({_KEY: pl.String})
        return activities, counting.join(activities.select(_KEY, "athlete_id", "local_day"), on=_KEY)


def measure(activities: pl.DataFrame, devices: pl.DataFrame, samples: pl.DataFrame) -> Recorded:
    """Figures of activities that rest on them alone, whether or not they have samples.

    Args:
        activities: rows of the table `activities`.
        devices: rows of `device_values`, of as many of them as have one.
        samples: rows of the lake, of as many of them as have some.
    """
    # Joining and grouping by numbers is several times faster than by names.
    key = _COL(_KEY).cast(pl.Enum(activities[_KEY]), strict=False)
    activities = activities.with_columns(key)
    ready = recordings(activities, samples)
    best = efforts.best_efforts(activities, ready)
    said = devices.select(key, *(_COL(theirs).alias(ours) for theirs, ours in _DEVICE.items()))
    rows = _joined(activities, said, totals(ready), running_dynamics(ready), efforts.effort_vo2max(best))
    return Recorded(
        activities=collected(rows.with_columns(_FINITE).with_columns(**_TOTALS).with_columns(**_OF_TOTALS)),
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

    def loads(self) -> pl.DataFrame:
        """As `terms.factors` wants them."""
        return terms.loads(self.activities.cast({_KEY: pl.String}))


def judge(recorded: Recorded, terms_of_day: pl.DataFrame) -> Judged:
    """Figures that rest on the athlete's terms.

    Args:
        terms_of_day: as `terms.effective` gives them, for the days of these activities.
    """
    rows = recorded.activities.join(terms_of_day, on=("athlete_id", "local_day"), how="left", maintain_order="left")
    athlete = rows.select(_KEY, "hr_rest_bpm", "hr_max_bpm", "sex")
    samples, seconds = (
        in_one_piece(
            frame.lazy().join(athlete.lazy(), on=_KEY, maintain_order="left").with_columns(believed_bpm=_BELIEVED)
        )
        for frame in (recorded.recordings.samples, recorded.recordings.seconds)
    )
    rows = collected(_joined(rows, pulse.quality_and_cost(samples)).with_columns(heart_rate_problem=_PROBLEM))
    return Judged(
        activities=collected(
            loads.side_by_side(
                _joined(rows, speed_and_drift(seconds, rows))
                .with_columns(level_m=_LEVEL_M)
                .with_columns(speed_at_hr_max=_SPEED_AT_HR_MAX)
                .with_columns(hr_vo2max=vo2max.from_speed_at_hr_max(_COL("speed_at_hr_max")))
                .with_columns(hr_vo2max=pl.when(_PULSE_VO2MAX_COUNTS).then("hr_vo2max"))
            )
        ),
        zones=time_in_zones.time_in_zones(rows, samples),
        splits=kilometres.kilometre_splits(samples),
    )


def gold(recorded: Recorded, judged: Judged, factors: pl.DataFrame) -> dict[Table, pl.DataFrame]:
    """Whole rows of every table of ours, by table; loads are chosen with the personal `factors` of the month."""
    with_factors = (
        judged.activities.lazy()
        .with_columns(month=_COL("local_day").dt.month_start())
        .join(factors.lazy(), on=("athlete_id", "month", "sport"), how="left", maintain_order="left")
        .with_columns(_COL("imputed_load_per_h").fill_null(terms.IMPUTED_LOAD_PER_H))
    )
    days = recorded.activities.lazy().select(_KEY, "athlete_id", "local_day")
    children: dict[type[Base], pl.DataFrame] = {
        ActivityZone: judged.zones,
        BestEffort: recorded.efforts,
        MeanMax: efforts.mean_max(recorded.recordings),
        Split: judged.splits,
    }
    metrics = ActivityMetrics.table()
    return {metrics: _rows(metrics, loads.chosen(with_factors).lazy())} | {
        child.table(): _rows(child.table(), frame.lazy().join(days, on=_KEY, maintain_order="left"))
        for child, frame in children.items()
    }


def _rows(table: Table, frame: pl.LazyFrame) -> pl.DataFrame:
    """Rows of `table` in the order of its key."""
    return collected(frame.select(_columns(table)).sort("local_day", *(column.name for column in table.primary_key)))


@cache
def _columns(table: Table) -> list[pl.Expr]:
    return [_written(name, dtype) for name, dtype in frame_schema(table).items()]


def _written(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column as the tables hold it: numbers are finite or null."""
    if name == "code_version":
        return pl.lit(CODE_VERSION).alias(name)
    value = _COL(name).cast(dtype)
    return pl.when(value.is_finite()).then(value).alias(name) if dtype == pl.Float64 else value


def _joined(rows: pl.DataFrame, *figures: pl.DataFrame) -> pl.LazyFrame:
    """The rows with the figures of those activities that have them."""
    plan = rows.lazy()
    for frame in figures:
        plan = plan.join(frame.lazy(), on=_KEY, how="left", maintain_order="left")
    return plan
