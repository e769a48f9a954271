"""Garmin's answers about shoes, records, workouts and races."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid5

from runningcoach_pipelines.demo.garmin.activities import type_key
from runningcoach_pipelines.demo.garmin.athlete import GarminAthlete, Made
from runningcoach_pipelines.demo.garmin.nights import PROFILE
from runningcoach_pipelines.demo.garmin.stamps import Json, stamp
from runningcoach_pipelines.demo.season import Race
from runningcoach_pipelines.demo.training import Kind

_SHOES = UUID("3f1f0a52-6f2e-5d5e-8a2e-2d7c1d6a9b10")
_LASTS_M = 800_000.0
_METRES_PER_MINUTE = 190
_RECORD_OF_DISTANCE = {10_000.0: 4, 21_097.5: 5, 42_195.0: 6}
_LONGEST_RUN = 7
_UNUSED_SHOES = frozenset({Kind.BIKE, Kind.STRENGTH})


def gear(athlete: GarminAthlete) -> Json:
    """`gear/v2/list`: a new pair of shoes every half year, newest first."""
    return [_pair(athlete, begun) for begun in reversed(_half_years(athlete))]


def gear_of(athlete: GarminAthlete, made: Made) -> Json:
    """`activity/v2/{id}`: the shoes of a run."""
    if made.session.kind in _UNUSED_SHOES:
        return []
    begun = [day for day in _half_years(athlete) if day <= made.session.day]
    return [_pair(athlete, begun[-1])] if begun else []


def personal_records(athlete: GarminAthlete) -> Json:
    """`personalrecord/prs`: the fastest races and the longest of them."""
    ran = [made for made in (_ran(athlete, race) for race in _races(athlete, athlete.until)) if made is not None]
    records: list[Json] = []
    for distance_m, kind in _RECORD_OF_DISTANCE.items():
        same = [made for made in ran if made.session.race and made.session.race.distance_m == distance_m]
        fastest = min(same, key=lambda made: made.value("total_timer_time") or 0, default=None)
        if fastest is not None:
            records.append(_record(fastest, kind, fastest.value("total_timer_time") or 0))
    longest = max(ran, key=lambda made: made.value("total_distance") or 0, default=None)
    if longest is not None:
        records.append(_record(longest, _LONGEST_RUN, longest.value("total_distance") or 0))
    return records


def calendar(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`calendar-service/events`: races, entered up to a year ahead."""
    races = _races(athlete, athlete.until + timedelta(days=365))
    return [_event(athlete, race) for race in races if first <= race.day <= last]


def workouts() -> Json:
    """`workout-service/workouts`."""
    return [
        {
            "workoutId": 900_000_001 + index,
            "ownerId": PROFILE,
            "workoutName": title,
            "sportType": {"sportTypeId": 1, "sportTypeKey": "running"},
            "estimatedDurationInSecs": seconds,
            "createdDate": "2020-01-05T08:00:00.0",
            "updateDate": "2020-01-05T08:00:00.0",
        }
        for index, (title, seconds) in enumerate((("6 x 1000 m", 3900), ("2 x 20 min threshold", 4200)))
    ]


def _half_years(athlete: GarminAthlete) -> list[date]:
    years = range(athlete.first_day.year, athlete.until.year + 1)
    days = [date(year, month, 1) for year in years for month in (1, 7)]
    return [athlete.first_day, *(day for day in days if athlete.first_day < day <= athlete.until)]


def _pair(athlete: GarminAthlete, begun: date) -> Json:
    all_pairs = _half_years(athlete)
    following = next((day for day in all_pairs if day > begun), None)
    last = following - timedelta(days=1) if following else athlete.until
    sessions = [
        session
        for day in athlete.known_days(begun, last)
        for session in athlete.plan.sessions_on(day)
        if session.kind not in _UNUSED_SHOES
    ]
    return {
        "uuid": str(uuid5(_SHOES, f"{begun}")),
        "userProfilePk": PROFILE,
        "gearType": "SHOES",
        "status": "ACTIVE" if following is None else "RETIRED",
        "brand": "Demo",
        "model": f"Daily {begun:%Y}",
        "name": f"Daily {begun:%Y-%m}",
        "usageType": "DISTANCE",
        "maxUsageDistanceMeters": _LASTS_M,
        "firstUseDate": f"{begun}",
        "numActivitiesLinked": len(sessions),
        "durationUsedSeconds": round(sum(60 * session.minutes for session in sessions)),
        "distanceUsedMeters": round(sum(_METRES_PER_MINUTE * session.minutes for session in sessions), 2),
    }


def _races(athlete: GarminAthlete, until: date) -> list[Race]:
    years = range(athlete.first_day.year, until.year + 1)
    races = [race for year in years for race in athlete.plan.seasons.year(year).races]
    return [race for race in races if athlete.first_day <= race.day <= until]


def _ran(athlete: GarminAthlete, race: Race) -> Made | None:
    session = next((session for session in athlete.plan.sessions_on(race.day) if session.race == race), None)
    return athlete.activity(int(session.start.timestamp()) * 2) if session else None


def _record(made: Made, kind: int, value: float) -> Json:
    started = int(made.started_at.timestamp()) * 1000
    return {
        "id": 4_100_000_000 + kind,
        "typeId": kind,
        "status": "ACCEPTED",
        "activityId": made.activity_id,
        "activityName": made.session.race.name if made.session.race else None,
        "activityType": type_key(made),
        "value": round(value, 3),
        "prStartTimeGmt": started,
        "prStartTimeGmtFormatted": stamp(made.started_at),
        "prTypeLabelKey": None,
    }


def _event(athlete: GarminAthlete, race: Race) -> Json:
    # Garmin keeps a distance in the unit it was entered in.
    by_km = race.distance_m % 1000 == 0
    return {
        "id": race.day.toordinal(),
        "eventName": race.name,
        "date": f"{race.day}",
        "url": None,
        "completionTarget": {
            "value": race.distance_m / 1000 if by_km else race.distance_m,
            "unit": "kilometer" if by_km else "meter",
            "unitType": "distance",
        },
        "eventTimeLocal": {"startTimeHhMm": f"{race.start:%H:%M}", "timeZoneId": race.place.time_zone},
        "location": race.place.name,
        "eventType": "trail_running" if race.trail else "running",
        "shareableEventUuid": None,
        "eventCustomization": {
            "customGoal": {"value": _goal_s(athlete, race), "unit": "second", "unitType": "time"},
            "isPrimaryEvent": race.is_goal,
            "isTrainingEvent": race.is_goal,
        },
        "race": True,
        "subscribed": True,
    }


def _goal_s(athlete: GarminAthlete, race: Race) -> int:
    speed = athlete.fitness.on(min(race.day, athlete.until)).threshold_speed_mps
    return round(race.distance_m / (0.9 * speed) / 60) * 60
