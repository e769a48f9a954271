"""Athletes and what their loads are measured against, from which day on."""

import datetime as dt

import pytest
from sqlalchemy.exc import IntegrityError

from runningcoach_pipelines.store.athletes import (
    SettingsFrom,
    athlete_ids,
    ensure_athlete,
    read_settings,
    store_settings,
)
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.read_models import athlete_status
from runningcoach_pipelines.store.tables import AthleteSettings

NEW_YEAR = dt.date(2025, 1, 1)


def test_an_athlete_is_there_once_and_keeps_the_name(lakehouse: Lakehouse) -> None:
    for name in ("Mina", "Another", None):
        ensure_athlete(lakehouse.engine, "mina", name)
    ensure_athlete(lakehouse.engine, "a")
    assert athlete_ids(lakehouse.engine) == ["a", "mina"]
    with lakehouse.engine.connect() as connection:
        names = connection.exec_driver_sql("select display_name from runningcoach.athletes order by 1").scalars().all()
    assert sorted(names) == ["Mina", "a"]


@pytest.mark.parametrize("athlete_id", ["", "Mina", "../mina", "a/b", "a" * 64])
def test_an_id_that_would_not_do_in_a_path_is_refused(lakehouse: Lakehouse, athlete_id: str) -> None:
    with pytest.raises(ValueError, match="is no athlete id"):
        ensure_athlete(lakehouse.engine, athlete_id)


def test_settings_are_kept_by_the_day_from_which_they_hold(lakehouse: Lakehouse) -> None:
    ensure_athlete(lakehouse.engine, "me")
    ensure_athlete(lakehouse.engine, "you")
    summer = SettingsFrom(dt.date(2025, 7, 1), sex="female", hr_max_bpm=188)
    store_settings(lakehouse.engine, "me", [summer, SettingsFrom(NEW_YEAR, hr_rest_bpm=50, hr_max_bpm=190)])
    store_settings(lakehouse.engine, "you", [SettingsFrom(NEW_YEAR)])
    store_settings(lakehouse.engine, "me", [SettingsFrom(NEW_YEAR, hr_rest_bpm=48)])
    with lakehouse.engine.connect() as connection:
        read = read_settings(connection)
    assert read.select("athlete_id", "valid_from", "hr_rest_bpm", "hr_max_bpm", "sex").rows() == [
        ("me", NEW_YEAR, 48.0, None, None),
        ("me", summer.valid_from, None, 188.0, "female"),
        ("you", NEW_YEAR, None, None, None),
    ]


def test_no_settings_are_an_empty_frame_of_the_same_shape(lakehouse: Lakehouse) -> None:
    with lakehouse.engine.connect() as connection:
        assert read_settings(connection).schema == frame_schema(AthleteSettings.table())


@pytest.mark.parametrize(
    "impossible",
    [SettingsFrom(NEW_YEAR, sex="other"), SettingsFrom(NEW_YEAR, hr_rest_bpm=190, hr_max_bpm=190)],
)
def test_impossible_settings_are_refused_whole(lakehouse: Lakehouse, impossible: SettingsFrom) -> None:
    ensure_athlete(lakehouse.engine, "me")
    with pytest.raises(IntegrityError):
        store_settings(lakehouse.engine, "me", [SettingsFrom(dt.date(2024, 1, 1)), impossible])
    with lakehouse.engine.connect() as connection:
        assert read_settings(connection).is_empty()


def test_an_athlete_without_anything_has_a_status_of_nothing(lakehouse: Lakehouse) -> None:
    ensure_athlete(lakehouse.engine, "me")
    status = athlete_status(lakehouse.engine, "me")
    assert (status.files, status.failed, status.activities, status.first_day, status.fitness_to) == (
        {},
        0,
        0,
        None,
        None,
    )
