"""Garmin's answers about nights: one in full, many in short, and heart rate variability."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from runningcoach_pipelines.demo.garmin.athlete import GarminAthlete
from runningcoach_pipelines.demo.garmin.stamps import (
    Json,
    milliseconds,
    stamp,
    wall_clock_milliseconds,
    wall_clock_stamp,
)
from runningcoach_pipelines.demo.nights import Night, Stage

PROFILE = 71
_LEVEL = {Stage.DEEP: 0.0, Stage.LIGHT: 1.0, Stage.REM: 2.0, Stage.AWAKE: 3.0}
_SECONDS_KEY = {
    Stage.DEEP: "deepSleepSeconds", Stage.LIGHT: "lightSleepSeconds", Stage.REM: "remSleepSeconds",
    Stage.AWAKE: "awakeSleepSeconds",
}  # fmt: skip
_TIMES = ("sleepStartTimestampGMT", "sleepEndTimestampGMT", "sleepStartTimestampLocal", "sleepEndTimestampLocal")
_HRV_EVERY = timedelta(minutes=5)
_BASELINE_NEEDS = 19


def night(athlete: GarminAthlete, day: date) -> Json:
    """`dailySleepData`. Without a night everything is null, but the day."""
    slept = athlete.days.recorded_night(day) if athlete.known(day) else None
    if slept is None:
        nothing: dict[str, Json] = dict.fromkeys(["id", "sleepTimeSeconds", *_TIMES, *_SECONDS_KEY.values()])
        return {"dailySleepDTO": {**nothing, "userProfilePK": PROFILE, "calendarDate": f"{day}"}, "sleepMovement": None}
    device = athlete.worn_device(day)
    answer: dict[str, Json] = {
        "dailySleepDTO": _dto(athlete, slept),
        "sleepMovement": [],
        "remSleepData": True,
        "sleepLevels": [
            {"startGMT": stamp(span.start), "endGMT": stamp(span.end), "activityLevel": _LEVEL[span.stage]}
            for span in slept.spans
        ],
        "restingHeartRate": round(athlete.days.recovery.morning(day).resting_hr_bpm),
    }
    if device is not None and device.hrv:
        answer["avgOvernightHrv"] = float(_hrv_ms(athlete, day))
        answer["hrvStatus"] = _status(athlete, day)
    return answer


def nights(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`stats/sleep/daily`: days without a night are left out."""
    found = [(day, athlete.days.recorded_night(day)) for day in athlete.known_days(first, last)]
    days: list[Json] = [
        {"calendarDate": f"{day}", "values": _in_short(athlete, slept)} for day, slept in found if slept is not None
    ]
    return {"overallStats": {}, "individualStats": days}


