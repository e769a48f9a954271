"""The catalogue names every column that holds figures, and nothing else."""

import pytest

from runningcoach_pipelines.explain.catalogue import CATALOGUE, columns
from runningcoach_pipelines.explain.catalogue.entries import computed, told
from runningcoach_pipelines.metrics import load
from runningcoach_pipelines.store.tables import Base

TABLES = {table.name: table for table in Base.metadata.sorted_tables}
WITHOUT_FIGURES = {
    "athletes", "athlete_settings", "garmin_raw_files", "garmin_raw_file_names",
    "activities", "activity_sources", "laps", "wellness_sources",
    "garmin_accounts", "garmin_pending_logins", "garmin_breaker", "garmin_budget",
    "garmin_raw_events", "garmin_coverage", "garmin_syncs", "garmin_drifts", "garmin_answers_used",
    "sleep", "hr_records", "gear", "personal_records", "races",
}  # fmt: skip
"""Bronze, settings, access to Garmin, and silver as the device wrote it or Garmin tells it."""


def test_every_table_with_figures_is_there() -> None:
    assert set(CATALOGUE) == set(TABLES) - WITHOUT_FIGURES


@pytest.mark.parametrize("table", CATALOGUE)
def test_every_column_is_there_and_no_other(table: str) -> None:
    assert sorted(CATALOGUE[table]) == sorted(TABLES[table].c.keys())


def test_every_entry_says_what_it_means_and_every_formula_whose_it_is() -> None:
    unsaid = [(one.table, one.name) for one in columns() if not one.entry.meaning.endswith(".")]
    sourceless = [(one.table, one.name) for one in columns() if bool(one.entry.formula) != bool(one.entry.source)]
    assert (unsaid, sourceless) == ([], [])


WITHOUT_FORMULA = {"distance_m", "start_s", "window_s", "threshold_power_w", "weight_kg"}
"""Columns with a unit that are keys of their table, or the athlete's own words."""


def test_every_figure_says_how_it_came_to_be() -> None:
    formless = {one.name for one in columns() if one.entry.unit and not one.entry.formula}
    assert formless == WITHOUT_FORMULA


UNITS = {
    "_m": "m",
    "_s": "s",
    "_mps": "m/s",
    "_bpm": "bpm",
    "_w": "W",
    "_kg": "kg",
    "_percent": "%",
    "_mm": "mm",
    "_ms": "ms",
}


def test_units_are_those_of_the_names() -> None:
    ending = {one: next((unit for end, unit in UNITS.items() if one.name.endswith(end)), None) for one in columns()}
    assert [(one.table, one.name) for one, unit in ending.items() if unit and one.entry.unit != unit] == []


def test_formula_and_source_come_from_the_docstring() -> None:
    formula, source = told(load.power_load)
    assert (load.power_load.__doc__ or "").startswith(formula)
    assert f"Source: {source}" in (load.power_load.__doc__ or "")
    entry = CATALOGUE["activity_metrics"]["power_load"]
    assert (entry.formula, entry.source, entry.function) == (formula, source, "load.power_load")


def test_a_function_that_names_no_source_is_refused() -> None:
    def sourceless() -> None:
        """Adds two numbers."""

    with pytest.raises(ValueError, match=r"sourceless names no source: add `Source: …`"):
        computed("", "A sum.", sourceless)
