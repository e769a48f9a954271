"""Replacing windows: half-open, the same twice, nothing outside touched, one writer at a time."""

import datetime as dt
import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Date, Engine, Integer, MetaData, Table, Text, delete, literal_column, select

from runningcoach_pipelines.store.frames import copy_frame, frame_schema, read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.windows import Window, monday, next_month, replace_all, replace_window
from tests.waiting import waits_for_a_lock

THINGS = Table(
    "things",
    MetaData(schema="runningcoach"),
    Column("name", Text, primary_key=True),
    Column("day", Date, nullable=False),
    Column("value", Integer),
)
MAY = Window(dt.date(2025, 5, 1), dt.date(2025, 6, 1))


@pytest.fixture
def engine(lakehouse: Lakehouse) -> Engine:
    THINGS.create(lakehouse.engine)
    return lakehouse.engine


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as opened:
        yield opened


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def things(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return frame_of([(name, day(on), value) for name, on, value in rows])


type Thing = tuple[str, dt.date, int | None]


def frame_of(rows: list[Thing]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=frame_schema(THINGS), orient="row")


def stored(connection: Connection) -> pl.DataFrame:
    return read_frame(connection, select(THINGS).order_by(THINGS.c.name))


def places(connection: Connection) -> dict[str, str]:
    """Where each row lies: a row that is written anew lies elsewhere."""
    rows = connection.execute(select(THINGS.c.name, literal_column("ctid::text"))).all()
    return {row.name: row[1] for row in rows}


def replace_may(connection: Connection, frame: pl.DataFrame, *, key: str | None = None) -> None:
    replace_window(connection, THINGS, frame, day="day", window=MAY, key=key)


def test_the_first_day_is_replaced_and_the_end_is_not(connection: Connection) -> None:
    edges = things(
        ("april", "2025-04-30", 1), ("first", "2025-05-01", 1), ("last", "2025-05-31", 1), ("june", "2025-06-01", 1)
    )
    copy_frame(connection, THINGS, edges)
    replace_may(connection, things(("new", "2025-05-01", 2)))
    assert stored(connection)["name"].to_list() == ["april", "june", "new"]


def test_replacing_twice_is_replacing_once(connection: Connection) -> None:
    frame = things(("a", "2025-05-01", 1), ("b", "2025-05-31", 2))
    replace_may(connection, frame)
    replace_may(connection, frame)
    assert stored(connection).equals(frame)


def test_an_empty_frame_empties_the_window_and_nothing_else(connection: Connection) -> None:
    copy_frame(connection, THINGS, things(("a", "2025-05-10", 1), ("b", "2025-06-10", 1)))
    replace_may(connection, things(), key="name")
    assert stored(connection)["name"].to_list() == ["b"]


@pytest.mark.parametrize("outside", ["2025-04-30", "2025-06-01"])
def test_rows_outside_the_window_are_refused_and_nothing_is_lost(connection: Connection, outside: str) -> None:
    before = things(("a", "2025-05-10", 1))
    copy_frame(connection, THINGS, before)
    with pytest.raises(ValueError, match="things: 1 rows lie outside 2025-05-01 to 2025-06-01"):
        replace_may(connection, things(("b", "2025-05-10", 1), ("c", outside, 1)))
    assert stored(connection).equals(before)


def test_a_key_whose_day_has_changed_moves_into_the_window(connection: Connection) -> None:
    copy_frame(connection, THINGS, things(("moved", "2025-04-30", 1), ("stays", "2025-04-30", 1)))
    replace_may(connection, things(("moved", "2025-05-01", 2)), key="name")
    assert stored(connection).rows() == [("moved", day("2025-05-01"), 2), ("stays", day("2025-04-30"), 1)]


def test_more_keys_than_a_statement_has_parameters_move(connection: Connection) -> None:
    names = [f"{n:06}" for n in range(70_000)]
    copy_frame(connection, THINGS, frame_of([(names[0], day("2025-04-30"), 1)]))
    frame = frame_of([(name, day("2025-05-01"), 2) for name in names])
    replace_may(connection, frame, key="name")
    assert stored(connection).equals(frame)


def test_an_interrupted_replacement_leaves_the_old_rows(engine: Engine) -> None:
    before = things(("a", "2025-05-10", 1))
    with engine.begin() as connection:
        replace_may(connection, before)
    with engine.connect() as connection, connection.begin() as transaction:
        replace_may(connection, things(("b", "2025-05-11", 1)))
        transaction.rollback()
    with engine.connect() as connection:
        assert stored(connection).equals(before)


def test_replacing_all_leaves_only_the_frame(connection: Connection) -> None:
    copy_frame(connection, THINGS, things(("a", "1999-01-01", 1), ("b", "2025-06-10", 1)))
    frame = things(("c", "2025-05-01", 3))
    replace_all(connection, THINGS, frame, day="day")
    assert stored(connection).equals(frame)


ROWS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.dates(MAY.start, MAY.end), st.none() | st.integers(0, 2)),
    max_size=4,
    unique_by=lambda row: row[0],
)


