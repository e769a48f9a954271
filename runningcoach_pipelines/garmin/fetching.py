"""Asking one question: the answer into bronze and the ledger, both in one transaction.

What fails is written into the ledger and tried again later. A block, a spent budget or a login that is needed is no
matter of one question: it ends the work.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from runningcoach_pipelines.garmin.account import GarminAccount
from runningcoach_pipelines.garmin.answers import canonical, contents
from runningcoach_pipelines.garmin.client import Json
from runningcoach_pipelines.garmin.endpoints import ENDPOINTS, EPOCH, PAGE, Asked
from runningcoach_pipelines.garmin.planning import Known, KnownActivity
from runningcoach_pipelines.garmin.problems import BadPayload, NotFound, Unavailable
from runningcoach_pipelines.garmin.questions import Question
from runningcoach_pipelines.ingest.importing import ImportReport, import_file
from runningcoach_pipelines.ingest.sources import Limits, Refused, files_in_archive
from runningcoach_pipelines.store import garmin_coverage, garmin_events
from runningcoach_pipelines.store.blob import sha256_of
from runningcoach_pipelines.store.garmin_coverage import State
from runningcoach_pipelines.store.garmin_events import Answer
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.windows import Window

LIST = ENDPOINTS["activities"]
_DETAILS = ENDPOINTS["activity_details"]
_BEGINNING = dt.date(2000, 1, 1)
"""No activity at Garmin Connect is older."""
_MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of a question. `changed`: bronze holds something new. `size`: bytes of the answer."""

    question: Question
    state: State
    changed: bool = False
    size: int = 0
    reason: str | None = None


