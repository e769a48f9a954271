"""Which months are measured again, and that measuring them ends where measuring everything at once would."""

import datetime as dt

import polars as pl
import pytest
from sqlalchemy import text

from runningcoach_pipelines.derive.activities import derive_activities
from runningcoach_pipelines.derive.activity_metrics import derive_activity_metrics
from runningcoach_pipelines.derive.stale import NeverSettles, stale_windows, until_settled
from runningcoach_pipelines.derive.terms import FACTORS
from runningcoach_pipelines.store.athletes import SettingsFrom, store_settings
from runningcoach_pipelines.store.frames import copy_frame, frame_schema
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import HealthMetrics
from runningcoach_pipelines.store.windows import Window
from tests.deriving import SPRING, bring, settle, table
from tests.making import START, at, run

DAY_S = 86_400
MEASURED = ("activity_metrics", "activity_zones", "best_efforts", "mean_max", "splits")


def months(first: int, last: int) -> Window:
    """Months of 2025 from `first` to `last`."""
    return Window(dt.date(2025, first, 1), dt.date(2025, last + 1, 1))


def spring_of_runs() -> dict[str, bytes]:
    """A run a week from March to July, each with a higher heart rate than the one before."""
    return {f"{n}.fit": run(at(START, n * 7 * DAY_S), heart_rate=140 + n) for n in range(-9, 11)}


@pytest.fixture
def measured(lakehouse: Lakehouse) -> Lakehouse:
    bring(lakehouse, spring_of_runs())
    measure(lakehouse)
    return lakehouse


def measure(lakehouse: Lakehouse, window: Window = SPRING) -> None:
    derive_activities(lakehouse, window)
    derive_activity_metrics(lakehouse, window)


def stale(lakehouse: Lakehouse, at_most: int = 24) -> list[Window]:
    return [found.window for found in stale_windows(lakehouse.engine, at_most=at_most)]


def gold(lakehouse: Lakehouse) -> dict[str, pl.DataFrame]:
    return {name: table(lakehouse, name) for name in MEASURED}


def assert_like_measured_at_once(lakehouse: Lakehouse) -> None:
    before = gold(lakehouse)
    measure(lakehouse)
    after = gold(lakehouse)
    assert [name for name in MEASURED if not before[name].equals(after[name])] == []


def test_nothing_is_stale_where_there_is_nothing(lakehouse: Lakehouse) -> None:
    assert stale(lakehouse) == []


def test_what_was_measured_in_order_is_not_stale(measured: Lakehouse) -> None:
    assert stale(measured) == []
    estimated = table(measured, "activity_metrics")["settings_sources"].str.json_path_match("$.hr_max_bpm")
    assert set(estimated) == {"convention", "highest_sustained"}


def test_a_change_of_settings_leaves_what_lies_before_it_as_it_was(measured: Lakehouse) -> None:
    before = gold(measured)
    store_settings(measured.engine, "me", [SettingsFrom(dt.date(2025, 6, 10), hr_max_bpm=200)])
    assert stale(measured) == [months(6, 7)]
    assert settle(measured) == [months(6, 7)]
    assert stale(measured) == []
    after = gold(measured)
    earlier_months, earlier_days = (pl.col("local_day") < day for day in (dt.date(2025, 6, 1), dt.date(2025, 6, 10)))
    for name in MEASURED:
        assert before[name].filter(earlier_months).equals(after[name].filter(earlier_months))
    # A factor is of a whole month, and so of loads that have changed.
    of_june = [frame["activity_metrics"].filter(earlier_days).drop(FACTORS) for frame in (before, after)]
    assert of_june[0].equals(of_june[1])
    loads = [frame["activity_metrics"].filter(~earlier_days)["hr_load"] for frame in (before, after)]
    assert (loads[0] != loads[1]).all()
    assert_like_measured_at_once(measured)


def test_settings_that_change_nothing_in_effect_make_nothing_stale(measured: Lakehouse) -> None:
    store_settings(measured.engine, "me", [SettingsFrom(dt.date(2025, 8, 1), hr_max_bpm=200)])
    store_settings(measured.engine, "you", [])
    assert stale(measured) == []


def test_a_late_run_makes_later_months_stale_and_never_earlier_ones(measured: Lakehouse) -> None:
    bring(measured, {"late.fit": run(at(START, -2 * DAY_S), heart_rate=210)})
    derive_activities(measured, months(5, 5))
    assert stale(measured) == [months(5, 5)]
    derive_activity_metrics(measured, months(5, 5))
    assert stale(measured) == [months(6, 7)]
    assert settle(measured) == [months(6, 7)]
    assert set(
        table(measured, "activity_metrics").filter(pl.col("local_day") >= dt.date(2025, 6, 1))["hr_max_bpm"]
    ) == {210.0}
    assert_like_measured_at_once(measured)


