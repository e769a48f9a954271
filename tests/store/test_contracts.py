"""Every contract holds of what we derive, and names what breaks it."""

import polars as pl
import pytest
from sqlalchemy import text

from runningcoach_pipelines.store import contracts
from runningcoach_pipelines.store.contracts import unordered_samples, violations
from runningcoach_pipelines.store.lakehouse import Lakehouse
from tests.deriving import TODAY
from tests.store.sampling import EMPTY, samples

CONTRACTS = {
    "sources": (contracts.DUPLICATE_SOURCES, {}),
    "days": (contracts.ACTIVITIES_ON_ANOTHER_DAY, {}),
    "unmeasured": (contracts.ACTIVITIES_WITHOUT_METRICS, {}),
    "orphans": (contracts.METRICS_WITHOUT_ACTIVITY, {}),
    "gaps": (contracts.MISSING_DAYS, {}),
    "stale": (contracts.STALE_FITNESS, {"today": TODAY}),
    "weeks": (contracts.SUMMARIES_UNLIKE_DAYS, {"period": "week"}),
    "months": (contracts.SUMMARIES_UNLIKE_DAYS, {"period": "month"}),
    "device": (contracts.UNLIKE_THE_DEVICE, {}),
}


@pytest.mark.parametrize("name", CONTRACTS)
def test_what_we_derive_keeps_the_contract(derived: Lakehouse, name: str) -> None:
    contract, parameters = CONTRACTS[name]
    with derived.engine.connect() as connection:
        assert violations(connection, contract, **parameters).none


BREACHES = [
    ("sources", "update activities set source_sha256 = 'x' where athlete_id = 'me'", "x/0 of me", 1),
    ("days", "update activities set local_day = local_day + 1 where athlete_id = 'you'", "", 1),
    ("days", "update activities set utc_offset_s = 17 * 3600 where athlete_id = 'me'", "", 3),
    ("unmeasured", "delete from activity_metrics where athlete_id = 'me'", "", 3),
    ("orphans", "delete from activities where athlete_id = 'me'", "", 3),
    ("gaps", "delete from fitness_metrics_daily where day = '2025-05-09'", "me after 2025-05-08", 2),
    (
        "stale",
        "delete from fitness_metrics_daily where athlete_id = 'you' and day >= '2025-07-01'",
        "you: 2025-06-30",
        1,
    ),
    ("weeks", "update analytics_summaries set load = load + 0.01 where period_start = '2025-05-05'", "2025-05-05", 2),
    ("months", "delete from fitness_metrics_daily where athlete_id = 'you'", "you month 2025-05-01", 1),
    ("device", "update activities set distance_m = distance_m + 0.02 where athlete_id = 'you'", "distance -0.02 m", 1),
    ("device", "update activities set timer_s = timer_s - 10 where athlete_id = 'you'", "theirs.fit): timer 10 s", 1),
    ("device", "update activities set avg_heart_rate_bpm = 140", "average heart rate 10.0", 3),
    ("device", "update activities set max_heart_rate_bpm = 151", "maximum heart rate -1", 3),
]


@pytest.mark.parametrize(("name", "breach", "shown", "count"), BREACHES)
def test_a_breach_is_counted_and_named(derived: Lakehouse, name: str, breach: str, shown: str, count: int) -> None:
    contract, parameters = CONTRACTS[name]
    with derived.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text("set local search_path to runningcoach"))
        connection.execute(text(breach))
        found = violations(connection, contract, **parameters)
        transaction.rollback()
    assert found.count == count
    assert not found.none
    assert any(shown in example for example in found.examples)


def test_a_null_of_the_device_is_no_breach(derived: Lakehouse) -> None:
    nothing = "update runningcoach.activities set distance_m = null, timer_s = null, max_heart_rate_bpm = null"
    with derived.engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text(nothing))
        assert violations(connection, contracts.UNLIKE_THE_DEVICE).none
        transaction.rollback()


def test_failed_files_are_named_with_the_reason(derived: Lakehouse) -> None:
    with derived.engine.connect() as connection:
        found = violations(connection, contracts.FAILED_FILES)
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
