"""Athletes and what their loads are measured against, from which day on."""

import datetime as dt
from dataclasses import fields, replace
from typing import Any

import pytest

from runningcoach_pipelines.store.athletes import (
    ImpossibleSettings,
    SettingsFrom,
    athlete_ids,
    check,
    ensure_athlete,
    read_settings,
    settings_versions,
    store_settings,
    version_from,
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
    ("impossible", "said"),
    [
        ({"sex": "other"}, "sex 'other' is neither"),
        ({"hr_rest_bpm": 100, "hr_max_bpm": 100}, "hr_rest_bpm 100 is not below hr_max_bpm 100"),
        ({"hr_rest_bpm": 90, "hr_threshold_bpm": 85}, "hr_rest_bpm 90 is not below hr_threshold_bpm 85"),
        ({"hr_threshold_bpm": 190, "hr_max_bpm": 185}, "hr_threshold_bpm 190 is not below hr_max_bpm 185"),
        ({"hr_max_bpm": 300}, "hr_max_bpm 300 is outside 100 to 230"),
        ({"threshold_speed_mps": 240}, "threshold_speed_mps 240 is outside"),
        ({"threshold_power_w": 5}, "threshold_power_w 5 is outside"),
        ({"weight_kg": float("nan")}, "weight_kg nan is outside"),
        ({"birth_year": 85}, "birth_year 85 is outside"),
        ({"hr_zone_bounds_bpm": "120;140"}, "are not whole numbers"),
        ({"hr_zone_bounds_bpm": ""}, "are not whole numbers"),
        ({"hr_zone_bounds_bpm": "140,120"}, "do not ascend"),
        ({"hr_zone_bounds_bpm": "140,140"}, "do not ascend"),
        ({"hr_zone_bounds_bpm": "120,280"}, "do not ascend"),
    ],
)
def test_impossible_settings_are_refused_whole(lakehouse: Lakehouse, impossible: dict[str, Any], said: str) -> None:
    ensure_athlete(lakehouse.engine, "me")
    versions = [SettingsFrom(dt.date(2024, 1, 1)), SettingsFrom(NEW_YEAR, **impossible)]
    with pytest.raises(ImpossibleSettings, match=said):
        store_settings(lakehouse.engine, "me", versions)
    assert settings_versions(lakehouse.engine, "me") == []


def test_every_problem_of_impossible_settings_is_named() -> None:
    with pytest.raises(ImpossibleSettings, match=r"hr_max_bpm 20 .*; sex 'x' .*; hr_rest_bpm 60 is not below"):
        check(SettingsFrom(NEW_YEAR, sex="x", hr_rest_bpm=60, hr_max_bpm=20))


WHOLE = SettingsFrom(
    NEW_YEAR,
    sex="female",
    birth_year=1990,
    hr_rest_bpm=48,
    hr_max_bpm=188,
    hr_threshold_bpm=171,
    threshold_speed_mps=4.0,
    threshold_power_w=280,
    weight_kg=55.5,
    hr_zone_bounds_bpm="110,130,150",
)


def test_versions_come_back_as_they_were_stored(lakehouse: Lakehouse) -> None:
    ensure_athlete(lakehouse.engine, "me")
    later = replace(WHOLE, valid_from=dt.date(2025, 5, 1), weight_kg=None)
    store_settings(lakehouse.engine, "me", [later, WHOLE])
    assert settings_versions(lakehouse.engine, "me") == [WHOLE, later]
    columns = {column.name for column in AthleteSettings.table().columns}
    assert {field.name for field in fields(SettingsFrom)} == columns - {"athlete_id"}


def test_a_new_version_inherits_what_held_before_it() -> None:
    later = SettingsFrom(dt.date(2025, 5, 1), hr_max_bpm=180)
    april = dt.date(2025, 4, 1)
    assert version_from([WHOLE, later], april, {"weight_kg": 60.0, "sex": None}) == replace(
        WHOLE, valid_from=april, weight_kg=60.0, sex=None
    )
    assert version_from([WHOLE, later], later.valid_from, {"hr_rest_bpm": 50.0}) == replace(later, hr_rest_bpm=50.0)
    assert version_from([later], april, {"hr_rest_bpm": 50.0}) == SettingsFrom(april, hr_rest_bpm=50.0)


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
