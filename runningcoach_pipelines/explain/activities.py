"""How a column of `activity_metrics` came to be.

Ratios of other columns are made again from those. What rests on samples is measured again, from the samples and the
terms that the row itself names; terms and personal factors are looked up again.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.activity_metrics.efforts import SHORTEST_RACE_M
from runningcoach_pipelines.derive.activity_metrics.loads import LONGEST_S
from runningcoach_pipelines.derive.activity_metrics.measuring import gold, judge, measure
from runningcoach_pipelines.explain.catalogue import CATALOGUE
from runningcoach_pipelines.explain.explanation import Explanation, Input, Trail, Value, explained
from runningcoach_pipelines.explain.rows import Row, files_of, frame, row_of
from runningcoach_pipelines.metrics import load, trimp, vo2max
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, BestEffort, DeviceValues
from runningcoach_pipelines.store.windows import Window, next_month

TABLE = ActivityMetrics.__tablename__

_HEART_RATES = ("sex", "hr_rest_bpm", "hr_max_bpm", "hr_threshold_bpm")
_RESTS_ON = {
    "trimp": ("sex", "hr_rest_bpm", "hr_max_bpm"),
    "trimp_edwards": ("hr_max_bpm",),
    "heart_rate_coverage": ("hr_max_bpm",),
    "heart_rate_spikes": ("hr_max_bpm",),
    "speed_per_beat_m": ("hr_max_bpm",),
    "decoupling_percent": ("hr_max_bpm",),
    "load_confidence": (*_HEART_RATES, "threshold_speed_mps"),
}
"""Terms that measuring from samples depends on."""

_MEASURED_WITH = {
    "trimp": ("heart_rate_coverage", "avg_heart_rate_bpm", "timer_s"),
    "trimp_edwards": ("heart_rate_coverage", "avg_heart_rate_bpm", "timer_s"),
    "load_confidence": ("load_source", "heart_rate_coverage"),
    "decoupling_percent": ("timer_s", "avg_temperature_c", "decoupling_reason"),
}
"""Other columns that help to read the figure."""


@dataclass(frozen=True, slots=True)
class OfActivity:
    """An activity whose row is asked about."""

    lakehouse: Lakehouse
    connection: Connection
    row: Row
    activity: Row
    """Of the table `activities`."""
    device: Row
    """Of `device_values`."""

    @property
    def activity_id(self) -> str:
        return str(self.row["activity_id"])

    @property
    def month(self) -> Window:
        day = dt.date.fromisoformat(str(self.row["local_day"]))
        return Window(day.replace(day=1), next_month(day))

    def number(self, name: str) -> float | None:
        """A column of the row that holds one."""
        return _number(self.row[name])

    @property
    def trained_s(self) -> float | None:
        """Timer time, unless nobody trains for so long."""
        timer_s = self.number("timer_s")
        return timer_s if timer_s is not None and timer_s <= LONGEST_S else None

    @property
    def sex(self) -> trimp.Sex:
        return "male" if self.row["sex"] == "male" else "female" if self.row["sex"] == "female" else None

    def inputs(self, *names: str) -> tuple[Input, ...]:
        """Columns of the row; terms with where they come from."""
        return tuple(_input(self.row, name) for name in names)


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
    trail = _TRAILS.get(metric, _other(metric))(of)
    if contributors and metric in _MADE_OF:
        parts = [name for name in _MADE_OF[metric](row) if row[name] is not None]
        of_parts = (explain_activity(lakehouse, connection, row, name, contributors=False) for name in parts)
        trail = Trail(trail.inputs, trail.again, trail.by, tuple(of_parts))
    files = files_of(connection, str(row["athlete_id"]), [str(row["source_sha256"])])
    return explained(TABLE, metric, of=of.activity_id, row=row, trail=trail, files=files)


def _input(row: Row, name: str, note: str = "") -> Input:
    if not note and name in _sources(row):
        note = _told_source(row, name)
    return Input(name, row[name], CATALOGUE[TABLE][name].unit, note)


def _sources(row: Row) -> dict[str, str | None]:
    sources: dict[str, str | None] = json.loads(str(row["settings_sources"] or "{}"))
    return sources


def _told_source(row: Row, name: str) -> str:
    source = _sources(row)[name]
    if source == "athlete":
        return f"set by the athlete from {row['settings_valid_from']} on"
    if source:
        return f"estimated: {source}"
    return "not known: the mean of both curves" if name == "sex" else "not known"


def _one(expression: pl.Expr) -> Value:
    value: Value = pl.select(expression).item()
    return value


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _hr_load(of: OfActivity) -> Trail:
    rest, highest, threshold = (of.number(name) for name in ("hr_rest_bpm", "hr_max_bpm", "hr_threshold_bpm"))
    hour = trimp.banister(threshold, load.SECONDS_PER_HOUR, hr_rest_bpm=rest, hr_max_bpm=highest, sex=of.sex)
    again = load.heart_rate_load(
        of.number("trimp"), hr_rest_bpm=rest, hr_max_bpm=highest, lthr_bpm=threshold, sex=of.sex
    )
    return Trail(
        (
            *of.inputs("trimp"),
            Input("trimp of an hour at threshold", _one(hour), "points"),
            *of.inputs(*_HEART_RATES, "heart_rate_coverage", "heart_rate_problem"),
        ),
        _one(again),
    )


def _pace_load(of: OfActivity) -> Trail:
    outdoor_run = of.row["sport"] == "running" and of.activity["indoor"] is False
    value = load.pace_load(of.number("weighted_flat_speed_mps"), of.number("threshold_speed_mps"), of.trained_s)
    again = _one(value) if outdoor_run else None
    inputs = of.inputs("weighted_flat_speed_mps", "flat_speed_source", "threshold_speed_mps", "timer_s", "sport")
    return Trail((*inputs, Input("outdoor run", outdoor_run)), again)


def _power_load(of: OfActivity) -> Trail:
    again = load.power_load(of.number("weighted_power_w"), of.number("threshold_power_w"), of.trained_s)
    return Trail(of.inputs("weighted_power_w", "threshold_power_w", "timer_s"), _one(again))


def _effort_load(of: OfActivity) -> Trail:
    effort = _number(of.device["perceived_effort"]) or None
    again = load.perceived_effort_load(effort, of.trained_s)
    said = Input("perceived_effort", effort, "0 … 10", "the athlete's answer on the watch")
    return Trail((said, *of.inputs("timer_s")), _one(again))


def _device_load(of: OfActivity) -> Trail:
    peak = _number(of.device["training_load_peak"]) or None
    return Trail((Input("training_load_peak", peak, "points", "written by the device"),), peak)


def _load(of: OfActivity) -> Trail:
    """All candidates, the chosen one first; those before it with the reason why they do not count."""
    row = of.row
    reasons: dict[str, str] = json.loads(str(row["load_fallbacks"] or "{}"))
    hours = None if of.trained_s is None else of.trained_s / load.SECONDS_PER_HOUR
    candidates: dict[load.Source, tuple[str, float | None]] = {
        load.Source.HEART_RATE: ("hr_load", of.number("hr_load")),
        load.Source.PACE: ("pace_load", of.number("pace_load")),
        load.Source.POWER: ("power_load", of.number("power_load")),
        load.Source.PERCEIVED_EFFORT: ("effort_load · effort_factor", _product(row, "effort_load", "effort_factor")),
        load.Source.DEVICE: ("device_load · device_factor", _product(row, "device_load", "device_factor")),
        load.Source.IMPUTED: ("timer hours · imputed_load_per_h", _times(hours, row["imputed_load_per_h"])),
    }
    inputs = [
        Input(name, value, "load", _counts(source, str(row["load_source"]), reasons))
        for source, (name, value) in candidates.items()
    ]
    chosen = candidates[load.Source(str(row["load_source"]))][1]
    return Trail(
        (*inputs, *of.inputs("load_source", "load_confidence", "heart_rate_coverage", "settings_estimated", "counted")),
        0.0 if chosen is None else chosen,
    )


def _counts(source: load.Source, chosen: str, reasons: dict[str, str]) -> str:
    if source.value == chosen:
        return "this one counts"
    return f"does not count: {reasons[source.value]}" if source.value in reasons else "not needed"


def _product(row: Row, value: str, factor: str) -> float | None:
    return _times(_number(row[value]), row[factor])


def _times(value: float | None, factor: Value) -> float | None:
    number = _number(factor)
    return None if value is None or number is None else value * number


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
    return Trail((*of.inputs(*names), Input("distance on the flat", _one(level_m), "m")), _one(again))


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
    return Trail(tuple(inputs), max((_number(one.value) or 0.0 for one in inputs), default=None))


def _term(metric: str) -> Callable[[OfActivity], Trail]:
    """A term, looked up again for the day."""

    def trail(of: OfActivity) -> Trail:
        days = pl.DataFrame({"athlete_id": [of.row["athlete_id"]], "local_day": [of.row["local_day"]]})
        now = terms.in_effect(of.connection, days).row(0, named=True)
        note = _told_source(of.row, metric) if metric in _sources(of.row) else ""
        return Trail(
            (Input(metric, of.row[metric], CATALOGUE[TABLE][metric].unit, note), *of.inputs("settings_valid_from")),
            now[metric],
            "settings, and activities and nights up to the month's end",
        )

    return trail


def _factor(metric: str) -> Callable[[OfActivity], Trail]:
    """A personal factor, made again from the stored loads of its 90 days."""

    def trail(of: OfActivity) -> Trail:
        stored = terms.stored_loads(of.connection, of.month)
        own = (pl.col("athlete_id") == of.row["athlete_id"]) & (pl.col("sport") == of.row["sport"])
        now = terms.factors(stored, [of.month]).filter(own).to_dicts()
        known = {
            "effort_factor": stored.filter(pl.col("hr_load").is_not_null() & (pl.col("effort_load") > 0)).height,
            "device_factor": stored.filter(pl.col("hr_load").is_not_null() & (pl.col("device_load") > 0)).height,
            "imputed_load_per_h": stored.filter(own & pl.col("measured_load").is_not_null()).height,
        }
        again = now[0][metric] if now else None
        return Trail((Input("activities that know both", known[metric]),), again, "stored loads of 90 days")

    return trail


def _measured(metric: str) -> Callable[[OfActivity], Trail]:
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
    return () if said is None else (Input(metric, said, CATALOGUE[TABLE][metric].unit, "the device's own figure"),)


def _other(metric: str) -> Callable[[OfActivity], Trail]:
    if metric in terms.TERMS:
        return _term(metric)
    return _factor(metric) if metric in terms.FACTORS else _measured(metric)


def _of_chosen_load(row: Row) -> tuple[str, ...]:
    return {
        load.Source.HEART_RATE: ("hr_load",),
        load.Source.PACE: ("pace_load",),
        load.Source.POWER: ("power_load",),
        load.Source.PERCEIVED_EFFORT: ("effort_load", "effort_factor"),
        load.Source.DEVICE: ("device_load", "device_factor"),
        load.Source.IMPUTED: ("imputed_load_per_h",),
    }[load.Source(str(row["load_source"]))]


_TRAILS: dict[str, Callable[[OfActivity], Trail]] = {
    "avg_speed_mps": _avg_speed,
    "hr_load": _hr_load,
    "pace_load": _pace_load,
    "power_load": _power_load,
    "effort_load": _effort_load,
    "device_load": _device_load,
    "load": _load,
    "hr_vo2max": _hr_vo2max,
    "effort_vo2max": _effort_vo2max,
}

_MADE_OF: dict[str, Callable[[Row], tuple[str, ...]]] = {
    "load": _of_chosen_load,
    "hr_load": lambda _: ("trimp",),
    "pace_load": lambda _: ("weighted_flat_speed_mps",),
    "power_load": lambda _: ("weighted_power_w",),
}
"""Columns that are explained themselves below the one asked for."""