@given(before=ROWS, after=ROWS)
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_replacing_all_writes_from_the_first_day_that_differs(
    connection: Connection, before: list[Thing], after: list[Thing]
) -> None:
    connection.execute(delete(THINGS))
    copy_frame(connection, THINGS, frame_of(before))
    earlier = places(connection)
    replace_all(connection, THINGS, frame_of(after), day="day")
    assert stored(connection).equals(frame_of(after).sort("name"))
    first = min((on for _, on, _ in {*before} ^ {*after}), default=dt.date.max)
    later = places(connection)
    untouched = {name for name, on, _ in after if on < first}
    assert {name for name in earlier if earlier[name] == later.get(name)} == untouched


def test_writers_of_one_table_wait_for_each_other_and_no_row_comes_twice(engine: Engine) -> None:
    """Each of six writers replaces the window by rows of its own: the last one's, whole, are what is left."""
    together = threading.Barrier(6)

    def write(writer: int) -> None:
        frame = frame_of([(f"{writer}-{n}", day("2025-05-01") + dt.timedelta(days=n), writer) for n in range(20)])
        together.wait()
        for _ in range(3):
            with engine.begin() as connection:
                replace_may(connection, frame)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    with engine.connect() as connection:
        left = stored(connection)
    assert left.height == 20
    assert left["value"].n_unique() == 1


def test_a_second_writer_waits_until_the_first_has_committed(engine: Engine) -> None:
    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as first:
            replace_may(first, things(("first", "2025-05-01", 1)))

            def second() -> list[str]:
                with engine.begin() as connection:
                    lock(connection, THINGS.name)
                    return stored(connection)["name"].to_list()

            waiting = pool.submit(second)
            assert waits_for_a_lock(engine, waiting)
        assert waiting.result(10) == ["first"]


DAYS = st.dates(dt.date(2025, 4, 20), dt.date(2025, 6, 10))
ROWS = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.tuples(DAYS, st.integers(0, 9)), max_size=12)


@given(before=ROWS, new=ROWS, window=st.tuples(DAYS, DAYS).filter(lambda pair: pair[0] < pair[1]))
@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_replacing_the_table_is_what_was_outside_and_what_is_new(
    engine: Engine,
    before: dict[str, tuple[dt.date, int]],
    new: dict[str, tuple[dt.date, int]],
    window: tuple[dt.date, dt.date],
) -> None:
    replaced = Window(*window)
    inside = {name: row for name, row in new.items() if replaced.start <= row[0] < replaced.end}
    untouched = {
        name: row for name, row in before.items() if not replaced.start <= row[0] < replaced.end and name not in inside
    }
    expected = frame_of(sorted((name, *row) for name, row in (untouched | inside).items()))
    with engine.connect() as connection, connection.begin() as transaction:
        copy_frame(connection, THINGS, frame_of([(name, *row) for name, row in before.items()]))
        for _ in range(2):
            frame = frame_of([(name, *row) for name, row in inside.items()])
            replace_window(connection, THINGS, frame, day="day", window=replaced, key="name")
            assert stored(connection).sort("name").equals(expected)
        transaction.rollback()


@given(start=st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)), length=st.integers(1, 800))
def test_the_months_of_a_window_cover_it_without_a_gap(start: dt.date, length: int) -> None:
    window = Window(start, start + dt.timedelta(days=length))
    months = list(window.months())
    assert months[0].start <= window.start
    assert window.end <= months[-1].end
    assert months[0].end > window.start
    assert months[-1].start < window.end
    assert all(month.start.day == month.end.day == 1 and month.end == next_month(month.start) for month in months)
    assert all(one.end == other.start for one, other in itertools.pairwise(months))


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)))
def test_a_weeks_monday_is_at_most_six_days_ago(today: dt.date) -> None:
    start = monday(today)
    assert start.weekday() == 0
    assert dt.timedelta(0) <= today - start <= dt.timedelta(days=6)


@pytest.mark.parametrize("end", ["2025-05-01", "2025-04-30"])
def test_an_empty_window_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match="empty window"):
        Window(dt.date(2025, 5, 1), day(end))


def test_a_padded_window_has_days_more_on_both_sides() -> None:
    assert MAY.padded(1) == Window(dt.date(2025, 4, 30), dt.date(2025, 6, 2))
