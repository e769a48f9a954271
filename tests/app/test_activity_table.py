"""The rows of the activity table, from literal activities."""

import datetime as dt

import polars as pl
import pytest

from runningcoach_app.activity_table import activity_rows
from runningcoach_app.speech import speech
from runningcoach_pipelines.settings import Language

HOUR_S = 3600


def activities(**changes: object) -> pl.DataFrame:
    row = {
        "started_at": dt.datetime(2026, 11, 20, 21, 3, 7, tzinfo=dt.UTC),
        "utc_offset_s": 9 * HOUR_S,
        "sport": "running",
        "sub_sport": None,
        "distance_m": 10_000.0,
        "timer_s": 2_996.0,
        "avg_speed_mps": 10_000 / 2_996,
        "avg_heart_rate_bpm": 150.4,
        "ascent_m": 12.0,
        "load": 61.3,
        "load_source": "heart_rate",
        "suspected_duplicate_of": None,
    }
    text = {"sub_sport": pl.String, "suspected_duplicate_of": pl.String, "avg_speed_mps": pl.Float64}
    return pl.DataFrame([row | changes], schema_overrides=text)


def shown(language: Language = Language.KO, **changes: object) -> dict[str, object]:
    return activity_rows(activities(**changes), speech(language)).row(0, named=True)


def test_a_run_is_shown_on_its_own_clock_with_its_pace() -> None:
    assert shown() == {
        "start": "2026년 11월 21일 (토) 06:03",
        "sport": "달리기",
        "distance_km": 10.0,
        "time": "0:49:56",
        "pace": "5:00",
        "heart_rate_bpm": 150.4,
        "ascent_m": 12.0,
        "load": 61.3,
        "load_source": "심박수",
    }
    assert shown(Language.EN)["start"] == "Sat, Nov 21, 2026 06:03"


@pytest.mark.parametrize(
    ("sport", "sub_sport", "name"),
    [
        ("running", "treadmill", "Treadmill run"),
        ("running", "street", "Run"),
        ("cycling", None, "Ride"),
        ("stand_up_paddleboarding", None, "stand up paddleboarding"),
    ],
)
def test_a_sport_has_a_word_or_keeps_its_own(sport: str, sub_sport: str | None, name: str) -> None:
    assert shown(Language.EN, sport=sport, sub_sport=sub_sport)["sport"] == name


def test_a_ride_has_no_pace() -> None:
    assert shown(sport="cycling")["pace"] == "–"


def test_what_was_not_measured_is_a_dash_or_empty() -> None:
    row = shown(timer_s=None, avg_speed_mps=None, avg_heart_rate_bpm=None)
    assert (row["time"], row["pace"], row["heart_rate_bpm"]) == ("–", "–", None)


def test_a_suspected_duplicate_is_marked() -> None:
    assert shown(suspected_duplicate_of="another")["sport"] == "달리기 (중복?)"


def test_a_load_that_nobody_knows_has_no_source() -> None:
    row = shown(Language.EN, load=None, load_source=None)
    assert (row["load"], row["load_source"]) == (None, "–")


def test_a_load_says_what_it_comes_from() -> None:
    assert shown(Language.EN, load_source="imputed")["load_source"] == "Estimated from time"


def test_no_activity_is_an_empty_table_with_all_columns() -> None:
    empty = activity_rows(activities().clear(), speech(Language.EN))
    assert empty.columns == list(shown())
    assert empty.height == 0
