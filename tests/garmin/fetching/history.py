"""A history at Garmin Connect whose values do not matter: which day and activity has an answer, and what was asked.

It answers at the addresses of the catalogue, with the keys by which answers are told apart. What Garmin's real answers
look like is a matter of the other tests.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import JSONResponse, Response

from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, Asked, Endpoint
from tests.doubles.garmin import GarminDouble
from tests.ingest.zipping import zipped
from tests.making import run

DAY = dt.timedelta(days=1)


@dataclass
class History:
    """What Garmin has: activities by id and day, and of each other day the word that every endpoint has for it.

    Days without a word, and `silent` endpoints, have nothing. `deleted` activities are gone.
    """

    activities: dict[str, dt.date] = field(default_factory=dict)
    days: dict[dt.date, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)

    def fill(self, first: dt.date, last: dt.date, *, run_every: int = 3) -> None:
        """A word for every day, and a run every few days."""
        for offset in range((last - first).days + 1):
            day = first + offset * DAY
            self.days[day] = "as it was"
            if offset % run_every == 0:
                self.activities[str(10_000_000 + day.toordinal())] = day

    def routes(self, garmin: GarminDouble) -> APIRouter:
        """Everything of the catalogue."""

        def signed_in(request: Request) -> None:
            if not garmin.accepts(request.headers.get("authorization", "").removeprefix("Bearer ")):
                raise HTTPException(401, "Token is not active")

        router = APIRouter(dependencies=[Depends(signed_in)])
        for endpoint in ENDPOINTS.values():
            router.add_api_route(endpoint.path, self._answers_of(endpoint), methods=["GET"])
        return router

    def _answers_of(self, endpoint: Endpoint) -> Any:
        def answer(request: Request) -> Response:
            words = _words(endpoint, request)
            match endpoint.asked:
                case Asked.ACTIVITIES_LIST:
                    return JSONResponse(self._listed(words, request))
                case Asked.ACTIVITY:
                    return self._of_activity(endpoint, words["subject"])
                case Asked.DAY:
                    return JSONResponse(self._entry(endpoint, dt.date.fromisoformat(words["first"])))
                case Asked.RANGE:
                    return JSONResponse({"values": self._entries(endpoint, words)})
                case Asked.ONCE:
                    return JSONResponse([{"what": endpoint.name}])

        return answer

    def _listed(self, words: dict[str, str], request: Request) -> list[dict[str, Any]]:
        newest_first = request.query_params.get("sortOrder") != "asc"
        chosen = sorted(
            (
                (day, name)
                for name, day in self.activities.items()
                if words["first"] <= day.isoformat() <= words["last"]
            ),
            reverse=newest_first,
        )
        start, limit = int(request.query_params["start"]), int(request.query_params["limit"])
        return [
            {"activityId": int(name), "startTimeLocal": f"{day} 07:00:00", "activityName": self.names.get(name, "Run")}
            for day, name in chosen[start : start + limit]
        ]

    def _of_activity(self, endpoint: Endpoint, subject: str) -> Response:
        if subject not in self.activities:
            return JSONResponse({"message": "Activity not found"}, 404)
        if not endpoint.is_file:
            return JSONResponse({"activityId": int(subject), "activityName": self.names.get(subject, "Run")})
        return Response(zipped_fit(subject, self.activities[subject]), media_type="application/zip")

    def _entries(self, endpoint: Endpoint, words: dict[str, str]) -> list[dict[str, Any]]:
        first, last = (dt.date.fromisoformat(words[name]) for name in ("first", "last"))
        days = (first + offset * DAY for offset in range((last - first).days + 1))
        return [entry for day in days if (entry := self._entry(endpoint, day))]

    def _entry(self, endpoint: Endpoint, day: dt.date) -> dict[str, Any]:
        if endpoint.name in self.silent or day not in self.days:
            return {}
        evidence = endpoint.evidence[:1] or ("value",)
        return {endpoint.day_keys[0]: day.isoformat(), evidence[0]: self.days[day]}


def _words(endpoint: Endpoint, request: Request) -> dict[str, str]:
    """What stands in the address where the catalogue has `{first}` and the like."""
    words = dict(request.path_params)
    for name, template in endpoint.params.items():
        if (hole := re.fullmatch(r"\{(\w+)\}", template)) is not None:
            words[hole[1]] = request.query_params[name]
    return words


def zipped_fit(subject: str, day: dt.date) -> bytes:
    """A short run in a FIT file in a ZIP, as Garmin hands it out."""
    began = dt.datetime.combine(day, dt.time(7), dt.UTC)
    return zipped({f"{subject}_ACTIVITY.fit": run(began, seconds=60, every_s=10, watch=int(subject))})
