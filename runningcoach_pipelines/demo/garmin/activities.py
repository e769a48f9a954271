"""Garmin's answers about activities, all from the totals that the device wrote into the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta

from runningcoach_pipelines.demo.garmin.athlete import GarminAthlete, Made
from runningcoach_pipelines.demo.garmin.stamps import Json
from runningcoach_pipelines.demo.sensing import Columns
from runningcoach_pipelines.demo.training import Kind, Surface

_TYPE_IDS = {
    "running": 1, "cycling": 2, "trail_running": 6, "track_running": 8, "strength_training": 13,
    "treadmill_running": 18,
}  # fmt: skip
_TYPE_OF_SURFACE = {
    Surface.TREADMILL: "treadmill_running",
    Surface.TRAIL: "trail_running",
    Surface.TRACK: "track_running",
}


def activity_list(athlete: GarminAthlete, page: Iterable[int]) -> Json:
    """`activities/search/activities`: a page of the list, by ids."""
    made = (athlete.activity(activity_id) for activity_id in page)
    return [_listed(one) for one in made if one is not None]


def details(made: Made) -> Json:
    """`activity/{id}`."""
    summary = {**_times(made), **_totals(made.whole), "averageHR": made.value("avg_heart_rate")}
    return {
        "activityId": made.activity_id,
        "activityName": name(made),
        "activityTypeDTO": _type(made),
        "eventTypeDTO": {"typeKey": "race" if made.session.race else "uncategorized"},
        "timeZoneUnitDTO": {"timeZone": made.session.place.time_zone},
        "metadataDTO": {
            "manufacturer": made.device.manufacturer.upper(),
            "lapCount": len(made.laps["total_timer_time"]),
        },
        "summaryDTO": {key: value for key, value in summary.items() if value is not None},
        "locationName": made.session.place.name,
    }


def splits(made: Made) -> Json:
    """`activity/{id}/splits`: the device's laps."""
    laps: list[Json] = []
    begun = made.started_at.astimezone(UTC)
    for index, elapsed_s in enumerate(made.laps["total_elapsed_time"].tolist()):
        lap = {field: values[index : index + 1] for field, values in made.laps.items()}
        totals = {key: value for key, value in _totals(lap).items() if value is not None}
        laps.append({"startTimeGMT": f"{begun:%Y-%m-%dT%H:%M:%S}.0", "lapIndex": index + 1, **totals})
        begun += timedelta(seconds=elapsed_s)
    return {"activityId": made.activity_id, "lapDTOs": laps, "eventDTOs": []}


def weather(made: Made) -> Json:
    """`activity/{id}/weather`, in °F; null throughout for what was done indoors."""
    outdoors = made.device.position and made.session.surface not in (Surface.TREADMILL, Surface.INDOORS)
    celsius = made.session.place.temperature_on(made.session.day)
    return {
        "issueDate": f"{made.started_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000+0000}" if outdoors else None,
        "temp": round(celsius * 9 / 5 + 32) if outdoors else None,
        "relativeHumidity": 60 if outdoors else None,
        "windSpeed": 6 if outdoors else None,
        "weatherTypeDTO": {"desc": "Fair"} if outdoors else None,
    }


def heart_rate_zones(made: Made) -> Json:
    """`activity/{id}/hrTimeInZones`; empty without a heart rate."""
    if made.zone_s is None:
        return []
    return [
        {"zoneNumber": number, "secsInZone": float(seconds), "zoneLowBoundary": bound}
        for number, (seconds, bound) in enumerate(
            zip(made.zone_s.tolist()[1:6], made.zone_bounds_bpm[:5], strict=True), start=1
        )
    ]


def name(made: Made) -> str:
    if made.session.race is not None:
        return made.session.race.name
    return f"{made.session.place.name} {made.session.kind.value}"


def type_key(made: Made) -> str:
    if made.session.kind is Kind.BIKE:
        return "cycling"
    if made.session.kind is Kind.STRENGTH:
        return "strength_training"
    return _TYPE_OF_SURFACE.get(made.session.surface, "running")


def _listed(made: Made) -> Json:
    times = _times(made, separator=" ")
    return {
        "activityId": made.activity_id,
        "activityName": name(made),
        **times,
        "beginTimestamp": int(made.started_at.timestamp()) * 1000,
        "activityType": _type(made),
        "eventType": {"typeKey": "race" if made.session.race else "uncategorized"},
        **_totals(made.whole),
        "averageHR": made.value("avg_heart_rate"),
        "manufacturer": made.device.manufacturer.upper(),
        "deviceId": made.device.product,
        "hasPolyline": made.device.position,
        "lapCount": len(made.laps["total_timer_time"]),
        "aerobicTrainingEffect": _one(made.judged, ("aerobic_training_effect",)),
        "vO2MaxValue": _one(made.judged, ("vo2_max",)),
    }


def _times(made: Made, separator: str = "T") -> dict[str, Json]:
    form = f"%Y-%m-%d{separator}%H:%M:%S" + (".0" if separator == "T" else "")
    return {
        "startTimeLocal": made.started_at.strftime(form),
        "startTimeGMT": made.started_at.astimezone(UTC).strftime(form),
    }


def _totals(columns: Columns) -> dict[str, Json]:
    """Totals of an activity or a lap under Garmin's names; null where the device has none."""
    return {
        "duration": _one(columns, ("total_timer_time",)),
        "elapsedDuration": _one(columns, ("total_elapsed_time",)),
        "distance": _one(columns, ("total_distance",)),
        "averageSpeed": _one(columns, ("enhanced_avg_speed", "avg_speed")),
        "maxSpeed": _one(columns, ("enhanced_max_speed", "max_speed")),
        "averageHR": _one(columns, ("avg_heart_rate",)),
        "maxHR": _one(columns, ("max_heart_rate",)),
        "elevationGain": _one(columns, ("total_ascent",)),
        "elevationLoss": _one(columns, ("total_descent",)),
        "calories": _one(columns, ("total_calories",)),
        "avgPower": _one(columns, ("avg_power",)),
    }


def _one(columns: Columns, names: Sequence[str]) -> float | None:
    values = (float(columns[name][0]) for name in names if name in columns)
    return next((value for value in values if value == value), None)  # noqa: PLR0124 - NaN is not itself


def _type(made: Made) -> Json:
    key = type_key(made)
    return {"typeId": _TYPE_IDS[key], "typeKey": key, "isHidden": False}
