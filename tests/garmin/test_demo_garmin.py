"""The demo athlete's Garmin, asked by the real client: every endpoint answers, and consistently."""

import datetime as dt
import io
import zipfile
from typing import Any

import pytest

from runningcoach_pipelines.demo import iter_history
from runningcoach_pipelines.demo.garmin import GarminAthlete
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, Asked, Endpoint
from runningcoach_pipelines.garmin.problems import NotFound, Unavailable
from tests.doubles.garmin import Changed
from tests.garmin.conftest import Desk

LAST = dt.date(2100, 2, 27)


def _asked(desk: Desk, endpoint: Endpoint, days: int | None = None, subject: int | str = "") -> Any:
    """What Garmin says to this question about the last days of the history."""
    account = desk.account()
    length = 1 if endpoint.asked is Asked.DAY else days or endpoint.longest_window_days or 1
    words = {
        "name": account.display_name,
        "first": LAST - dt.timedelta(days=length - 1),
        "last": LAST,
        "subject": subject,
        "offset": 0,
    }
    path = endpoint.path.format(**words)
    if endpoint.is_file:
        return account.download(path)
    return account.get(path, {name: value.format(**words) for name, value in endpoint.params.items()})


def test_every_endpoint_of_the_catalogue_has_an_answer(desk: Desk) -> None:
    desk.logged_in()
    subject = desk.garmin.athlete.activity_ids(LAST - dt.timedelta(days=9), LAST)[-1]
    silent = []
    for endpoint in ENDPOINTS.values():
        answer = _asked(desk, endpoint, days=40 if endpoint.asked is Asked.ACTIVITIES_LIST else None, subject=subject)
        if answer in ({}, [], None, b""):
            silent.append(endpoint.name)
    assert silent == []


def test_activities_are_those_of_the_files_and_each_has_its_own(desk: Desk) -> None:
    desk.logged_in()
    athlete = desk.garmin.athlete
    listed = _asked(desk, ENDPOINTS["activities"], days=28)
    files = {
        int(file.started_at.timestamp()): file.data
        for file in iter_history(seed=athlete.seed, years=1, until=LAST)
        if (LAST - file.started_at.date()).days < 28
    }
    assert sorted(one["beginTimestamp"] // 1000 for one in listed) == sorted(files)
    assert [one["activityId"] for one in listed] == sorted((one["activityId"] for one in listed), reverse=True)
    for one in listed[:2]:
        zipped = _asked(desk, ENDPOINTS["activity_fit"], subject=one["activityId"])
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
            (name,) = archive.namelist()
            assert name == f"{one['activityId']}_ACTIVITY.fit"
            assert archive.read(name) == files[one["beginTimestamp"] // 1000]


def test_a_deleted_activity_is_gone_and_one_uploaded_late_appears(desk: Desk) -> None:
    desk.logged_in()
    athlete = desk.garmin.athlete
    newest, *_, oldest = athlete.activity_ids(LAST - dt.timedelta(days=9), LAST)
    athlete.absent |= {newest, oldest}
    listed = {one["activityId"] for one in _asked(desk, ENDPOINTS["activities"], days=10)}
    assert not listed & {newest, oldest}
    with pytest.raises(NotFound):
        _asked(desk, ENDPOINTS["activity_splits"], subject=newest)
    with pytest.raises(NotFound):
        _asked(desk, ENDPOINTS["activity_fit"], subject=newest)
    athlete.absent.discard(oldest)
    assert oldest in {one["activityId"] for one in _asked(desk, ENDPOINTS["activities"], days=10)}


def test_an_answer_can_be_changed_on_the_way(desk: Desk) -> None:
    desk.logged_in()
    before = _asked(desk, ENDPOINTS["heart_rates"])

    def told_differently(day: dict[str, Any]) -> dict[str, Any]:
        return {**day, "restingHeartRate": 99}

    desk.garmin.fault("/wellness-service/wellness/dailyHeartRate", Changed(told_differently), times=1)
    assert _asked(desk, ENDPOINTS["heart_rates"]) == {**before, "restingHeartRate": 99}
    assert _asked(desk, ENDPOINTS["heart_rates"]) == before


def test_a_range_that_is_too_long_is_refused(desk: Desk) -> None:
    desk.logged_in()
    with pytest.raises(Unavailable, match="400"):
        _asked(desk, ENDPOINTS["hrv"], days=29)


def test_an_old_watch_knows_nothing_of_nights_and_a_newer_one_nothing_of_variability() -> None:
    from runningcoach_pipelines.demo.garmin import nights

    bare = GarminAthlete(7, 1, dt.date(2015, 6, 30))
    assert nights.nights(bare, dt.date(2015, 6, 1), bare.until) == {"overallStats": {}, "individualStats": []}
    plain = GarminAthlete(7, 1, dt.date(2021, 6, 30))
    window = dt.date(2021, 6, 3), plain.until
    found: Any = nights.nights(plain, *window)
    assert len(found["individualStats"]) > 20
    assert all(one["values"]["avgOvernightHrv"] is None for one in found["individualStats"])
    variability: Any = nights.variability(plain, *window)
    assert variability["hrvSummaries"] == []
