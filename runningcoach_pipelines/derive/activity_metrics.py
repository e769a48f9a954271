"""Silver to gold: loads and aggregates of each activity, from its samples and the settings valid on its day."""

from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select

from runningcoach_pipelines.metrics import (
    clock,
    elevation,
    gap,
    grade,
    heart_rate,
    load,
    moving,
    pace,
    quantity,
    trimp,
    zones,
)
from runningcoach_pipelines.store.athletes import read_settings
from runningcoach_pipelines.store.frames import frame_schema, read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics
from runningcoach_pipelines.store.windows import Window, lock, replace_window

CODE_VERSION = "1"

HR_REST_BPM = 60.0
HR_MAX_BPM = 190.0
"""Stand-ins for settings an athlete has not given (docs/metrics.md); rows that used one are `settings_estimated`."""

IMPUTED_LOAD_PER_H = 50.0
"""Load of an hour nobody measured: an easy hour at 0.7 of threshold intensity, 100 * 0.7 ** 2, rounded."""

_COL = pl.col
_SETTINGS = ("sex", "hr_rest_bpm", "hr_max_bpm", "hr_threshold_bpm", "threshold_speed_mps")


@dataclass(frozen=True, slots=True)
class MetricsReport:
    """Activities whose metrics were written, and those whose load had to be imputed."""

    activities: int
    imputed: int


def derive_activity_metrics(lakehouse: Lakehouse, window: Window) -> MetricsReport:
    """Make `activity_metrics` of the window's whole months anew, month by month."""
    activities = imputed = 0
    for month in window.months():
        with lakehouse.engine.begin() as connection:
            lock(connection, ActivityMetrics.table().name)
            known = _with_settings(_activities(connection, month), read_settings(connection))
            rows = measure(known, lakehouse.samples.read(month))
            replace_window(connection, ActivityMetrics.table(), rows, day="local_day", window=month, key="activity_id")
        activities += rows.height
        imputed += rows.filter(_COL("load_source") == load.Source.IMPUTED.value).height
    return MetricsReport(activities, imputed)


def measure(activities: pl.DataFrame, samples: pl.DataFrame) -> pl.DataFrame:
    """Metrics of activities, one row each, whether or not they have samples.

    Args:
        activities: rows of the table `activities` with the athlete's settings joined.
        samples: rows of the lake for these activities.

    Returns:
        A frame with the schema of `activity_metrics`.
    """
    settings = activities.select("activity_id", *_SETTINGS)
    sampled = _from_samples(samples.join(settings, on="activity_id").sort("activity_id", "elapsed_s"))
    rows = activities.join(sampled, on="activity_id", how="left").with_columns(
        distance_m=pl.coalesce("distance_m", "sampled_distance_m"),
        elapsed_s=pl.coalesce("elapsed_s", "sampled_elapsed_s"),
        timer_s=pl.coalesce("timer_s", "sampled_timer_s"),
        # The last sample of a smart recording counts for a whole step.
        moving_s=_COL("moving_s").clip(upper_bound=pl.coalesce("timer_s", "sampled_timer_s")),
        avg_heart_rate_bpm=pl.coalesce("sampled_avg_heart_rate_bpm", "avg_heart_rate_bpm"),
        max_heart_rate_bpm=pl.coalesce("sampled_max_heart_rate_bpm", "max_heart_rate_bpm"),
        ascent_m=pl.coalesce("ascent_m", "sampled_ascent_m"),
        counted=_COL("suspected_duplicate_of").is_null(),
        code_version=pl.lit(CODE_VERSION),
    )
    schema = frame_schema(ActivityMetrics.table())
    return _with_loads(rows).select(schema.names()).cast(schema).sort("local_day", "activity_id")


def _activities(connection: Connection, month: Window) -> pl.DataFrame:
    table = Activity.table()
    inside = (table.c.local_day >= month.start) & (table.c.local_day < month.end)
    return read_frame(connection, select(table).where(inside))


