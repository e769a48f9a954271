"""The Delta table of samples in a folder: months replaced whole, by one writer or many."""

import datetime as dt
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake

from runningcoach_pipelines.settings import Settings
from runningcoach_pipelines.store.contracts import unordered_samples
from runningcoach_pipelines.store.lake import SAMPLES_SCHEMA, LakeUnavailable, SampleLake
from runningcoach_pipelines.store.windows import Window
from tests.store.sampling import EMPTY, JUNE, MAY, SPRING, ordered, samples


@pytest.fixture
def lake(tmp_path: Path) -> SampleLake:
    return SampleLake(str(tmp_path / "lake" / "activity_samples"))


def everything(lake: SampleLake) -> pl.DataFrame:
    return ordered(lake.scan().collect())


def test_a_lake_without_a_table_is_empty(lake: SampleLake) -> None:
    assert not lake.exists()
    assert lake.scan().collect().equals(EMPTY)
    assert lake.read(MAY).equals(EMPTY)
    assert lake.size() == (0, 0)
    assert lake.compact() == {}
    lake.clear()
    assert not lake.exists()


def test_what_was_written_is_read_back_the_same(lake: SampleLake) -> None:
    frame = pl.concat([samples("a", "2025-05-31"), samples("b", "2025-05-01", [])])
    lake.replace_months(frame, MAY)
    read = lake.read(MAY)
    assert read.schema == SAMPLES_SCHEMA
    assert ordered(read).equals(ordered(frame))


def test_a_folder_may_have_spaces_and_any_letters_in_its_name(tmp_path: Path) -> None:
    lake = SampleLake(str(tmp_path / "my data's 한글 #1?" / "activity_samples"))
    frame = samples("a", "2025-05-31")
    lake.replace_months(frame, MAY)
    lake.replace_months(frame, MAY)
    assert ordered(lake.read(MAY)).equals(ordered(frame))
    assert ordered(lake.scan().collect()).equals(ordered(frame))


@pytest.mark.parametrize("name", ["a[1]", "100%25"])
def test_a_folder_that_delta_cannot_use_is_named_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(LakeUnavailable, match="RUNNINGCOACH_HOME"):
        SampleLake(str(tmp_path / name / "activity_samples"))


def test_a_month_is_replaced_in_one_commit_and_its_neighbours_stay(lake: SampleLake) -> None:
    april, may, june = samples("a", "2025-04-30"), samples("m", "2025-05-31"), samples("j", "2025-06-01")
    version = lake.replace_months(pl.concat([april, may, june]), SPRING)
    later = samples("n", "2025-05-02", [1, 2])
    assert lake.replace_months(later, MAY) == version + 1
    assert everything(lake).equals(ordered(pl.concat([april, later, june])))


def test_the_months_of_all_athletes_are_replaced_together(lake: SampleLake) -> None:
    mine, yours = samples("a", "2025-05-05"), samples("b", "2025-05-06", athlete_id="you")
    lake.replace_months(pl.concat([mine, yours]), MAY)
    assert everything(lake).equals(ordered(pl.concat([mine, yours])))
    lake.replace_months(mine, MAY)
    assert everything(lake).equals(ordered(mine))


def test_writing_again_leaves_the_same_rows(lake: SampleLake) -> None:
    frame = pl.concat([samples("a", "2025-05-05"), samples("b", "2025-06-06", athlete_id="you")])
    lake.replace_months(frame, SPRING)
    before = everything(lake)
    for _ in range(3):
        lake.replace_months(frame, SPRING)
    assert everything(lake).hash_rows().equals(before.hash_rows())


def test_a_part_of_a_month_stands_for_the_whole(lake: SampleLake) -> None:
    lake.replace_months(samples("old", "2025-05-30"), MAY)
    lake.replace_months(samples("new", "2025-05-01"), Window(dt.date(2025, 5, 10), dt.date(2025, 5, 11)))
    assert everything(lake)["activity_id"].unique().to_list() == ["new"]
    assert lake.read(Window(dt.date(2025, 5, 20), dt.date(2025, 5, 21))).height == 3
    assert lake.read(JUNE).is_empty()


