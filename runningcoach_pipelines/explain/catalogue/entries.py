"""What an entry of the catalogue is. What a function of `metrics/` computes is told by its docstring, not twice."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_SOURCE = re.compile(r"^Source:\s*(.+?)(?=\n\s*\n|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a column holds. `formula` and `source` are empty for names and words."""

    unit: str
    meaning: str
    formula: str = ""
    source: str = ""
    function: str = ""
    """Where it is computed: module and function below `metrics/`."""


@dataclass(frozen=True, slots=True)
class Column:
    """An entry in its table."""

    table: str
    name: str
    entry: Entry


type Entries = dict[str, Entry]


def read(unit: str, meaning: str) -> Entry:
    """A column that names a row, or says in a word what stands beside it."""
    return Entry(unit, meaning)


def written(unit: str, meaning: str) -> Entry:
    """A figure as the device wrote it into the file."""
    return Entry(unit, meaning, "As the device wrote it.", "The device.")


def defined(unit: str, meaning: str, formula: str, source: str = "Definition.") -> Entry:
    """A column whose formula is so short that no function of `metrics/` has it."""
    return Entry(unit, meaning, formula, source)


def computed(unit: str, meaning: str, function: Callable[..., Any], *, applied: str = "") -> Entry:
    """A column that a function of `metrics/` computes.

    Args:
        applied: how the tables apply it, where that is more than calling it.

    Raises:
        ValueError: its docstring has no line `Source: …`.
    """
    formula, source = told(function)
    place = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
    return Entry(unit, meaning, " ".join(filter(None, (formula, applied))), source, place)


def told(function: Callable[..., Any]) -> tuple[str, str]:
    """Formula and source of a function: the first paragraph of its docstring, and the one that begins `Source:`."""
    text = inspect.getdoc(function) or ""
    source = _SOURCE.search(text)
    if source is None:
        raise ValueError(f"the docstring of {function.__module__}.{function.__name__} names no source: add `Source: …`")
    return _one_line(text.split("\n\n")[0]), _one_line(source[1])


def _one_line(text: str) -> str:
    return " ".join(text.split())


ACTIVITY_KEY = {
    "activity_id": read("", "The activity; its id follows from the first file that brought it."),
    "athlete_id": read("", "Whose it is."),
    "local_day": read("", "Local date of the start, at the UTC offset the activity was recorded under."),
}
DAY_KEY = {"athlete_id": read("", "Whose it is."), "day": read("", "Local date.")}
VERSION = {"code_version": read("", "Version of the code that made the row.")}
