"""The read models of the pages: whole weeks, the right days, one athlete only; and databases that cannot be read."""

import datetime as dt

import polars as pl
import pytest
from sqlalchemy import Connection, Table

from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.database import SchemaOutdated, downgrade, open_engine, reading, require_migrated
from runningcoach_pipelines.store.frames import copy_frame, frame_schema
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.problems import DatabaseUnavailable
from runningcoach_pipelines.store.read_models import KnownAthlete, fitness_until, known_athletes, weeks
from runningcoach_pipelines.store.tables import Activity, AnalyticsSummary, FitnessMetricsDaily
from runningcoach_pipelines.store.windows import Window
from tests.conftest import free_port

MONDAY = dt.date(2025, 6, 2)
_BLANK = {pl.String: "", pl.Date: MONDAY, pl.Boolean: False}


def store(connection: Connection, table: Table, rows: list[dict[str, object]]) -> None:
    """Rows with these columns; every other one has something meaningless."""
    schema = frame_schema(table)
    blank = {name: _BLANK.get(type(dtype), 0) for name, dtype in schema.items()}
    copy_frame(connection, table, pl.DataFrame([blank | row for row in rows], schema=schema))


def day(athlete_id: str, days_later: int, ctl: float) -> dict[str, object]:
    return {"athlete_id": athlete_id, "day": MONDAY + dt.timedelta(days=days_later), "ctl": ctl}


def week(athlete_id: str, weeks_later: int, load: float, *, period: str = "week") -> dict[str, object]:
    start = MONDAY + dt.timedelta(weeks=weeks_later)
    return {"athlete_id": athlete_id, "period": period, "period_start": start, "runs": 2, "load": load}


@pytest.fixture
def two_athletes(lakehouse: Lakehouse) -> Lakehouse:
    for name in ("ana", "ben"):
        ensure_athlete(lakehouse.engine, name, name.title())
    with lakehouse.engine.begin() as connection:
        days = [day("ana", n, float(n)) for n in range(5)] + [day("ben", n, 90.0) for n in range(5)]
        store(connection, FitnessMetricsDaily.table(), days)
        summaries = [week("ana", 0, 10), week("ana", 2, 30), week("ben", 1, 99), week("ana", 1, 88, period="month")]
        store(connection, AnalyticsSummary.table(), summaries)
        start = dt.datetime(2025, 6, 2, 7, tzinfo=dt.UTC)
        store(connection, Activity.table(), [{"activity_id": "1", "athlete_id": "ana", "started_at": start}])
    return lakehouse


def test_fitness_is_the_last_days_up_to_the_one_asked_for(two_athletes: Lakehouse) -> None:
    frame = fitness_until(two_athletes.engine, "ana", MONDAY + dt.timedelta(days=3), last=2)
    assert frame.select("athlete_id", "ctl").rows() == [("ana", 2.0), ("ana", 3.0)]


def test_weeks_without_an_activity_are_zeros(two_athletes: Lakehouse) -> None:
    window = Window(MONDAY + dt.timedelta(days=3), MONDAY + dt.timedelta(days=22))
    frame = weeks(two_athletes.engine, "ana", window)
    assert frame.select("period_start", "runs", "load").rows() == [
        (MONDAY, 2, 10.0),
        (MONDAY + dt.timedelta(weeks=1), 0, 0.0),
        (MONDAY + dt.timedelta(weeks=2), 2, 30.0),
        (MONDAY + dt.timedelta(weeks=3), 0, 0.0),
    ]


def test_a_window_that_ends_on_a_monday_does_not_touch_its_week(two_athletes: Lakehouse) -> None:
    assert weeks(two_athletes.engine, "ben", Window(MONDAY, MONDAY + dt.timedelta(weeks=1))).height == 1


def test_athletes_are_listed_with_whether_there_is_something_to_show(two_athletes: Lakehouse) -> None:
    assert known_athletes(two_athletes.engine) == [
        KnownAthlete("ana", "Ana", has_activities=True),
        KnownAthlete("ben", "Ben", has_activities=False),
    ]


def test_a_server_that_does_not_answer_is_named_when_read_from() -> None:
    engine = open_engine(f"postgresql://me:geheim@127.0.0.1:{free_port()}/runs")
    with pytest.raises(DatabaseUnavailable, match="does not answer") as caught, reading(engine):
        pass
    assert "geheim" not in str(caught.value)


def test_a_schema_that_is_not_ours_is_told_from_one_that_is(lakehouse: Lakehouse) -> None:
    require_migrated(lakehouse.engine)
    downgrade(lakehouse.engine, "base")
    with pytest.raises(SchemaOutdated, match=r"stands at migration none.*runningcoach db upgrade"):
        require_migrated(lakehouse.engine)