def test_months_measured_in_the_wrong_order_come_out_right(lakehouse: Lakehouse) -> None:
    bring(lakehouse, spring_of_runs())
    derive_activities(lakehouse, SPRING)
    for month in reversed(list(SPRING.months())):
        derive_activity_metrics(lakehouse, month)
    assert settle(lakehouse) != []
    assert_like_measured_at_once(lakehouse)


def test_nights_that_come_later_change_the_resting_heart_rate(measured: Lakehouse) -> None:
    nights = pl.DataFrame(
        [
            {"athlete_id": "me", "day": dt.date(2025, 6, day), "resting_hr_bpm": 48.0, "code_version": "1"}
            for day in (3, 4)
        ],
        schema=frame_schema(HealthMetrics.table()),
    )
    with measured.engine.begin() as connection:
        copy_frame(connection, HealthMetrics.table(), nights)
    assert stale(measured) == [months(6, 7)]
    settle(measured)
    rest = (
        table(measured, "activity_metrics").group_by(pl.col("local_day").dt.month()).agg(pl.col("hr_rest_bpm").unique())
    )
    assert dict(rest.iter_rows()) == {3: [60.0], 4: [60.0], 5: [60.0], 6: [48.0], 7: [48.0]}


@pytest.mark.parametrize(
    "damage",
    [
        "update runningcoach.activity_metrics set code_version = 'old' where local_day < '2025-05-01'",
        "delete from runningcoach.activity_metrics where local_day < '2025-05-01'",
        "update runningcoach.activity_metrics set source_sha256 = 'x' where local_day < '2025-05-01'",
        "update runningcoach.activity_metrics set hr_zone_bounds_bpm = '' where local_day < '2025-05-01'",
        "update runningcoach.activity_metrics set effort_factor = 1 where local_day < '2025-05-01'",
    ],
)
def test_metrics_of_other_code_files_or_terms_are_stale(measured: Lakehouse, damage: str) -> None:
    with measured.engine.begin() as connection:
        connection.execute(text(damage))
    assert stale(measured)[0].start == dt.date(2025, 3, 1)
    settle(measured)
    assert_like_measured_at_once(measured)


@pytest.mark.parametrize("end", [dt.date(2025, 4, 1), dt.date(2026, 1, 1)])
def test_metrics_without_their_activity_are_stale(measured: Lakehouse, end: dt.date) -> None:
    with measured.engine.begin() as connection:
        connection.execute(text("delete from runningcoach.activities where local_day < :end"), {"end": end})
    assert stale(measured)[0].start == dt.date(2025, 3, 1)
    settle(measured)
    assert table(measured, "activity_metrics").filter(pl.col("local_day") < end).is_empty()


def test_windows_are_of_bounded_length_and_hold_no_fresh_month(measured: Lakehouse) -> None:
    with measured.engine.begin() as connection:
        connection.execute(text("update runningcoach.activity_metrics set code_version = 'old'"))
    assert stale(measured) == [months(3, 7)]
    assert stale(measured, at_most=2) == [months(3, 4), months(5, 6), months(7, 7)]
    derive_activity_metrics(measured, months(4, 4))
    assert stale(measured) == [months(3, 3), months(5, 7)]


def test_months_without_activities_do_not_part_a_window(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {"march.fit": run(at(START, -60 * DAY_S)), "july.fit": run(at(START, 60 * DAY_S))})
    derive_activities(lakehouse, SPRING)
    assert stale(lakehouse) == [months(3, 7)]
    assert stale(lakehouse, at_most=2) == [months(3, 3), months(7, 7)]


def test_the_digest_tells_what_is_to_change(measured: Lakehouse) -> None:
    digests = []
    for bpm in (200, 201, 200):
        store_settings(measured.engine, "me", [SettingsFrom(dt.date(2025, 6, 10), hr_max_bpm=bpm)])
        (found,) = stale_windows(measured.engine, at_most=24)
        digests.append(found.digest)
    assert digests[0] == digests[2] != digests[1]


def test_a_month_that_stays_stale_is_not_asked_for_for_ever(measured: Lakehouse) -> None:
    store_settings(measured.engine, "me", [SettingsFrom(dt.date(2025, 6, 10), hr_max_bpm=200)])
    with pytest.raises(NeverSettles, match="2025-06"):
        list(until_settled(measured.engine, at_most=24))
