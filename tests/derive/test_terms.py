"""What an activity is measured against: whose word counts, how far estimates look back, and that order is nothing."""

import datetime as dt
import json
import random
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from runningcoach_pipelines.derive import terms
from runningcoach_pipelines.derive.terms import FACTORS, TERMS, Observed
from runningcoach_pipelines.metrics import critical_speed, vo2max, zones
from runningcoach_pipelines.metrics.race import Result
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.tables import ActivityMetrics, AthleteSettings
from runningcoach_pipelines.store.windows import Window

JUNE = dt.date(2025, 6, 1)
LAST = dt.date(2025, 6, 30)
"""Of the month under test."""

ACTIVITIES = {
    "athlete_id": pl.String,
    "local_day": pl.Date,
    "activity_id": pl.String,
    "counted": pl.Boolean,
    "sustained_max_heart_rate_bpm": pl.Float64,
    "threshold_heart_rate_bpm": pl.Float64,
    "threshold_speed_mps": pl.Float64,
    "hr_zone_bounds_bpm": pl.String,
}
EFFORTS = {
    "athlete_id": pl.String,
    "local_day": pl.Date,
    "activity_id": pl.String,
    "distance_m": pl.Float64,
    "time_s": pl.Float64,
}
NIGHTS = {"athlete_id": pl.String, "day": pl.Date, "resting_hr_bpm": pl.Float64}
LOADS = {
    "athlete_id": pl.String,
    "local_day": pl.Date,
    "activity_id": pl.String,
    "sport": pl.String,
    "timer_s": pl.Float64,
    "counted": pl.Boolean,
    "effort_load": pl.Float64,
    "device_load": pl.Float64,
    "hr_load": pl.Float64,
    "measured_load": pl.Float64,
}


def rows(schema: dict[str, Any], given: Iterable[dict[str, Any]], **usual: Any) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(schema) | {"athlete_id": "me"} | usual | row for row in given], schema=schema)


def activities(*given: dict[str, Any]) -> pl.DataFrame:
    named = ({"activity_id": f"{number:03}"} | row for number, row in enumerate(given))
    return rows(ACTIVITIES, named, counted=True, local_day=LAST)


def seen(
    *measured: dict[str, Any],
    efforts: Iterable[tuple[dt.date, float, float]] = (),
    nights: Iterable[tuple[dt.date, float]] = (),
) -> Observed:
    return Observed(
        activities=activities(*measured),
        efforts=rows(
            EFFORTS,
            ({"local_day": day, "activity_id": "a", "distance_m": far, "time_s": long} for day, far, long in efforts),
        ),
        nights=rows(NIGHTS, ({"day": day, "resting_hr_bpm": bpm} for day, bpm in nights)),
    )


def versions(*given: dict[str, Any]) -> pl.DataFrame:
    schema = frame_schema(AthleteSettings.table())
    return pl.DataFrame(
        [
            dict.fromkeys(schema.names()) | {"athlete_id": "me", "valid_from": dt.date(2020, 1, 1)} | row
            for row in given
        ],
        schema=schema,
    )


def holding(observed: Observed, *given: dict[str, Any], on: dt.date = LAST) -> dict[str, Any]:
    """The terms of one day, with their sources by name."""
    days = pl.DataFrame({"athlete_id": ["me"], "local_day": [on]})
    (row,) = terms.effective(days, versions(*given), observed).iter_rows(named=True)
    return row | {"sources": json.loads(row["settings_sources"])}


def back(days: int) -> dt.date:
    """The day so many days before the month's last."""
    return LAST - dt.timedelta(days=days)


def test_without_anything_every_value_is_a_stand_in_or_null() -> None:
    row = holding(seen())
    assert (row["hr_rest_bpm"], row["hr_max_bpm"], row["hr_threshold_bpm"]) == (60, 190, pytest.approx(174.8))
    assert [row[name] for name in ("sex", "threshold_speed_mps", "threshold_power_w", "weight_kg")] == [None] * 4
    assert (row["settings_valid_from"], row["settings_estimated"]) == (None, True)
    assert row["hr_zone_bounds_bpm"] == ",".join(
        str(bound)
        for bound in zones.heart_rate_bounds_bpm(
            zones.Method.THRESHOLD, zones.PERCENT_OF_LTHR, lthr_bpm=row["hr_threshold_bpm"]
        )
    )
    assert row["sources"] == {
        "sex": None,
        "hr_rest_bpm": "convention",
        "hr_max_bpm": "convention",
        "hr_threshold_bpm": "hr_max",
        "threshold_speed_mps": None,
        "threshold_power_w": None,
        "weight_kg": None,
        "hr_zone_bounds_bpm": "hr_threshold",
    }


