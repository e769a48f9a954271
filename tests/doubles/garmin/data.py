"""Garmin's data, behind a bearer token."""

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import JSONResponse, Response

from tests.doubles.garmin.state import DISPLAY_NAME, FULL_NAME, GarminDouble


def data(garmin: GarminDouble) -> APIRouter:
    def signed_in(request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not garmin.accepts(token):
            raise HTTPException(401, "Token is not active")

    router = APIRouter(dependencies=[Depends(signed_in)])

    @router.get("/userprofile-service/socialProfile")
    def social_profile() -> Response:
        return JSONResponse({"displayName": DISPLAY_NAME, "fullName": FULL_NAME, "profileId": 71})

    @router.get("/userprofile-service/userprofile/user-settings")
    def user_settings() -> Response:
        return JSONResponse({"id": 71, "userData": {"measurementSystem": "metric"}})

    @router.get("/usersummary-service/usersummary/daily/{name}")
    def daily_summary(name: str, calendarDate: str) -> Response:  # noqa: N803 - Garmin's word
        if name != DISPLAY_NAME:
            return JSONResponse({"message": "not yours"}, 403)
        return JSONResponse(garmin.days.get(calendarDate, {"calendarDate": calendarDate, "totalSteps": None}))

    @router.get("/hrv-service/hrv/{day}")
    def hrv(day: str) -> Response:
        return Response(status_code=204)

    @router.get("/activitylist-service/activities/search/activities")
    def activities(start: int = 0, limit: int = 20) -> Response:
        return JSONResponse(garmin.activities[start : start + limit])

    return router