def test_an_empty_frame_empties_the_month(lake: SampleLake) -> None:
    lake.replace_months(EMPTY, MAY)
    assert lake.exists()
    assert everything(lake).equals(EMPTY)
    june = samples("j", "2025-06-01")
    lake.replace_months(pl.concat([samples("m", "2025-05-01"), june]), SPRING)
    lake.replace_months(EMPTY, MAY)
    assert everything(lake).equals(june)


@pytest.mark.parametrize("day", ["2025-04-30", "2025-06-01"])
def test_rows_of_other_months_are_refused(lake: SampleLake, day: str) -> None:
    before = samples("m", "2025-05-01")
    lake.replace_months(before, MAY)
    with pytest.raises(ValueError, match="rows outside the months 2025-05 to 2025-05"):
        lake.replace_months(pl.concat([before, samples("x", day)]), MAY)
    assert everything(lake).equals(before)


@pytest.mark.parametrize(
    "frame",
    [
        EMPTY.drop("power_w"),
        EMPTY.with_columns(pace=pl.lit(1.0)),
        EMPTY.cast({"heart_rate_bpm": pl.Int64}),
        EMPTY.select(reversed(EMPTY.columns)),
    ],
)
def test_a_frame_of_another_schema_is_refused(lake: SampleLake, frame: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="schema"):
        lake.replace_months(frame, MAY)
    assert not lake.exists()


def _write_spring(url: str, writer: int) -> None:
    """Every writer has the same activities, and its own heart rates."""
    frame = pl.concat([samples("a", "2025-05-05", [writer] * 50), samples("b", "2025-06-06", [writer] * 50)])
    for _ in range(4):
        SampleLake(url).replace_months(frame, SPRING)


def assert_one_writer_was_last(lake: SampleLake) -> None:
    left = everything(lake)
    assert left.height == 100
    assert left["heart_rate_bpm"].n_unique() == 1


def test_processes_that_write_the_same_months_at_once_leave_no_duplicates(lake: SampleLake) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_write_spring, [lake.url] * 2, [1, 2]))
    assert_one_writer_was_last(lake)


def test_threads_that_write_the_same_months_at_once_leave_no_duplicates(lake: SampleLake) -> None:
    together = threading.Barrier(3)

    def write(writer: int) -> None:
        together.wait()
        _write_spring(lake.url, writer)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3)))
    assert_one_writer_was_last(lake)


def test_first_writers_of_different_months_keep_each_others_rows(lake: SampleLake) -> None:
    """Neither may take the other's months for what a missing table had before."""
    months = [Window(dt.date(2025, month, 1), dt.date(2025, month + 1, 1)) for month in range(1, 7)]
    together = threading.Barrier(len(months))

    def write(month: Window) -> None:
        together.wait()
        lake.replace_months(samples(f"{month.start:%m}", month.start.isoformat()), month)

    with ThreadPoolExecutor(len(months)) as pool:
        list(pool.map(write, months))
    assert everything(lake)["activity_id"].unique(maintain_order=True).to_list() == ["01", "02", "03", "04", "05", "06"]


def test_compaction_merges_files_and_keeps_the_rows(lake: SampleLake) -> None:
    for days in range(1, 5):
        frame = pl.concat([samples(f"{day}", f"2025-05-0{day}") for day in range(1, days + 1)])
        lake.replace_months(frame, MAY)
        write_deltalake(lake.url, samples(f"late {days}", "2025-06-01"), mode="append")
    before, (files, _) = everything(lake), lake.size()
    done = lake.compact()
    assert done["files_merged"] > done["files_added"] > 0
    assert lake.size()[0] < files
    assert everything(lake).equals(before)
    assert lake.compact() == {"files_added": 0, "files_merged": 0, "files_vacuumed": 0}
    lake.replace_months(EMPTY, MAY)
    assert everything(lake).equals(before.filter(pl.col("month") == "2025-06"))


