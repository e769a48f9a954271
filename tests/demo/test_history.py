import hashlib
import os
import subprocess
import sys
from datetime import UTC, date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from runningcoach_pipelines.demo import count_files, demo_athlete, iter_history, write_history
from runningcoach_pipelines.demo.training import Oddity, TrainingPlan
from runningcoach_pipelines.fit.crc import crc16
from tests.demo.conftest import SEED, UNTIL, Year


def _digest(seed: int, files: int) -> str:
    history = iter_history(seed=seed, years=1, until=UNTIL)
    digest = hashlib.sha256()
    for _, file in zip(range(files), history, strict=False):
        digest.update(file.name.encode() + file.data)
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_bytes():
    assert _digest(3, 25) == _digest(3, 25)


def test_another_seed_gives_another_history():
    assert _digest(3, 5) != _digest(4, 5)


@pytest.mark.parametrize(
    "surroundings",
    [
        {"TZ": "Pacific/Auckland", "LC_ALL": "ko_KR.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "C", "PYTHONHASHSEED": "2"},
    ],
)
def test_time_zone_locale_and_hash_order_of_the_machine_do_not_matter(surroundings: dict[str, str]):
    code = "from tests.demo.test_history import _digest; print(_digest(3, 6))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **surroundings, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == _digest(3, 6)


def test_a_longer_history_holds_the_files_of_a_shorter_one():
    until = date(2023, 1, 20)
    short = {
        file.name: file.data for file, _ in zip(iter_history(seed=SEED, years=1, until=until), range(9), strict=False)
    }
    long = {file.name: file.data for file in iter_history(seed=SEED, years=2, until=until) if file.name in short}
    assert long == short


def test_files_come_in_the_order_of_their_starts_and_names(year: Year):
    starts = [file.started_at.astimezone(UTC) for file in year.files]
    assert starts == sorted(set(starts))
    assert [file.name for file in year.files] == sorted(file.name for file in year.files)


def test_every_file_has_a_right_checksum(year: Year):
    # The CRC of data with its own CRC appended is zero.
    assert [file.name for file in year.files if crc16(file.data) != 0] == []


@pytest.mark.parametrize("seed", range(5))
def test_ten_years_are_about_2500_files(seed: int):
    assert 2300 <= count_files(seed=seed, years=10, until=UNTIL) <= 2700


def test_the_count_is_known_before_the_files_are_made(year: Year):
    assert count_files(seed=SEED, years=1, until=UNTIL) == len(year.files)


@pytest.mark.parametrize("seed", range(3))
def test_no_activity_begins_before_the_one_before_it_has_ended(seed: int):
    plan = TrainingPlan(seed)
    days = range(date(2019, 1, 1).toordinal(), date(2023, 1, 1).toordinal())
    sessions = [session for day in days for session in plan.sessions_on(date.fromordinal(day))]
    for earlier, later in pairwise(sessions):
        slowest = timedelta(minutes=1.7 * earlier.minutes + 20)
        assert later.start.astimezone(UTC) > earlier.start.astimezone(UTC) + slowest


@pytest.mark.parametrize("seed", range(5))
def test_any_year_has_each_oddity(seed: int):
    plan = TrainingPlan(seed)
    days = range(date(2021, 1, 1).toordinal(), date(2023, 1, 1).toordinal())
    seen = {
        oddity for day in days for session in plan.sessions_on(date.fromordinal(day)) for oddity in session.oddities
    }
    assert seen == set(Oddity)


def test_a_history_ends_on_its_last_day_and_begins_whole_years_before(year: Year):
    assert year.files[0].started_at.date() >= UNTIL.replace(year=UNTIL.year - 1) + timedelta(days=1)
    assert year.files[-1].started_at.date() <= UNTIL


def test_a_history_that_ends_on_a_leap_day_is_whole_years_long():
    first = next(iter_history(seed=SEED, years=1, until=date(2024, 2, 29)))
    assert date(2023, 3, 1) <= first.started_at.date() < date(2023, 3, 10)


def test_written_files_are_those_of_the_iterator_and_reported_one_by_one(tmp_path: Path, year: Year):
    reported: list[str] = []
    history = write_history(
        tmp_path / "fit files", seed=SEED, years=1, until=UNTIL, on_file=lambda file: reported.append(file.name)
    )
    assert reported == [file.name for file in year.files]
    assert history.files == len(year.files)
    assert history.size_bytes == sum(len(file.data) for file in year.files)
    assert (history.first_start, history.last_start) == (year.files[0].started_at, year.files[-1].started_at)
    for file in year.files:
        assert (history.folder / file.name).read_bytes() == file.data


@pytest.mark.parametrize(("seed", "years", "named"), [(-1, 1, "seed is -1"), (1, 0, "0 years"), (1, 200, "200 years")])
def test_impossible_histories_are_refused_by_name(seed: int, years: int, named: str):
    with pytest.raises(ValueError, match=named):
        iter_history(seed=seed, years=years, until=UNTIL)


def test_settings_are_in_time_order_and_cover_the_history():
    athlete = demo_athlete(seed=SEED, years=3, until=UNTIL)
    dates = [entry.valid_from for entry in athlete.settings]
    assert dates == [date(y, m, 1) for y, m in [(2022, 7), (2023, 1), (2023, 7), (2024, 1), (2024, 7), (2025, 1)]]
    assert athlete.settings_on(date(2023, 6, 30)) is athlete.settings[1]
    assert athlete.settings_on(date(2010, 1, 1)) is athlete.settings[0]
    for entry in athlete.settings:
        assert 40 <= entry.resting_hr < 0.75 * entry.threshold_hr < entry.threshold_hr < entry.max_hr <= 200
        assert 3.0 <= entry.threshold_speed_mps <= 4.7


def test_the_athlete_has_good_and_bad_seasons_and_grows_older():
    athlete = demo_athlete(seed=SEED, years=10, until=UNTIL)
    speeds = [entry.threshold_speed_mps for entry in athlete.settings]
    assert max(speeds) / min(speeds) > 1.02
    assert athlete.settings[0].max_hr > athlete.settings[-1].max_hr
