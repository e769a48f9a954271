"""Every day of every athlete, put together."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from runningcoach_pipelines.derive.fitness.critical_speeds import critical_speeds
from runningcoach_pipelines.derive.fitness.history import History
from runningcoach_pipelines.derive.fitness.load_series import calendar, load_series
from runningcoach_pipelines.derive.fitness.marathon_shape import marathon_shape
from runningcoach_pipelines.derive.fitness.mornings import mornings
from runningcoach_pipelines.derive.fitness.predictions import race_predictions
from runningcoach_pipelines.derive.fitness.seasons import seasons
from runningcoach_pipelines.derive.fitness.terms_in_effect import TERM_COLUMNS, terms_in_effect
from runningcoach_pipelines.derive.fitness.vo2max_trend import vo2max_trend
from runningcoach_pipelines.derive.fitness.wellness_baselines import wellness_baselines
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.tables import FitnessMetricsDaily, RacePrediction

CODE_VERSION = "2"

_DAYS, _PREDICTIONS = frame_schema(FitnessMetricsDaily.table()), frame_schema(RacePrediction.table())
_WITHOUT_TERMS = pl.Schema({name: dtype for name, dtype in _DAYS.items() if name not in TERM_COLUMNS})


@dataclass(frozen=True, slots=True)
class FitnessDays:
    """Rows of `fitness_metrics_daily` and of `race_predictions`, by athlete and day."""

    days: pl.DataFrame
    predictions: pl.DataFrame


def daily_fitness(history: History, today: dt.date) -> FitnessDays:
    """Every day from each athlete's first activity to `today`, rest days included."""
    athletes = history.activities["athlete_id"].unique().sort()
    of_athletes = [_days_of(athlete_id, history, today) for athlete_id in athletes]
    days = _rows_of(_WITHOUT_TERMS, [own.days for own in of_athletes])
    with_terms = days.join(
        terms_in_effect(days.select("athlete_id", "day"), history),
        on=["athlete_id", "day"],
        how="left",
        maintain_order="left",
    )
    return FitnessDays(
        days=_rows_of(_DAYS, [with_terms]),
        predictions=_rows_of(_PREDICTIONS, [own.predictions for own in of_athletes]),
    )


def _days_of(athlete_id: str, history: History, today: dt.date) -> FitnessDays:
    """One athlete's days, all columns but the terms."""
    own = pl.col("athlete_id") == athlete_id
    activities = history.activities.filter(own)
    days = calendar(activities, today)
    loads = load_series(days, activities)
    season = seasons(days, history.observed.efforts.filter(own))
    trend = vo2max_trend(days, activities, history.device_vo2max.filter(own), season)
    shape = marathon_shape(days, activities, trend.select(pl.coalesce("race_vo2max", "hr_vo2max")).to_series())
    wellness = wellness_baselines(days, history.nights.filter(own))
    named = days.to_frame("day").with_columns(athlete_id=pl.lit(athlete_id), marathon_shape_percent=shape)
    columns = [named, loads, trend, critical_speeds(season), wellness, mornings(loads, wellness)]
    return FitnessDays(
        days=pl.concat(columns, how="horizontal"),
        predictions=race_predictions(days, season, shape).with_columns(athlete_id=pl.lit(athlete_id)),
    )


def _rows_of(schema: pl.Schema, frames: list[pl.DataFrame]) -> pl.DataFrame:
    version = pl.lit(CODE_VERSION).alias("code_version")
    rows = [frame.with_columns(version).select(schema.names()).cast(schema) for frame in frames]
    return pl.concat([pl.DataFrame(schema=schema), *rows])