GIVEN = {
    "sex": "male",
    "hr_rest_bpm": 44.0,
    "hr_max_bpm": 180.0,
    "hr_threshold_bpm": 165.0,
    "threshold_speed_mps": 4.5,
    "threshold_power_w": 300.0,
    "weight_kg": 70.0,
    "hr_zone_bounds_bpm": "120,140",
}


def test_what_the_athlete_says_wins_over_everything_measured() -> None:
    measured = {"sustained_max_heart_rate_bpm": 195.0, "threshold_heart_rate_bpm": 175.0, "threshold_speed_mps": 4.0}
    row = holding(seen(*[measured] * 12, nights=[(LAST, 50.0)]), GIVEN | {"birth_year": 1980})
    assert {name: row[name] for name in GIVEN} == GIVEN
    assert set(row["sources"].values()) == {"athlete"}
    assert (row["settings_estimated"], row["settings_valid_from"]) == (False, dt.date(2020, 1, 1))


def test_the_version_of_the_day_holds_even_in_the_middle_of_a_month() -> None:
    later = {"hr_max_bpm": 200.0, "valid_from": dt.date(2025, 6, 15)}
    days = pl.DataFrame({"athlete_id": ["me"] * 3, "local_day": [dt.date(2025, 6, n) for n in (14, 15, 16)]})
    held = terms.effective(days, versions(GIVEN, later), seen())
    assert held["hr_max_bpm"].to_list() == [180, 200, 200]
    assert held["hr_threshold_bpm"].to_list() == [165, pytest.approx(184), pytest.approx(184)]
    assert held["settings_estimated"].to_list() == [False, True, True]


def test_settings_of_another_athlete_are_not_mine() -> None:
    assert holding(seen(), GIVEN | {"athlete_id": "you"})["sources"]["hr_max_bpm"] == "convention"


@pytest.mark.parametrize(
    ("days_back", "count", "source"),
    [(0, 12, "highest_sustained"), (364, 12, "highest_sustained"), (365, 12, "convention"), (0, 11, "convention")],
)
def test_the_highest_heart_rate_of_a_year_of_twelve_activities_is_the_maximum(
    days_back: int, count: int, source: str
) -> None:
    hardest = {"sustained_max_heart_rate_bpm": 186.5, "local_day": back(days_back)}
    easy = {"sustained_max_heart_rate_bpm": 150.0, "local_day": back(3)}
    row = holding(seen(hardest, *[easy] * (count - 1)))
    assert row["sources"]["hr_max_bpm"] == source
    assert row["hr_max_bpm"] == (186.5 if source == "highest_sustained" else 190)


def test_duplicates_and_activities_without_heart_rate_do_not_count_for_the_maximum() -> None:
    easy = {"sustained_max_heart_rate_bpm": 150.0}
    duplicate = {"sustained_max_heart_rate_bpm": 186.0, "counted": False}
    assert holding(seen(*[easy] * 11, duplicate, {}))["sources"]["hr_max_bpm"] == "convention"
    assert holding(seen(*[easy] * 12, duplicate))["hr_max_bpm"] == 150


def test_age_tells_the_maximum_of_who_has_not_measured_it() -> None:
    row = holding(seen(), {"birth_year": 1985})
    assert (row["hr_max_bpm"], row["sources"]["hr_max_bpm"]) == (pytest.approx(211 - 0.64 * 40), "age")
    assert row["settings_estimated"]


