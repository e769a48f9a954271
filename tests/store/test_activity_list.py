"""Activities a page at a time: what the filter lets through, in which order, of one athlete only."""

import datetime as dt

import pytest

from runningcoach_pipelines.store.activity_list import Choices, Filter, Order, activities, choices, count
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.windows import Window
from tests.deriving import SPRING, bring, derive
from tests.making import Leg, activity, at, run

START = dt.datetime(2025, 5, 4, 7, tzinfo=dt.UTC)
DAY_S = 86_400
RUNS = {
    "easy 100%.fit": activity(Leg(start=START, seconds=600, speed_mps=2.5)),
    "long.fit": activity(Leg(start=at(START, DAY_S), seconds=3600, speed_mps=3.0)),
    "ride.fit": activity(Leg(start=at(START, 2 * DAY_S), seconds=1800, speed_mps=8.0, sport="cycling")),
    "old.fit": activity(Leg(start=at(START, -400 * DAY_S), seconds=900, speed_mps=4.0)),
}
BY_DAY = ["ride", "long", "easy 100%", "old"]


@pytest.fixture
def listed(lakehouse: Lakehouse) -> Lakehouse:
    bring(lakehouse, RUNS)
    bring(lakehouse, {"other.fit": run(at(START, 3600))}, athlete_id="other")
    derive(lakehouse, [Window(dt.date(2024, 3, 1), dt.date(2024, 5, 1)), SPRING])
    return lakehouse


def names(lakehouse: Lakehouse, wanted: Filter, **how: object) -> list[str]:
    found = activities(lakehouse.engine, "me", wanted, **{"most": 10} | how)  # type: ignore[arg-type]
    days = {START.date() + dt.timedelta(days=n): name for n, name in zip((2, 1, 0, -400), BY_DAY, strict=True)}
    return [days[day] for day in found["local_day"]]


def test_without_a_filter_all_come_newest_first(listed: Lakehouse) -> None:
    assert names(listed, Filter()) == BY_DAY
    assert count(listed.engine, "me", Filter()) == 4


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(sports=("cycling",)), ["ride"]),
        (Filter(sports=("cycling", "running")), BY_DAY),
        (Filter(years=(2024,)), ["old"]),
        (Filter(years=(2024, 2025)), BY_DAY),
        (Filter(shortest_m=3600.0, longest_m=12_000.0), ["long", "old"]),
        (Filter(text="LONG"), ["long"]),
        (Filter(text="2025-05"), ["ride", "long", "easy 100%"]),
        (Filter(text="0%"), ["easy 100%"]),
        (Filter(text="%"), ["easy 100%"]),
        (Filter(text="' or 1=1"), []),
        (Filter(sports=("running",), years=(2025,), shortest_m=2000.0), ["long"]),
    ],
)
def test_a_filter_lets_through_what_it_names_and_counts_the_same(
    listed: Lakehouse, wanted: Filter, found: list[str]
) -> None:
    assert names(listed, wanted) == found
    assert count(listed.engine, "me", wanted) == len(found)


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (Order.OLDEST, BY_DAY[::-1]),
        (Order.LONGEST, ["ride", "long", "old", "easy 100%"]),
        (Order.FASTEST, ["ride", "old", "long", "easy 100%"]),
    ],
)
def test_an_order_says_what_comes_first(listed: Lakehouse, order: Order, found: list[str]) -> None:
    assert names(listed, Filter(), order=order) == found


@pytest.mark.parametrize("order", Order)
def test_pages_put_together_are_the_whole_list(listed: Lakehouse, order: Order) -> None:
    pages = [name for skip in range(4) for name in names(listed, Filter(), order=order, skip=skip, most=1)]
    assert pages == names(listed, Filter(), order=order)


def test_choices_are_the_sports_and_years_that_there_are(listed: Lakehouse) -> None:
    assert choices(listed.engine, "me") == Choices(sports=("running", "cycling"), years=(2025, 2024))
    assert choices(listed.engine, "nobody") == Choices((), ())


def test_nobody_sees_another_athletes_activities(listed: Lakehouse) -> None:
    own = activities(listed.engine, "other", Filter(), most=10)
    assert own.height == count(listed.engine, "other", Filter()) == 1
    nothing = activities(listed.engine, "nobody", Filter(text="long"), most=10)
    assert nothing.is_empty()
    assert nothing.schema == own.schema