def _with_settings(activities: pl.DataFrame, settings: pl.DataFrame) -> pl.DataFrame:
    """Each activity with the settings of its day; what is not known is filled and marked."""
    joined = activities.sort("local_day").join_asof(
        settings.rename({"valid_from": "settings_valid_from"}).sort("settings_valid_from"),
        left_on="local_day",
        right_on="settings_valid_from",
        by="athlete_id",
        check_sortedness=False,
        coalesce=False,
    )
    hr_max = _COL("hr_max_bpm").fill_null(HR_MAX_BPM)
    return joined.with_columns(
        settings_estimated=pl.any_horizontal(_COL("sex", "hr_rest_bpm", "hr_max_bpm", "hr_threshold_bpm").is_null()),
        hr_rest_bpm=_COL("hr_rest_bpm").fill_null(HR_REST_BPM),
        hr_max_bpm=hr_max,
        hr_threshold_bpm=_COL("hr_threshold_bpm").fill_null(zones.LTHR_SHARE_OF_MAX * hr_max),
    )


def _from_samples(samples: pl.DataFrame) -> pl.DataFrame:
    by = "activity_id"
    weighed = samples.with_columns(
        weight_s=clock.weight_s(_COL("timer_s")).over(by),
        hr=heart_rate.plausible(_COL("heart_rate_bpm"), _COL("elapsed_s"), _COL("hr_max_bpm")).over(by),
        grade=grade.over_distance(_COL("distance_m"), _COL("altitude_m")).over(by),
    ).with_columns(
        flat_speed_mps=gap.flat_speed_mps(_COL("speed_mps"), _COL("grade").fill_null(0)),
        # By sample, not inside the aggregation: an exponential over a month at once is many times faster.
        trimp_points=trimp.banister_points(
            _COL("hr"),
            _COL("weight_s"),
            hr_rest_bpm=_COL("hr_rest_bpm"),
            hr_max_bpm=_COL("hr_max_bpm"),
            sex=_COL("sex"),
        ),
    )
    timer_s = clock.timer_time_s(_COL("timer_s"))
    sums = weighed.group_by(by).agg(
        sampled_distance_m=_COL("distance_m").drop_nulls().last(),
        sampled_elapsed_s=_COL("elapsed_s").last(),
        sampled_timer_s=timer_s,
        moving_s=moving.moving_time_s(_COL("speed_mps"), _COL("weight_s")),
        avg_speed_mps=quantity.weighted_mean(_COL("speed_mps"), _COL("weight_s")),
        sampled_avg_heart_rate_bpm=heart_rate.average_bpm(_COL("heart_rate_bpm"), _COL("weight_s")),
        sampled_max_heart_rate_bpm=heart_rate.max_bpm(_COL("heart_rate_bpm")),
        heart_rate_coverage=heart_rate.coverage(_COL("hr"), _COL("weight_s"), timer_s),
        sampled_ascent_m=elevation.ascent_descent(_COL("altitude_m")).struct.field("ascent_m"),
        trimp=quantity.total(_COL("trimp_points")),
    )
    seconds = (
        clock.per_second(weighed)
        .group_by(by)
        .agg(weighted_flat_speed_mps=pace.weighted_speed_mps(_COL("flat_speed_mps")))
    )
    return sums.join(seconds, on=by, how="left")


def _with_loads(rows: pl.DataFrame) -> pl.DataFrame:
    outdoor_run = (_COL("sport") == "running") & ~_COL("indoor")
    measured = rows.with_columns(
        hr_load=load.heart_rate_load(
            _COL("trimp"),
            hr_rest_bpm=_COL("hr_rest_bpm"),
            hr_max_bpm=_COL("hr_max_bpm"),
            lthr_bpm=_COL("hr_threshold_bpm"),
            sex=_COL("sex"),
        ),
        pace_load=pl.when(outdoor_run).then(
            load.pace_load(_COL("weighted_flat_speed_mps"), _COL("threshold_speed_mps"), _COL("timer_s"))
        ),
    )
    chosen, source = load.primary(
        {
            load.Source.HEART_RATE: load.covered(_COL("hr_load"), _COL("heart_rate_coverage")),
            load.Source.PACE: _COL("pace_load"),
            load.Source.IMPUTED: _COL("timer_s").fill_null(0) / 3600 * IMPUTED_LOAD_PER_H,
        }
    )
    return measured.with_columns(load=chosen, load_source=source)
