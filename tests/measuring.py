"""An activity measured in memory: what a test does not say of it is an hour's steady run by a well-known athlete."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.activity_metrics.measuring import gold, judge, measure
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.lake import SAMPLES_SCHEMA
from runningcoach_pipelines.store.tables import Activity, DeviceValues
from tests.making import START

DAY = dt.date(2025, 5, 4)
ATHLETE = {"athlete_id": "me", "local_day": DAY}
TERMS = {
    "settings_valid_from": dt.date(2025, 1, 1),
    "settings_estimated": False,
    "settings_sources": '{"threshold_speed_mps":"athlete"}',
    "sex": "female",
    "hr_rest_bpm": 50.0,
    "hr_max_bpm": 185.0,
    "hr_threshold_bpm": 168.0,
    "threshold_speed_mps": 4.0,
    "threshold_power_w": 300.0,
    "weight_kg": 60.0,
    "hr_zone_bounds_bpm": "143,151,160,168",
}
FACTORS = {"effort_factor": 0.2, "device_factor": 0.5, "imputed_load_per_h": 55.0}

type Values = Sequence[Any] | float | None
type Row = dict[str, Any]


def samples(seconds: int = 3600, *, activity_id: str = "a", every_s: int = 1, **channels: Values) -> pl.DataFrame:
    """Samples from second 0 on: a number holds throughout, the distance follows from the speed unless it is given."""
    elapsed = [float(second) for second in range(0, seconds, every_s)]
    rows = len(elapsed)
    channels = {"speed_mps": 3.0, "heart_rate_bpm": 150.0, "cadence_spm": 180.0, **channels}
    speed = channels["speed_mps"]
    if isinstance(speed, float) and "distance_m" not in channels:
        channels["distance_m"] = [speed * second for second in elapsed]
    columns: dict[str, Any] = {"elapsed_s": elapsed, "timer_s": elapsed, **channels}
    whole = {name: list(v) if isinstance(v, Sequence) else [v] * rows for name, v in columns.items()}
    frame = pl.DataFrame(whole, schema_overrides=dict.fromkeys(whole, pl.Float64))
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in SAMPLES_SCHEMA.items() if name not in whole]
    named = frame.with_columns(missing).with_columns(activity_id=pl.lit(activity_id))
    return named.select(SAMPLES_SCHEMA.names())


def activity(activity_id: str = "a", **changes: Any) -> Row:
    """A row of `activities` without any total of the device."""
    usual = {
        **ATHLETE,
        "activity_id": activity_id,
        "started_at": START,
        "sport": "running",
        "indoor": False,
        "source_sha256": "0" * 64,
    }
    return usual | changes


def measured(
    recorded: pl.DataFrame | None = None,
    *,
    activities: Sequence[Row] = (),
    device: Mapping[str, Any] | None = None,
    factors: Mapping[str, float | None] | None = None,
    on_other_days: Mapping[dt.date, Row] | None = None,
    **changed_terms: Any,
) -> dict[str, pl.DataFrame]:
    """Rows of every table, by its name; `on_other_days` are terms that differ there."""
    rows = _frame(Activity, activities or [activity()])
    said = _frame(DeviceValues, [{**ATHLETE, "activity_id": "a", **device}] if device is not None else [])
    known = measure(rows, said, samples() if recorded is None else recorded)
    days = [{**ATHLETE, **TERMS, **changed_terms}]
    days += [{**ATHLETE, **TERMS, "local_day": day, **changes} for day, changes in (on_other_days or {}).items()]
    of_day = pl.DataFrame(days, schema_overrides={"threshold_power_w": pl.Float64})
    sports = rows.select("athlete_id", "sport", month=pl.col("local_day").dt.month_start()).unique()
    personal = sports.with_columns(
        pl.lit(value, pl.Float64).alias(name) for name, value in (FACTORS | dict(factors or {})).items()
    )
    assert of_day.columns == ["athlete_id", "local_day", *terms.TERMS]
    return {table.name: frame for table, frame in gold(known, judge(known, of_day), personal).items()}


def figures(recorded: pl.DataFrame | None = None, **changes: Any) -> Row:
    """The row of `activity_metrics` of the only activity."""
    (row,) = measured(recorded, **changes)["activity_metrics"].iter_rows(named=True)
    return row


def _frame(table: type[Activity | DeviceValues], rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=frame_schema(table.table()))
