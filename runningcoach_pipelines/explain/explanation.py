"""What an explanation consists of. Everything in it can be written as JSON."""

import datetime as dt
from dataclasses import dataclass
from math import isclose

from runningcoach_pipelines.explain.catalogue import CATALOGUE

type Value = float | int | str | bool | dt.date | None

_RELATIVE, _ABSOLUTE = 1e-9, 1e-9


class UnknownMetric(LookupError):
    """Nothing of that name is known of what was asked; the message lists what is."""


class NothingThere(LookupError):
    """There is no row for what was asked."""


@dataclass(frozen=True, slots=True)
class Input:
    """A value that went in. `note`: where it comes from, what it adds, why it does not count."""

    name: str
    value: Value
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A FIT file at the beginning of the trail."""

    file_name: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Check:
    """The value made once more. Where it differs, the stored one is older than what it was made from, or wrong."""

    again: Value
    agrees: bool
    by: str
    """From what: the inputs shown, the samples, all stored rows."""


@dataclass(frozen=True, slots=True)
class Trail:
    """Inputs of a value and the value made from them once more, of whatever kind it is."""

    inputs: tuple[Input, ...]
    again: Value
    by: str = "the inputs shown"
    contributors: "tuple[Explanation, ...]" = ()
    activity_ids: tuple[str, ...] | None = None
    """Activities whose files stand at its beginning; None: those of the row itself."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a value came to be. `contributors` are the values it was made from, explained themselves, one level deep."""

    table: str
    metric: str
    of: str
    """The day, the week (`2025-W22`), the month (`2025-06`), or the activity."""
    athlete_id: str
    value: Value
    reason: str
    """Why there is no value; empty where there is one."""
    unit: str
    meaning: str
    formula: str
    source: str
    code_version: str
    inputs: tuple[Input, ...]
    check: Check
    files: tuple[SourceFile, ...]
    contributors: "tuple[Explanation, ...]"


def explained(
    table: str,
    metric: str,
    *,
    of: str,
    row: dict[str, Value],
    trail: Trail,
    files: tuple[SourceFile, ...],
) -> Explanation:
    """The trail of `row[metric]` with what the catalogue says of its column."""
    entry = CATALOGUE[table][metric]
    value = row[metric]
    return Explanation(
        table=table,
        metric=metric,
        of=of,
        athlete_id=str(row["athlete_id"]),
        value=value,
        reason=_reason(value, trail.inputs),
        unit=entry.unit,
        meaning=entry.meaning,
        formula=entry.formula,
        source=entry.source,
        code_version=str(row["code_version"]),
        inputs=trail.inputs,
        check=Check(trail.again, _equal(value, trail.again), trail.by),
        files=files,
        contributors=trail.contributors,
    )


def _reason(value: Value, inputs: tuple[Input, ...]) -> str:
    if value is not None:
        return ""
    missing = [each.name for each in inputs if each.value is None]
    return f"not known: {', '.join(missing)}" if missing else "what it is made from does not meet its formula's rules"


def _equal(stored: Value, again: Value) -> bool:
    if isinstance(stored, int | float) and isinstance(again, int | float):
        return isclose(stored, again, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)
    return stored == again
