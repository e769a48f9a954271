"""Every truth case, computed by the package through one thin adapter."""

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.metrics.adapter import ADAPTERS, compute

CASES = 263


@cache
def cases_by_metric(folder: Path) -> dict[str, list[dict[str, Any]]]:
    by_metric = defaultdict(list)
    for case in json.loads((folder / "metrics.json").read_text()):
        by_metric[case["metric"]].append(case)
    return dict(by_metric)


def assert_close(actual: Any, expected: Any, tolerance: Any) -> None:
    """Absolute tolerance, element-wise for lists; text, booleans and null are exact."""
    if isinstance(expected, dict):
        assert actual.keys() == expected.keys()
        for key, part in expected.items():
            assert_close(actual[key], part, tolerance)
    elif isinstance(expected, list):
        assert isinstance(actual, Iterable)
        actual = list(actual)
        assert len(actual) == len(expected), (actual, expected)
        tolerances = tolerance if isinstance(tolerance, list) else [tolerance] * len(expected)
        for part in zip(actual, expected, tolerances, strict=True):
            assert_close(*part)
    elif expected is None or isinstance(expected, str | bool):
        assert actual == expected
    else:
        assert actual is not None
        assert abs(actual - expected) <= tolerance, f"{actual} isn't within {tolerance} of {expected}"


@pytest.mark.parametrize("metric", sorted(ADAPTERS))
def test_the_truth_cases_of(metric: str, truth_files: Path, subtests: pytest.Subtests) -> None:
    for case in cases_by_metric(truth_files)[metric]:
        inputs = {**case["inputs"], "truth": truth_files}
        if "fit" in inputs:
            inputs = inputs | {"fit": truth_files / "fit" / inputs["fit"]}
        with subtests.test(case["id"]):
            assert_close(compute(metric, inputs), case["expected"], case["tolerance"])


def test_every_key_of_the_truth_file_is_computed_and_no_other(truth_files: Path) -> None:
    by_metric = cases_by_metric(truth_files)
    assert set(by_metric) == ADAPTERS.keys()
    assert sum(map(len, by_metric.values())) == CASES
