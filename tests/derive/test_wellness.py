"""Bronze to silver: a month's days and nights, whatever is wrong with a file, in whatever order they come."""

import datetime as dt
import itertools
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import text, update

from runningcoach_pipelines.derive.changes import changed_months
from runningcoach_pipelines.derive.wellness import WellnessReport, derive_wellness, wellness_to_derive
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.raw_files import Reading
from runningcoach_pipelines.store.rebuild import drop_derived
from runningcoach_pipelines.store.s3_blobs import BucketUnavailable
from runningcoach_pipelines.store.tables import GarminRawFile
from runningcoach_pipelines.store.windows import Window
from tests.deriving import SPRING, bring, differing, in_a_bucket_out_of_reach, table
from tests.making import at, run
from tests.nights import (
    HRV_STATUS,
    METRICS,
    MORNING,
    SLEEP,
    clock,
    hrv,
    levels,
    resting,
    scale,
    stress,
    vo2max,
    wellness,
)
from tests.waiting import waits_for_a_lock

DAY = dt.date(2025, 5, 5)
DAY_S = 86_400
APRIL = Window(dt.date(2025, 4, 1), dt.date(2025, 5, 1))
MAY = Window(dt.date(2025, 5, 1), dt.date(2025, 6, 1))
END_OF_MAY = at(MORNING, 26 * DAY_S)
"""Half past six on 31 May in Seoul."""

NIGHT = levels(at(MORNING, -8 * 3600), [(30, "light"), (400, "deep"), (20, "awake")], 77)
FILES = {
    "monitoring.fit": wellness(
        "monitoring_b", clock(MORNING, 9), resting([MORNING], [47]), stress([MORNING, at(MORNING, 180)], [20, 30])
    ),
    "later.fit": wellness("monitoring_b", resting([at(MORNING, 3600)], [46]), stress([at(MORNING, 180)], [30])),
    "sleep.fit": wellness(SLEEP, *NIGHT),
    "hrv.fit": wellness(HRV_STATUS, hrv(MORNING, 58.5)),
    "metrics.fit": wellness(METRICS, vo2max(MORNING, 51.4)),
    "scale.fit": wellness("weight", scale([MORNING, END_OF_MAY, at(END_OF_MAY, DAY_S)], [68.4, 67.9, 67.8])),
    "far east.fit": wellness("monitoring_b", clock(END_OF_MAY, 14), resting([at(END_OF_MAY, 13 * 3600)], [52])),
    "far west.fit": wellness("monitoring_b", clock(END_OF_MAY, -10), resting([at(END_OF_MAY, 12 * 3600)], [53])),
    "nothing.fit": wellness("monitoring_b", created=END_OF_MAY),
    "broken.fit": b"broken",
    "run.fit": run(),
}


def nights(lakehouse: Lakehouse) -> dict[str, pl.DataFrame]:
    return {name: table(lakehouse, name) for name in ("health_metrics", "wellness_sources")}


def derive_what_is_new(lakehouse: Lakehouse) -> list[WellnessReport]:
    """As the sensor does: only the months of the files from which nothing was derived."""
    windows = changed_months(wellness_to_derive(lakehouse), at_most=24)
    return [derive_wellness(lakehouse, window) for window in windows]


def spoil(lakehouse: Lakehouse, name: str) -> None:
    with lakehouse.engine.begin() as connection:
        connection.execute(update(GarminRawFile).where(GarminRawFile.file_name == name).values(file_content=b"x"))


def test_a_days_files_become_its_row(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {name: FILES[name] for name in FILES if not name.startswith("far")})
    report = derive_wellness(lakehouse, MAY)
    assert (report.files, report.days, report.failures) == (7, 2, ())
    row, other = table(lakehouse, "health_metrics").iter_rows(named=True)
    assert {name: value for name, value in row.items() if name != "code_version"} == {
        "athlete_id": "me",
        "day": DAY,
        "resting_hr_bpm": 46.0,
        "hrv_rmssd_ms": 58.5,
        "hrv_device_status": "balanced",
        "sleep_s": 430 * 60.0,
        "sleep_score": 77.0,
        "avg_stress": 25.0,
        "weight_kg": 68.4,
        "vo2max": 51.4,
    }
    assert (other["day"], other["weight_kg"], other["resting_hr_bpm"]) == (dt.date(2025, 5, 31), 67.9, None)


def test_each_file_is_derived_once_and_found_again_until_all_its_months_are(lakehouse: Lakehouse) -> None:
    bring(lakehouse, FILES)
    waiting = [raw.file_name for raw in wellness_to_derive(lakehouse)]
    assert waiting == [name for name in FILES if name not in {"broken.fit", "run.fit"}]
    derive_wellness(lakehouse, MAY)
    assert [raw.file_name for raw in wellness_to_derive(lakehouse)] == ["scale.fit", "far east.fit"]
    derive_what_is_new(lakehouse)
    assert wellness_to_derive(lakehouse) == []
    assert derive_what_is_new(lakehouse) == []


def test_a_late_file_is_found_and_changes_its_day(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"early.fit": FILES["monitoring.fit"]})
    derive_what_is_new(lakehouse)
    bring(lakehouse, {"late.fit": FILES["later.fit"]})
    assert [raw.file_name for raw in wellness_to_derive(lakehouse)] == ["late.fit"]
    derive_what_is_new(lakehouse)
    assert table(lakehouse, "health_metrics")["resting_hr_bpm"].to_list() == [46]


