"""The whole way from files to summaries: what is derived as files come in equals what is derived at once."""

import datetime as dt
import itertools
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import text

from runningcoach_pipelines.derive.changes import outdated_months
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.rebuild import drop_derived
from runningcoach_pipelines.store.tables import Base
from tests.deriving import TODAY, bring, derive, derive_what_is_new, differing, everything, table
from tests.making import START, UTC, Leg, activity, at, cut_off, run
from tests.nights import MORNING, resting, wellness

DAY_S = 86_400
MIDNIGHT = dt.datetime(2025, 5, 31, 15, tzinfo=UTC)
"""The start of June in Seoul."""

FILES = {
    "plain.fit": run(),
    "same run, another watch.fit": run(at(START, 30), every_s=5, watch=2),
    "cut off.fit": cut_off(run(watch=3)),
    "before midnight.fit": run(at(MIDNIGHT, -60), watch=4),
    "after midnight.fit": run(at(MIDNIGHT, 30), every_s=5, watch=5),
    "elsewhere.fit": activity(Leg(start=at(MIDNIGHT, -30), seconds=90), offset_h=8, watch=6),
    "two sessions.fit": activity(Leg(start=at(MIDNIGHT, -7 * DAY_S)), Leg(start=at(MIDNIGHT, 300), sport="cycling")),
    "easter.fit": run(at(START, -14 * DAY_S), heart_rate=None),
    "night.fit": wellness("monitoring_b", resting([MORNING, at(MORNING, 27 * DAY_S)], [47, 52])),
    "another night.fit": wellness("monitoring_b", resting([at(MORNING, 60)], [44]), watch=2),
    "broken.fit": b"broken",
}
LAST_BEFORE_MIDNIGHT = sorted(FILES, key=lambda name: name == "before midnight.fit")


def empty(lakehouse: Lakehouse) -> None:
    drop_derived(lakehouse)
    with lakehouse.engine.begin() as connection:
        names = ", ".join(f"runningcoach.{table.name}" for table in Base.metadata.sorted_tables)
        connection.execute(text(f"truncate {names} restart identity"))


