"""One activity with everything of it: what stood before, what is beside it, and nothing of anybody else."""

import datetime as dt

import pytest

from runningcoach_pipelines.store.activity_list import Filter, Order, activities
from runningcoach_pipelines.store.lake import SAMPLES_SCHEMA
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.one_activity import OneActivity, alike, latest_activity, one_activity, samples_of
from tests.deriving import bring, derive
from tests.making import Leg, activity, at

START = dt.datetime(2025, 5, 4, 7, tzinfo=dt.UTC)
DAY_S = 86_400
SPEEDS = (3.0, 3.2, 3.1)


@pytest.fixture
def three(lakehouse: Lakehouse) -> Lakehouse:
    legs = [Leg(start=at(START, n * DAY_S), seconds=1800, speed_mps=speed) for n, speed in enumerate(SPEEDS)]
    bring(lakehouse, {f"{n}.fit": activity(leg) for n, leg in enumerate(legs)})
    bring(lakehouse, {"other.fit": activity(Leg(start=at(START, 60), speed_mps=5.0, seconds=1800))}, athlete_id="other")
    derive(lakehouse)
    return lakehouse


def ids(lakehouse: Lakehouse, athlete_id: str = "me") -> list[str]:
    oldest_first = activities(lakehouse.engine, athlete_id, Filter(), order=Order.OLDEST, most=10)
    return oldest_first["activity_id"].to_list()


def nth(lakehouse: Lakehouse, n: int) -> OneActivity:
    found = one_activity(lakehouse.engine, "me", ids(lakehouse)[n])
    assert found is not None
    return found


def test_an_activity_comes_with_its_neighbours(three: Lakehouse) -> None:
    first, second, third = ids(three)
    assert (nth(three, 0).earlier, nth(three, 0).later) == (None, second)
    assert (nth(three, 1).earlier, nth(three, 1).later) == (first, third)
    assert latest_activity(three.engine, "me") == third
    assert latest_activity(three.engine, "nobody") is None


def test_an_effort_stands_beside_the_record_until_then(three: Lakehouse) -> None:
    before = [nth(three, n).efforts.filter(distance_m=5000.0)["before_s"][0] for n in range(3)]
    assert before == [None, pytest.approx(5000 / 3.0), pytest.approx(5000 / 3.2)]


def test_a_mean_stands_beside_the_best_of_the_days_before(three: Lakehouse) -> None:
    speed = [nth(three, n).mean_max.filter(channel="speed", window_s=60).row(0, named=True) for n in range(3)]
    assert [row["value"] for row in speed] == [pytest.approx(value) for value in SPEEDS]
    assert [row["recent"] for row in speed] == [None, pytest.approx(3.0), pytest.approx(3.2)]


def test_all_parts_are_there_and_the_file_is_named(three: Lakehouse) -> None:
    one = nth(three, 1)
    assert one.metrics["distance_m"] == pytest.approx(1800 * 3.2)
    assert one.splits["split"].to_list() == [1, 2, 3, 4, 5, 6]
    assert one.laps.height == 1
    assert set(one.zones["kind"]) >= {"heart_rate", "intensity"}
    assert one.sources.select("file_name", "is_primary").rows() == [("1.fit", True)]
    assert f"{one.local_start:%d %H:%M}" == "05 16:00"  # Seoul


def test_samples_are_the_activitys_own_by_time(three: Lakehouse) -> None:
    samples = samples_of(three.samples, nth(three, 1))
    assert samples.schema == SAMPLES_SCHEMA
    assert samples["activity_id"].unique().to_list() == [nth(three, 1).activity_id]
    assert samples["at"].is_sorted()
    assert samples.height == 901


def test_activities_alike_are_of_the_same_sport_and_length(three: Lakehouse) -> None:
    first, second, _ = ids(three)
    assert alike(three.engine, nth(three, 2), most=10)["activity_id"].to_list() == [second, first]
    assert alike(three.engine, nth(three, 2), most=1)["activity_id"].to_list() == [second]


def test_nobody_sees_another_athletes_activity(three: Lakehouse) -> None:
    assert one_activity(three.engine, "other", ids(three)[0]) is None
    assert one_activity(three.engine, "me", "no such activity") is None
    (theirs,) = ids(three, "other")
    other = one_activity(three.engine, "other", theirs)
    assert other is not None
    assert alike(three.engine, other, most=10).is_empty()