def empty(lakehouse: Lakehouse) -> None:
    drop_derived(lakehouse)
    with lakehouse.engine.begin() as connection:
        connection.execute(text("truncate runningcoach.garmin_raw_files restart identity"))
        connection.execute(text("truncate runningcoach.garmin_raw_file_names"))


@given(order=st.permutations(sorted(FILES)), cuts=st.sets(st.integers(1, len(FILES) - 1), max_size=4).map(sorted))
@examples(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_days_derived_as_files_come_are_those_derived_at_once_in_any_order(
    lakehouse: Lakehouse, order: list[str], cuts: list[int]
) -> None:
    empty(lakehouse)
    bring(lakehouse, FILES)
    derive_wellness(lakehouse, SPRING)
    at_once = nights(lakehouse)
    assert at_once["health_metrics"].select("day", "resting_hr_bpm").rows() == [
        (DAY, 46),
        (dt.date(2025, 5, 30), 53),
        (dt.date(2025, 5, 31), None),
        (dt.date(2025, 6, 1), 52),
    ]
    empty(lakehouse)
    for start, end in itertools.pairwise([0, *cuts, len(order)]):
        bring(lakehouse, {name: FILES[name] for name in order[start:end]})
        derive_what_is_new(lakehouse)
    assert differing(at_once, nights(lakehouse)) == []


def test_a_month_derived_again_is_the_same_and_leaves_the_others(lakehouse: Lakehouse) -> None:
    bring(lakehouse, FILES)
    derive_wellness(lakehouse, SPRING)
    before = nights(lakehouse)
    for window in (MAY, APRIL, SPRING):
        derive_wellness(lakehouse, window)
        assert differing(before, nights(lakehouse)) == []


def test_one_bad_file_never_fails_the_month_and_is_recorded(lakehouse: Lakehouse) -> None:
    bring(lakehouse, FILES)
    spoil(lakehouse, "later.fit")
    (raw,) = lakehouse.files.failed()
    lakehouse.files.record("me", raw.sha256, Reading("old", "sleep", DAY, DAY))
    report = derive_wellness(lakehouse, MAY)
    assert sorted(failure.file_name or "" for failure in report.failures) == ["broken.fit", "later.fit"]
    assert sorted(raw.file_name or "" for raw in lakehouse.files.failed()) == ["broken.fit", "later.fit"]
    assert table(lakehouse, "health_metrics")["resting_hr_bpm"].to_list()[0] == 47
    assert derive_wellness(lakehouse, MAY).failures == ()


def test_a_blob_store_that_does_not_answer_empties_nothing(lakehouse: Lakehouse) -> None:
    bring(lakehouse, FILES)
    derive_wellness(lakehouse, SPRING)
    before = nights(lakehouse)
    with pytest.raises(BucketUnavailable):
        derive_wellness(in_a_bucket_out_of_reach(lakehouse), MAY)
    assert differing(before, nights(lakehouse)) == []
    assert len(lakehouse.files.failed()) == 1


def test_the_same_scale_of_two_athletes_gives_each_their_days(lakehouse: Lakehouse) -> None:
    for athlete_id in ("me", "you"):
        bring(lakehouse, {"scale.fit": FILES["scale.fit"]}, athlete_id=athlete_id)
    derive_what_is_new(lakehouse)
    found = table(lakehouse, "health_metrics")
    assert found["athlete_id"].to_list() == ["me"] * 3 + ["you"] * 3


def test_many_files_are_read_on_all_cores_and_give_the_same_days(lakehouse: Lakehouse) -> None:
    bring(
        lakehouse,
        {f"{n}.fit": wellness("monitoring_b", resting([at(MORNING, n * DAY_S)], [40 + n])) for n in range(50)},
    )
    derive_wellness(lakehouse, SPRING)
    before = nights(lakehouse)
    assert before["health_metrics"]["resting_hr_bpm"].to_list() == [40.0 + n for n in range(50)]
    for month in SPRING.months():
        derive_wellness(lakehouse, month)
    assert differing(before, nights(lakehouse)) == []


def test_a_file_imported_while_its_month_waits_is_not_lost(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"a.fit": FILES["monitoring.fit"]})
    with ThreadPoolExecutor(1) as pool:
        with lakehouse.engine.begin() as other:
            lock(other, "health_metrics")
            working = pool.submit(derive_wellness, lakehouse, MAY)
            assert waits_for_a_lock(lakehouse.engine, working)
            bring(lakehouse, {"late.fit": FILES["later.fit"]})
        assert working.result(30).files == 2
    assert wellness_to_derive(lakehouse) == []


def test_a_file_from_before_the_history_is_refused_by_name(lakehouse: Lakehouse) -> None:
    """A watch whose clock was not set: nobody's month would ever hold it."""
    unset = dt.datetime(1990, 1, 2, tzinfo=dt.UTC)
    report = bring(lakehouse, {"unset.fit": wellness("monitoring_b", resting([unset], [47]))})
    assert ["before the first day of the history" in failed.reason for failed in report.failed] == [True]
    assert wellness_to_derive(lakehouse) == []