@pytest.mark.parametrize(
    ("written", "bounds"),
    [
        ("94,136,145,153,170,206", "94,136,145,153,170"),
        ("93.6,136.0,145.0", "94,136"),
        ("120,140", "143,151,160,168"),
        ("94,136,136,153,170,206", "143,151,160,168"),
        ("0,136,145,153,170,206", "143,151,160,168"),
        ("94,136,145,153,170,255", "143,151,160,168"),
    ],
)
def test_zones_are_those_of_the_watch_where_it_wrote_some_that_can_be(written: str, bounds: str) -> None:
    row = holding(seen({"hr_zone_bounds_bpm": written}), {"hr_threshold_bpm": 168.0})
    assert row["hr_zone_bounds_bpm"] == bounds
    assert row["sources"]["hr_zone_bounds_bpm"] == ("device" if bounds.startswith("94") else "hr_threshold")


def test_the_watchs_latest_zones_of_the_year_are_used_unless_the_athlete_set_some() -> None:
    measured = seen(
        {"hr_zone_bounds_bpm": "90,110,130,150,170,190", "local_day": back(365)},
        {"hr_zone_bounds_bpm": "92,112,132,152,172,192", "local_day": back(364)},
        {"hr_zone_bounds_bpm": "94,114,134,154,174,194", "local_day": back(100)},
        {"hr_zone_bounds_bpm": "1,1", "local_day": back(50)},
        {"hr_zone_bounds_bpm": "96,116,136,156,176,196", "counted": False},
        {},
    )
    assert holding(measured)["hr_zone_bounds_bpm"] == "94,114,134,154,174"
    assert holding(measured, {"hr_zone_bounds_bpm": "120,140"})["hr_zone_bounds_bpm"] == "120,140"


def test_the_devices_latest_thresholds_of_the_year_are_used() -> None:
    row = holding(
        seen(
            {"threshold_heart_rate_bpm": 160.0, "threshold_speed_mps": 3.9, "local_day": back(400)},
            {"threshold_heart_rate_bpm": 168.0, "local_day": back(300)},
            {"threshold_heart_rate_bpm": 30.0, "threshold_speed_mps": 4.1, "local_day": back(200)},
            {"threshold_heart_rate_bpm": 150.0, "threshold_speed_mps": 3.0, "counted": False},
        )
    )
    assert (row["hr_threshold_bpm"], row["threshold_speed_mps"]) == (168, 4.1)
    assert (row["sources"]["hr_threshold_bpm"], row["sources"]["threshold_speed_mps"]) == ("device", "device")


def test_a_measured_threshold_lifts_an_estimated_maximum_below_it() -> None:
    easy = [{"sustained_max_heart_rate_bpm": 160.0}] * 12
    row = holding(seen(*easy, {"threshold_heart_rate_bpm": 170.0}))
    assert (row["hr_max_bpm"], row["sources"]["hr_max_bpm"]) == (pytest.approx(170 / 0.92), "hr_threshold")
    assert row["hr_threshold_bpm"] == 170


TRIALS = [(1000.0, 200.0), (1609.344, 345.0), (3000.0, 690.0), (5000.0, 1190.0)]


def test_best_efforts_give_a_critical_speed_and_that_is_the_threshold_speed() -> None:
    line = critical_speed.fit([Result(*trial) for trial in TRIALS])
    assert line is not None
    row = holding(seen(efforts=[(back(n), *trial) for n, trial in enumerate(TRIALS)]))
    assert (row["threshold_speed_mps"], row["sources"]["threshold_speed_mps"]) == (line.speed_mps, "critical_speed")


@pytest.mark.parametrize(
    "efforts",
    [
        TRIALS[2:],
        [(3000.0, 690.0), (5000.0, 1170.0), (1609.344, 400.0)],
        [(1000.0, 200.0), (1609.344, 310.0), (5000.0, 1300.0)],
    ],
)
def test_without_three_maximal_efforts_the_best_one_from_3_km_tells_the_threshold_speed(
    efforts: Sequence[tuple[float, float]],
) -> None:
    row = holding(seen(efforts=[(LAST, *effort) for effort in efforts]))
    best = max(vo2max.from_race(far, long) for far, long in efforts if far >= 3000)
    expected = 1000 / vo2max.pace_at_fraction_s_per_km(best, 0.88)
    assert row["threshold_speed_mps"] == pytest.approx(expected, rel=1e-12)
    assert row["sources"]["threshold_speed_mps"] == "race"


