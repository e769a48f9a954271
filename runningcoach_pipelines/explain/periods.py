"""How a column of `analytics_summaries` came to be: what each activity of the week or month adds to it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from runningcoach_pipelines.derive.summaries import CLOCKED, IMPUTED, INTENSITIES, RUN, summarize
from runningcoach_pipelines.explain import activity_asked
from runningcoach_pipelines.explain.activities import explain_activity
from runningcoach_pipelines.explain.catalogue import CATALOGUE
from runningcoach_pipelines.explain.explanation import Explanation, Input, Trail, Value, explained
from runningcoach_pipelines.explain.keys import OfPeriod
from runningcoach_pipelines.explain.rows import activities_of, files_of, frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import ActivityZone, AnalyticsSummary
from runningcoach_pipelines.store.windows import Window

TABLE = AnalyticsSummary.__tablename__


@dataclass(frozen=True, slots=True)
class _Part:
    """What an activity adds: a column of its own, and whether it adds at all."""

    column: str
    adds: pl.Expr = pl.lit(True)  # noqa: RUF009 - an expression never changes


_PARTS = {
    "distance_m": _Part("distance_m"),
    "run_distance_m": _Part("distance_m", RUN),
    "timer_s": _Part("timer_s"),
    "run_timer_s": _Part("timer_s", RUN),
    "ascent_m": _Part("ascent_m"),
    "load": _Part("load"),
    "imputed_load": _Part("load", IMPUTED),
    "run_load": _Part("load", RUN),
    "longest_run_m": _Part("distance_m", RUN),
    "avg_run_speed_mps": _Part("avg_speed_mps", CLOCKED),
    "avg_run_heart_rate_bpm": _Part("avg_heart_rate_bpm", RUN),
    "runs": _Part("sport", RUN),
    "activities": _Part("sport"),
    "days_active": _Part("local_day"),
}


def explain_period(
    lakehouse: Lakehouse, connection: Connection, athlete_id: str, key: OfPeriod, metric: str
) -> Explanation | None:
    """Explain a column of a week or month; None if it has no row."""
    table = AnalyticsSummary.table()
    stored = frame(
        connection,
        AnalyticsSummary,
        table.c.athlete_id == athlete_id,
        table.c.period == key.period.value,
        table.c.period_start == key.start,
    )
    if stored.is_empty():
        return None
    whole = key.period.whole(Window(key.start, key.start + dt.timedelta(days=1)))
    activities = activities_of(connection, athlete_id, whole.start, whole.end)
    zones = ActivityZone.table()
    intensities = frame(
        connection,
        ActivityZone,
        zones.c.athlete_id == athlete_id,
        zones.c.kind == "intensity",
        zones.c.local_day >= whole.start,
        zones.c.local_day < whole.end,
    )
    again = summarize(activities.sort("local_day", "activity_id"), intensities, key.period).to_dicts()
    adding = _adding(activities, intensities, metric)
    contributors = _contributors(lakehouse, connection, activities, metric)
    return explained(
        TABLE,
        metric,
        of=key.written,
        row=stored.row(0, named=True),
        trail=Trail(adding, again[0][metric] if again else None, "the activities shown", contributors),
        files=files_of(connection, athlete_id, _counted(activities, metric)["source_sha256"]),
    )


def _counted(activities: pl.DataFrame, metric: str) -> pl.DataFrame:
    part = _PARTS.get(metric, _Part("sport"))
    return activities.filter("counted", part.adds, pl.col(part.column).is_not_null())


def _adding(activities: pl.DataFrame, intensities: pl.DataFrame, metric: str) -> tuple[Input, ...]:
    """What each activity adds, in order of their start."""
    if metric in {*INTENSITIES, "intensity_label"}:
        return _intensities(activities, intensities, metric)
    part = _PARTS[metric]
    unit = CATALOGUE[activity_asked.TABLE][part.column].unit
    note = _note(metric)
    return tuple(
        Input(_named(row), row[part.column], unit, note(row))
        for row in _counted(activities, metric).iter_rows(named=True)
    )


def _note(metric: str) -> Callable[[dict[str, Value]], str]:
    if metric in {"load", "run_load", "imputed_load"}:
        return lambda row: f"by {row['load_source']}"
    if metric in {"avg_run_speed_mps", "avg_run_heart_rate_bpm"}:
        return lambda row: f"weighs {row['timer_s']} s"
    return lambda _: ""


def _named(row: dict[str, Value]) -> str:
    return f"{row['local_day']} {row['sport']} {row['activity_id']}"


def _intensities(activities: pl.DataFrame, intensities: pl.DataFrame, metric: str) -> tuple[Input, ...]:
    rows = activities.filter("counted").join(intensities, on="activity_id", maintain_order="left_right")
    in_zone = {name: rows.filter(pl.col("zone") == zone) for zone, name in enumerate(INTENSITIES, start=1)}
    if metric == "intensity_label":
        return tuple(Input(name, float(own["time_s"].sum()), "s") for name, own in in_zone.items())
    return tuple(Input(_named(row), row["time_s"], "s") for row in in_zone[metric].iter_rows(named=True))


def _contributors(
    lakehouse: Lakehouse, connection: Connection, activities: pl.DataFrame, metric: str
) -> tuple[Explanation, ...]:
    """The loads of the activities, explained themselves; other columns are taken over as they are."""
    if metric not in {"load", "run_load", "imputed_load"}:
        return ()
    return tuple(
        explain_activity(lakehouse, connection, row, "load", contributors=False)
        for row in _counted(activities, metric).iter_rows(named=True)
    )
