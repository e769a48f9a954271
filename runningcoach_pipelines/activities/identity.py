"""Which sessions are one and the same activity, and which look like it.

The same start (± 2 min), sport and duration (± 2 %) from another file is the same activity with two sources. A
session that overlaps another of its sport (or of an unknown one) by 80 % or more but matches less well is a suspected
duplicate: kept, shown, and counted once (docs/architecture.md, identity and time).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

NEIGHBOUR_DAYS = 1
"""Recordings of one activity start at most this many local days apart: on two sides of midnight, or of a zone."""

_NAMESPACE = UUID("6a1c1f4e-55a7-5a4b-9a53-0c1f7a0c6b11")
_START_TOLERANCE = dt.timedelta(minutes=2)
_DURATION_TOLERANCE = 0.02
_SUSPICIOUS_OVERLAP = 0.8
_UNKNOWN_SPORT = "generic"
"""Sport of a file that was cut off before its session was written."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A session of a file, as far as identity goes. `order` is the order of import: the first names the activity."""

    order: int
    athlete_id: str
    source_sha256: str
    session_index: int
    sport: str
    started_at: dt.datetime
    duration_s: float
    sample_count: int


@dataclass(frozen=True, slots=True)
class Identified:
    """An activity: its sources, the one whose data is used, and the activity it seems to repeat."""

    activity_id: str
    primary: Candidate
    sources: tuple[Candidate, ...]
    suspected_duplicate_of: str | None = None


def identify(candidates: Sequence[Candidate]) -> list[Identified]:
    """Group sessions into activities; the result depends on the set and on `order`, not on the sequence given."""
    groups: list[list[Candidate]] = []
    for candidate in sorted(candidates, key=lambda c: (c.order, c.session_index)):
        same = next((group for group in groups if _same_activity(group, candidate)), None)
        if same is None:
            groups.append([candidate])
        else:
            same.append(candidate)
    return _flag_suspects([_identified(group) for group in groups])


def _same_activity(group: Sequence[Candidate], other: Candidate) -> bool:
    first = group[0]
    return (
        first.athlete_id == other.athlete_id
        and first.sport == other.sport
        and all(member.source_sha256 != other.source_sha256 for member in group)
        and abs(first.started_at - other.started_at) <= _START_TOLERANCE
        and abs(first.duration_s - other.duration_s) <= _DURATION_TOLERANCE * max(first.duration_s, other.duration_s)
    )


def _identified(group: Sequence[Candidate]) -> Identified:
    first = group[0]
    name = f"{first.athlete_id}/{first.source_sha256}/{first.session_index}"
    return Identified(
        activity_id=str(uuid5(_NAMESPACE, name)),
        primary=max(group, key=lambda c: (c.sample_count, -c.order)),
        sources=tuple(group),
    )


def _flag_suspects(activities: Sequence[Identified]) -> list[Identified]:
    """The richer recording of a suspected pair is counted; the other points at it."""
    ranked = sorted(activities, key=lambda a: (-a.primary.sample_count, a.primary.order, a.primary.session_index))
    kept: list[Identified] = []
    flagged: list[Identified] = []
    for activity in ranked:
        twin = next((k for k in kept if _suspicious(k.primary, activity.primary)), None)
        if twin is None:
            kept.append(activity)
        else:
            flagged.append(replace(activity, suspected_duplicate_of=twin.activity_id))
    return sorted(kept + flagged, key=lambda a: (a.primary.started_at, a.activity_id))


def _suspicious(one: Candidate, other: Candidate) -> bool:
    if one.athlete_id != other.athlete_id or one.source_sha256 == other.source_sha256:
        return False
    if one.sport != other.sport and _UNKNOWN_SPORT not in {one.sport, other.sport}:
        return False
    start = max(one.started_at, other.started_at)
    end = min(one.started_at + _seconds(one), other.started_at + _seconds(other))
    shorter_s = min(one.duration_s, other.duration_s)
    return shorter_s > 0 and (end - start).total_seconds() >= _SUSPICIOUS_OVERLAP * shorter_s


def _seconds(candidate: Candidate) -> dt.timedelta:
    return dt.timedelta(seconds=candidate.duration_s)
