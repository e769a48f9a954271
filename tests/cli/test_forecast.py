"""`runningcoach forecast`: a plan in, a race day's performance out."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from runningcoach_pipelines.metrics import vo2max
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import BestEffort, FitnessMetricsDaily
from tests.cli.conftest import Command
from tests.rows import put

FIRST = dt.date(2024, 1, 1)
DAYS = 400
RACE = FIRST + dt.timedelta(days=DAYS + 20)


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


@pytest.fixture
def raced(lakehouse: Lakehouse) -> None:
    """Eight 10 km races in a year of running."""
    loads = np.random.default_rng(3).gamma(2.0, 30.0, DAYS).tolist()
    days = [{"day": day(n), "load": load, "ctl": 60.0, "warming_up": n < 126} for n, load in enumerate(loads)]
    put(lakehouse, FitnessMetricsDaily, *days)
    races = [
        {"activity_id": str(on), "local_day": day(on), "distance_m": 10_000.0, "time_s": vo2max.race_time_s(level, 1e4)}
        for on, level in zip(range(130, DAYS, 35), (50.0, 50.6, 50.2, 51.0, 50.8, 51.2, 50.4, 51.5), strict=True)
    ]
    put(lakehouse, BestEffort, *races)


@pytest.mark.usefixtures("raced")
def test_a_forecast_has_its_times_its_error_and_its_limits(command: Command) -> None:
    outcome = command("forecast", RACE, "--daily-load", 60)
    assert outcome.status == 0
    for part in ("42.195 km", "VO2max 5", "leave-one-out error", "8 results from 2024-05-10", "how to taper"):
        assert part in outcome.out
    found = command("forecast", RACE, "--daily-load", 60, "--json").json
    assert found["results"] == 8
    assert found["planned_load"] == 60 * 20
    assert [time["distance_m"] for time in found["times"]] == [5000, 10_000, 21_097.5, 42_195]


@pytest.mark.usefixtures("raced")
def test_a_plan_may_come_from_a_file(command: Command, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text("day,load,note\n" + "".join(f"{day(DAYS + n)},60,easy\n" for n in range(20)))
    from_file, from_number = (
        command("forecast", RACE, *options, "--json").json for options in (("--loads", plan), ("--daily-load", 60))
    )
    assert from_file == from_number


@pytest.mark.usefixtures("raced")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date,load\n2025-02-05,60\n", "must name the columns day and load"),
        ("day,load\n2025-02-05,much\n", "line 2: a day like"),
        ("day,load\n2025-02-05\n", "line 2: a day like"),
        ("day,load\n2025-02-05,60\n2025-02-05,70\n", "line 3: 2025-02-05 is there twice"),
    ],
)
def test_a_file_that_is_no_plan_is_wrong_usage(command: Command, tmp_path: Path, text: str, message: str) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text(text)
    outcome = command("forecast", RACE, "--loads", plan)
    assert outcome.status == 2
    assert message in outcome.err.replace("\n", " ")


def test_without_results_the_reason_is_told(command: Command) -> None:
    outcome = command("forecast", "2026-05-01")
    assert outcome.status == 1
    assert "no day is computed yet" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("options", [("--daily-load", "-1"), ("--daily-load", "5", "--loads", "{file}"), ("--x",)])
def test_wrong_options_are_wrong_usage(command: Command, tmp_path: Path, options: tuple[str, ...]) -> None:
    file = tmp_path / "plan.csv"
    file.write_text("day,load\n")
    assert command("forecast", "2026-05-01", *(option.format(file=file) for option in options)).status == 2
