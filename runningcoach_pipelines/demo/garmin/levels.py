"""Garmin's answers about what changes slowly: resting heart rate, weight, VO2max, thresholds, predictions, status."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from runningcoach_pipelines.demo.garmin.athlete import GarminAthlete
from runningcoach_pipelines.demo.garmin.nights import PROFILE
from runningcoach_pipelines.demo.garmin.stamps import Json, milliseconds
from runningcoach_pipelines.demo.places import HOME
from runningcoach_pipelines.demo.training import Kind

_DEVICE = "3460000001"
_STATUS_PRODUCTIVE, _STATUS_RECOVERY = 7, 5
_NO_RUN = frozenset({Kind.BIKE, Kind.STRENGTH})


def resting_heart_rate(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`userstats-service/wellness/daily`, metric 60: only days of which there is a value."""
    values: list[Json] = [
        {"value": float(round(athlete.days.recovery.morning(day).resting_hr_bpm)), "calendarDate": f"{day}"}
        for day in athlete.worn_days(first, last)
    ]
    return {
        "userProfileId": PROFILE,
        "statisticsStartDate": f"{first}",
        "statisticsEndDate": f"{last}",
        "allMetrics": {"metricsMap": {"WELLNESS_RESTING_HEART_RATE": values}},
        "groupedMetrics": None,
    }


def weight(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`weight/dateRange`: grams, on the mornings when there was a weighing."""
    weighed = [(day, athlete.days.weight_kg(day)) for day in athlete.known_days(first, last)]
    entries: list[Json] = [
        {
            "samplePk": milliseconds(_morning(day)),
            "date": milliseconds(_morning(day)),
            "calendarDate": f"{day}",
            "weight": round(kg * 1000, 1),
            "bmi": None,
            "bodyFat": None,
            "sourceType": "INDEX_SCALE",
            "timestampGMT": milliseconds(_morning(day)),
        }
        for day, kg in reversed(weighed)
        if kg is not None
    ]
    return {"startDate": f"{first}", "endDate": f"{last}", "dateWeightList": entries, "totalAverage": {}}


def vo2max(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`maxmet/daily`: days with a run on a watch that judges runs."""
    return [
        {
            "userId": PROFILE,
            "generic": {
                "calendarDate": f"{day}",
                "vo2MaxPreciseValue": round(athlete.vo2max(day), 1),
                "vo2MaxValue": float(round(athlete.vo2max(day))),
                "fitnessAge": None,
                "maxMetCategory": 0,
            },
            "cycling": None,
            "heatAltitudeAcclimation": None,
        }
        for day in _judged_days(athlete, first, last)
    ]


def race_predictions(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`racepredictions/daily`: seconds."""
    return [
        {"userId": PROFILE, "calendarDate": f"{day}", **_predicted(athlete, day)}
        for day in athlete.worn_days(first, last)
    ]


def threshold_heart_rate(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`lactateThresholdHeartRate/range`: bpm, on the days when settings were renewed."""
    return [
        _threshold(day, athlete.fitness.athlete.settings_on(day).threshold_hr)
        for day in _renewals(athlete, first, last)
    ]


def threshold_speed(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`lactateThresholdSpeed/range`: Garmin writes a tenth of the metres per second."""
    return [
        _threshold(day, round(athlete.fitness.athlete.settings_on(day).threshold_speed_mps / 10, 4))
        for day in _renewals(athlete, first, last)
    ]


def training_status(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`trainingstatus/weekly`: Sundays."""
    rows: list[Json] = [
        {
            "calendarDate": f"{day}",
            "weeklyTrainingLoad": round(7 * 10 * athlete.days.recovery.morning(day).fatigue),
            "trainingStatus": _STATUS_RECOVERY if athlete.days.recovery.illness(day) else _STATUS_PRODUCTIVE,
        }
        for day in athlete.worn_days(first, last)
        if day.weekday() == 6
    ]
    return {"userId": PROFILE, "recordedDevices": [], "reportData": {_DEVICE: rows} if rows else {}}


def readiness(athlete: GarminAthlete, first: date, last: date) -> Json:
    """`trainingreadiness`: after waking."""
    answer: list[Json] = []
    for day in athlete.worn_days(first, last):
        device, night = athlete.worn_device(day), athlete.days.recorded_night(day)
        if device is None or not device.hrv or night is None:
            continue
        morning = athlete.days.recovery.morning(day)
        score = min(99, max(1, round(night.score - 20 * (morning.fatigue - 1) - 45 * morning.illness)))
        answer.append(
            {
                "userProfilePK": PROFILE,
                "calendarDate": f"{day}",
                "timestamp": f"{night.woke:%Y-%m-%dT%H:%M:%S}.0",
                "score": score,
                "level": "HIGH" if score >= 75 else "MODERATE" if score >= 50 else "LOW",
                "sleepScore": night.score,
                "inputContext": "AFTER_WAKEUP_RESET",
            }
        )
    return answer


def _judged_days(athlete: GarminAthlete, first: date, last: date) -> list[date]:
    return [
        day
        for day in athlete.worn_days(first, last)
        if any(session.kind not in _NO_RUN for session in athlete.plan.sessions_on(day))
    ]


def _predicted(athlete: GarminAthlete, day: date) -> dict[str, Json]:
    speed = athlete.fitness.on(day).threshold_speed_mps
    distances = {"time5K": (5000, 1.04), "time10K": (10_000, 1.0), "timeHalfMarathon": (21_097.5, 0.95)}
    marathon = {"timeMarathon": (42_195, 0.9)}
    return {name: round(metres / (share * speed)) for name, (metres, share) in (distances | marathon).items()}


def _renewals(athlete: GarminAthlete, first: date, last: date) -> list[date]:
    renewed = [entry.valid_from for entry in athlete.fitness.athlete.settings]
    return [day for day in renewed if first <= day <= last and athlete.known(day)]


def _threshold(day: date, value: float) -> Json:
    return {"from": f"{day}", "until": f"{day}", "series": "running", "value": value, "updatedDate": f"{day}"}


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(7, 5), ZoneInfo(HOME.time_zone)).astimezone(UTC)
