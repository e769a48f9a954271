"""Bronze to silver: a month's activities, laps and samples, whatever is wrong with one of the files."""

import datetime as dt
import random
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from sqlalchemy import select, text, update

from runningcoach_pipelines.derive import activities, decoding
from runningcoach_pipelines.derive.activities import derive_activities
from runningcoach_pipelines.derive.raw_files import inspect_raw_files
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.raw_files import FileStatus, Reading
from runningcoach_pipelines.store.s3_blobs import BucketUnavailable
from runningcoach_pipelines.store.tables import GarminRawFile
from runningcoach_pipelines.store.windows import Window
from tests.deriving import SPRING, TODAY, bring, differing, everything, in_a_bucket_out_of_reach, table
from tests.making import START, UTC, Leg, activity, at, cut_off, run
from tests.waiting import waits_for_a_lock

DAY_S = 86_400
APRIL = Window(dt.date(2025, 4, 1), dt.date(2025, 5, 1))
MAY = Window(dt.date(2025, 5, 1), dt.date(2025, 6, 1))
JUNE = Window(dt.date(2025, 6, 1), dt.date(2025, 7, 1))
SILVER = ("activities", "activity_sources", "device_values", "laps", "activity_samples")


def silver(lakehouse: Lakehouse) -> dict[str, pl.DataFrame]:
    return {name: table(lakehouse, name) for name in SILVER}


def spoil(lakehouse: Lakehouse, name: str) -> None:
    with lakehouse.engine.begin() as connection:
        connection.execute(update(GarminRawFile).where(GarminRawFile.file_name == name).values(file_content=b"x"))


def test_a_file_becomes_an_activity_with_its_laps_and_samples(lakehouse: Lakehouse) -> None:
    leg = Leg(seconds=60, every_s=10, pauses=((20, 40),), laps=2, position_deg=(37.5, 127.0), more={"workout_rpe": 40})
    bring(lakehouse, {"a.fit": activity(leg)})
    report = derive_activities(lakehouse, MAY)
    assert (report.files, report.activities, report.laps, report.samples, report.failures) == (1, 1, 2, 6, [])
    (row,) = table(lakehouse, "activities").iter_rows(named=True)
    (raw,) = lakehouse.files.all()
    expected = {
        "athlete_id": "me",
        "local_day": dt.date(2025, 5, 4),
        "started_at": START,
        "utc_offset_s": 32_400,
        "utc_offset_source": "device",
        "sport": "running",
        "indoor": False,
        "manufacturer": "garmin",
        "product": "fr965",
        "elapsed_s": 60.0,
        "timer_s": 40.0,
        "distance_m": 120.0,
        "sample_count": 6,
        "has_position": True,
        "source_sha256": raw.sha256,
        "session_index": 0,
        "source_count": 1,
        "suspected_duplicate_of": None,
    }
    assert {name: row[name] for name in expected} == expected
    samples = table(lakehouse, "activity_samples")
    assert samples.select("athlete_id", "month", "activity_id", "local_day").unique().rows() == [
        ("me", "2025-05", row["activity_id"], dt.date(2025, 5, 4))
    ]
    assert samples["timer_s"].to_list() == [0, 10, 20, 20, 30, 40]
    assert table(lakehouse, "laps")["lap_index"].to_list() == [0, 1]
    (said,) = table(lakehouse, "device_values").iter_rows(named=True)
    assert (said["activity_id"], said["local_day"], said["perceived_effort"]) == (row["activity_id"], START.date(), 4)


def test_deriving_again_gives_the_same_rows(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {f"{n}.fit": run(at(START, n * 9 * DAY_S)) for n in range(5)})
    derive_activities(lakehouse, SPRING)
    before = silver(lakehouse)
    for window in (SPRING, MAY, JUNE):
        derive_activities(lakehouse, window)
        assert differing(before, silver(lakehouse)) == []
    assert before["activity_samples"].hash_rows().equals(silver(lakehouse)["activity_samples"].hash_rows())


def test_a_late_run_changes_only_its_month(lakehouse: Lakehouse) -> None:
    bring(
        lakehouse, {"april.fit": run(at(START, -10 * DAY_S)), "may.fit": run(), "june.fit": run(at(START, 40 * DAY_S))}
    )
    derive_activities(lakehouse, SPRING)
    before = silver(lakehouse)
    bring(lakehouse, {"late.fit": run(at(START, DAY_S))})
    assert derive_activities(lakehouse, MAY).activities == 2
    after = silver(lakehouse)
    outside = {
        name: ~pl.col("local_day").is_between(MAY.start, MAY.end, closed="left") for name in SILVER if name != "laps"
    }
    for name, elsewhere in outside.items():
        assert after[name].filter(elsewhere).equals(before[name].filter(elsewhere))
    assert after["activities"].height == before["activities"].height + 1