@given(
    order=st.permutations(sorted(FILES)),
    cuts=st.sets(st.integers(1, len(FILES) - 1), max_size=4).map(sorted),
    theirs=st.sampled_from(sorted(FILES)),
)
@example(order=[*LAST_BEFORE_MIDNIGHT], cuts=[len(FILES) - 1], theirs="plain.fit")
@example(order=[*reversed(LAST_BEFORE_MIDNIGHT)], cuts=[1], theirs="plain.fit")
@examples(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_history_derived_as_it_comes_equals_history_derived_at_once(
    lakehouse: Lakehouse, order: list[str], cuts: list[int], theirs: str
) -> None:
    empty(lakehouse)
    bring(lakehouse, {"theirs.fit": FILES[theirs]}, athlete_id="you")
    for start, end in itertools.pairwise([0, *cuts, len(order)]):
        bring(lakehouse, {name: FILES[name] for name in order[start:end]})
        derive_what_is_new(lakehouse)
    as_it_came = everything(lakehouse)
    drop_derived(lakehouse)
    derive(lakehouse)
    assert differing(as_it_came, everything(lakehouse)) == []


def test_what_is_new_is_derived_once(lakehouse: Lakehouse) -> None:
    bring(lakehouse, FILES)
    assert derive_what_is_new(lakehouse)
    assert derive_what_is_new(lakehouse) == []
    assert lakehouse.files.activities_to_derive() == []


def test_a_late_run_changes_its_month_its_week_and_every_later_day_of_fitness(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {f"{n}.fit": run(at(START, n * 5 * DAY_S)) for n in range(-4, 8)})
    derive(lakehouse)
    before = everything(lakehouse)
    late = dt.date(2025, 5, 15)
    bring(lakehouse, {"late.fit": run(at(START, 11 * DAY_S))})
    derive_what_is_new(lakehouse)
    after = everything(lakehouse)
    children = ("activity_zones", "mean_max", "splits")
    for name in ("activities", "laps", "activity_metrics", *children, "activity_samples"):
        assert changed_days(before[name], after[name], "local_day") == {late}
    fitness = changed_days(before["fitness_metrics_daily"], after["fitness_metrics_daily"], "day")
    assert fitness == {late + dt.timedelta(days=n) for n in range((TODAY - late).days + 1)}
    assert changed_days(before["analytics_summaries"], after["analytics_summaries"], "period_start") == {
        dt.date(2025, 5, 1),
        dt.date(2025, 5, 12),
    }


def test_a_late_race_changes_ninety_days_of_its_season_and_the_history_is_as_if_it_had_come_in_time(
    lakehouse: Lakehouse,
) -> None:
    late = START.date() - dt.timedelta(days=60)
    runs = {f"{n}.fit": run(at(START, n * DAY_S), seconds=1200, every_s=10) for n in range(-63, 60, 7)}
    bring(lakehouse, runs)
    derive(lakehouse)
    before = everything(lakehouse)
    bring(lakehouse, {"race.fit": run(at(START, -60 * DAY_S), seconds=1200, every_s=10, speed_mps=4.5)})
    derive_what_is_new(lakehouse)
    after = everything(lakehouse)
    seasons = ["athlete_id", "day", "race_vo2max", "critical_speed_mps", "critical_speed_reason"]
    days = (state["fitness_metrics_daily"].select(seasons) for state in (before, after))
    assert changed_days(*days, "day") == {late + dt.timedelta(days=n) for n in range(90)}
    predicted = changed_days(before["race_predictions"], after["race_predictions"], "day")
    assert min(predicted) == late
    drop_derived(lakehouse)
    derive(lakehouse)
    assert differing(after, everything(lakehouse)) == []


def test_a_deleted_run_is_felt_from_its_day_on_and_the_history_is_as_if_it_had_never_been(
    lakehouse: Lakehouse,
) -> None:
    bring(lakehouse, {f"{n}.fit": run(at(START, n * 5 * DAY_S)) for n in range(-4, 7)})
    derive(lakehouse)
    before = everything(lakehouse)
    forget(lakehouse, "2.fit")
    assert [(window.start, window.end) for window in outdated_months(lakehouse)] == [
        (dt.date(2025, 5, 1), dt.date(2025, 6, 1))
    ]
    derive_what_is_new(lakehouse, outdated_months(lakehouse))
    after = everything(lakehouse)
    assert outdated_months(lakehouse) == []
    deleted = dt.date(2025, 5, 14)
    felt_by(deleted, before, after)
    drop_derived(lakehouse)
    derive(lakehouse)
    assert differing(after, everything(lakehouse)) == []


def test_an_edited_run_is_felt_from_its_day_on_and_the_history_is_as_if_it_had_been_so(lakehouse: Lakehouse) -> None:
    bring(lakehouse, {f"{n}.fit": run(at(START, n * 5 * DAY_S), every_s=10) for n in range(-4, 7)})
    derive(lakehouse)
    before = everything(lakehouse)
    bring(lakehouse, {"2, edited.fit": run(at(START, 10 * DAY_S), heart_rate=160)})
    derive_what_is_new(lakehouse)
    after = everything(lakehouse)
    assert after["activities"].height == before["activities"].height
    felt_by(dt.date(2025, 5, 14), before, after)
    drop_derived(lakehouse)
    derive(lakehouse)
    assert differing(after, everything(lakehouse)) == []


def forget(lakehouse: Lakehouse, name: str) -> None:
    """Delete a file from bronze."""
    (sha256,) = (raw.sha256 for raw in lakehouse.files.all() if raw.file_name == name)
    with lakehouse.engine.begin() as connection:
        for owned in ("garmin_raw_file_names", "garmin_raw_files"):
            connection.execute(text(f"delete from runningcoach.{owned} where sha256 = :it"), {"it": sha256})


def felt_by(day: dt.date, before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame]) -> None:
    """Rows of activities have changed on one day, fitness from there on, and the day's week and month."""
    for name in ("activities", "activity_metrics", "activity_zones", "mean_max", "splits", "activity_samples"):
        assert changed_days(before[name], after[name], "local_day") == {day}
    fitness = changed_days(before["fitness_metrics_daily"], after["fitness_metrics_daily"], "day")
    assert fitness == {day + dt.timedelta(days=n) for n in range((TODAY - day).days + 1)}
    assert changed_days(before["analytics_summaries"], after["analytics_summaries"], "period_start") == {
        day.replace(day=1),
        day - dt.timedelta(days=day.weekday()),
    }


def changed_days(before: pl.DataFrame, after: pl.DataFrame, column: str) -> set[dt.date]:
    """Days that have a row in one state and not in the other."""
    columns = before.columns
    gone = before.join(after, on=columns, how="anti", nulls_equal=True)
    come = after.join(before, on=columns, how="anti", nulls_equal=True)
    return {*gone[column], *come[column]}


def test_the_lake_is_compacted_and_everything_is_still_the_same(lakehouse: Lakehouse) -> None:
    for name, data in FILES.items():
        bring(lakehouse, {name: data})
        derive_what_is_new(lakehouse)
    before = everything(lakehouse)
    lakehouse.samples.compact()
    assert differing(before, everything(lakehouse)) == []


@pytest.mark.parametrize("step", ["activities", "activity_metrics", "laps", "mean_max"])
def test_a_derivation_that_died_between_lake_and_tables_is_made_good_by_the_next(
    lakehouse: Lakehouse, step: str
) -> None:
    bring(lakehouse, FILES)
    derive(lakehouse)
    whole = everything(lakehouse)
    with lakehouse.engine.begin() as connection:
        connection.execute(text(f"truncate runningcoach.{step}"))
    assert table(lakehouse, step).is_empty()
    derive(lakehouse)
    assert differing(whole, everything(lakehouse)) == []


def test_a_lake_that_is_lost_is_made_again_from_bronze(lakehouse: Lakehouse) -> None:
    bring(lakehouse, FILES)
    derive(lakehouse)
    before = everything(lakehouse)
    Path(lakehouse.samples.url).rename(Path(lakehouse.samples.url).with_name("lost"))
    drop_derived(lakehouse)
    derive(lakehouse)
    assert differing(before, everything(lakehouse)) == []
