"""The sensor for Garmin's answers: the months they tell of, once for each thing they say."""

import datetime as dt
import json

import dagster as dg
import pytest

from runningcoach_pipelines.definitions import defs
from runningcoach_pipelines.defs.answers import new_answers
from runningcoach_pipelines.defs.partitions import month_range_tags
from runningcoach_pipelines.derive.garmin.belongings import derive_belongings
from runningcoach_pipelines.derive.wellness import derive_wellness
from runningcoach_pipelines.settings import Compression
from runningcoach_pipelines.store import garmin_coverage, garmin_events
from runningcoach_pipelines.store.athletes import ensure_athlete
from runningcoach_pipelines.store.blob import sha256_of
from runningcoach_pipelines.store.garmin_events import Answer
from runningcoach_pipelines.store.garmin_used import WHOLE
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.windows import Window
from tests.deriving import table

NOW = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
MARCH, MAY = Window(dt.date(2025, 3, 1), dt.date(2025, 4, 1)), Window(dt.date(2025, 5, 1), dt.date(2025, 6, 1))


@pytest.fixture(autouse=True)
def _settings_in_environment(lakehouse: Lakehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lakehouse.settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", lakehouse.settings.database_url.get_secret_value())
    monkeypatch.setenv("RUNNINGCOACH_HOME", str(lakehouse.settings.home))


def answer(lakehouse: Lakehouse, endpoint: str, day: dt.date, payload: object) -> None:
    """What Garmin says of a day, as fetching keeps it."""
    ensure_athlete(lakehouse.engine, "me")
    data = json.dumps(payload).encode()
    with lakehouse.engine.begin() as connection:
        kept = garmin_events.keep(connection, Answer("me", endpoint, "", day, day, data), Compression.NONE, NOW)
        said = {day: sha256_of(data)}
        garmin_coverage.mark_answered(connection, "me", endpoint, "", said, event_id=kept.event_id, now=NOW)


def weight(day: dt.date, grams: float) -> dict[str, object]:
    return {"dateWeightList": [{"calendarDate": f"{day}", "timestampGMT": 1, "weight": grams}]}


def requests() -> list[dg.RunRequest]:
    with dg.DagsterInstance.ephemeral() as instance:
        result = new_answers(dg.build_sensor_context(instance=instance, definitions=defs))
    return list(result.run_requests or ()) if isinstance(result, dg.SensorResult) else []


def test_answers_ask_for_their_months_until_they_are_derived_and_again_when_they_say_something_else(
    lakehouse: Lakehouse,
) -> None:
    assert requests() == []
    for month in (MARCH, MAY):
        answer(lakehouse, "weight", month.start, weight(month.start, 70_000))
    first = requests()
    assert [request.tags for request in first] == [month_range_tags(MARCH), month_range_tags(MAY)]
    assert [request.run_key for request in requests()] == [request.run_key for request in first]
    for month in (MARCH, MAY):
        derive_wellness(lakehouse, month)
    assert requests() == []
    answer(lakehouse, "weight", MAY.start, weight(MAY.start, 71_000))
    (again,) = requests()
    assert again.tags == month_range_tags(MAY)
    assert again.run_key not in {request.run_key for request in first}
    derive_wellness(lakehouse, MAY)
    assert table(lakehouse, "health_metrics")["weight_kg"].to_list() == [70.0, 71.0]
    assert requests() == []


def test_belongings_ask_for_their_own_run(lakehouse: Lakehouse) -> None:
    shoe = {"uuid": "a", "gearType": "SHOES", "status": "ACTIVE", "name": "Old pair", "distanceUsedMeters": 1.0}
    answer(lakehouse, "gear", WHOLE, [shoe])
    (asked,) = requests()
    assert asked.job_name == "refresh_belongings"
    derive_belongings(lakehouse)
    assert requests() == []
    assert table(lakehouse, "gear")["name"].to_list() == ["Old pair"]
