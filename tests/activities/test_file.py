"""What a file is and when it was recorded, told without its samples."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runningcoach_pipelines.activities.file import outline
from runningcoach_pipelines.fit import FitDecodeError
from runningcoach_pipelines.fit.encode import Raw, Rows, encode
from tests.activities.reading import SEOUL, read
from tests.making import START, Leg, activity, at, cut_off, file_id, run

DAY = dt.date(2025, 5, 4)
SHORT_RUN = run()


@pytest.mark.parametrize("kind", ["course", "workout", "settings", "monitoring_b", "segment", "weight"])
def test_other_kinds_are_named_and_hold_no_activity(kind: str) -> None:
    seen = outline(encode([file_id(kind=kind), Leg().records(), Leg().lap_rows()]), SEOUL)
    assert (seen.file_type, seen.sessions, seen.days, seen.notes) == (kind, (), (DAY, DAY), None)


def test_the_day_a_file_was_made_is_a_day_at_home() -> None:
    late = dt.datetime(2025, 5, 3, 15, 30, tzinfo=dt.UTC)
    assert outline(encode([file_id(late, kind="settings")]), SEOUL).days == (DAY, DAY)


def test_a_type_without_a_name_is_its_number() -> None:
    seen = outline(encode([Rows("file_id", {"type": [77]})]), SEOUL)
    assert (seen.file_type, seen.days) == ("77", None)


def test_a_file_that_says_nothing_of_itself_is_unknown() -> None:
    seen = outline(encode([Rows("hrv", {"time": [[0.7, 0.71]]})]), SEOUL)
    assert (seen.file_type, seen.sessions, seen.days) == ("unknown", (), None)


def test_a_file_that_says_nothing_of_itself_but_holds_a_run_is_an_activity() -> None:
    seen = outline(encode([Leg().records()]), SEOUL)
    assert (seen.file_type, seen.days) == ("activity", (DAY, DAY))


def test_an_activity_lasts_from_its_first_to_its_last_sessions_day() -> None:
    night = activity(Leg(start=at(START, 7 * 3600)), Leg(start=at(START, 8 * 3600)))
    assert outline(night, SEOUL).days == (DAY, DAY + dt.timedelta(days=1))


@pytest.mark.parametrize(
    "data",
    [
        run(),
        run(offset_h=None),
        cut_off(run()),
        activity(Leg(position_deg=(21.3, -157.86)), offset_h=None),
        activity(Leg(), Leg(start=at(START, 900), sport="cycling"), offset_h=None),
        encode([file_id()]),
    ],
    ids=["clock", "no clock", "cut off", "position", "two sessions", "empty"],
)
def test_the_outline_sees_the_sessions_that_the_whole_file_gives(data: bytes) -> None:
    assert outline(data, SEOUL).sessions == read(data).sessions


def test_damage_is_noted_and_what_can_be_read_is_read() -> None:
    seen = outline(cut_off(run()), SEOUL)
    assert seen.file_type == "activity"
    assert seen.notes is not None
    flipped = bytearray(run())
    flipped[-1] ^= 0xFF
    assert outline(bytes(flipped), SEOUL).notes is not None
    assert outline(bytes(flipped), SEOUL).sessions == outline(run(), SEOUL).sessions


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_flipped_bytes_give_activities_or_a_decode_error(flips: list[tuple[float, int]]) -> None:
    damaged = bytearray(SHORT_RUN)
    for where, bits in flips:
        damaged[int(where * len(damaged))] ^= bits
    for look in (read, lambda data: outline(data, SEOUL)):
        with suppress(FitDecodeError):
            look(bytes(damaged))


def test_many_kinds_of_damage_are_noted_in_a_line_of_bounded_length() -> None:
    garbage = run() + b"".join(encode([file_id(), Raw(bytes([0x0F] * 20))])[:-1] for _ in range(40))
    notes = outline(garbage, SEOUL).notes
    assert notes is not None
    assert len(notes) < 2000
    assert "\n" not in notes


@pytest.mark.parametrize("data", [b"", b"\x00" * 100, b"PK\x03\x04 not FIT", b"\x0e\x10", run()[:13]])
def test_what_is_no_fit_file_is_an_error_that_says_why(data: bytes) -> None:
    with pytest.raises(FitDecodeError, match=r"."):
        outline(data, SEOUL)
