"""docs/metrics.md is what the code says today."""

import pytest

from runningcoach_pipelines.explain.catalogue import CATALOGUE
from runningcoach_pipelines.explain.document import DOCUMENT, TEMPLATE, document

PLACES = "\n".join(f"<!-- columns of {table} -->" for table in CATALOGUE)


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text() == document(TEMPLATE.read_text()), "run `make docs`"


def test_every_column_has_its_line_with_unit_formula_and_source() -> None:
    lines = document(PLACES).splitlines()
    entry = CATALOGUE["activity_metrics"]["hr_load"]
    assert (
        f"| `hr_load` | load | {entry.meaning} | {entry.formula} (`load.heart_rate_load`) | {entry.source} |" in lines
    )
    assert sum(line.startswith("| `") for line in lines) == sum(len(entries) for entries in CATALOGUE.values())


def test_a_bar_in_a_text_ends_no_cell() -> None:
    rows = [line for line in document(PLACES).splitlines() if line.startswith("| `")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {6}
    assert any("\\|" in row for row in rows)


@pytest.mark.parametrize(
    "template",
    [
        PLACES.replace("<!-- columns of splits -->", ""),
        PLACES + "\n<!-- columns of splits -->",
        PLACES + "\n<!-- columns of x -->",
    ],
)
def test_a_place_too_few_or_too_many_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="write one line `<!-- columns of TABLE -->` for each"):
        document(template)