def test_one_bad_file_never_fails_the_month_and_is_recorded(lakehouse: Lakehouse) -> None:
    bring(
        lakehouse,
        {"good.fit": run(), "bad.fit": run(at(START, 3600), watch=2), "cut.fit": cut_off(run(at(START, 7200)))},
    )
    spoil(lakehouse, "bad.fit")
    report = derive_activities(lakehouse, MAY)
    assert (report.files, report.activities) == (3, 2)
    (failure,) = report.failures
    assert (failure.athlete_id, failure.file_name) == ("me", "bad.fit")
    assert "is damaged" in failure.reason
    (raw,) = lakehouse.files.failed()
    assert (raw.file_name, raw.error, raw.status) == ("bad.fit", failure.reason, FileStatus.FAILED)
    assert derive_activities(lakehouse, MAY).failures == []


def test_a_file_that_cannot_be_decoded_any_more_is_recorded(lakehouse: Lakehouse) -> None:
    """As after a parser that reads less than the one that looked inside at the import."""
    bring(lakehouse, {"bad.fit": b"no FIT file", "good.fit": run()})
    (raw,) = lakehouse.files.failed()
    day = dt.date(2025, 5, 4)
    lakehouse.files.record("me", raw.sha256, Reading("old", "activity", day, day))
    report = derive_activities(lakehouse, MAY)
    assert ([failure.file_name for failure in report.failures], report.activities) == (["bad.fit"], 1)
    assert [raw.file_name for raw in lakehouse.files.failed()] == ["bad.fit"]


