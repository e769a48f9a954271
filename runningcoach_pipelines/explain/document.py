"""docs/metrics.md from the catalogue: `python -m runningcoach_pipelines.explain.document`, or `make docs`.

docs/metrics.template.md is written by hand. In it a line `<!-- columns of TABLE -->` becomes the table of its columns.
"""

import re

from runningcoach_pipelines.explain.catalogue import CATALOGUE, Entry
from runningcoach_pipelines.settings import PROJECT_ROOT

TEMPLATE = PROJECT_ROOT / "docs" / "metrics.template.md"
DOCUMENT = PROJECT_ROOT / "docs" / "metrics.md"

_PLACE = re.compile(r"^<!-- columns of (\w+) -->$", re.MULTILINE)
_NOTE = "<!-- Made by `make docs` from metrics.template.md and the docstrings of the code. Edit those. -->\n"


def document(template: str) -> str:
    """The template with the columns of every table in their places.

    Raises:
        ValueError: a table of the catalogue has no place, several, or a place names no table of it.
    """
    places = _PLACE.findall(template)
    if sorted(places) != sorted(CATALOGUE):
        raise ValueError(
            f"{TEMPLATE.name} has places for {sorted(places)}, the catalogue has {sorted(CATALOGUE)}: "
            "write one line `<!-- columns of TABLE -->` for each"
        )
    return _NOTE + _PLACE.sub(lambda place: _columns(place[1]), template)


def _columns(table: str) -> str:
    rows = ["| column | unit | what it is | formula | source |", "|---|---|---|---|---|"]
    rows += (_row(name, entry) for name, entry in CATALOGUE[table].items())
    return "\n".join(rows)


def _row(name: str, entry: Entry) -> str:
    formula = entry.formula + (f" (`{entry.function}`)" if entry.function else "")
    cells = (f"`{name}`", entry.unit, entry.meaning, formula, entry.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main() -> None:
    """Write the document."""
    DOCUMENT.write_text(document(TEMPLATE.read_text()))


if __name__ == "__main__":
    main()
