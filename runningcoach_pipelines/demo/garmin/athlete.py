"""The demo athlete's history as an account at Garmin Connect holds it: days, and activities by id."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from runningcoach_pipelines.demo import totals, verdict
from runningcoach_pipelines.demo.chance import Floats
from runningcoach_pipelines.demo.days import Days
from runningcoach_pipelines.demo.devices import Device, watch_on
from runningcoach_pipelines.demo.fitness import Fitness, fitness_over
from runningcoach_pipelines.demo.history import first_day_of, recordings
from runningcoach_pipelines.demo.physiology import vo2max_of_threshold
from runningcoach_pipelines.demo.recording import fit_file
from runningcoach_pipelines.demo.sensing import Columns, Recording
from runningcoach_pipelines.demo.training import PlannedSession, TrainingPlan

_ZIP_DATE = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Made:
    """An activity as its device summed it up. Columns by FIT field, shape (1,) and (laps,)."""

    activity_id: int
    session: PlannedSession
    device: Device
    started_at: datetime
    whole: Columns
    laps: Columns
    zone_bounds_bpm: list[int]
    zone_s: Floats | None
    judged: Columns

    def value(self, *names: str) -> float | None:
        """The first of these totals that the device wrote."""
        return next((float(self.whole[name][0]) for name in names if name in self.whole), None)


@dataclass
class GarminAthlete:
    """`years` of history that end with `until`; later days have not come. All is made when asked for.

    `absent`: ids of activities that Garmin does not have: deleted, or not uploaded yet.
    """

    seed: int
    years: int
    until: date
    absent: set[int] = field(default_factory=set)
    _made: dict[int, Made] = field(default_factory=dict)

    @cached_property
    def plan(self) -> TrainingPlan:
        return TrainingPlan(self.seed)

    @cached_property
    def days(self) -> Days:
        return Days(self.plan)

    @cached_property
    def first_day(self) -> date:
        return first_day_of(self.seed, self.years, self.until)

    @cached_property
    def fitness(self) -> Fitness:
        return fitness_over(self.plan, self.first_day, self.until)

    def known(self, day: date) -> bool:
        return self.first_day <= day <= self.until

    def known_days(self, first: date, last: date) -> Iterator[date]:
        """The days of the history from `first` to `last`, both included."""
        first, last = max(first, self.first_day), min(last, self.until)
        return (first + timedelta(days=number) for number in range((last - first).days + 1))

    def worn_days(self, first: date, last: date) -> Iterator[date]:
        return (day for day in self.known_days(first, last) if self.days.worn(day))

    def worn_device(self, day: date) -> Device | None:
        """The watch that was worn all day, None on a day of which it saw nothing."""
        return watch_on(day) if self.known(day) and self.days.worn(day) else None

    def vo2max(self, day: date) -> float:
        return vo2max_of_threshold(self.fitness.on(day).threshold_speed_mps)

    def activity_ids(self, first: date, last: date) -> list[int]:
        """Ids of the activities of local days, newest first."""
        ids = [
            _id(session, second)
            for day in self.known_days(first, last)
            for session in self.plan.sessions_on(day)
            for second in range(session.files)
        ]
        return sorted((found for found in ids if found not in self.absent), reverse=True)

    def activity(self, activity_id: int) -> Made | None:
        """The activity, None if Garmin has none of this id."""
        if activity_id in self.absent:
            return None
        if activity_id not in self._made:
            found = self._recorded(activity_id)
            if found is None:
                return None
            self._made[activity_id] = _summed_up(activity_id, *found, self.seed)
        return self._made[activity_id]

    def zipped_fit(self, activity_id: int) -> bytes | None:
        """The original file as Garmin hands it out, None if it has none."""
        found = None if activity_id in self.absent else self._recorded(activity_id)
        if found is None:
            return None
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            name = zipfile.ZipInfo(f"{activity_id}_ACTIVITY.fit", _ZIP_DATE)
            archive.writestr(name, fit_file(*found, seed=self.seed), zipfile.ZIP_DEFLATED)
        return content.getvalue()

    def _recorded(self, activity_id: int) -> tuple[Recording, datetime] | None:
        session = self._session(activity_id)
        if session is None:
            return None
        made = list(recordings(session, self.fitness.on(session.day), self.seed))
        return made[activity_id % 2] if activity_id % 2 < len(made) else None

    def _session(self, activity_id: int) -> PlannedSession | None:
        try:
            about = datetime.fromtimestamp(activity_id // 2, UTC).date()
        except (OverflowError, OSError, ValueError):
            return None
        near = (about + timedelta(days=number) for number in (-1, 0, 1))
        sessions = (session for day in near if self.known(day) for session in self.plan.sessions_on(day))
        return next((session for session in sessions if _id(session, 0) == activity_id - activity_id % 2), None)


def _id(session: PlannedSession, second: int) -> int:
    """An id that leads back to the session: its start, and whether it is of the second device."""
    return int(session.start.timestamp()) * 2 + second


def _summed_up(activity_id: int, recording: Recording, started_at: datetime, seed: int) -> Made:
    pulse = "heart_rate" in recording.columns
    return Made(
        activity_id=activity_id,
        session=recording.motion.session,
        device=recording.device,
        started_at=started_at,
        whole=totals.summed_up(recording, totals.whole(recording)),
        laps=totals.summed_up(recording, totals.laps(recording)),
        zone_bounds_bpm=verdict.zone_bounds_bpm(recording),
        zone_s=verdict.zone_seconds(recording) if pulse else None,
        judged=verdict.verdict(recording, seed) if recording.device.training_effect else {},
    )
