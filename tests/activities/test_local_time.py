"""Which day an activity belongs to: the device's clock, else the position's zone, else home."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from runningcoach_pipelines.activities.local_time import OffsetSource
from runningcoach_pipelines.activities.sessions import Session
from runningcoach_pipelines.fit.encode import encode
from tests.activities.reading import SEOUL, read
from tests.making import START, UTC, Leg, activity, activity_message, at, file_id, run

BERLIN, HONOLULU, KATHMANDU = (52.52, 13.4), (21.3, -157.86), (27.7, 85.3)
HOUR_S = 3600


def session(data: bytes, home: ZoneInfo = SEOUL) -> Session:
    (only,) = read(data, home).sessions
    return only


def seen(data: bytes, home: ZoneInfo = SEOUL) -> tuple[float, str, str]:
    """Offset in hours, where it comes from, and the local day."""
    one = session(data, home)
    return one.offset.seconds / HOUR_S, one.offset.source.value, one.local_day.isoformat()


@pytest.mark.parametrize("offset_h", [-12, -9.5, 0, 5.75, 14])
def test_the_devices_clock_comes_first(offset_h: float) -> None:
    leg = Leg(position_deg=BERLIN)
    one = session(activity(leg, offset_h=offset_h))
    assert (one.offset.seconds, one.offset.source) == (offset_h * HOUR_S, OffsetSource.DEVICE)


def test_a_clock_some_seconds_off_is_rounded_to_a_quarter_of_an_hour() -> None:
    assert session(run(offset_h=9 + 17 / HOUR_S)).offset.seconds == 9 * HOUR_S
    assert session(run(offset_h=5.75 - 40 / HOUR_S)).offset.seconds == 5.75 * HOUR_S


@pytest.mark.parametrize("absurd_h", [14.5, -15, 24 * 300, -24 * 7000])
def test_an_absurd_clock_is_no_clock(absurd_h: float) -> None:
    assert seen(activity(Leg(position_deg=BERLIN), offset_h=absurd_h)) == (2, "position", "2025-05-04")
    assert seen(run(offset_h=absurd_h)) == (9, "home", "2025-05-04")


def test_without_a_clock_the_position_tells_the_zone() -> None:
    assert seen(activity(Leg(position_deg=KATHMANDU), offset_h=None)) == (5.75, "position", "2025-05-04")


@pytest.mark.parametrize("position", [(90.5, 0.0), (0.0, 179.9999999)])
def test_a_position_outside_the_world_or_on_the_high_sea_does_no_harm(position: tuple[float, float]) -> None:
    assert session(activity(Leg(position_deg=position), offset_h=9)).offset.seconds == 9 * HOUR_S
    assert abs(session(activity(Leg(position_deg=position), offset_h=None)).offset.seconds) <= 12 * HOUR_S


@pytest.mark.parametrize(("home", "hours"), [("Asia/Seoul", 9), ("Europe/Berlin", 2), ("America/St_Johns", -2.5)])
def test_without_clock_and_position_it_was_at_home(home: str, hours: float) -> None:
    assert seen(run(offset_h=None), ZoneInfo(home)) == (hours, "home", "2025-05-04")


def test_a_start_at_half_past_midnight_is_of_the_new_day() -> None:
    start = dt.datetime(2025, 5, 3, 15, 30, tzinfo=UTC)
    assert seen(run(start)) == (9, "device", "2025-05-04")
    assert seen(run(start, offset_h=8)) == (8, "device", "2025-05-03")


def test_two_runs_of_one_local_day_lie_thirty_hours_apart_across_the_date_line() -> None:
    morning = dt.datetime(2025, 5, 3, 22, tzinfo=UTC)
    evening = morning + dt.timedelta(hours=30)
    assert seen(activity(Leg(start=morning), offset_h=9)) == (9, "device", "2025-05-04")
    assert seen(activity(Leg(start=evening, position_deg=HONOLULU), offset_h=None)) == (-10, "position", "2025-05-04")


class TestTheNightOfTheClockChange:
    """In Berlin 2025: 30 March 02:00 becomes 03:00, 26 October 03:00 becomes 02:00, both at 01:00 UTC."""

    SPRING = dt.datetime(2025, 3, 30, 1, tzinfo=UTC)
    AUTUMN = dt.datetime(2025, 10, 26, 1, tzinfo=UTC)

    @pytest.mark.parametrize(("start", "before_h", "after_h"), [(SPRING, 1, 2), (AUTUMN, 2, 1)])
    @pytest.mark.parametrize("offset", ["device", "position"])
    def test_the_offset_is_that_of_the_start(
        self, start: dt.datetime, before_h: int, after_h: int, offset: str
    ) -> None:
        through = Leg(start=at(start, -HOUR_S), seconds=2 * HOUR_S, every_s=600, position_deg=BERLIN)
        written = after_h if offset == "device" else None
        assert seen(activity(through, offset_h=written))[:2] == (before_h, offset)
        later = Leg(start=start, every_s=60, position_deg=BERLIN)
        assert seen(activity(later, offset_h=written))[:2] == (after_h, offset)

    def test_a_run_from_before_midnight_stays_on_its_day_when_the_device_wrote_the_summer_time(self) -> None:
        long = Leg(start=dt.datetime(2025, 3, 29, 22, 30, tzinfo=UTC), seconds=4 * HOUR_S, every_s=600)
        assert seen(activity(long, offset_h=2), ZoneInfo("Europe/Berlin")) == (1, "device", "2025-03-29")

    def test_a_clock_that_was_never_changed_is_believed(self) -> None:
        later = Leg(start=at(self.SPRING, HOUR_S), position_deg=BERLIN)
        assert seen(activity(later, offset_h=1))[:2] == (1, "device")


def test_the_start_written_in_place_of_the_end_tells_the_same_offset() -> None:
    """As Forerunner 955s write it: both clocks of the `activity` message stand at the start."""
    leg = Leg()
    clock = activity_message(leg.start, leg.start + dt.timedelta(hours=9))
    assert seen(encode([file_id(), leg.records(), clock])) == (9, "device", "2025-05-04")


def test_a_clock_without_its_utc_side_is_none() -> None:
    leg = Leg(start=START)
    clock = activity_message(START, START)
    one_sided = type(clock)("activity", {"local_timestamp": clock.columns["local_timestamp"]})
    assert seen(encode([file_id(), leg.records(), one_sided])) == (9, "home", "2025-05-04")