def test_a_reader_keeps_what_it_began_to_read_while_months_are_replaced_and_compacted(lake: SampleLake) -> None:
    before = samples("m", "2025-05-01")
    lake.replace_months(before, MAY)
    version = DeltaTable(lake.url).version()
    lake.replace_months(samples("n", "2025-05-01"), MAY)
    lake.compact()
    assert pl.scan_delta(lake.url, version=version).collect().equals(before)


def test_clearing_drops_rows_and_columns_of_other_times(lake: SampleLake) -> None:
    old = samples("m", "2025-05-01").with_columns(stryd_power=pl.lit(1)).drop("power_w")
    write_deltalake(lake.url, old, partition_by=["athlete_id", "month"])
    lake.clear()
    assert everything(lake).equals(EMPTY)
    frame = samples("n", "2025-05-01")
    lake.replace_months(frame, MAY)
    assert everything(lake).equals(frame)


def test_the_size_counts_the_files_in_use(lake: SampleLake) -> None:
    lake.replace_months(pl.concat([samples("a", "2025-05-05"), samples("b", "2025-06-06")]), SPRING)
    files, size = lake.size()
    used = [Path(lake.url) / name for name in DeltaTable(lake.url).file_uris()]
    assert (files, size) == (2, sum(path.stat().st_size for path in used))


@pytest.mark.parametrize("damage", ["log", "data", "folder"])
def test_a_damaged_table_is_named_with_the_remedy(lake: SampleLake, damage: str) -> None:
    lake.replace_months(samples("a", "2025-05-05"), MAY)
    folder = Path(lake.url)
    if damage == "log":
        for commit in folder.glob("_delta_log/*.json"):
            commit.write_text("{}")
    elif damage == "data":
        for data in folder.rglob("*.parquet"):
            data.unlink()
    else:
        folder = folder.rename(folder.with_name("moved"))
        Path(lake.url).parent.joinpath("activity_samples").write_text("a file")
    asked: dict[str, Callable[[], object]] = {
        "log": lambda: lake.read(MAY),
        "data": lambda: lake.ask(unordered_samples),
        "folder": lambda: lake.replace_months(EMPTY, MAY),
    }
    with pytest.raises(LakeUnavailable, match=r"activity_samples cannot be used: .*materialize --rebuild") as caught:
        asked[damage]()
    assert "\n" not in str(caught.value)


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)


def test_the_lake_lies_in_the_home_folder_unless_set(tmp_path: Path) -> None:
    assert SampleLake.from_settings(settings(home=tmp_path)).url == str(tmp_path / "lake" / "activity_samples")
    elsewhere = SampleLake.from_settings(settings(lake_url=str(tmp_path / "elsewhere") + "/"))
    assert elsewhere == SampleLake(str(tmp_path / "elsewhere" / "activity_samples"))


def test_a_lake_in_a_bucket_gets_the_keys_and_shows_none() -> None:
    lake = SampleLake.from_settings(
        settings(
            lake_url="s3://bucket/lake/",
            s3_endpoint="http://storage:9000",
            s3_access_key="an-access-key",
            s3_secret_key="a-secret-key",
            s3_region="us-east-1",
        )
    )
    assert lake.url == "s3://bucket/lake/activity_samples"
    assert lake.storage_options == {
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "http://storage:9000",
        "AWS_ACCESS_KEY_ID": "an-access-key",
        "AWS_SECRET_ACCESS_KEY": "a-secret-key",
        "AWS_ALLOW_HTTP": "true",
        "aws_conditional_put": "etag",
    }
    assert "key" not in repr(lake)


def test_https_is_not_weakened() -> None:
    lake = SampleLake.from_settings(settings(lake_url="s3://bucket", r2_account_id="abc"))
    assert lake.storage_options["AWS_ENDPOINT_URL"] == "https://abc.r2.cloudflarestorage.com"
    assert "AWS_ALLOW_HTTP" not in lake.storage_options


@pytest.mark.parametrize("url", ["gs://bucket/lake", "file:///data/lake", "S3://bucket"])
def test_another_kind_of_lake_is_refused(url: str) -> None:
    with pytest.raises(LakeUnavailable, match="neither a folder nor s3://"):
        SampleLake.from_settings(settings(lake_url=url))
