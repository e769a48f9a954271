"""Garmin's answers about days: minute by minute, and summed up."""

from __future__ import annotations

from datetime import UTC, date
from zoneinfo import ZoneInfo

from runningcoach_pipelines.demo.days import Day, Series
from runningcoach_pipelines.demo.garmin.athlete import GarminAthlete
from runningcoach_pipelines.demo.garmin.nights import PROFILE, respiration
from runningcoach_pipelines.demo.garmin.stamps import Json, stamp, wall_clock_stamp

_STEP_GOAL = 8000


def heart_rates(athlete: GarminAthlete, day: date) -> Json:
    """`dailyHeartRate`, every two minutes."""
    seen = _seen(athlete, day)
    if seen is None:
        return {"userProfilePK": PROFILE, "calendarDate": f"{day}", "restingHeartRate": None, "heartRateValues": None}
    values = seen.heart_rate.values
    return {
        "userProfilePK": PROFILE,
        **_frame(seen),
        "maxHeartRate": int(values.max()),
        "minHeartRate": int(values.min()),
        "restingHeartRate": round(seen.morning.resting_hr_bpm),
        "heartRateValueDescriptors": _descriptors("timestamp", "heartrate"),
        "heartRateValues": _pairs(seen.heart_rate),
    }


def stress(athlete: GarminAthlete, day: date) -> Json:
    """`dailyStress`, every three minutes, with the energy left."""
    seen = _seen(athlete, day)
    if seen is None:
        return {"userProfilePK": PROFILE, "calendarDate": f"{day}", "avgStressLevel": None, "stressValuesArray": None}
    answer: dict[str, Json] = {
        "userProfilePK": PROFILE,
        **_frame(seen),
        "maxStressLevel": int(seen.stress.values.max()),
        "avgStressLevel": seen.average_stress,
        "stressValueDescriptorsDTOList": _descriptors("timestamp", "stressLevel"),
        "stressValuesArray": _pairs(seen.stress),
    }
    if seen.device.wellbeing:
        answer["bodyBatteryValueDescriptorsDTOList"] = _descriptors(
            "timestamp", "bodyBatteryStatus", "bodyBatteryLevel", "bodyBatteryVersion"
        )
        answer["bodyBatteryValuesArray"] = [
            [at, "MEASURED", level, 3.0]
            for at, level in zip(seen.energy.milliseconds(), seen.energy.values.tolist(), strict=True)
        ]
    return answer


def breathing(athlete: GarminAthlete, day: date) -> Json:
    """`daily/respiration`."""
    seen = _judged(athlete, day)
    if seen is None:
        return {"userProfilePK": PROFILE, "calendarDate": f"{day}", "respirationValuesArray": None}
    awake, asleep = respiration(athlete, day)
    return {
        "userProfilePK": PROFILE,
        **_frame(seen),
        "lowestRespirationValue": asleep - 3,
        "highestRespirationValue": awake + 6,
        "avgWakingRespirationValue": awake,
        "avgSleepRespirationValue": asleep,
        "respirationValueDescriptorsDTOList": _descriptors("timestamp", "respiration"),
        "respirationValuesArray": [[at, awake] for at in seen.energy.milliseconds()],
    }


def oxygen(athlete: GarminAthlete, day: date) -> Json:
    """`daily/spo2`."""
    seen = _judged(athlete, day)
    return {
        "userProfilePK": PROFILE,
        "calendarDate": f"{day}",
        "averageSpO2": None if seen is None else 95.0,
        "lowestSpO2": None if seen is None else 89.0,
        "spO2HourlyAverages": None if seen is None else [[at, 95] for at in seen.energy.milliseconds()[::4]],
    }


