"""From the tables of activities and nights to those of days.

A late, edited or deleted activity changes every later day by itself, because nothing is carried over from the last
time: the whole history is made anew, and written from the first day that differs
(docs/decisions/0006-fitness-in-one-piece.md).
"""

import datetime as dt
from dataclasses import dataclass

from runningcoach_pipelines.derive.fitness.days import daily_fitness
from runningcoach_pipelines.derive.fitness.history import read_history
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.tables import FitnessMetricsDaily, RacePrediction
from runningcoach_pipelines.store.windows import replace_all


@dataclass(frozen=True, slots=True)
class Form:
    """Where an athlete stands on a day."""

    athlete_id: str
    day: dt.date
    ctl: float
    atl: float
    tsb: float
    readiness: str | None


@dataclass(frozen=True, slots=True)
class FitnessReport:
    """Days and race predictions made, and every athlete's last day."""

    days: int
    predictions: int
    latest: tuple[Form, ...]


def derive_fitness(lakehouse: Lakehouse, today: dt.date) -> FitnessReport:
    """Make `fitness_metrics_daily` and `race_predictions` anew for all athletes, from the first activity to `today`."""
    with lakehouse.engine.begin() as connection:
        # Before reading: a slower run must not write over a newer one's rows what it read before them.
        lock(connection, FitnessMetricsDaily.table().name)
        fitness = daily_fitness(read_history(connection, today), today)
        replace_all(connection, FitnessMetricsDaily.table(), fitness.days, day="day")
        replace_all(connection, RacePrediction.table(), fitness.predictions, day="day")
    last = fitness.days.group_by("athlete_id", maintain_order=True).last().select(*Form.__slots__)
    return FitnessReport(
        days=fitness.days.height,
        predictions=fitness.predictions.height,
        latest=tuple(Form(*row) for row in last.iter_rows()),
    )
