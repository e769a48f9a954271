"""Shoes, records and races of Garmin's answers."""

import datetime as dt
from typing import Any

from runningcoach_pipelines.derive.garmin.belongings import changed_belongings, derive_belongings
from tests.derive.garmin.conftest import Fetch
from tests.deriving import table
from tests.doubles.garmin import Changed
from tests.garmin.conftest import Desk

YEAR = dt.date(2100, 1, 1), dt.date(2100, 12, 31)


def test_what_the_athlete_has_at_garmin_is_there_and_what_has_changed_is_made_anew(desk: Desk, fetch: Fetch) -> None:
    lakehouse = desk.lakehouse
    assert not changed_belongings(lakehouse)
    for name in ("gear", "personal_records"):
        fetch(name)
    fetch("calendar", *YEAR)
    assert changed_belongings(lakehouse)
    report = derive_belongings(lakehouse)
    assert not changed_belongings(lakehouse)
    athlete = desk.garmin.athlete
    races = athlete.plan.seasons.year(2100).races
    assert table(lakehouse, "races")["name"].sort().to_list() == sorted(race.name for race in races)
    assert report.rows["races"] == len(races)
    assert table(lakehouse, "gear")["status"].to_list().count("active") == 1
    assert set(table(lakehouse, "personal_records")["record"]) == {"fastest", "longest_run"}

    def cancelled(events: list[Any]) -> list[Any]:
        return events[1:]

    desk.garmin.fault("/calendar-service", Changed(cancelled))
    fetch("calendar", *YEAR)
    assert changed_belongings(lakehouse)
    derive_belongings(lakehouse)
    assert table(lakehouse, "races").height == len(races) - 1


def test_an_entry_that_has_drifted_is_told_and_the_others_are_there(desk: Desk, fetch: Fetch) -> None:
    def without_id(shoes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        del shoes[0]["uuid"]
        return shoes

    desk.garmin.fault("/gear-service", Changed(without_id))
    fetch("gear")
    report = derive_belongings(desk.lakehouse)
    assert report.drifts == 1
    assert table(desk.lakehouse, "garmin_drifts").select("endpoint", "path").row(0) == ("gear", "[0].uuid")
    assert table(desk.lakehouse, "gear").height == report.rows["gear"] > 2
