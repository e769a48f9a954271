"""The writer, read back by fitdecode: what is written is FIT, and a value survives the round trip."""

import datetime as dt
from typing import Any

import fitdecode
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runningcoach_pipelines.fit import decode
from runningcoach_pipelines.fit.encode import FitEncodeError, Interleaved, Rows, encode
from tests.fit.differential import oracle_messages
from tests.fit.recordings import FILE_ID, START, at, run


def values(data: bytes, message: str, field: str) -> list[Any]:
    return [each.get_value(field, fallback=None) for each in oracle_messages(data) if each.name == message]


@pytest.mark.parametrize("header_size", [12, 14])
def test_both_crcs_are_right(header_size: Any) -> None:
    data = encode([FILE_ID], header_size=header_size)
    with fitdecode.FitReader(data, check_crc=fitdecode.CrcCheck.RAISE) as reader:
        assert [frame.frame_type for frame in reader] == [
            fitdecode.FIT_FRAME_HEADER,
            fitdecode.FIT_FRAME_DEFINITION,
            fitdecode.FIT_FRAME_DATA,
            fitdecode.FIT_FRAME_CRC,
        ]


def test_physical_values_are_read_back_by_fitdecode() -> None:
    data = run(4)
    assert values(data, "record", "heart_rate") == [None, 100, 101, 102]
    assert values(data, "record", "enhanced_altitude") == pytest.approx([12.4] * 4)
    assert values(data, "record", "distance") == [0.0, 3.0, 6.0, 9.0]
    assert values(data, "hrv", "time") == [(0.5, 0.6, None)] * 4
    assert values(data, "file_id", "type") == ["activity"]
    assert values(data, "session", "sport_profile_name") == ["Läufe"]
    assert values(data, "event", "timer_trigger") == ["manual"]


@pytest.mark.parametrize(
    "times",
    [
        [START, at(1), None],
        np.array(["2025-05-04T07:30:00", "2025-05-04T07:30:01", "NaT"], "M8[s]"),
        [START.timestamp(), START.timestamp() + 1, None],
        np.array([START.timestamp(), START.timestamp() + 1, np.nan]),
    ],
)
def test_instants_are_given_in_any_usual_form(times: Any) -> None:
    data = encode([Rows("record", {"timestamp": times, "heart_rate": [1, 2, 3]})])
    assert decode(data).messages["record"]["timestamp"].to_list() == [START, at(1), None]


def test_a_naive_datetime_is_a_local_time() -> None:
    local = dt.datetime(2025, 5, 4, 9, 30)  # noqa: DTZ001
    data = encode([Rows("activity", {"timestamp": [START], "local_timestamp": [local]})])
    assert decode(data).messages["activity"]["local_timestamp"].to_list() == [local]


def test_the_first_of_the_parts_comes_first_at_the_same_time() -> None:
    parts = [Rows("lap", {"timestamp": [at(1)]}), Rows("event", {"timestamp": [at(0), at(1)], "event": ["lap", "lap"]})]
    names = [each.name for each in oracle_messages(encode([Interleaved(parts)]))]
    assert names == ["event", "lap", "event"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (Rows("recrd", {"heart_rate": [1]}), "no FIT message is called 'recrd'"),
        (Rows("record", {"hart_rate": [1]}), "record.hart_rate: the profile has no such field"),
        (Rows("record", {"heart_rate": [256]}), "record.heart_rate: value outside uint8"),
        (Rows("record", {"heart_rate": [-1]}), "record.heart_rate: value outside uint8"),
        (Rows("record", {"heart_rate": [1], "power": [1, 2]}), "columns differ in length"),
        (Rows("session", {"sport": ["runing"]}), "session.sport: 'runing'"),
        (Rows("record", {240: [1]}), "record.240: a field without a name needs its base type"),
        (Rows("session", {"sport_profile_name": ["x" * 300]}), "301 bytes don't fit"),
        (Rows("hrv", {"time": [[0.5] * 200]}), "200 values don't fit"),
    ],
)
def test_what_cannot_be_written_says_where_and_why(rows: Rows, message: str) -> None:
    with pytest.raises(FitEncodeError, match=message):
        encode([rows])


_POWER = st.lists(st.none() | st.integers(0, 65534), min_size=1, max_size=40)


@given(power=_POWER, big_endian=st.booleans(), compressed=st.booleans())
@settings(max_examples=60, deadline=None)
def test_decoding_gives_back_what_was_encoded(power: list[int | None], big_endian: bool, compressed: bool) -> None:
    times = [at(second) for second in range(len(power))]
    start = Rows("event", {"timestamp": [START], "event": ["timer"]})
    rows = Rows("record", {"timestamp": times, "power": power}, big_endian=big_endian, compressed_timestamp=compressed)
    record = decode(encode([start, rows])).messages["record"]
    assert record["power"].to_list() == power
    assert record["timestamp"].to_list() == times


@given(st.lists(st.none() | st.text(max_size=20), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_text_survives_up_to_its_first_nul(names: list[str | None]) -> None:
    data = encode([Rows("workout_step", {"message_index": [*range(len(names))], "wkt_step_name": names})])
    expected = [name.partition("\0")[0] or None if name else None for name in names]
    assert decode(data).messages["workout_step"]["wkt_step_name"].to_list() == expected
