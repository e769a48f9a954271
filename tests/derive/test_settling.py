"""Terms that come late: whatever the order of imports, months and settings, the history ends as if made at once."""

import datetime as dt
import itertools
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from runningcoach_pipelines.demo import iter_history
from runningcoach_pipelines.derive.activity_metrics import derive_activity_metrics
from runningcoach_pipelines.derive.changes import changed_months
from runningcoach_pipelines.derive.stale import stale_windows
from runningcoach_pipelines.derive.terms import FACTORS
from runningcoach_pipelines.store.athletes import SettingsFrom, ensure_athlete, store_settings
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.rebuild import drop_derived
from tests.derive.test_history import DAY_S, empty
from tests.deriving import SPRING, bring, derive, derive_what_is_new, differing, everything, table
from tests.making import START, Leg, activity, at, run
from tests.nights import MORNING, resting, wellness

FILES = {
    # Twelve runs with a heart rate tell the maximum; those that were judged tell what a judgement is worth.
    **{f"easy {n}.fit": run(at(START, (4 * n - 40) * DAY_S), heart_rate=140 + n) for n in range(10)},
    **{
        f"judged {n}.fit": activity(
            Leg(
                start=at(START, (20 * n - 30) * DAY_S),
                seconds=600,
                every_s=5,
                heart_rate=150 + n,
                more={"workout_rpe": 50},
            )
        )
        for n in range(4)
    },
    "felt only.fit": activity(
        Leg(
            start=at(START, 20 * DAY_S),
            seconds=600,
            every_s=5,
            heart_rate=None,
            sport="cycling",
            more={"workout_rpe": 70},
        )
    ),
    "nothing but time.fit": activity(Leg(start=at(START, 35 * DAY_S), heart_rate=None, sport="hiking")),
    # Three efforts on one line tell critical speed.
    "200 s.fit": run(at(START, -20 * DAY_S), seconds=210, every_s=5, speed_mps=5.0),
    "350 s.fit": run(at(START, 5 * DAY_S), seconds=360, every_s=5, speed_mps=4.6),
    "700 s.fit": run(at(START, 12 * DAY_S), seconds=720, every_s=5, speed_mps=4.3),
    "nights.fit": wellness("monitoring_b", resting([MORNING, at(MORNING, 27 * DAY_S)], [47, 52])),
}
SETTINGS = [
    SettingsFrom(dt.date(2025, 5, 10), hr_max_bpm=185),
    SettingsFrom(dt.date(2025, 4, 1), sex="female", birth_year=1990),
    SettingsFrom(dt.date(2025, 4, 1), threshold_speed_mps=4.0, hr_threshold_bpm=160),
    SettingsFrom(dt.date(2025, 6, 1), hr_rest_bpm=45, hr_zone_bounds_bpm="110,130,150"),
]
IN_ORDER = sorted(FILES)

type Stage = tuple[list[str], list[SettingsFrom], bool]


def stages(order: Sequence[str], cuts: Sequence[int], changes: Sequence[int], backwards: Sequence[bool]) -> list[Stage]:
    """Files and settings that come together, and whether their months are derived latest first."""
    parts = [list(order[start:end]) for start, end in itertools.pairwise([0, *cuts, len(order)])]
    versions: list[list[SettingsFrom]] = [[] for _ in parts]
    for version, stage in zip(SETTINGS, changes, strict=True):
        versions[stage % len(parts)].append(version)
    return list(zip(parts, versions, itertools.islice(itertools.cycle(backwards), len(parts)), strict=True))


@given(
    order=st.permutations(IN_ORDER),
    cuts=st.sets(st.integers(1, len(FILES) - 1), max_size=3).map(sorted),
    changes=st.lists(st.integers(0, 3), min_size=len(SETTINGS), max_size=len(SETTINGS)),
    backwards=st.lists(st.booleans(), min_size=1, max_size=4),
)
@example(order=IN_ORDER, cuts=[10], changes=[1, 1, 0, 0], backwards=[True])
@examples(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_history_ends_the_same_however_its_terms_came(
    lakehouse: Lakehouse, order: list[str], cuts: list[int], changes: list[int], backwards: list[bool]
) -> None:
    empty(lakehouse)
    ensure_athlete(lakehouse.engine, "me")
    for files, versions, latest_first in stages(order, cuts, changes, backwards):
        bring(lakehouse, {name: FILES[name] for name in files})
        store_settings(lakehouse.engine, "me", versions)
        if latest_first:
            months = changed_months(lakehouse.files.activities_to_derive(), at_most=1)
            derive(lakehouse, reversed(months))
        derive_what_is_new(lakehouse)
        assert stale_windows(lakehouse.engine) == []
    as_it_came = everything(lakehouse)
    drop_derived(lakehouse)
    derive(lakehouse)
    assert stale_windows(lakehouse.engine) == []
    assert differing(as_it_came, everything(lakehouse)) == []


def test_the_files_of_these_tests_bring_every_kind_of_term(lakehouse: Lakehouse) -> None:
    bring(lakehouse, FILES)
    derive(lakehouse)
    rows = table(lakehouse, "activity_metrics")
    sources = {
        name: set(rows["settings_sources"].str.json_path_match(f"$.{name}"))
        for name in ("hr_rest_bpm", "hr_max_bpm", "threshold_speed_mps")
    }
    assert sources["hr_rest_bpm"] == {"convention", "nights"}
    assert sources["hr_max_bpm"] == {"convention", "highest_sustained"}
    assert "critical_speed" in sources["threshold_speed_mps"]
    assert set(rows["load_source"]) >= {"heart_rate", "perceived_effort", "imputed"}


@pytest.fixture(scope="module")
def uneven() -> dict[str, bytes]:
    """Demo files of three months: one, four and many activities."""
    spring = {month: [] for month in (4, 5, 6)}
    for file in iter_history(seed=3, years=1, until=dt.date(2025, 6, 30)):
        if file.started_at.date() >= dt.date(2025, 4, 2) and file.started_at.day > 1:
            spring[file.started_at.month].append(file)
    chosen = [spring[4][7], *spring[5][3:7], *spring[6][:12]]
    return {file.name: file.data for file in chosen}


def test_a_month_is_measured_alone_as_it_is_among_others(lakehouse: Lakehouse, uneven: dict[str, bytes]) -> None:
    bring(lakehouse, uneven)
    derive(lakehouse)
    together = everything(lakehouse)
    for month in SPRING.months():
        derive_activity_metrics(lakehouse, month)
    assert differing(together, everything(lakehouse)) == []


def test_other_activities_of_a_month_change_no_digit_of_the_first(
    lakehouse: Lakehouse, uneven: dict[str, bytes]
) -> None:
    ensure_athlete(lakehouse.engine, "me")
    whole = SettingsFrom(
        dt.date(2020, 1, 1), "male", 1990, 50, 190, 170, threshold_speed_mps=4.1, threshold_power_w=300
    )
    store_settings(lakehouse.engine, "me", [whole])
    june = sorted(uneven)[-12:]
    bring(lakehouse, {june[0]: uneven[june[0]]})
    derive(lakehouse)
    names = ("activity_metrics", "activity_zones", "best_efforts", "mean_max", "splits")
    alone = {name: table(lakehouse, name) for name in names}
    bring(lakehouse, {name: uneven[name] for name in june})
    derive(lakehouse)
    first = pl.col("activity_id") == alone["activity_metrics"]["activity_id"][0]
    for name, before in alone.items():
        after = table(lakehouse, name).filter(first)
        kept = [column for column in before.columns if column not in FACTORS]
        assert before.select(kept).equals(after.select(kept)), name
