"""Garmin's data, behind a bearer token: an address for each answer."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from starlette.responses import JSONResponse, Response

from runningcoach_pipelines.demo.garmin import activities, belongings, days, levels, nights
from runningcoach_pipelines.demo.garmin.account import DISPLAY_NAME, FULL_NAME, DemoAccount
from runningcoach_pipelines.demo.garmin.athlete import GarminAthlete, Made
from runningcoach_pipelines.demo.garmin.stamps import Json

_WELLNESS = "/wellness-service/wellness"
_METRICS = "/metrics-service/metrics"
_ACTIVITY = "/activity-service/activity/{activity_id}"
_LONGEST_DAYS = 366
_FOUR_WEEKS = 28

Day = dt.date
FirstDay = Annotated[dt.date, Query(alias="startDate")]
LastDay = Annotated[dt.date, Query(alias="endDate")]
FromDay = Annotated[dt.date, Query(alias="fromCalendarDate")]
ToDay = Annotated[dt.date, Query(alias="toCalendarDate")]


def data(account: DemoAccount) -> APIRouter:
    """Everything that needs a token."""

    def signed_in(request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not account.accepts(token):
            raise HTTPException(401, "Token is not active")

    router = APIRouter(dependencies=[Depends(signed_in)])
    for part in (
        _profile,
        _of_days,
        _of_day_ranges,
        _of_slow_changes,
        _of_activity_lists,
        _of_activities,
        _of_belongings,
    ):
        router.include_router(part(account.athlete))
    return router


def _profile(_athlete: GarminAthlete) -> APIRouter:
    router = APIRouter()

    @router.get("/userprofile-service/socialProfile")
    def social_profile() -> Response:
        return _json({"displayName": DISPLAY_NAME, "fullName": FULL_NAME, "profileId": nights.PROFILE})

    @router.get("/userprofile-service/userprofile/user-settings")
    def user_settings() -> Response:
        return _json({"id": nights.PROFILE, "userData": {"measurementSystem": "metric"}})

    return router


def _of_days(athlete: GarminAthlete) -> APIRouter:
    router = APIRouter()

    @router.get("/usersummary-service/usersummary/daily/{name}")
    def daily_summary(name: str, day: Annotated[Day, Query(alias="calendarDate")]) -> Response:
        return _ours(name, days.summary(athlete, day))

    @router.get(f"{_WELLNESS}/dailySleepData/{{name}}")
    def sleep(name: str, date: Day) -> Response:
        return _ours(name, nights.night(athlete, date))

    @router.get(f"{_WELLNESS}/dailyHeartRate/{{name}}")
    def heart_rates(name: str, date: Day) -> Response:
        return _ours(name, days.heart_rates(athlete, date))

    @router.get(f"{_WELLNESS}/dailyStress/{{day}}")
    def stress(day: Day) -> Response:
        return _json(days.stress(athlete, day))

    @router.get(f"{_WELLNESS}/daily/respiration/{{day}}")
    def respiration(day: Day) -> Response:
        return _json(days.breathing(athlete, day))

    @router.get(f"{_WELLNESS}/daily/spo2/{{day}}")
    def spo2(day: Day) -> Response:
        return _json(days.oxygen(athlete, day))

    @router.get("/hrv-service/hrv/{day}")
    def hrv(day: Day) -> Response:
        return _json(nights.variability_of(athlete, day))

    return router


def _of_day_ranges(athlete: GarminAthlete) -> APIRouter:
    router = APIRouter()

    @router.get("/sleep-service/stats/sleep/daily/{first}/{last}")
    def sleep_days(first: Day, last: Day) -> Response:
        _limited(first, last, _FOUR_WEEKS)
        return _json(nights.nights(athlete, first, last))

    @router.get("/hrv-service/hrv/daily/{first}/{last}")
    def hrv(first: Day, last: Day) -> Response:
        _limited(first, last, _FOUR_WEEKS)
        return _json(nights.variability(athlete, first, last))

    @router.get("/usersummary-service/v2/dailysummaries")
    def daily_summaries(first: FirstDay, last: LastDay) -> Response:
        _limited(first, last, _FOUR_WEEKS)
        return _json(days.summaries(athlete, first, last))

    @router.get(f"{_WELLNESS}/bodyBattery/reports/daily")
    def body_battery(first: FirstDay, last: LastDay) -> Response:
        _limited(first, last, _FOUR_WEEKS)
        return _json(days.energy(athlete, first, last))

    @router.get("/usersummary-service/stats/daily/{first}/{last}")
    def steps(first: Day, last: Day) -> Response:
        _limited(first, last)
        return _json(days.steps(athlete, first, last))

    @router.get(f"{_METRICS}/trainingreadiness/{{first}}/{{last}}")
    def training_readiness(first: Day, last: Day) -> Response:
        _limited(first, last, _FOUR_WEEKS)
        return _json(levels.readiness(athlete, first, last))

    return router


def _of_slow_changes(athlete: GarminAthlete) -> APIRouter:
    router = APIRouter()

    @router.get("/userstats-service/wellness/daily/{name}")
    def resting_heart_rate(
        name: str, first: Annotated[Day, Query(alias="fromDate")], last: Annotated[Day, Query(alias="untilDate")]
    ) -> Response:
        _limited(first, last)
        return _ours(name, levels.resting_heart_rate(athlete, first, last))

    @router.get("/weight-service/weight/dateRange")
    def weight(first: FirstDay, last: LastDay) -> Response:
        _limited(first, last)
        return _json(levels.weight(athlete, first, last))

    @router.get(f"{_METRICS}/maxmet/daily/{{first}}/{{last}}")
    def vo2max(first: Day, last: Day) -> Response:
        _limited(first, last)
        return _json(levels.vo2max(athlete, first, last))

    @router.get(f"{_METRICS}/racepredictions/daily/{{name}}")
    def race_predictions(name: str, first: FromDay, last: ToDay) -> Response:
        _limited(first, last)
        return _ours(name, levels.race_predictions(athlete, first, last))

    @router.get(f"{_METRICS}/trainingstatus/weekly/{{name}}")
    def training_status(name: str, first: FromDay, last: ToDay) -> Response:
        _limited(first, last)
        return _ours(name, levels.training_status(athlete, first, last))

    @router.get("/biometric-service/stats/lactateThresholdHeartRate/range/{first}/{last}")
    def threshold_heart_rate(first: Day, last: Day) -> Response:
        _limited(first, last)
        return _json(levels.threshold_heart_rate(athlete, first, last))

    @router.get("/biometric-service/stats/lactateThresholdSpeed/range/{first}/{last}")
    def threshold_speed(first: Day, last: Day) -> Response:
        _limited(first, last)
        return _json(levels.threshold_speed(athlete, first, last))

    return router


def _of_activity_lists(athlete: GarminAthlete) -> APIRouter:
    router = APIRouter()

    @router.get("/activitylist-service/activities/search/activities")
    def search(
        first: Annotated[Day | None, Query(alias="startDate")] = None,
        last: Annotated[Day | None, Query(alias="endDate")] = None,
        start: int = 0,
        limit: int = 20,
        order: Annotated[str, Query(alias="sortOrder")] = "desc",
    ) -> Response:
        ids = athlete.activity_ids(first or athlete.first_day, last or athlete.until)
        page = (ids[::-1] if order == "asc" else ids)[start : start + limit]
        return _json(activities.activity_list(athlete, page))

    @router.get("/activitylist-service/activities/count")
    def count() -> Response:
        return _json({"totalCount": len(athlete.activity_ids(athlete.first_day, athlete.until))})

    return router


def _of_activities(athlete: GarminAthlete) -> APIRouter:
    router = APIRouter()

    def found(activity_id: int) -> Made:
        made = athlete.activity(activity_id)
        if made is None:
            raise HTTPException(404, "no such activity")
        return made

    Wanted = Annotated[Made, Depends(found)]  # noqa: N806 - a type

    @router.get(_ACTIVITY)
    def details(made: Wanted) -> Response:
        return _json(activities.details(made))

    @router.get(f"{_ACTIVITY}/splits")
    def splits(made: Wanted) -> Response:
        return _json(activities.splits(made))

    @router.get(f"{_ACTIVITY}/weather")
    def weather(made: Wanted) -> Response:
        return _json(activities.weather(made))

    @router.get(f"{_ACTIVITY}/hrTimeInZones")
    def heart_rate_zones(made: Wanted) -> Response:
        return _json(activities.heart_rate_zones(made))

    @router.get("/gear-service/activity/v2/{activity_id}")
    def gear(made: Wanted) -> Response:
        return _json(belongings.gear_of(athlete, made))

    @router.get("/download-service/files/activity/{activity_id}")
    def original(activity_id: int) -> Response:
        content = athlete.zipped_fit(activity_id)
        if content is None:
            raise HTTPException(404, "no such activity")
        return Response(content, media_type="application/zip")

    return router


def _of_belongings(athlete: GarminAthlete) -> APIRouter:
    router = APIRouter()

    @router.get("/gear-service/gear/v2/list")
    def gear() -> Response:
        return _json(belongings.gear(athlete))

    @router.get("/personalrecord-service/personalrecord/prs/{name}")
    def personal_records(name: str) -> Response:
        return _ours(name, belongings.personal_records(athlete))

    @router.get("/workout-service/workouts")
    def workouts() -> Response:
        return _json(belongings.workouts())

    @router.get("/calendar-service/events")
    def calendar(first: FirstDay, last: LastDay) -> Response:
        _limited(first, last, 2 * _LONGEST_DAYS)
        return _json(belongings.calendar(athlete, first, last))

    return router


def _limited(first: dt.date, last: dt.date, longest_days: int = _LONGEST_DAYS) -> None:
    """Garmin refuses ranges that are too long."""
    if not 0 < (last - first).days + 1 <= longest_days:
        raise HTTPException(400, f"date range must be 1 to {longest_days} days")


def _ours(name: str, answer: Json) -> Response:
    return _json(answer) if name == DISPLAY_NAME else JSONResponse({"message": "not yours"}, 403)


def _json(answer: Json) -> Response:
    """The answer; 204 for none."""
    return Response(status_code=204) if answer is None else JSONResponse(answer)
