"""`runningcoach athlete`: what is set, what is estimated, what is refused, and what follows."""

from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.making import START, at, run


def test_without_settings_everything_is_estimated_and_says_so(command: Command) -> None:
    shown = command("athlete", "show")
    assert shown.status == 0
    assert "me has set nothing yet" in shown.out
    assert "a stand-in" in shown.out
    assert command("athlete", "show", "--json").json["in_effect"]["hr_max_bpm"] == {
        "value": 190.0,
        "source": "convention",
        "estimated": True,
    }
    assert command("status", "--json").json["athletes"] == []


def test_what_is_set_holds_and_a_later_version_inherits_it(command: Command) -> None:
    every = {
        "--sex": "male",
        "--birth-year": 1985,
        "--hr-rest": 48,
        "--hr-max": 190,
        "--hr-threshold": 172,
        "--threshold-pace": "4:10",
        "--threshold-power": 300,
        "--weight": 70,
        "--zones": "120, 140,155",
    }
    first = command("athlete", "set", *(part for option in every.items() for part in option))
    assert first.status == 0
    assert "nothing to do" in first.out
    assert command("athlete", "set", "--from", "2025-03-01", "--weight", "68.5", "--unset", "zones").status == 0
    shown = command("athlete", "show", "--json").json
    held = {
        "valid_from": "2008-01-01",
        "sex": "male",
        "birth_year": 1985,
        "hr_rest_bpm": 48.0,
        "hr_max_bpm": 190.0,
        "hr_threshold_bpm": 172.0,
        "threshold_speed_mps": 4.0,
        "threshold_power_w": 300.0,
        "weight_kg": 70.0,
        "hr_zone_bounds_bpm": "120,140,155",
    }
    assert shown["versions"] == [
        held,
        held | {"valid_from": "2025-03-01", "weight_kg": 68.5, "hr_zone_bounds_bpm": None},
    ]
    sources = {name: value["source"] for name, value in shown["in_effect"].items()}
    assert sources.pop("hr_zone_bounds_bpm") == "hr_threshold"
    assert set(sources.values()) == {"athlete"}
    table = command("athlete", "show").out
    assert "from 2008-01-01: sex male, birth-year 1985, hr-rest 48 bpm, hr-max 190 bpm" in table
    assert "from 2025-03-01: weight 68.5 kg, zones unset" in table
    assert "4:10 /km" in table


def test_settings_between_two_versions_hold_until_the_later_one(command: Command) -> None:
    command("athlete", "set", "--hr-max", 190)
    command("athlete", "set", "--hr-max", 185, "--from", "2025-06-01")
    between = command("athlete", "set", "--hr-max", 188, "--from", "2024-06-01")
    assert "until 2025-06-01" in between.out
    assert command("athlete", "show", "--json").json["in_effect"]["hr_max_bpm"]["value"] == 185


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A run in May, June and July."""
    for month in range(3):
        (tmp_path / f"{month}.fit").write_bytes(run(at(START, month * 31 * 86_400)))
    return tmp_path


@pytest.mark.parametrize("again", [("materialize", "--from", "2025-05-01", "--to", "2025-05-31"), ("import",)])
def test_set_says_which_months_are_measured_again_and_either_way_they_are(
    command: Command, runs: Path, again: tuple[str, ...]
) -> None:
    command("import", runs, "--materialize")
    change = ("athlete", "set", "--hr-max", 188, "--from", "2025-06-01")
    said = command(*change).out
    assert "To be measured again: 2025-06 to 2025-07." in said
    assert "`runningcoach materialize --from 2025-06-01 --to 2025-06-01`" in said
    assert "To be measured again: 2025-06 to 2025-07." in command(*change).out
    outcome = command(*again, *((runs, "--materialize") if again == ("import",) else ()))
    assert outcome.status == 0
    assert "nothing to do" in command(*change).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to set"),
        (("--hr-max", 300), "hr_max_bpm 300 is outside 100 to 230"),
        (("--hr-rest", 60, "--hr-threshold", 180, "--hr-max", 180), "hr_threshold_bpm 180 is not below hr_max_bpm 180"),
        (("--zones", "140,120"), "do not ascend"),
        (("--threshold-pace", "4.10"), "'4.10' is not a pace"),
        (("--threshold-pace", "4:60"), "'4:60' is not a pace"),
        (("--threshold-pace", "0:00"), "0:00 is no pace"),
        (("--hr-max", 180, "--unset", "hr-max"), "--hr-max is both set and unset"),
        (("--unset", "shoe-size"), "shoe-size"),
        (("--sex", "other"), "other"),
        (("--from", "yesterday", "--hr-max", 180), "yesterday"),
        (("--athlete", "nobody", "--hr-max", 180), "there is no athlete 'nobody'"),
    ],
)
def test_wrong_usage_ends_with_status_2_and_changes_nothing(
    command: Command, arguments: tuple[object, ...], said: str
) -> None:
    outcome = command("athlete", "set", *arguments)
    assert outcome.status == 2
    assert said in outcome.err
    assert command("athlete", "show", "--json").json["versions"] == []
