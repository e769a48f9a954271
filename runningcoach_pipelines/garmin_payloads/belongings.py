"""What an athlete has at Garmin: shoes, personal records, races entered."""

from typing import Any

import polars as pl
from pydantic import Field

from runningcoach_pipelines.garmin_payloads.clock import Stamp, instant
from runningcoach_pipelines.garmin_payloads.shape import Count, Day, Drifts, Number, Payload, Text, Whole, each, read

GEAR = pl.Schema(
    {
        "gear_id": pl.String(),
        "name": pl.String(),
        "kind": pl.String(),
        "status": pl.String(),
        "first_used": pl.Date(),
        "distance_m": pl.Float64(),
        "duration_s": pl.Float64(),
        "activities": pl.Int32(),
        "longest_m": pl.Float64(),
    }
)
"""`longest_m`: the distance after which its owner wants to be warned."""

RECORDS = pl.Schema(
    {
        "record_id": pl.String(),
        "type_id": pl.Int32(),
        "record": pl.String(),
        "time_s": pl.Float64(),
        "distance_m": pl.Float64(),
        "garmin_activity_id": pl.String(),
        "achieved_at": pl.Datetime("us", "UTC"),
    }
)
"""Of a fastest time `distance_m` is the distance, of a longest run the record itself; both null for other records."""

RACES = pl.Schema(
    {
        "race_id": pl.String(),
        "day": pl.Date(),
        "name": pl.String(),
        "kind": pl.String(),
        "distance_m": pl.Float64(),
        "starts_local": pl.String(),
        "time_zone": pl.String(),
        "goal_s": pl.Float64(),
        "is_goal": pl.Boolean(),
    }
)

# Garmin names running records by number only.
_FASTEST = {1: 1000.0, 2: 1609.344, 3: 5000.0, 4: 10_000.0, 5: 21_097.5, 6: 42_195.0}
_LONGEST_RUN = 7
_METRES = {"meter": 1.0, "kilometer": 1000.0, "mile": 1609.344, "yard": 0.9144}

type Row = dict[str, Any]


class _Gear(Payload):
    uuid: Text
    kind: Text = Field(alias="gearType")
    status: Text
    name: Text | None = None
    brand: Text | None = None
    model: Text | None = None
    first_used: Day | None = Field(default=None, alias="firstUseDate")
    distance_m: Number | None = Field(alias="distanceUsedMeters")
    duration_s: Number | None = Field(default=None, alias="durationUsedSeconds")
    activities: Count | None = Field(default=None, alias="numActivitiesLinked")
    longest_m: Number | None = Field(default=None, alias="maxUsageDistanceMeters")


class _Record(Payload):
    record_id: Whole | Text = Field(alias="id")
    type_id: Count = Field(alias="typeId")
    value: Number | None
    activity_id: Whole | Text | None = Field(default=None, alias="activityId")
    achieved: Stamp = Field(default=None, alias="prStartTimeGmt")


class _Quantity(Payload):
    value: Number | None = None
    unit: Text | None = None


class _Customised(Payload):
    goal: _Quantity | None = Field(default=None, alias="customGoal")
    primary: bool | None = Field(default=None, alias="isPrimaryEvent")


class _Start(Payload):
    clock: Text | None = Field(default=None, alias="startTimeHhMm")
    zone: Text | None = Field(default=None, alias="timeZoneId")


class _Event(Payload):
    event_id: Whole | Text | None = Field(default=None, alias="id")
    shared_id: Text | None = Field(default=None, alias="shareableEventUuid")
    name: Text = Field(alias="eventName")
    day: Day = Field(alias="date")
    kind: Text | None = Field(default=None, alias="eventType")
    target: _Quantity | None = Field(default=None, alias="completionTarget")
    start: _Start | None = Field(default=None, alias="eventTimeLocal")
    custom: _Customised | None = Field(default=None, alias="eventCustomization")
    race: bool | None


def gear(payload: object, drifts: Drifts) -> pl.DataFrame:
    """`gear`: with the schema `GEAR`."""

    def row(entry: object, at: str) -> Row:
        found = read(_Gear, entry, at)
        return {
            "gear_id": found.uuid,
            "name": found.name or " ".join(filter(None, (found.brand, found.model))) or found.uuid,
            "kind": found.kind.lower(),
            "status": found.status.lower(),
            "first_used": found.first_used,
            "distance_m": found.distance_m,
            "duration_s": found.duration_s,
            "activities": found.activities,
            "longest_m": found.longest_m or None,
        }

    return pl.DataFrame(list(each(payload, drifts=drifts, then=row)), schema=GEAR).unique(
        "gear_id", keep="last", maintain_order=True
    )


def personal_records(payload: object, drifts: Drifts) -> pl.DataFrame:
    """`personal_records`: with the schema `RECORDS`."""

    def row(entry: object, at: str) -> Row:
        found = read(_Record, entry, at)
        fastest = _FASTEST.get(found.type_id)
        longest = found.type_id == _LONGEST_RUN
        return {
            "record_id": str(found.record_id),
            "type_id": found.type_id,
            "record": "fastest" if fastest else "longest_run" if longest else "other",
            "time_s": found.value if fastest else None,
            "distance_m": fastest or (found.value if longest else None),
            "garmin_activity_id": None if found.activity_id in (None, 0) else str(found.activity_id),
            "achieved_at": instant(found.achieved),
        }

    return pl.DataFrame(list(each(payload, drifts=drifts, then=row)), schema=RECORDS).unique(
        "record_id", keep="last", maintain_order=True
    )


def races(payload: object, drifts: Drifts) -> pl.DataFrame:
    """`calendar`: the events that are races, with the schema `RACES`. A subscribed one has no id of its own."""

    def row(entry: object, at: str) -> Row | None:
        found = read(_Event, entry, at)
        if not found.race:
            return None
        goal = found.custom.goal if found.custom else None
        return {
            "race_id": str(found.event_id or found.shared_id or f"{found.day} {found.name}"),
            "day": found.day,
            "name": found.name,
            "kind": found.kind,
            "distance_m": _metres(found.target),
            "starts_local": found.start.clock if found.start else None,
            "time_zone": found.start.zone if found.start else None,
            "goal_s": goal.value if goal and goal.unit == "second" else None,
            "is_goal": bool(found.custom and found.custom.primary),
        }

    return pl.DataFrame(list(each(payload, drifts=drifts, then=row)), schema=RACES).unique(
        "race_id", keep="last", maintain_order=True
    )


def _metres(target: _Quantity | None) -> float | None:
    if target is None or target.value is None or target.unit not in _METRES:
        return None
    return target.value * _METRES[target.unit]
