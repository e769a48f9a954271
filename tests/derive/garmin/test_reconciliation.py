"""One history out of three ways in: a folder of files, the account's export, and Garmin Connect itself."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest

from runningcoach_pipelines.demo.garmin import GarminAthlete
from runningcoach_pipelines.demo.training import Oddity, PlannedSession
from runningcoach_pipelines.derive.activities import derive_activities
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS
from runningcoach_pipelines.garmin.questions import Question
from runningcoach_pipelines.ingest.importing import import_files, import_paths
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.read_models import suspected_duplicates
from runningcoach_pipelines.store.windows import Window
from tests.deriving import table
from tests.garmin.conftest import ATHLETE, Desk
from tests.garmin.fetching.conftest import new_fetcher
from tests.ingest.zipping import zipped


def two_devices(athlete: GarminAthlete) -> PlannedSession:
    """The last session that a watch and a foot pod recorded."""
    days = reversed(list(athlete.known_days(athlete.first_day, athlete.until)))
    sessions = (session for day in days for session in athlete.plan.sessions_on(day))
    return next(session for session in sessions if Oddity.FOOT_POD_TOO in session.oddities)


@pytest.fixture
def sessions(desk: Desk) -> list[PlannedSession]:
    """Three days, one of which has a run with two devices."""
    athlete = desk.garmin.athlete
    day = two_devices(athlete).day
    return [s for near in athlete.known_days(day - dt.timedelta(days=2), day) for s in athlete.plan.sessions_on(near)]


def files_of(athlete: GarminAthlete, sessions: list[PlannedSession]) -> dict[str, bytes]:
    """The devices' files under names of their own."""
    found = {}
    for activity_id in athlete.activity_ids(sessions[0].day, sessions[-1].day):
        with zipfile.ZipFile(io.BytesIO(athlete.zipped_fit(activity_id) or b"")) as archive:
            found[f"watch/{activity_id}.fit"] = archive.read(archive.namelist()[0])
    return found


def fetch(desk: Desk, sessions: list[PlannedSession]) -> None:
    """The list of activities, and each one's file."""
    desk.logged_in()
    fetcher = new_fetcher(desk)
    first, last = sessions[0].day, sessions[-1].day
    fetcher.fetch(Question(ENDPOINTS["activities"], first, last))
    for activity_id in desk.garmin.athlete.activity_ids(first, last):
        day = desk.garmin.athlete.activity(activity_id)
        assert day is not None
        fetcher.fetch(Question(ENDPOINTS["activity_fit"], day.session.day, day.session.day, str(activity_id)))


def derive(lakehouse: Lakehouse, sessions: list[PlannedSession]) -> None:
    derive_activities(lakehouse, Window(sessions[0].day, sessions[-1].day + dt.timedelta(days=1)))


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_folder_export_and_garmin_lead_to_each_activity_once_with_all_its_names(
    desk: Desk, sessions: list[PlannedSession], tmp_path: Path, order: tuple[int, ...]
) -> None:
    lakehouse, athlete = desk.lakehouse, desk.garmin.athlete
    files = files_of(athlete, sessions)
    parts = {f"UploadedFiles_{n}.zip": zipped({f"me_{n}.fit": data}) for n, data in enumerate(files.values())}
    export = tmp_path / "export.zip"
    export.write_bytes(zipped(parts))

    def folder() -> None:
        found = [FoundFile(name, data) for name, data in files.items()]
        assert import_files(lakehouse, found, athlete_id=ATHLETE, today=athlete.until).complete

    def account_export() -> None:
        assert import_paths(lakehouse, [export], athlete_id=ATHLETE, today=athlete.until).complete

    ways = (folder, account_export, lambda: fetch(desk, sessions))
    for way in order:
        ways[way]()
    derive(lakehouse, sessions)

    activities, sources = table(lakehouse, "activities"), table(lakehouse, "activity_sources")
    assert activities["suspected_duplicate_of"].is_null().sum() == len(sessions)
    assert sources.height == len(files) == len(sessions) + 1
    names = lakehouse.files.names(ATHLETE)
    assert len(names) == 3 * len(files)
    assert all(sum(sha256 == one for _, one in names) == 3 for sha256 in sources["source_sha256"])


def test_a_run_that_two_devices_uploaded_counts_once_and_the_other_is_listed_or_a_source(
    desk: Desk, sessions: list[PlannedSession]
) -> None:
    fetch(desk, sessions)
    derive(desk.lakehouse, sessions)
    activities = table(desk.lakehouse, "activities")
    assert activities["suspected_duplicate_of"].is_null().sum() == len(sessions)
    listed = suspected_duplicates(desk.lakehouse.engine, ATHLETE)
    double = two_devices(desk.garmin.athlete)
    second = int(double.start.timestamp()) * 2 + 1
    if activities["source_count"].max() == 1:
        (row,) = listed.to_dicts()
        assert {f"{second}.zip" in name or str(second) in name for name in (row["files"],)} == {True}
        assert str(second - 1) in row["counted_files"]
    else:
        assert listed.is_empty()
        assert activities["source_count"].to_list().count(2) == 1


def test_what_garmin_has_no_more_is_kept_here(desk: Desk, sessions: list[PlannedSession]) -> None:
    fetch(desk, sessions)
    derive(desk.lakehouse, sessions)
    before = table(desk.lakehouse, "activities")
    athlete = desk.garmin.athlete
    athlete.absent |= set(athlete.activity_ids(sessions[0].day, sessions[-1].day))
    fetch(desk, sessions)
    derive(desk.lakehouse, sessions)
    assert table(desk.lakehouse, "activities").equals(before)