@pytest.mark.parametrize(("days_back", "known"), [(89, True), (90, False)])
def test_efforts_count_for_ninety_days_up_to_the_months_end(days_back: int, known: bool) -> None:
    row = holding(seen(efforts=[(back(days_back), 10_000.0, 2400.0)]))
    assert (row["threshold_speed_mps"] is not None) is known


def test_efforts_below_3_km_alone_give_no_threshold_speed() -> None:
    assert holding(seen(efforts=[(LAST, 1000.0, 200.0)]))["threshold_speed_mps"] is None


def test_the_resting_heart_rate_is_the_median_of_the_last_28_nights() -> None:
    nights = [(back(n), 50.0 if n < 28 else 40.0) for n in range(60)]
    row = holding(seen(nights=[(LAST, 0.0), *nights[1:]]))
    assert (row["hr_rest_bpm"], row["sources"]["hr_rest_bpm"]) == (50, "nights")
    assert holding(seen(nights=[(back(89), 52.0)]))["hr_rest_bpm"] == 52
    assert holding(seen(nights=[(back(90), 52.0)]))["sources"]["hr_rest_bpm"] == "convention"


def test_what_comes_after_a_month_changes_nothing_in_it() -> None:
    later = dt.date(2025, 7, 1)
    after = seen(
        *[{"sustained_max_heart_rate_bpm": 185.0, "local_day": later}] * 12,
        {"threshold_heart_rate_bpm": 170.0, "threshold_speed_mps": 4.0, "local_day": later},
        efforts=[(later, *trial) for trial in TRIALS],
        nights=[(later, 45.0)],
    )
    assert holding(after) == holding(seen())
    assert "convention" not in holding(after, on=later)["sources"].values()


def test_an_estimate_holds_for_the_whole_month() -> None:
    some = seen(nights=[(LAST, 51.0)])
    assert holding(some, on=JUNE)["hr_rest_bpm"] == 51
    assert holding(some, on=dt.date(2025, 5, 31))["hr_rest_bpm"] == 60


