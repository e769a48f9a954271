"""What an answer of Garmin Connect says of each day it was asked about: something, or nothing. Pure.

Only as much of its shape is known here as tells days apart; what the values mean, the parsers know.
"""

import datetime as dt
import json
from collections.abc import Iterator

from runningcoach_pipelines.garmin.client import Json
from runningcoach_pipelines.garmin.endpoints import Asked, Endpoint
from runningcoach_pipelines.garmin.questions import Question
from runningcoach_pipelines.store.blob import sha256_of

_DATE_LENGTH = len("2026-03-02")


def canonical(payload: Json) -> bytes:
    """The bytes of an answer: the same for the same content, in whatever order Garmin wrote its keys."""
    return json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def contents(question: Question, payload: Json) -> dict[dt.date, str | None]:
    """SHA-256 of what the answer says of each day of the question; None where it says nothing."""
    if question.endpoint.asked is not Asked.RANGE:
        said = sha256_of(canonical(payload)) if _says_something(question.endpoint, payload) else None
        return dict.fromkeys(question.days, said)
    told: dict[dt.date, list[bytes]] = {}
    for day, entry in _entries(payload, question.endpoint.day_keys):
        if _says_something(question.endpoint, entry):
            told.setdefault(day, []).append(canonical(entry))
    return {day: sha256_of(b"\n".join(told[day])) if day in told else None for day in question.days}


def _entries(payload: Json, day_keys: tuple[str, ...]) -> Iterator[tuple[dt.date, Json]]:
    """Objects that name their day, in the order of the answer."""
    if isinstance(payload, list):
        for item in payload:
            yield from _entries(item, day_keys)
    elif isinstance(payload, dict):
        day = next((day for key in day_keys if (day := _day(payload.get(key))) is not None), None)
        if day is not None:
            yield day, payload
            return
        for value in payload.values():
            yield from _entries(value, day_keys)


def _day(value: Json) -> dt.date | None:
    if not isinstance(value, str):
        return None
    try:
        return dt.date.fromisoformat(value[:_DATE_LENGTH])
    except ValueError:
        return None


def _says_something(endpoint: Endpoint, payload: Json) -> bool:
    """False for an empty answer, and for one that has the endpoint's evidence without a value."""
    if payload is None or payload in ({}, []):
        return False
    evidence = [value for key, value in _members(payload) if key in endpoint.evidence]
    return not evidence or any(value not in (None, [], {}) for value in evidence)


def _members(payload: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(payload, list):
        for item in payload:
            yield from _members(item)
    elif isinstance(payload, dict):
        for key, value in payload.items():
            yield key, value
            yield from _members(value)
