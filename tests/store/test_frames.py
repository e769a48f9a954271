"""Frames in and out of tables: the schema comes from the columns, whatever the rows are."""

import datetime as dt
from collections.abc import Iterator

import polars as pl
import pytest
from sqlalchemy import Connection, LargeBinary, column, func, literal_column, select, text

from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.frames import copy_frame, frame_schema, read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.rebuild import DERIVED
from runningcoach_pipelines.store.tables import ActivitySource, FitnessMetricsDaily, Lap

LAPS = Lap.table()
FITNESS = FitnessMetricsDaily.table()

LAP = {
    "activity_id": "a",
    "lap_index": 0,
    "athlete_id": "me",
    "local_day": dt.date(2025, 5, 4),
    "started_at": dt.datetime(2025, 5, 3, 23, 30, 0, 123456, tzinfo=dt.UTC),
    "elapsed_s": 60.5,
    "timer_s": None,
    "distance_m": 200.0,
    "avg_heart_rate_bpm": None,
    "max_heart_rate_bpm": None,
    "avg_cadence_spm": None,
    "avg_power_w": None,
    "ascent_m": None,
    "trigger": 'a "quoted"\tlap\\N ü 한',
    "intensity": None,
    "code_version": "1",
}


@pytest.fixture
def connection(lakehouse: Lakehouse) -> Iterator[Connection]:
    ensure_athlete(lakehouse.engine, "me")
    with lakehouse.engine.begin() as opened:
        yield opened


def laps(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([LAP | row for row in rows], schema=frame_schema(LAPS))


def test_what_was_copied_is_read_back_the_same(connection: Connection) -> None:
    frame = laps({}, {"lap_index": 1, "elapsed_s": float("nan"), "distance_m": float("inf"), "trigger": ""})
    copy_frame(connection, LAPS, frame)
    read = read_frame(connection, select(LAPS).order_by(LAPS.c.lap_index))
    assert read.equals(frame)
    assert read.schema == frame_schema(LAPS)


@pytest.mark.parametrize("offset", [dt.timedelta(hours=9), dt.timedelta(hours=-10)])
def test_instants_come_back_in_utc(connection: Connection, offset: dt.timedelta) -> None:
    zone = dt.timezone(offset)
    connection.execute(
        LAPS.insert().values({**LAP, "started_at": dt.datetime(2025, 5, 4, 0, 30, tzinfo=zone)}),
    )
    read = read_frame(connection, select(LAPS.c.started_at))
    assert read.schema == {"started_at": pl.Datetime("us", "UTC")}
    assert read["started_at"][0] == dt.datetime(2025, 5, 4, 0, 30, tzinfo=dt.UTC) - offset


def test_no_row_still_gives_the_columns_and_dtypes(connection: Connection) -> None:
    read = read_frame(connection, select(FITNESS))
    assert read.is_empty()
    assert read.schema == frame_schema(FITNESS)


def test_only_the_selected_columns_come_back_under_their_labels(connection: Connection) -> None:
    copy_frame(connection, LAPS, laps({}))
    read = read_frame(
        connection,
        select(LAPS.c.lap_index.label("number"), func.max(LAPS.c.elapsed_s).label("longest")).group_by(
            LAPS.c.lap_index
        ),
    )
    assert read.to_dict(as_series=False) == {"number": [0], "longest": [60.5]}
    assert read.schema == {"number": pl.Int32, "longest": pl.Float64}


def test_the_order_of_a_frames_columns_does_not_matter(connection: Connection) -> None:
    frame = laps({})
    copy_frame(connection, LAPS, frame.select(reversed(frame.columns)))
    assert read_frame(connection, select(LAPS)).equals(frame)


def test_nullable_columns_may_be_left_out(connection: Connection) -> None:
    copy_frame(connection, LAPS, laps({}).drop("ascent_m", "trigger"))
    assert read_frame(connection, select(LAPS.c.ascent_m, LAPS.c.trigger)).row(0) == (None, None)


@pytest.mark.parametrize(
    ("frame", "complaint"),
    [
        (laps({}).drop("started_at"), r"laps: unknown columns \[\], missing columns \['started_at'\]"),
        (laps({}).with_columns(pace=pl.lit(1.0)), r"laps: unknown columns \['pace'\], missing columns \[\]"),
        (laps({}).cast({"lap_index": pl.Int64}), r"laps: dtypes differ .*lap_index.*Int64.*Int32"),
        (laps({}).cast({"started_at": pl.Datetime("ms", "UTC")}), "started_at"),
        (laps({}).cast({"started_at": pl.Datetime("us", "Asia/Seoul")}), "started_at"),
        (laps({}).cast({"elapsed_s": pl.Float32}), "elapsed_s"),
    ],
)
def test_a_frame_of_another_shape_is_refused_before_anything_is_written(
    connection: Connection, frame: pl.DataFrame, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        copy_frame(connection, LAPS, frame)
    assert read_frame(connection, select(LAPS)).is_empty()


def test_copied_rows_go_with_the_transaction(lakehouse: Lakehouse) -> None:
    ensure_athlete(lakehouse.engine, "me")
    with lakehouse.engine.connect() as connection, connection.begin() as transaction:
        copy_frame(connection, LAPS, laps({}))
        transaction.rollback()
    with lakehouse.engine.connect() as connection:
        assert read_frame(connection, select(LAPS)).is_empty()


def test_every_derived_table_has_a_frame_schema() -> None:
    for derived in DERIVED:
        table = derived.table()
        assert frame_schema(table).names() == [column.name for column in table.columns]
    assert frame_schema(ActivitySource.table())["session_index"] == pl.Int16


def test_a_column_type_without_a_dtype_is_a_clear_error(connection: Connection) -> None:
    with pytest.raises(TypeError, match="no frame dtype"):
        read_frame(connection, select(column("content", LargeBinary)).select_from(text("runningcoach.athletes")))
    with pytest.raises(TypeError, match="no frame dtype"):
        read_frame(connection, select(literal_column("1.5").label("number")))