def summaries(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`v2/dailysummaries`: each day of the history; one of which the watch saw nothing is full of nulls."""
    return {"data": [_summary(athlete, day) for day in athlete.known_days(first, last)]}


def summary(athlete: GarminAthlete, day: date) -> Json:
    """`usersummary/daily`."""
    return _summary(athlete, day) if athlete.known(day) else {"calendarDate": f"{day}", "totalSteps": None}


def energy(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`bodyBattery/reports/daily`: days of watches that know of it."""
    found = [athlete.days.day(day) for day in athlete.worn_days(first, last)]
    return [
        {
            "date": f"{seen.day}",
            "charged": seen.charged,
            "drained": seen.drained,
            **{key: value for key, value in _frame(seen).items() if key != "calendarDate"},
            "bodyBatteryValueDescriptorDTOList": _descriptors("timestamp", "bodyBatteryLevel"),
            "bodyBatteryValuesArray": _pairs(seen.energy),
        }
        for seen in found
        if seen.device.wellbeing
    ]


def steps(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`stats/daily?statsType=STEPS`."""
    days: list[Json] = [
        {"calendarDate": f"{day}", "values": _steps(athlete, day)} for day in athlete.worn_days(first, last)
    ]
    return {"values": days, "aggregations": {}}


def _steps(athlete: GarminAthlete, day: date) -> Json:
    counted, distance_m = athlete.days.steps(day)
    return {"totalSteps": counted, "totalDistance": distance_m, "stepGoal": _STEP_GOAL}


def _summary(athlete: GarminAthlete, day: date) -> Json:
    seen = _seen(athlete, day)
    if seen is None:
        keys = ("totalSteps", "restingHeartRate", "minHeartRate", "maxHeartRate", "averageStressLevel")
        return {"userProfileId": PROFILE, "calendarDate": f"{day}", **dict.fromkeys(keys)}
    answer: dict[str, Json] = {
        "userProfileId": PROFILE,
        "calendarDate": f"{day}",
        "totalSteps": seen.steps,
        "dailyStepGoal": _STEP_GOAL,
        "totalDistanceMeters": seen.distance_m,
        "restingHeartRate": round(seen.morning.resting_hr_bpm),
        "minHeartRate": int(seen.heart_rate.values.min()),
        "maxHeartRate": int(seen.heart_rate.values.max()),
        "averageStressLevel": seen.average_stress,
        "maxStressLevel": int(seen.stress.values.max()),
        "sleepingSeconds": seen.night.asleep_s if seen.night else None,
        "wellnessStartTimeGmt": stamp(seen.starts),
        "wellnessEndTimeGmt": stamp(seen.ends),
    }
    if seen.device.wellbeing:
        answer |= {
            "bodyBatteryChargedValue": seen.charged,
            "bodyBatteryDrainedValue": seen.drained,
            "bodyBatteryHighestValue": int(seen.energy.values.max()),
            "bodyBatteryLowestValue": int(seen.energy.values.min()),
            "averageSpo2": 95.0,
            "avgWakingRespirationValue": respiration(athlete, day)[0],
        }
    return answer


def _seen(athlete: GarminAthlete, day: date) -> Day | None:
    return None if athlete.worn_device(day) is None else athlete.days.day(day)


def _judged(athlete: GarminAthlete, day: date) -> Day | None:
    seen = _seen(athlete, day)
    return seen if seen is not None and seen.device.wellbeing else None


def _frame(day: Day) -> dict[str, Json]:
    offset = day.starts.astimezone(ZoneInfo(day.place.time_zone)).utcoffset()
    assert offset is not None  # noqa: S101 - an aware time has one
    return {
        "calendarDate": f"{day.day}",
        "startTimestampGMT": stamp(day.starts.astimezone(UTC)),
        "endTimestampGMT": stamp(day.ends.astimezone(UTC)),
        "startTimestampLocal": wall_clock_stamp(day.starts, offset),
        "endTimestampLocal": wall_clock_stamp(day.ends, offset),
    }


def _descriptors(*keys: str) -> Json:
    return [{"index": index, "key": key} for index, key in enumerate(keys)]


def _pairs(series: Series) -> Json:
    return [list(pair) for pair in zip(series.milliseconds(), series.values.tolist(), strict=True)]
