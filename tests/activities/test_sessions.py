"""The activities of a file: one for each session, with the device's totals, or one for a file without any."""

import pytest

from runningcoach_pipelines.activities.sessions import Totals
from runningcoach_pipelines.fit.encode import Rows, encode
from tests.activities.reading import read
from tests.making import START, Leg, activity, at, cut_off, file_id, run

SWIM = Leg(seconds=60, sport="swimming", sub_sport="open_water", speed_mps=1)
CHANGE = Leg(start=at(START, 60), seconds=20, sport="transition", speed_mps=1, distance_from_m=60)
RIDE = Leg(start=at(START, 80), seconds=60, sport="cycling", speed_mps=10, distance_from_m=80)


def test_a_session_has_the_devices_totals() -> None:
    leg = Leg(seconds=120, pauses=((20, 50),))
    (session,) = read(activity(leg)).sessions
    assert (session.index, session.started_at, session.sport, session.sub_sport) == (0, START, "running", "generic")
    assert session.totals == Totals(
        elapsed_s=120,
        timer_s=90,
        distance_m=270,
        avg_heart_rate_bpm=150,
        max_heart_rate_bpm=150,
        ascent_m=0,
        calories_kcal=10,
    )


def test_each_session_of_a_file_is_an_activity_in_the_order_of_their_start() -> None:
    file = read(activity(RIDE, SWIM, CHANGE))
    assert [(s.index, s.sport, s.started_at) for s in file.sessions] == [
        (0, "swimming", START),
        (1, "transition", at(START, 60)),
        (2, "cycling", at(START, 80)),
    ]
    assert [s.totals.distance_m for s in file.sessions] == [60, 20, 600]


def test_a_file_cut_off_before_its_session_is_one_activity_without_totals() -> None:
    file = read(cut_off(run()))
    (session,) = file.sessions
    assert (session.started_at, session.sport, session.sub_sport, session.totals) == (START, "generic", None, Totals())
    assert 0 < file.samples.height < 61


def test_the_sport_message_names_the_sport_of_a_file_without_a_session() -> None:
    sport = Rows("sport", {"sport": ["running"], "sub_sport": ["trail"]})
    (session,) = read(encode([file_id(), sport, Leg().records()])).sessions
    assert (session.sport, session.sub_sport) == ("running", "trail")


def test_a_session_without_a_start_counts_from_its_timestamp() -> None:
    session = Rows("session", {"timestamp": [START], "sport": ["running"]})
    assert [s.started_at for s in read(encode([file_id(), session])).sessions] == [START]


def test_a_session_without_any_time_is_none_and_the_records_speak() -> None:
    session = Rows("session", {"sport": ["running"], "total_distance": [1000]})
    late = Leg(start=at(START, 5))
    assert [s.started_at for s in read(encode([file_id(), late.records(), session])).sessions] == [late.start]


def test_a_file_without_sessions_and_records_holds_no_activity() -> None:
    file = read(encode([file_id()]))
    assert file.sessions == ()
    assert file.samples.is_empty()
    assert file.laps.is_empty()


def test_a_heart_rate_of_zero_was_not_measured() -> None:
    file = read(activity(Leg(heart_rate=0)))
    (session,) = file.sessions
    assert (session.totals.avg_heart_rate_bpm, session.totals.max_heart_rate_bpm) == (None, None)
    assert file.laps["avg_heart_rate_bpm"].to_list() == [None]
    assert file.samples["heart_rate_bpm"].null_count() == file.samples.height


@pytest.mark.parametrize(
    ("sport", "sub_sport", "indoor"),
    [
        ("running", "treadmill", True),
        ("running", "indoor_running", True),
        ("running", "trail", False),
        ("running", "generic", False),
        ("cycling", "indoor_cycling", True),
        ("training", "strength_training", True),
        ("fitness_equipment", "generic", True),
    ],
)
def test_indoor_is_told_by_the_sport(sport: str, sub_sport: str, *, indoor: bool) -> None:
    (session,) = read(activity(Leg(sport=sport, sub_sport=sub_sport))).sessions
    assert session.indoor is indoor


def test_the_maker_and_the_watch_are_named() -> None:
    file = read(run())
    assert (file.manufacturer, file.product) == ("garmin", "fr965")
    unnamed = read(encode([Leg().records()]))
    assert (unnamed.manufacturer, unnamed.product) == (None, None)


def test_a_later_session_without_a_position_lies_where_the_file_began() -> None:
    first = Leg(position_deg=(52.52, 13.4))
    second = Leg(start=at(START, 600), sport="cycling")
    offsets = [session.offset.seconds for session in read(activity(first, second, offset_h=None)).sessions]
    assert offsets == [7200, 7200]
