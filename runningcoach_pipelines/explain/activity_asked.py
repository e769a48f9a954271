"""An activity whose row is asked about, with what the device says of it."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from runningcoach_pipelines.derive.activity_metrics.loads import LONGEST_S
from runningcoach_pipelines.explain.catalogue import CATALOGUE
from runningcoach_pipelines.explain.explanation import Input, Trail, Value
from runningcoach_pipelines.explain.rows import Row
from runningcoach_pipelines.metrics import trimp
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import ActivityMetrics
from runningcoach_pipelines.store.windows import Window, next_month

TABLE = ActivityMetrics.__tablename__
HEART_RATES = ("sex", "hr_rest_bpm", "hr_max_bpm", "hr_threshold_bpm")
"""Terms of a load by heart rate."""


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
        return number_of(self.row[name])

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
        return tuple(self.input(name) for name in names)

    def input(self, name: str) -> Input:
        """A column of the row; a term with where it comes from."""
        return Input(name, self.row[name], unit(name), self._source(name))

    def _source(self, name: str) -> str:
        sources: dict[str, str | None] = json.loads(str(self.row["settings_sources"] or "{}"))
        if name not in sources:
            return ""
        if sources[name] == "athlete":
            return f"set by the athlete from {self.row['settings_valid_from']} on"
        if sources[name]:
            return f"estimated: {sources[name]}"
        return "not known: the mean of both curves" if name == "sex" else "not known"


type ActivityTrail = Callable[[OfActivity], Trail]
"""What makes a column of an activity once more."""


def unit(metric: str) -> str:
    """Unit of a column of activities."""
    return CATALOGUE[TABLE][metric].unit


def number_of(value: Value) -> float | None:
    """A value that is a number."""
    return float(value) if isinstance(value, int | float) else None


def one(expression: pl.Expr) -> Value:
    """What a formula gives for plain numbers."""
    value: Value = pl.select(expression).item()
    return value