@given(seed=st.integers(0, 2**32))
@examples(max_examples=15, deadline=None)
def test_a_month_has_the_same_terms_bit_for_bit_alone_and_among_others_in_any_order(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - data, not secrets
    window = Window(dt.date(2024, 1, 1), dt.date(2025, 7, 1))
    length = (window.end - window.start).days

    def some_day() -> dt.date:
        return window.start + dt.timedelta(days=chance.randrange(length))

    everything = Observed(
        activities=activities(
            *(
                {
                    "local_day": some_day(),
                    "sustained_max_heart_rate_bpm": chance.uniform(150, 190),
                    "threshold_heart_rate_bpm": chance.choice([None, chance.uniform(150, 170)]),
                    "hr_zone_bounds_bpm": chance.choice([None, "94,136,145,153,170,206", "90,130,140,190"]),
                }
                for _ in range(150)
            )
        ),
        efforts=rows(
            EFFORTS,
            (
                {
                    "local_day": some_day(),
                    "activity_id": "a",
                    "distance_m": far,
                    "time_s": long * chance.uniform(1, 1.1),
                }
                for _ in range(40)
                for far, long in TRIALS
            ),
        ),
        nights=rows(
            NIGHTS,
            (
                {"day": day, "resting_hr_bpm": chance.uniform(45, 55)}
                for day in sorted({some_day() for _ in range(400)})
            ),
        ),
    )
    days = everything.activities.select("athlete_id", "local_day").unique()
    held = terms.effective(days, versions(), everything)
    for month in window.months():
        inside = pl.col("local_day").is_between(month.start, month.end, closed="left")
        past = Observed(
            activities=everything.activities.filter(pl.col("local_day") < month.end).sample(
                fraction=1, shuffle=True, seed=chance.randrange(100)
            ),
            efforts=everything.efforts.filter(pl.col("local_day") < month.end).reverse(),
            nights=everything.nights.filter(pl.col("day") < month.end).reverse(),
        )
        alone = terms.effective(days.filter(inside), versions(), past)
        assert alone.equals(held.filter(inside))


def loads(*given: dict[str, Any]) -> pl.DataFrame:
    named = ({"activity_id": f"{number:03}"} | row for number, row in enumerate(given))
    return rows(LOADS, named, counted=True, local_day=LAST, sport="running", timer_s=3600.0)


def factors(*given: dict[str, Any], sport: str = "running") -> tuple[float | None, ...]:
    found = terms.factors(loads(*given), [Window(JUNE, dt.date(2025, 7, 1))])
    (row,) = found.filter(pl.col("sport") == sport).select(FACTORS).rows()
    return row


def test_personal_factors_are_medians_of_three_or_more() -> None:
    common = [{"hr_load": 60.0, "effort_load": 300.0, "device_load": 30.0 + n} for n in (0, 10, 30)]
    measured = [{"measured_load": bpm} for bpm in (40.0, 70.0, 55.0)]
    assert factors(*common, *measured) == (0.2, 1.5, 55.0)
    assert factors(*common[:2], *measured[:2]) == (None, None, 50.0)


def test_factors_of_effort_and_device_are_of_all_sports_but_hours_are_of_one() -> None:
    ride = {"sport": "cycling", "hr_load": 30.0, "measured_load": 30.0, "device_load": 60.0}
    run = {"hr_load": 70.0, "measured_load": 70.0, "device_load": 70.0}
    given = (ride, ride, run)
    assert factors(*given) == (None, 0.5, 50.0)
    assert factors(*given, ride, sport="cycling") == (None, 0.5, 30.0)


@pytest.mark.parametrize(
    "useless",
    [
        {"counted": False},
        {"local_day": back(90)},
        {"local_day": dt.date(2025, 7, 1)},
        {"timer_s": 0.0, "effort_load": 0.0, "device_load": 0.0},
        {"hr_load": None, "measured_load": None},
        {"athlete_id": "you"},
    ],
)
def test_factors_rest_on_counted_and_measured_activities_of_ninety_days(useless: dict[str, Any]) -> None:
    usual = {"hr_load": 60.0, "measured_load": 60.0, "effort_load": 300.0, "device_load": 30.0}
    found = terms.factors(loads(usual, usual, usual | useless), [Window(JUNE, dt.date(2025, 7, 1))])
    mine = found.filter(pl.col("athlete_id") == "me").select(FACTORS).rows()
    assert mine == [(None, None, 50.0)]


def test_a_heart_rate_load_counts_only_where_the_heart_rate_does() -> None:
    schema = {name: kind for name, kind in frame_schema(ActivityMetrics.table()).items() if name in terms.LOAD_COLUMNS}
    usual = {"heart_rate_coverage": 0.9, "hr_load": 60.0, "pace_load": 50.0, "power_load": 40.0}
    measured = terms.loads(
        rows(
            schema,
            [
                usual,
                usual | {"heart_rate_coverage": 0.7},
                usual | {"heart_rate_problem": "cadence_lock"},
                usual | {"hr_load": None, "pace_load": None},
                {},
            ],
        )
    )
    assert measured.select("hr_load", "measured_load").rows() == [
        (60, 60),
        (None, 50),
        (None, 50),
        (None, 40),
        (None, None),
    ]


def test_own_rows_take_the_place_of_the_months_stored_ones() -> None:
    stored = seen(
        {"activity_id": "moved", "local_day": dt.date(2025, 5, 31), "threshold_heart_rate_bpm": 150.0},
        {"activity_id": "gone", "threshold_heart_rate_bpm": 151.0},
        {"activity_id": "before", "local_day": dt.date(2025, 5, 30), "threshold_heart_rate_bpm": 152.0},
        efforts=[(LAST, 5000.0, 1200.0)],
    )
    own = activities({"activity_id": "moved", "local_day": JUNE, "threshold_heart_rate_bpm": 160.0})
    new = stored.with_month(Window(JUNE, dt.date(2025, 7, 1)), own, rows(EFFORTS, []))
    assert sorted(new.activities["activity_id"]) == ["before", "moved"]
    assert holding(new)["hr_threshold_bpm"] == 160
    assert new.efforts.is_empty()


def test_terms_are_columns_of_the_table() -> None:
    assert set(frame_schema(ActivityMetrics.table())) >= {*TERMS, *FACTORS}
    held = terms.effective(pl.DataFrame({"athlete_id": ["me"], "local_day": [LAST]}), versions(), seen())
    schema = frame_schema(ActivityMetrics.table())
    assert {name: held.schema[name] for name in TERMS} == {name: schema[name] for name in TERMS}
