"""How a column of `activity_metrics` came to be.

Ratios of other columns are made again from those, loads in `loads`. What rests on samples is measured again, from the
samples and the terms that the row itself names; terms and personal factors are looked up again.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import polars as pl
from sqlalchemy import Connection

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.activity_metrics.efforts import SHORTEST_RACE_M
from runningcoach_pipelines.derive.activity_metrics.measuring import gold, judge, measure
from runningcoach_pipelines.explain import loads
from runningcoach_pipelines.explain.activity_asked import (
    HEART_RATES,
    TABLE,
    ActivityTrail,
    OfActivity,
    number_of,
    one,
    unit,
)
from runningcoach_pipelines.explain.explanation import Explanation, Input, Trail, explained
from runningcoach_pipelines.explain.rows import Row, files_of, frame, row_of
from runningcoach_pipelines.metrics import vo2max
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, BestEffort, DeviceValues

_RESTS_ON = {
    "trimp": ("sex", "hr_rest_bpm", "hr_max_bpm"),
    "trimp_edwards": ("hr_max_bpm",),
    "heart_rate_coverage": ("hr_max_bpm",),
    "heart_rate_spikes": ("hr_max_bpm",),
    "speed_per_beat_m": ("hr_max_bpm",),
    "decoupling_percent": ("hr_max_bpm",),
    "load_confidence": (*HEART_RATES, "threshold_speed_mps"),
}
"""Terms that measuring from samples depends on."""

_MEASURED_WITH = {
    "trimp": ("heart_rate_coverage", "avg_heart_rate_bpm", "timer_s"),
    "trimp_edwards": ("heart_rate_coverage", "avg_heart_rate_bpm", "timer_s"),
    "load_confidence": ("load_source", "heart_rate_coverage"),
    "decoupling_percent": ("timer_s", "avg_temperature_c", "decoupling_reason"),
    "speed_per_beat_m": ("timer_s", "avg_temperature_c", "decoupling_reason"),
}
"""Other columns that help to read the figure."""


def explain_activity(
    lakehouse: Lakehouse, connection: Connection, row: Row, metric: str, *, contributors: bool = True
) -> Explanation:
    """Explain a column of one row of `activity_metrics`."""
    activity_id = str(row["activity_id"])
    of = OfActivity(
        lakehouse,
        connection,
        row,
        activity=row_of(connection, Activity, activity_id),
        device=row_of(connection, DeviceValues, activity_id),
    )
    trail = (_TRAILS.get(metric) or _other(metric))(of)
    if contributors and metric in _MADE_OF:
        parts = [name for name in _MADE_OF[metric](row) if row[name] is not None]
        of_parts = (explain_activity(lakehouse, connection, row, name, contributors=False) for name in parts)
        trail = replace(trail, contributors=tuple(of_parts))
    files = files_of(connection, str(row["athlete_id"]), [str(row["source_sha256"])])
    return explained(TABLE, metric, of=of.activity_id, row=row, trail=trail, files=files)


def _avg_speed(of: OfActivity) -> Trail:
    distance_m, timer_s = of.number("distance_m"), of.number("timer_s")
    if distance_m is None or not timer_s:
        return _measured("avg_speed_mps")(of)
    return Trail(of.inputs("distance_m", "timer_s"), distance_m / timer_s)


def _hr_vo2max(of: OfActivity) -> Trail:
    if of.row["hr_vo2max"] is None:
        return _measured("hr_vo2max")(of)
    level_m = vo2max.climb_adjusted_distance_m(
        of.number("distance_m"), of.number("ascent_m") or 0.0, of.number("descent_m") or 0.0
    )
    again = vo2max.from_heart_rate(
        level_m, of.number("timer_s"), of.number("avg_heart_rate_bpm"), of.number("hr_max_bpm")
    )
    names = ("distance_m", "ascent_m", "descent_m", "timer_s", "avg_heart_rate_bpm", "hr_max_bpm")
    return Trail((*of.inputs(*names), Input("distance on the flat", one(level_m), "m")), one(again))


def _effort_vo2max(of: OfActivity) -> Trail:
    efforts = frame(of.connection, BestEffort, BestEffort.table().c.activity_id == of.activity_id)
    as_races = efforts.filter(pl.col("distance_m") >= SHORTEST_RACE_M).with_columns(
        level=vo2max.from_race(pl.col("distance_m"), pl.col("time_s"))
    )
    inputs = [
        Input(f"{distance_m:g} m in {time_s:.0f} s", level, "ml/kg/min", "" if counts else "does not count as a record")
        for distance_m, time_s, level, counts in as_races.select("distance_m", "time_s", "level", "counts").iter_rows()
    ]
    if of.row["effort_vo2max"] is None:
        return _measured("effort_vo2max")(of)
    return Trail(tuple(inputs), max((number_of(one.value) or 0.0 for one in inputs), default=None))


def _term(metric: str) -> ActivityTrail:
    """A term, looked up again for the day."""

    def trail(of: OfActivity) -> Trail:
        days = pl.DataFrame({"athlete_id": [of.row["athlete_id"]], "local_day": [of.row["local_day"]]})
        now = terms.in_effect(of.connection, days).row(0, named=True)
        return Trail(
            of.inputs(metric, "settings_valid_from"),
            now[metric],
            "settings, and activities and nights up to the month's end",
        )

    return trail


def _factor(metric: str) -> ActivityTrail:
    """A personal factor, made again from the stored loads of its 90 days."""

    def trail(of: OfActivity) -> Trail:
        stored = terms.stored_loads(of.connection, of.month).filter(pl.col("athlete_id") == of.row["athlete_id"])
        same_sport = pl.col("sport") == of.row["sport"]
        now = terms.factors(stored, [of.month]).filter(same_sport).to_dicts()
        first = of.month.end - dt.timedelta(days=terms.SEASON_DAYS)
        season = stored.filter("counted", pl.col("local_day") >= first)
        common = {
            "effort_factor": season.filter(pl.col("hr_load").is_not_null(), pl.col("effort_load") > 0),
            "device_factor": season.filter(pl.col("hr_load").is_not_null(), pl.col("device_load") > 0),
            "imputed_load_per_h": season.filter(same_sport, pl.col("measured_load").is_not_null()),
        }[metric]
        needed = Input("activities that know both", common.height, note=f"{terms.COMMON_ACTIVITIES} needed")
        return Trail((needed,), now[0][metric] if now else None, "stored loads of 90 days")

    return trail


def _measured(metric: str) -> ActivityTrail:
    """A figure measured again, from the samples and the terms that the row names."""

    def trail(of: OfActivity) -> Trail:
        activities, stored, devices = (
            frame(of.connection, table, table.table().c.activity_id == of.activity_id)
            for table in (Activity, ActivityMetrics, DeviceValues)
        )
        if activities.is_empty():
            return Trail((Input("activity", None, note="is no longer in the table activities"),), None, "nothing")
        samples = of.lakehouse.samples.read(of.month).filter(pl.col("activity_id") == of.activity_id)
        recorded = measure(activities, devices, samples)
        judged = judge(recorded, stored.select("athlete_id", "local_day", *terms.TERMS))
        factors = stored.select("athlete_id", "sport", *terms.FACTORS, month=pl.col("local_day").dt.month_start())
        again = gold(recorded, judged, factors)[ActivityMetrics.table()].row(0, named=True)
        said = _said_by_the_device(metric, of.activity, of.device)
        names = (*_MEASURED_WITH.get(metric, ()), *_RESTS_ON.get(metric, ()))
        return Trail(
            (Input("samples", samples.height), *said, *of.inputs(*names)), again[metric], "the samples and these terms"
        )

    return trail


def _said_by_the_device(metric: str, activity: Row, device: Row) -> tuple[Input, ...]:
    said = activity.get(metric, device.get(metric))
    return () if said is None else (Input(metric, said, unit(metric), "the device's own figure"),)


def _other(metric: str) -> ActivityTrail:
    if metric in terms.TERMS:
        return _term(metric)
    return _factor(metric) if metric in terms.FACTORS else _measured(metric)


_TRAILS: dict[str, ActivityTrail] = {
    **loads.TRAILS,
    "avg_speed_mps": _avg_speed,
    "hr_vo2max": _hr_vo2max,
    "effort_vo2max": _effort_vo2max,
}

_MADE_OF: dict[str, Callable[[Row], tuple[str, ...]]] = {
    "load": loads.parts_of_load,
    "hr_load": lambda _: ("trimp",),
    "pace_load": lambda _: ("weighted_flat_speed_mps",),
    "power_load": lambda _: ("weighted_power_w",),
}
"""Columns that are explained themselves below the one asked for."""
