"""Heart beats of hrv and hr messages."""

import pytest

from runningcoach_pipelines.fit import decode, hr_beats, hrv_beats, record_heart_rate
from runningcoach_pipelines.fit.encode import Interleaved, Rows, encode
from tests.fit.recordings import FILE_ID, START, at, strap_message

# The strap's clock reads 10 s when the watch's reads 0.5 s after START; then a beat every half second.
ANCHOR = Rows(
    "hr", {"timestamp": [START], "fractional_timestamp": [0.5], "event_timestamp": [10.0], "filtered_bpm": [[120]]}
)
EIGHT_BEATS = Rows(
    "hr",
    {
        "filtered_bpm": [[*range(121, 129)]],
        "event_timestamp_12": [strap_message([10 * 1024 + 512 * n for n in range(1, 9)])],
    },
)


def test_hrv_intervals_become_one_row_per_beat() -> None:
    data = encode(
        [
            Interleaved(
                [
                    Rows("record", {"timestamp": [at(0), at(1)], "heart_rate": [100, 101]}),
                    Rows("hrv", {"time": [[0.5, 0.625, None], [0.75, None, None]]}, at=[at(0), at(1)]),
                ]
            )
        ]
    )
    beats = hrv_beats(decode(data))
    assert beats.rows() == [(at(0), 0.5, 0.5), (at(0), 0.625, 1.125), (at(1), 0.75, 1.875)]


def test_a_single_interval_per_message_is_read_as_well() -> None:
    assert hrv_beats(decode(encode([Rows("hrv", {"time": [0.5, 0.75]})])))["rr_s"].to_list() == [0.5, 0.75]


def test_a_strap_counts_on_from_its_own_time() -> None:
    hr = decode(encode([ANCHOR, EIGHT_BEATS])).messages["hr"]
    assert hr["event_timestamp"].to_list() == [[10.0], [10.5 + 0.5 * n for n in range(8)]]


def test_the_beats_of_a_strap_stand_on_the_watchs_clock() -> None:
    beats = hr_beats(decode(encode([ANCHOR, EIGHT_BEATS])))
    assert beats["timestamp"].to_list() == [at(0.5 + 0.5 * n) for n in range(9)]
    assert beats["heart_rate"].to_list() == [*range(120, 129)]


def test_unused_places_that_repeat_the_last_beat_are_no_beats() -> None:
    repeated = strap_message([10 * 1024 + 512 * min(n, 3) for n in range(1, 9)])
    rows = Rows("hr", {"filtered_bpm": [[120] * 8], "event_timestamp_12": [repeated]})
    assert hr_beats(decode(encode([ANCHOR, rows]))).height == 4


def test_beats_before_the_clocks_are_tied_are_left_out() -> None:
    assert hr_beats(decode(encode([EIGHT_BEATS]))).is_empty()


def test_heart_rates_that_do_not_match_their_beats_are_unknown() -> None:
    rows = Rows("hr", {name: [[121]] if name == "filtered_bpm" else v for name, v in EIGHT_BEATS.columns.items()})
    beats = hr_beats(decode(encode([ANCHOR, rows])))
    assert beats["heart_rate"].to_list() == [120] + [None] * 8


def test_records_under_water_get_the_heart_rate_of_the_strap() -> None:
    times = [at(second) for second in (0, 1, 2, 4, 30)]
    data = encode(
        [Rows("record", {"timestamp": times, "heart_rate": [None, None, 99, None, None]}), ANCHOR, EIGHT_BEATS]
    )
    # The last beat is at 4.5 s; at 30 s it is too old.
    assert record_heart_rate(decode(data)).to_list() == [None, 121, 99, 127, None]
    # Zero beats a minute is a watch that hears no strap.
    data = encode([Rows("record", {"timestamp": times, "heart_rate": [0, 0, 99, None, 0]}), ANCHOR, EIGHT_BEATS])
    assert record_heart_rate(decode(data)).to_list() == [None, 121, 99, 127, None]


@pytest.mark.parametrize("function", [hrv_beats, hr_beats, record_heart_rate])
def test_a_file_without_beats_has_none(function: object) -> None:
    assert len(function(decode(encode([FILE_ID])))) == 0  # type: ignore[operator]
