"""Everything derived can be dropped and made again from bronze, bit for bit the same."""

from runningcoach_pipelines.store.athletes import SettingsFrom, read_settings, store_settings
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.rebuild import drop_derived
from tests.deriving import OF_ANSWERS, SPRING, bring, derive, differing, everything
from tests.making import START, Leg, activity, at, run
from tests.nights import MORNING, resting, wellness
from tests.store.conftest import DAY_S

FILES = {
    "a.fit": run(seconds=300),
    "the same.fit": run(at(START, 20), seconds=300, every_s=7, watch=2),
    "a worse one.fit": run(at(START, 30), seconds=200, watch=3),
    "b.fit": activity(
        Leg(start=at(START, 40 * DAY_S), pauses=((20, 50),), laps=3),
        Leg(start=at(START, 40 * DAY_S + 900), sport="cycling"),
    ),
    "a race.fit": run(at(START, 50 * DAY_S), seconds=1500, every_s=5, speed_mps=4.0),
    "without heart rate.fit": run(at(START, 41 * DAY_S), heart_rate=None),
    "night.fit": wellness("monitoring_b", resting([MORNING], [47])),
    "broken.fit": b"broken",
}


def test_dropping_leaves_bronze_and_settings(lakehouse: Lakehouse) -> None:
    bring(lakehouse, FILES)
    store_settings(lakehouse.engine, "me", [SettingsFrom(SPRING.start, hr_max_bpm=180)])
    derive(lakehouse)
    files = lakehouse.files.all()
    drop_derived(lakehouse)
    assert all(frame.is_empty() for frame in everything(lakehouse).values())
    assert lakehouse.files.all() == files
    assert [lakehouse.blobs.get(raw.athlete_id, raw.sha256) for raw in files] == list(FILES.values())
    with lakehouse.engine.connect() as connection:
        assert read_settings(connection).height == 1


def test_every_derived_table_is_the_same_before_and_after(lakehouse: Lakehouse) -> None:
    bring(lakehouse, FILES)
    bring(lakehouse, {"theirs.fit": FILES["a.fit"]}, athlete_id="you")
    derive(lakehouse)
    before = everything(lakehouse)
    assert [name for name, frame in before.items() if frame.is_empty()] == list(OF_ANSWERS)
    drop_derived(lakehouse)
    derive(lakehouse)
    assert differing(before, everything(lakehouse)) == []


def test_dropping_nothing_is_no_error(lakehouse: Lakehouse) -> None:
    drop_derived(lakehouse)
    assert not lakehouse.samples.exists()
