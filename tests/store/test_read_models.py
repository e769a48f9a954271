"""What pages and commands are given: frames of one athlete, whatever else is stored."""

import datetime as dt

from runningcoach_pipelines.settings import Compression
from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.read_models import (
    BlobStatistics,
    KnownAthlete,
    athlete_status,
    blob_statistics,
    fitness,
    fitness_until,
    known_athletes,
    summaries,
    weeks,
)
from runningcoach_pipelines.store.tables import AnalyticsSummary, FitnessMetricsDaily
from runningcoach_pipelines.store.windows import Window
from tests.deriving import TODAY, bring, derive
from tests.making import run
from tests.store.sampling import MAY

FIRST_DAY = dt.date(2025, 5, 4)


def test_fitness_comes_by_day_and_of_one_athlete(derived: Lakehouse) -> None:
    whole = fitness(derived.engine, "me")
    assert whole["day"].to_list() == [FIRST_DAY + dt.timedelta(days=n) for n in range((TODAY - FIRST_DAY).days + 1)]
    assert whole["athlete_id"].unique().to_list() == ["me"]
    since = fitness(derived.engine, "me", since=dt.date(2025, 7, 14))
    assert since.equals(whole.tail(2))


def test_the_last_weeks_come_oldest_first(derived: Lakehouse) -> None:
    weeks = summaries(derived.engine, "me", "week", last=8)
    assert weeks["period_start"].to_list() == [dt.date(2025, 4, 28), dt.date(2025, 5, 5), dt.date(2025, 6, 2)]
    assert summaries(derived.engine, "me", "week", last=2).equals(weeks.tail(2))
    months = summaries(derived.engine, "me", "month", last=8)
    assert months.select("period_start", "runs").rows() == [(dt.date(2025, 5, 1), 2), (dt.date(2025, 6, 1), 1)]


def test_fitness_until_a_day_ends_there(derived: Lakehouse) -> None:
    until = fitness_until(derived.engine, "me", dt.date(2025, 5, 10), last=3)
    assert until["day"].to_list() == [dt.date(2025, 5, 8), dt.date(2025, 5, 9), dt.date(2025, 5, 10)]
    assert fitness_until(derived.engine, "me", FIRST_DAY, last=3)["day"].to_list() == [FIRST_DAY]
    assert fitness_until(derived.engine, "me", FIRST_DAY - dt.timedelta(days=1), last=3).is_empty()


def test_every_week_of_a_window_has_a_row_rest_weeks_zeros(derived: Lakehouse) -> None:
    shown = weeks(derived.engine, "me", Window(dt.date(2025, 5, 4), dt.date(2025, 5, 13)))
    assert shown.select("period_start", "runs", "run_distance_m").rows() == [
        (dt.date(2025, 4, 28), 1, 1800),
        (dt.date(2025, 5, 5), 1, 1800),
        (dt.date(2025, 5, 12), 0, 0),
    ]
    assert weeks(derived.engine, "nobody", MAY).select("runs").sum().item() == 0


def test_athletes_are_known_by_whether_there_is_something_to_show(lakehouse: Lakehouse) -> None:
    ensure_athlete(lakehouse.engine, "new", "New One")
    bring(lakehouse, {"a.fit": run()})
    derive(lakehouse)
    assert known_athletes(lakehouse.engine) == [
        KnownAthlete("me", "me", has_activities=True),
        KnownAthlete("new", "New One", has_activities=False),
    ]


def test_an_athlete_without_anything_gets_empty_frames_of_the_same_shape(derived: Lakehouse) -> None:
    assert fitness(derived.engine, "nobody").schema == frame_schema(FitnessMetricsDaily.table())
    assert summaries(derived.engine, "nobody", "week", last=8).schema == frame_schema(AnalyticsSummary.table())


def test_the_status_counts_files_by_kind(derived: Lakehouse) -> None:
    status = athlete_status(derived.engine, "me")
    assert (status.files, status.failed, status.activities) == ({"activity": 3}, 1, 3)
    assert (status.first_day, status.last_day, status.fitness_to) == (FIRST_DAY, dt.date(2025, 6, 3), TODAY)


def test_blob_statistics_add_up(derived: Lakehouse) -> None:
    (gzip,) = blob_statistics(derived.engine)
    assert (gzip.compression, gzip.files) == (Compression.GZIP, 5)
    assert gzip.raw_bytes == sum(raw.file_size for raw in derived.files.all())
    assert gzip.ratio == gzip.raw_bytes / gzip.stored_bytes > 1


def test_no_blob_has_no_ratio(lakehouse: Lakehouse) -> None:
    assert blob_statistics(lakehouse.engine) == []
    assert BlobStatistics("none", 1, 0, 0).ratio == 0