def variability(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`hrv/daily`: summaries of the nights that a watch measured it in."""
    days = [day for day in athlete.worn_days(first, last) if _measures(athlete, day)]
    return {"hrvSummaries": [_summary(athlete, day) for day in days], "userProfilePk": PROFILE}


def variability_of(athlete: GarminAthlete, day: date) -> Json:
    """`hrv/{day}`; None (204) where nothing was measured."""
    slept = athlete.days.recorded_night(day) if athlete.known(day) else None
    if slept is None or not _measures(athlete, day):
        return None
    middle = _hrv_ms(athlete, day)
    count = int((slept.woke - slept.fell_asleep) / _HRV_EVERY)
    values = [round(middle * (1 + 0.15 * math.sin(index / 7))) for index in range(count)]
    offset = slept.offset(slept.woke)
    return {
        "userProfilePk": PROFILE,
        "hrvSummary": _summary(athlete, day),
        "hrvReadings": [
            {
                "hrvValue": value,
                "readingTimeGMT": stamp(slept.fell_asleep + index * _HRV_EVERY),
                "readingTimeLocal": wall_clock_stamp(slept.fell_asleep + index * _HRV_EVERY, offset),
            }
            for index, value in enumerate(values)
        ],
        "startTimestampGMT": stamp(slept.fell_asleep),
        "endTimestampGMT": stamp(slept.woke),
    }


def _dto(athlete: GarminAthlete, slept: Night) -> Json:
    offset = slept.offset(slept.woke)
    device = athlete.worn_device(slept.day)
    answer: dict[str, Json] = {
        "id": milliseconds(slept.fell_asleep),
        "userProfilePK": PROFILE,
        "calendarDate": f"{slept.day}",
        "sleepTimeSeconds": slept.asleep_s,
        "napTimeSeconds": 0,
        "sleepWindowConfirmed": True,
        "sleepStartTimestampGMT": milliseconds(slept.fell_asleep),
        "sleepEndTimestampGMT": milliseconds(slept.woke),
        "sleepStartTimestampLocal": wall_clock_milliseconds(slept.fell_asleep, offset),
        "sleepEndTimestampLocal": wall_clock_milliseconds(slept.woke, offset),
        "unmeasurableSleepSeconds": 0,
        **{key: slept.seconds(stage) for stage, key in _SECONDS_KEY.items()},
        "awakeCount": sum(span.stage is Stage.AWAKE for span in slept.spans),
        "deviceRemCapable": True,
        "retro": False,
        "sleepFromDevice": True,
    }
    if device is not None and device.wellbeing:
        answer |= {
            "averageSpO2Value": 95.0,
            "averageRespirationValue": respiration(athlete, slept.day)[1],
            "sleepScores": {"overall": {"value": slept.score, "qualifierKey": _quality(slept.score)}},
        }
    return answer


def _in_short(athlete: GarminAthlete, slept: Night) -> Json:
    offset = slept.offset(slept.woke)
    device = athlete.worn_device(slept.day)
    judged = device is not None and device.wellbeing
    return {
        "totalSleepTimeInSeconds": slept.asleep_s,
        "deepTime": slept.seconds(Stage.DEEP),
        "lightTime": slept.seconds(Stage.LIGHT),
        "remTime": slept.seconds(Stage.REM),
        "awakeTime": slept.seconds(Stage.AWAKE),
        "gmtSleepStartTimeInMillis": milliseconds(slept.fell_asleep),
        "gmtSleepEndTimeInMillis": milliseconds(slept.woke),
        "localSleepStartTimeInMillis": wall_clock_milliseconds(slept.fell_asleep, offset),
        "localSleepEndTimeInMillis": wall_clock_milliseconds(slept.woke, offset),
        "sleepScore": slept.score if judged else None,
        "sleepScoreQuality": _quality(slept.score) if judged else None,
        "restingHeartRate": round(athlete.days.recovery.morning(slept.day).resting_hr_bpm),
        "avgOvernightHrv": float(_hrv_ms(athlete, slept.day)) if _measures(athlete, slept.day) else None,
        "hrvStatus": _status(athlete, slept.day) if _measures(athlete, slept.day) else None,
        "respiration": respiration(athlete, slept.day)[1] if judged else None,
        "spO2": 95.0 if judged else None,
    }


def respiration(athlete: GarminAthlete, day: date) -> tuple[float, float]:
    """Breaths a minute awake and asleep."""
    illness = athlete.days.recovery.illness(day)
    return 14.0 + round(2 * illness), 13.0 + round(2 * illness)


def _measures(athlete: GarminAthlete, day: date) -> bool:
    device = athlete.worn_device(day)
    return device is not None and device.hrv and athlete.days.recorded_night(day) is not None


def _hrv_ms(athlete: GarminAthlete, day: date) -> int:
    return round(athlete.days.recovery.morning(day).hrv_rmssd_ms)


def _summary(athlete: GarminAthlete, day: date) -> Json:
    low, high = _baseline(athlete, day)
    known = low > 0
    status = _status(athlete, day)
    return {
        "calendarDate": f"{day}",
        "weeklyAvg": round(_week(athlete, day)),
        "lastNightAvg": _hrv_ms(athlete, day),
        "lastNight5MinHigh": round(1.3 * _hrv_ms(athlete, day)),
        "baseline": {"lowUpper": low - 3, "balancedLow": low, "balancedUpper": high, "markerValue": 0.5}
        if known
        else None,
        "status": status,
        "feedbackPhrase": f"HRV_{status}_1",
        "createTimeStamp": f"{day}T07:00:00.0",
    }


def _week(athlete: GarminAthlete, day: date) -> float:
    return float(np.mean([_hrv_ms(athlete, day - timedelta(days=back)) for back in range(7)]))


def _baseline(athlete: GarminAthlete, day: date) -> tuple[int, int]:
    """The athlete's usual range; 0 while the watch is too new."""
    device = athlete.worn_device(day)
    owned_days = (day - device.bought).days if device else 0
    if owned_days < _BASELINE_NEEDS:
        return 0, 0
    usual = [athlete.days.recovery.morning(day - timedelta(days=7 * back)).hrv_rmssd_ms for back in range(8)]
    return round(0.9 * float(np.median(usual))), round(1.12 * float(np.median(usual)))


def _status(athlete: GarminAthlete, day: date) -> str:
    low, high = _baseline(athlete, day)
    if low == 0:
        return "NONE"
    return "BALANCED" if low <= _week(athlete, day) <= high else "UNBALANCED"


def _quality(score: int) -> str:
    return next(word for least, word in ((90, "EXCELLENT"), (80, "GOOD"), (60, "FAIR"), (0, "POOR")) if score >= least)
