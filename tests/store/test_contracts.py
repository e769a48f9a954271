"""Every contract holds of what we derive, and names what breaks it."""

import polars as pl
import pytest
from sqlalchemy import text

from runningcoach_pipelines.store.contracts import CONTRACTS, unordered_samples, violations
from runningcoach_pipelines.store.lakehouse import Lakehouse
from tests.deriving import TODAY
from tests.store.sampling import EMPTY, samples

BY_NAME = {f"{contract.asset}: {contract.name}": contract for contract in CONTRACTS}


@pytest.mark.parametrize("name", [name for name in BY_NAME if "unreadable" not in name])
def test_what_we_derive_keeps_the_contract(derived: Lakehouse, name: str) -> None:
    with derived.engine.connect() as connection:
        assert BY_NAME[name].violations(connection, TODAY).none


BREACHES = [
    ("activities: one_row_per_source", "update activities set source_sha256 = 'x' where athlete_id = 'me'", "x/0", 1),
    ("activities: on_the_local_day", "update activities set local_day = local_day + 1 where athlete_id = 'you'", "", 1),
    ("activities: on_the_local_day", "update activities set utc_offset_s = 17 * 3600 where athlete_id = 'me'", "", 3),
    ("activities: device_values_of_activities", "delete from activities where athlete_id = 'me'", "", 3),
    ("activity_metrics: one_row_per_activity", "delete from activity_metrics where athlete_id = 'me'", "", 3),
    ("activity_metrics: no_orphans", "delete from activities where athlete_id = 'me'", "", 3),
    ("activity_metrics: activity_zones_of_activities", "delete from activity_metrics where athlete_id = 'me'", "", 2),
    ("activity_metrics: mean_max_of_activities", "delete from activity_metrics where athlete_id = 'me'", "", 3),
    ("activity_metrics: splits_of_activities", "delete from activity_metrics where athlete_id = 'me'", "", 3),
    (
        "activity_metrics: best_efforts_of_activities",
        "delete from activity_metrics where athlete_id = 'you'",
        "",
        0,
    ),
    ("activity_metrics: best_efforts_of_activities", "delete from activity_metrics where athlete_id = 'me'", "", 2),
    (
        "activity_metrics: zones_within_the_timer",
        "update activity_zones set time_s = time_s + 700 where kind = 'heart_rate' and zone = 3",
        "heart_rate: 1310 s of 600",
        3,
    ),
    (
        "activity_metrics: longer_efforts_take_longer",
        "update best_efforts set time_s = 1000 where distance_m = 800",
        "800 m takes longer than 1000 m",
        2,
    ),
    (
        "activity_metrics: load_or_reason",
        "update activity_metrics set load = null where athlete_id = 'me'",
        "",
        3,
    ),
    (
        "fitness_metrics_daily: no_missing_day",
        "delete from fitness_metrics_daily where day = '2025-05-09'",
        "me after 2025-05-08",
        2,
    ),
    (
        "fitness_metrics_daily: predictions_in_order",
        "insert into race_predictions values ('me', '2025-05-09', 5000, 1300, 1310, 1400, '{}', '9')",
        "me 2025-05-09: 5000 m",
        1,
    ),
    (
        "fitness_metrics_daily: predictions_for_race_levels",
        "update fitness_metrics_daily set race_vo2max = 50 where day = '2025-05-09' and athlete_id = 'me'",
        "me 2025-05-09: 0 distances predicted, race level 50",
        1,
    ),
    (
        "fitness_metrics_daily: predictions_for_race_levels",
        "insert into race_predictions values ('me', '1999-05-09', 5000, 1300, 1300, 1400, '{}', '9')",
        "me 1999-05-09: 1 distances predicted, race level unknown",
        1,
    ),
    (
        "fitness_metrics_daily: critical_speed_or_reason",
        "update fitness_metrics_daily set critical_speed_mps = 4 where day = '2025-05-09' and athlete_id = 'me'",
        "me 2025-05-09",
        1,
    ),
    (
        "fitness_metrics_daily: up_to_today",
        "delete from fitness_metrics_daily where athlete_id = 'you' and day >= '2025-07-01'",
        "you: 2025-06-30",
        1,
    ),
    (
        "weekly_summaries: loads_add_up",
        "update analytics_summaries set load = load + 0.01 where period_start = '2025-05-05'",
        "2025-05-05",
        2,
    ),
    (
        "monthly_summaries: loads_add_up",
        "delete from fitness_metrics_daily where athlete_id = 'you'",
        "you month 2025-05-01",
        1,
    ),
]


@pytest.mark.parametrize(("name", "breach", "shown", "count"), BREACHES)
def test_a_breach_is_counted_and_named(derived: Lakehouse, name: str, breach: str, shown: str, count: int) -> None:
    with derived.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("set local search_path to runningcoach"))
        connection.execute(text(breach))
        found = BY_NAME[name].violations(connection, TODAY)
        transaction.rollback()
    assert found.count == count
    assert found.none == (count == 0)
    assert any(shown in example for example in found.examples) or count == 0


def test_failed_files_are_named_with_the_reason(derived: Lakehouse) -> None:
    with derived.engine.connect() as connection:
        found = BY_NAME["garmin_raw_files: no_unreadable_files"].violations(connection, TODAY)
    assert found.count == 1
    assert found.examples[0].startswith("broken.fit: ")


def test_at_most_ten_examples_are_kept(derived: Lakehouse) -> None:
    with derived.engine.connect() as connection:
        found = violations(connection, "select generate_series(1, :most)", most=25)
    assert (found.count, found.examples) == (25, tuple(str(n) for n in range(1, 11)))


def test_samples_of_an_activity_have_an_instant_each() -> None:
    once = pl.concat([samples("a", "2025-05-01"), samples("b", "2025-05-01")])
    assert unordered_samples(once.lazy()).none
    assert unordered_samples(EMPTY.lazy()).none
    twice = unordered_samples(pl.concat([once, samples("b", "2025-05-01", [1])]).lazy())
    assert (twice.count, twice.examples) == (1, ("b",))
