"""The whole pipeline over real files of many makers, against the totals that the devices themselves wrote."""

from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import func, select

from runningcoach_pipelines.ingest.importing import ImportReport
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Activity, ActivityMetrics, ActivitySource, GarminRawFile
from tests.real.explained import EXPLAINED

pytestmark = pytest.mark.real_files
_TOLERANCES = {"distance_m": 0.01, "timer_s": 4.0, "avg_heart_rate_bpm": 0.6, "max_heart_rate_bpm": 0.0}


@pytest.fixture(scope="module")
def manifest(real_files: Path) -> pl.DataFrame:
    return pl.read_csv(real_files / "manifest.csv", infer_schema=False).filter(pl.col("file").str.ends_with(".fit"))


@pytest.fixture(scope="module")
def compared(imported: tuple[Lakehouse, ImportReport]) -> pl.DataFrame:
    """A row per activity: the device's totals beside ours."""
    lakehouse, _ = imported
    activity, metrics, files = Activity.table(), ActivityMetrics.table(), GarminRawFile.table()
    statement = (
        select(
            files.c.file_name,
            activity.c.session_index,
            activity.c.sport,
            activity.c.distance_m,
            activity.c.timer_s,
            activity.c.avg_heart_rate_bpm,
            activity.c.max_heart_rate_bpm,
            metrics.c.sampled_distance_m,
            metrics.c.sampled_timer_s,
            metrics.c.avg_heart_rate_bpm.label("sampled_avg_heart_rate_bpm"),
            metrics.c.max_heart_rate_bpm.label("sampled_max_heart_rate_bpm"),
        )
        .join(metrics, metrics.c.activity_id == activity.c.activity_id)
        .join(files, files.c.sha256 == activity.c.source_sha256)
        .order_by(files.c.file_name, activity.c.session_index)
    )
    with lakehouse.engine.connect() as connection:
        return read_frame(connection, statement)


def test_every_file_is_stored_and_only_what_is_no_fit_file_fails(
    imported: tuple[Lakehouse, ImportReport], real_files: Path
) -> None:
    lakehouse, report = imported
    assert report.new == len(list(real_files.glob("*.fit")))
    assert [failed.name for failed in report.failed] == ["27d9a5b4_._empty.fit"]
    assert report.refused == []
    kept = {raw.sha256: lakehouse.blobs.get("me", raw.sha256) for raw in lakehouse.files.all()}
    assert sorted(kept.values()) == sorted(path.read_bytes() for path in real_files.glob("*.fit"))


def test_wellness_course_workout_and_settings_files_are_no_activities(
    imported: tuple[Lakehouse, ImportReport], manifest: pl.DataFrame
) -> None:
    lakehouse, _ = imported
    kinds = dict(manifest.select("file", "file_type").iter_rows())
    wrong = {
        raw.file_name: (raw.file_type, kinds.get(raw.file_name or ""))
        for raw in lakehouse.files.all()
        if kinds.get(raw.file_name or "") and raw.error is None and raw.file_type != kinds[raw.file_name or ""]
    }
    assert wrong == {}
    other = lakehouse.files.all()
    assert {raw.file_type for raw in other} >= {"course", "workout", "settings", "weight", "monitoring_b"}


def test_sports_are_the_ones_of_the_first_session(compared: pl.DataFrame, manifest: pl.DataFrame) -> None:
    stated = manifest.filter(pl.col("sport").is_not_null() & (pl.col("sport") != ""))
    first = compared.group_by("file_name").first().join(stated, left_on="file_name", right_on="file")
    chained = pl.col("oddity").fill_null("").str.contains("chained")
    wrong = first.filter((pl.col("sport") != pl.col("sport_right")) & ~chained)
    assert wrong.select("file_name", "sport", "sport_right").rows() == []


def test_a_file_of_several_sessions_gives_an_activity_for_each(compared: pl.DataFrame) -> None:
    sports = dict(compared.group_by("file_name", maintain_order=True).agg("sport").iter_rows())
    legs = ["swimming", "transition", "cycling", "transition", "running"]
    assert sports["774ea26b_triathlon_summary_first.fit"] == legs


def test_a_second_file_of_the_same_triathlon_is_a_second_source(
    imported: tuple[Lakehouse, ImportReport], compared: pl.DataFrame
) -> None:
    lakehouse, _ = imported
    sources, files = ActivitySource.table(), GarminRawFile.table()
    statement = (
        select(files.c.file_name, func.count())
        .join(sources, sources.c.source_sha256 == files.c.sha256)
        .where(files.c.file_name.like("%triathlon%"))
        .group_by(files.c.file_name)
    )
    with lakehouse.engine.connect() as connection:
        counts = dict(connection.execute(statement).tuples().all())
    assert counts == {"774ea26b_triathlon_summary_first.fit": 5, "ce81c255_triathlon_summary_last.fit": 5}
    assert compared.filter(pl.col("file_name").str.contains("triathlon")).height == 5


@pytest.mark.parametrize("quantity", _TOLERANCES)
def test_totals_agree_with_the_device_or_the_difference_is_explained(compared: pl.DataFrame, quantity: str) -> None:
    difference = pl.col(f"sampled_{quantity}") - pl.col(quantity)
    beyond = compared.filter(difference.abs() > _TOLERANCES[quantity]).with_columns(difference=difference.round(1))
    seen = {
        (name[:8], session): value
        for name, session, value in beyond.select("file_name", "session_index", "difference").iter_rows()
    }
    assert seen == {key: value for key, (value, _reason) in EXPLAINED[quantity].items()}


def test_most_activities_were_compared(compared: pl.DataFrame) -> None:
    """A comparison over nothing would pass as well."""
    both = {
        quantity: compared.filter(pl.col(quantity).is_not_null() & pl.col(f"sampled_{quantity}").is_not_null()).height
        for quantity in _TOLERANCES
    }
    assert min(both.values()) > 70
    assert all(len(EXPLAINED[quantity]) < both[quantity] / 4 for quantity in both)