def test_months_written_in_many_commits_are_the_same(lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(lakehouse, {f"{n}.fit": run(at(START, n * 9 * DAY_S)) for n in range(-3, 6)})
    derive_activities(lakehouse, SPRING)
    before = silver(lakehouse)
    monkeypatch.setattr(activities, "_ROWS_PER_COMMIT", 1)
    version = lakehouse.samples.replace_months(before["activity_samples"], SPRING)
    derive_activities(lakehouse, SPRING)
    assert differing(before, silver(lakehouse)) == []
    assert lakehouse.samples.replace_months(before["activity_samples"], SPRING) > version + 2


def test_a_blob_restored_from_a_backup_is_read_again(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a.fit": run()})
    with lakehouse.engine.connect() as connection:
        backup = connection.execute(select(GarminRawFile.file_content)).scalar_one()
    spoil(lakehouse, "a.fit")
    derive_activities(lakehouse, MAY)
    for _ in range(2):
        damaged = inspect_raw_files(lakehouse, MAY, TODAY)
        assert (len(damaged.corrupt), damaged.read_again, len(damaged.failed)) == (1, 0, 1)
    with lakehouse.engine.begin() as connection:
        connection.execute(update(GarminRawFile).values(file_content=backup))
    assert inspect_raw_files(lakehouse, MAY, TODAY).read_again == 1
    assert derive_activities(lakehouse, MAY).activities == 1


def test_files_with_flipped_bytes_stop_neither_the_import_nor_the_month(lakehouse: Lakehouse) -> None:
    whole = activity(Leg(laps=2, pauses=((20, 40),), position_deg=(37.5, 127.0)), Leg(start=at(START, 300)))
    chance = random.Random(2025)  # noqa: S311 - the same damage every time
    files = {}
    for number in range(60):
        data = bytearray(whole)
        for _ in range(chance.choice([1, 3, 9])):
            data[chance.randrange(chance.choice([200, len(data)]))] = chance.randrange(256)
        files[f"{number}.fit"] = bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
    report = bring(lakehouse, files)
    assert report.new == len(lakehouse.files.all()) == len(set(files.values()))
    assert sum(report.kinds.values()) + len(report.failed) == report.new
    derived = derive_activities(lakehouse, Window(dt.date(2008, 1, 1), dt.date(2026, 1, 1)))
    assert derived.activities > 0
    assert derived.failures == []


def test_a_blob_store_that_does_not_answer_empties_nothing(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a.fit": run()})
    derive_activities(lakehouse, MAY)
    before = silver(lakehouse)
    with pytest.raises(BucketUnavailable):
        derive_activities(in_a_bucket_out_of_reach(lakehouse), MAY)
    assert differing(before, silver(lakehouse)) == []
    assert lakehouse.files.failed() == []


def test_two_recordings_of_a_run_are_one_activity_with_two_sources(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"pod.fit": run(at(START, 5), every_s=10, heart_rate=None), "watch.fit": run(watch=2)})
    derive_activities(lakehouse, MAY)
    (row,) = table(lakehouse, "activities").iter_rows(named=True)
    pod, watch = lakehouse.files.all()
    assert (row["source_count"], row["source_sha256"], row["sample_count"]) == (2, watch.sha256, 61)
    sources = table(lakehouse, "activity_sources").sort("is_primary")
    assert sources.select("source_sha256", "activity_id", "is_primary").rows() == [
        (pod.sha256, row["activity_id"], False),
        (watch.sha256, row["activity_id"], True),
    ]
    assert table(lakehouse, "activity_samples")["heart_rate_bpm"].null_count() == 0


def test_an_activity_keeps_its_id_when_a_better_source_arrives(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a.fit": run(every_s=10)})
    derive_activities(lakehouse, MAY)
    (before,) = table(lakehouse, "activities")["activity_id"]
    bring(lakehouse, {"b.fit": run(at(START, 3), watch=2)})
    derive_activities(lakehouse, MAY)
    assert table(lakehouse, "activities").select("activity_id", "source_count").rows() == [(before, 2)]


def test_a_file_cut_off_is_a_suspected_duplicate_of_the_whole_one(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"cut.fit": cut_off(run()), "whole.fit": run()})
    derive_activities(lakehouse, MAY)
    rows = table(lakehouse, "activities").sort("sample_count")
    assert rows["suspected_duplicate_of"].to_list() == [rows["activity_id"][1], None]


def test_the_same_run_of_two_athletes_is_two_activities(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a.fit": run()})
    bring(lakehouse, {"a.fit": run()}, athlete_id="you")
    derive_activities(lakehouse, MAY)
    rows = table(lakehouse, "activities")
    assert sorted(rows["athlete_id"]) == ["me", "you"]
    assert rows["source_count"].to_list() == [1, 1]
    assert table(lakehouse, "activity_samples").group_by("athlete_id").len()["len"].to_list() == [61, 61]


def test_recordings_on_two_sides_of_midnight_are_one_activity_of_one_month(lakehouse: Lakehouse) -> None:
    """The watch started a minute before the month did, the foot pod a little after; one file was there first."""
    midnight = dt.datetime(2025, 5, 31, 15, tzinfo=UTC)
    bring(lakehouse, {"pod.fit": run(at(midnight, 30), every_s=10)})
    derive_activities(lakehouse, SPRING)
    assert table(lakehouse, "activities")["local_day"].to_list() == [dt.date(2025, 6, 1)]
    bring(lakehouse, {"watch.fit": run(at(midnight, -60), watch=2)})
    derive_activities(lakehouse, SPRING)
    whole = silver(lakehouse)
    assert whole["activities"].select("local_day", "source_count").rows() == [(dt.date(2025, 5, 31), 2)]
    assert whole["activity_samples"]["month"].unique().to_list() == ["2025-05"]
    for order in ((MAY, JUNE), (JUNE, MAY)):
        for month in order:
            derive_activities(lakehouse, month)
        assert differing(whole, silver(lakehouse)) == []


def test_a_month_without_files_is_emptied(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a.fit": run()})
    derive_activities(lakehouse, MAY)
    with lakehouse.engine.begin() as connection:
        connection.execute(text("update runningcoach.garmin_raw_files set file_type = 'course'"))
    report = derive_activities(lakehouse, MAY)
    assert (report.files, report.activities) == (0, 0)
    assert all(frame.is_empty() for frame in silver(lakehouse).values())


def test_many_files_are_read_on_all_cores_and_give_the_same_rows(
    lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In worker processes first, then month by month in this one; one file is spoilt, two lie on each day."""
    files = {f"{n:02}.fit": run(at(START, (n // 2) * DAY_S + (n % 2) * 3600), every_s=30) for n in range(50)}
    bring(lakehouse, files)
    spoil(lakehouse, "07.fit")
    with monkeypatch.context() as patched:
        patched.setattr(decoding, "_FILES_WORTH_A_POOL", 50)
        report = derive_activities(lakehouse, SPRING)
    assert (report.files, report.activities, [failure.file_name for failure in report.failures]) == (50, 49, ["07.fit"])
    before = silver(lakehouse)
    for month in SPRING.months():
        derive_activities(lakehouse, month)
    assert differing(before, silver(lakehouse)) == []


def test_a_file_imported_while_its_month_is_derived_is_not_lost(lakehouse: Lakehouse) -> None:
    """The derivation has read its files and waits for another writer; meanwhile one more is imported."""
    bring(lakehouse, {"a.fit": run()})
    with ThreadPoolExecutor(1) as pool:
        with lakehouse.engine.begin() as other:
            lock(other, "activity_samples")
            working = pool.submit(derive_activities, lakehouse, MAY)
            assert waits_for_a_lock(lakehouse.engine, working)
            bring(lakehouse, {"late.fit": run(at(START, 3600))})
        report = working.result(30)
    assert report.activities == 2
    assert table(lakehouse, "activities").height == 2
    assert table(lakehouse, "activity_samples")["activity_id"].n_unique() == 2


def test_two_derivations_at_once_leave_no_duplicates(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {f"{n}.fit": run(at(START, n * 3 * DAY_S)) for n in range(6)})
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: derive_activities(lakehouse, SPRING), range(2)))
    at_once = silver(lakehouse)
    derive_activities(lakehouse, SPRING)
    assert differing(at_once, silver(lakehouse)) == []
    assert at_once["activities"].height == 6
    assert everything(lakehouse)["activity_samples"].height == 6 * 61
