"""The shape of an answer: what is there as it should be, and where it is not."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

_SHOWN = 60


class ShapeDrifted(ValueError):
    """An answer is not as it used to be: at `path` there should be what `expected` says, and `found` is there."""

    def __init__(self, path: str, expected: str, found: str) -> None:
        super().__init__(f"{path or 'the answer'}: {expected}, found {found}")
        self.path, self.expected, self.found = path, expected, found


@dataclass(frozen=True, slots=True)
class Drift:
    """Where one answer has drifted, and the day it is about; None when not even that is known."""

    day: dt.date | None
    path: str
    expected: str
    found: str


@dataclass(slots=True)
class Drifts:
    """What was found to have drifted while an answer was read."""

    found: list[Drift] = field(default_factory=list)

    def note(self, drifted: ShapeDrifted, day: dt.date | None = None) -> None:
        self.found.append(Drift(day, drifted.path, drifted.expected, drifted.found))


class Payload(BaseModel):
    """A part of an answer. Keys that we do not use may come and go; a key without a default has to be there."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def _iso_day(value: object) -> object:
    """Garmin writes days as text; a number would be taken for seconds since 1970."""
    if not isinstance(value, str):
        raise ValueError("a day as YYYY-MM-DD")
    return value[:10]


type Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
type Whole = Annotated[int, Field(strict=True)]
type Count = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
type Day = Annotated[dt.date, BeforeValidator(_iso_day)]
type Text = Annotated[str, Field(strict=True)]
type Items = list[Any]


def read[Part: Payload](part: type[Part], value: object, at: str = "") -> Part:
    """`value` as the part that it should be; `at` is its path in the answer.

    Raises:
        ShapeDrifted: it is not.
    """
    try:
        return part.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = _joined(at, first["loc"])
        raise ShapeDrifted(path, _expected(first["type"], first["msg"]), _shown(first)) from None


def items(value: object, *keys: str) -> tuple[Sequence[object], str]:
    """The list at `keys` of an answer, and its path; an answer without content ({}, [] or null) has an empty one.

    Raises:
        ShapeDrifted: there is something else.
    """
    path = ""
    for key in keys:
        if value is None or value == {}:
            return [], path
        if not isinstance(value, Mapping) or key not in value:
            raise ShapeDrifted(_joined(path, (key,)), "a key", _kind(value))
        value, path = value[key], _joined(path, (key,))
    if value is None or value == {}:
        return [], path
    if not isinstance(value, list):
        raise ShapeDrifted(path, "a list", _kind(value))
    return value, path


def each[Row](value: object, *keys: str, drifts: Drifts, then: Callable[[object, str], Row | None]) -> Iterator[Row]:
    """What `then` makes of each entry of the list at `keys` and its path; entries that have drifted are noted."""
    try:
        entries, path = items(value, *keys)
    except ShapeDrifted as drifted:
        drifts.note(drifted)
        return
    for index, entry in enumerate(entries):
        try:
            row = then(entry, f"{path}[{index}]")
        except ShapeDrifted as drifted:
            drifts.note(drifted, day_named(entry))
        else:
            if row is not None:
                yield row


def day_named(entry: object) -> dt.date | None:
    """The day that an entry names, if it does."""
    for key in ("calendarDate", "date"):
        if isinstance(entry, Mapping) and isinstance(entry.get(key), str):
            try:
                return dt.date.fromisoformat(entry[key][:10])
            except ValueError:
                return None
    return None


def _joined(at: str, steps: Sequence[int | str]) -> str:
    path = at
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def _expected(kind: str, message: str) -> str:
    return "a key" if kind == "missing" else message.removeprefix("Input should be ").removeprefix("Value error, ")


def _shown(error: Mapping[str, Any]) -> str:
    return "none" if error["type"] == "missing" else _kind(error["input"])


def _kind(value: object) -> str:
    if isinstance(value, Mapping | list):
        return "an object" if isinstance(value, Mapping) else "a list"
    return repr(value)[:_SHOWN]
