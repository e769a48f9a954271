"""What real recordings must hold: sports, sessions of a triathlon, and the fields our overlay names."""

from pathlib import Path

import pytest

from runningcoach_pipelines.fit import decode


def _fit_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.[fF][iI][tT]"))


@pytest.mark.real_files
@pytest.mark.parametrize(
    ("name", "sports"),
    [
        ("garmin-fenix-5-run", ["running"]),
        ("garmin-fenix-5-walk", ["walking"]),
        ("garmin-fenix-5-bike", ["cycling"]),
        ("activity_poolswim.fit", ["swimming"]),
        ("suunto-weight", ["training"]),
        ("triathlon_summary_first", ["swimming", "transition", "cycling", "transition", "running"]),
        ("triathlon_summary_last", ["swimming", "transition", "cycling", "transition", "running"]),
    ],
)
def test_each_sport_decodes_and_keeps_its_name(real_files: Path, name: str, sports: list[str]) -> None:
    (path,) = [each for each in _fit_files(real_files) if each.name.partition("_")[2].startswith(name)]
    assert decode(path.read_bytes()).messages["session"]["sport"].to_list() == sports


@pytest.mark.real_files
def test_the_sessions_grade_adjusted_speed_is_the_mean_of_its_records(truth_files: Path) -> None:
    fit = decode((truth_files / "fit" / "Fr955v19.28andStryd.fit").read_bytes())
    speed = fit.messages["record"]["grade_adjusted_speed"]
    assert speed.mean() == pytest.approx(fit.messages["session"]["avg_grade_adjusted_speed"][0], abs=0.0006)
    assert fit.messages["physiological_metrics"]["vo2_max"][0] == pytest.approx(55.9, abs=0.05)