class Fetcher:
    """Fetches for one athlete; `requests` counts what was asked so far.

    Every method that asks may raise, besides what it says itself:
        LoginRequired: somebody must log in first.
        RateLimited: nothing may be asked before its `retry_at`.
    """

    def __init__(self, lakehouse: Lakehouse, account: GarminAccount) -> None:
        self.lakehouse = lakehouse
        self.athlete_id = account.athlete_id
        self.clock = account.clock
        self.budget = account.gate.budget
        self.requests = 0
        self._account = account

    @classmethod
    def of(cls, lakehouse: Lakehouse, athlete_id: str) -> Self:
        """What fetches from the Garmin of the settings."""
        return cls(lakehouse, GarminAccount(lakehouse.engine, lakehouse.settings, athlete_id))

    def require_login(self) -> None:
        """Raise LoginRequired unless somebody has logged in. Nothing is sent."""
        self._account.require_login()

    def today(self) -> dt.date:
        """The current day at home."""
        return self.clock.now().astimezone(self.lakehouse.settings.zone).date()

    def known(self, window: Window) -> Known:
        """What the ledger and the lists of activities say about the window's days, and those they look ahead to."""
        ahead = max(endpoint.ahead_days for endpoint in ENDPOINTS.values())
        wider = Window(window.start, window.end + dt.timedelta(days=ahead))
        once = Window(EPOCH, EPOCH + dt.timedelta(days=1))
        with self.lakehouse.engine.connect() as connection:
            covered = garmin_coverage.covered(connection, self.athlete_id, wider)
            covered |= garmin_coverage.covered(connection, self.athlete_id, once)
            listed = garmin_events.listed(connection, self.athlete_id, LIST.name, window)
        return Known(covered, {subject: KnownActivity(day, at) for subject, (day, at) in listed.items()})

    def fetch(self, question: Question) -> Fetched:
        """Ask, store, and write down what became of it."""
        try:
            if question.endpoint.asked is Asked.ACTIVITIES_LIST:
                return self._fetch_list(question)
            if question.endpoint.is_file:
                return self._fetch_file(question)
            return self._keep(question, self._asked(question))
        except NotFound as problem:
            if question.endpoint.asked is Asked.ACTIVITIES_LIST:
                return self._failed(question, str(problem))
            return self._keep(question, {})
        except (Unavailable, BadPayload) as problem:
            return self._failed(question, str(problem))

    def oldest_activity_day(self) -> dt.date | None:
        """The day of the first activity that Garmin has, None if it has none.

        Raises:
            Unavailable, BadPayload: no answer, or none that names a day.
        """
        path, params = Question(LIST, _BEGINNING, self.today()).address("")
        self.requests += 1
        found = _activities(self._account.get(path, {**params, "limit": 1, "sortOrder": "asc"}), path)
        return found[0].day if found else None

    def _asked(self, question: Question, offset: int = 0) -> Json:
        name = self._account.display_name if question.needs_name else ""
        self.requests += 1
        return self._account.get(*question.address(name, offset))

    def _keep(self, question: Question, payload: Json) -> Fetched:
        said = contents(question, payload)
        data, now = canonical(payload), self.clock.now()
        with self.lakehouse.engine.begin() as connection:
            kept = garmin_events.keep(
                connection,
                Answer(
                    self.athlete_id,
                    question.endpoint.name,
                    question.subject,
                    question.first,
                    question.last,
                    data,
                ),
                self.lakehouse.settings.compression,
                now,
            )
            garmin_coverage.mark_answered(
                connection,
                self.athlete_id,
                question.endpoint.name,
                question.subject,
                said,
                event_id=kept.event_id,
                now=now,
            )
        state = State.OK if any(said.values()) else State.EMPTY
        return Fetched(question, state, kept.changed, len(data))

    def _failed(self, question: Question, reason: str) -> Fetched:
        with self.lakehouse.engine.begin() as connection:
            garmin_coverage.mark_failed(
                connection,
                self.athlete_id,
                question.endpoint.name,
                question.subject,
                question.days,
                reason=reason,
                now=self.clock.now(),
            )
        return Fetched(question, State.FAILED, reason=reason)

    def _fetch_file(self, question: Question) -> Fetched:
        """The FIT files inside the ZIP go to bronze by the way of every import; of the answer, their names are kept."""
        path, _ = question.address("")
        self.requests += 1
        archive = self._account.download(path)
        settings = self.lakehouse.settings
        limits = Limits(settings.max_file_mib, settings.max_archive_files)
        report = ImportReport()
        files: list[Json] = []
        for found in files_in_archive(archive, f"{question.subject}.zip", limits):
            if isinstance(found, Refused):
                raise BadPayload(f"the file of activity {question.subject} cannot be taken: {found.reason}")
            import_file(self.lakehouse, self.athlete_id, found, self.today(), report)
            files.append({"name": found.name, "sha256": sha256_of(found.data)})
        fetched = self._keep(question, {"files": files} if files else {})
        return Fetched(question, fetched.state, fetched.changed, len(archive))

    def _fetch_list(self, question: Question) -> Fetched:
        """Every activity of the list is an answer of its own: a list's pages move with each new activity."""
        listed: dict[str, _Listed] = {}
        changed, size = False, 0
        for page in self._pages(question):
            with self.lakehouse.engine.begin() as connection:
                for activity in page:
                    kept = garmin_events.keep(
                        connection,
                        Answer(self.athlete_id, LIST.name, activity.id, activity.day, activity.day, activity.payload),
                        self.lakehouse.settings.compression,
                        self.clock.now(),
                    )
                    changed |= kept.changed
                    size += len(activity.payload)
            listed |= {activity.id: activity for activity in page}
        changed |= self._bury_the_deleted(question, listed)
        said = _contents_of_list(question, listed)
        with self.lakehouse.engine.begin() as connection:
            garmin_coverage.mark_answered(
                connection, self.athlete_id, LIST.name, "", said, event_id=None, now=self.clock.now()
            )
        return Fetched(question, State.OK if listed else State.EMPTY, changed, size)

    def _pages(self, question: Question) -> Iterator[list["_Listed"]]:
        for page in range(_MOST_PAGES):
            path, _ = question.address("")
            activities = _activities(self._asked(question, offset=page * PAGE), path)
            yield activities
            if len(activities) < PAGE:
                return
        raise BadPayload(f"Garmin's list of activities does not end: more than {_MOST_PAGES} pages of {PAGE}")

    def _bury_the_deleted(self, question: Question, listed: Mapping[str, "_Listed"]) -> bool:
        """Activities that the list no longer names get a tombstone, once Garmin says that they are gone: a list can
        lose an entry between two pages.
        """
        window = Window(question.first, question.last + dt.timedelta(days=1))
        with self.lakehouse.engine.connect() as connection:
            known = garmin_events.listed(connection, self.athlete_id, LIST.name, window)
        gone = [subject for subject in sorted(known.keys() - listed.keys()) if self._is_gone(subject)]
        if gone:
            with self.lakehouse.engine.begin() as connection:
                garmin_events.mark_deleted(connection, self.athlete_id, gone, self.clock.now())
        return bool(gone)

    def _is_gone(self, subject: str) -> bool:
        try:
            self._asked(Question(_DETAILS, EPOCH, EPOCH, subject))
        except NotFound:
            return True
        return False


@dataclass(frozen=True, slots=True)
class _Listed:
    """An entry of the list of activities."""

    id: str
    day: dt.date
    payload: bytes


def _activities(payload: Json, path: str) -> list[_Listed]:
    """The entries of a page.

    Raises:
        BadPayload: one has no id or no day.
    """
    if payload == {}:
        return []
    if not isinstance(payload, list):
        raise BadPayload(f"Garmin answered {path} with something that is no list")
    return [_listed(entry, path) for entry in payload]


def _listed(entry: Json, path: str) -> _Listed:
    if not isinstance(entry, dict):
        raise BadPayload(f"Garmin answered {path} with an entry that is no object")
    number, began = entry.get("activityId"), entry.get("startTimeLocal")
    try:
        if not isinstance(number, int | float) or not isinstance(began, str):
            raise TypeError("no number, no text")
        return _Listed(str(int(number)), dt.date.fromisoformat(began[:10]), canonical(entry))
    except (TypeError, ValueError) as error:
        raise BadPayload(
            f"Garmin answered {path} with an activity without activityId or startTimeLocal: {number!r}, {began!r}"
        ) from error


def _contents_of_list(question: Question, listed: Mapping[str, _Listed]) -> dict[dt.date, str | None]:
    by_day: dict[dt.date, list[bytes]] = {}
    for _, activity in sorted(listed.items()):
        by_day.setdefault(activity.day, []).append(activity.payload)
    return {day: sha256_of(b"\n".join(by_day[day])) if day in by_day else None for day in question.days}
