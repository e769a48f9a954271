"""The public face of the demo: a synthetic athlete's history as FIT files, from a seed, a number of years and an end.

The same three give the same bytes, whatever the clock, the locale or the time zone of the machine; and a day is the
same in every history of the same seed that holds it. numpy may change its streams or the last bit of a sine between
versions: "the same" means under one locked numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from runningcoach_pipelines.demo.athlete import DemoAthlete
from runningcoach_pipelines.demo.chance import Purpose, stream
from runningcoach_pipelines.demo.devices import FOOT_POD, OLD_WATCH, watch_on
from runningcoach_pipelines.demo.fitness import Form, fitness_over
from runningcoach_pipelines.demo.motion import move
from runningcoach_pipelines.demo.recording import fit_file
from runningcoach_pipelines.demo.sensing import Recording, as_foot_pod_sees, observe
from runningcoach_pipelines.demo.training import Oddity, PlannedSession, TrainingPlan
from runningcoach_pipelines.demo.workout import plan_workout


@dataclass(frozen=True, slots=True)
class DemoFile:
    """One FIT file. `name` is a relative path (year, then start in UTC and device) that sorts by time."""

    name: str
    data: bytes
    started_at: datetime
    """Start in the local time of the place."""


@dataclass(frozen=True, slots=True)
class DemoHistory:
    """What `write_history` wrote, with the first and the last start."""

    folder: Path
    files: int
    size_bytes: int
    first_start: datetime
    last_start: datetime


def demo_athlete(*, seed: int, years: int, until: date) -> DemoAthlete:
    """Who runs `iter_history` of the same arguments, with the settings by half year that were in force."""
    first_day = first_day_of(seed, years, until)
    return fitness_over(TrainingPlan(seed), first_day, until).athlete


def count_files(*, seed: int, years: int, until: date) -> int:
    """How many files `iter_history` of the same arguments yields, without making them."""
    plan = TrainingPlan(seed)
    days = _days(first_day_of(seed, years, until), until)
    return sum(session.files for day in days for session in plan.sessions_on(day))


def iter_history(*, seed: int, years: int, until: date) -> Iterator[DemoFile]:
    """The FIT files of `years` years of training up to and with `until`, in the order of their starts, one by one.

    Raises ValueError for a negative seed or less than one year.
    """
    first_day = first_day_of(seed, years, until)
    plan = TrainingPlan(seed)
    fitness = fitness_over(plan, first_day, until)
    return (
        made
        for day in _days(first_day, until)
        for session in plan.sessions_on(day)
        for made in _files(session, fitness.on(day), seed)
    )


def write_history(
    folder: Path, *, seed: int, years: int, until: date, on_file: Callable[[DemoFile], None] | None = None
) -> DemoHistory:
    """Write the files of `iter_history` below `folder`, calling `on_file` after each. Raises as it, and OSError."""
    files, size_bytes = 0, 0
    first_start = last_start = datetime.combine(until, time(), UTC)
    for made in iter_history(seed=seed, years=years, until=until):
        path = folder / made.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made.data)
        last_start = made.started_at
        first_start = first_start if files else made.started_at
        files += 1
        size_bytes += len(made.data)
        if on_file is not None:
            on_file(made)
    return DemoHistory(folder, files, size_bytes, first_start, last_start)


def first_day_of(seed: int, years: int, until: date) -> date:
    """First day of a history. Raises as `iter_history`."""
    if seed < 0:
        raise ValueError(f"the demo's seed is {seed}; use 0 or more")
    if not 1 <= years <= until.year - 1900:
        raise ValueError(f"the demo can't have {years} years up to {until}; use 1 or more, not before 1900")
    leap_day = until.month == 2 and until.day == 29
    same_day = until.replace(year=until.year - years, day=28 if leap_day else until.day)
    return same_day + timedelta(days=1)


def _days(first_day: date, last_day: date) -> Iterator[date]:
    return (first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1))


def recordings(session: PlannedSession, form: Form, seed: int) -> Iterator[tuple[Recording, datetime]]:
    """The session as its device recorded it, or its two devices, each with its own start."""
    rng = stream(seed, Purpose.SESSION, session.day.toordinal(), session.key)
    watch = OLD_WATCH if Oddity.OLD_WATCH in session.oddities else watch_on(session.day)
    workout = plan_workout(session, rng, threshold_speed_mps=form.threshold_speed_mps, auto_pause=watch.auto_pause)
    motion = move(session, workout, form, rng)
    yield observe(motion, watch, rng), session.start
    if Oddity.FOOT_POD_TOO in session.oddities:
        seen, later_s = as_foot_pod_sees(motion, rng)
        yield observe(seen, FOOT_POD, rng), _later(session.start, later_s)


def _files(session: PlannedSession, form: Form, seed: int) -> Iterator[DemoFile]:
    for recording, started_at in recordings(session, form, seed):
        utc = started_at.astimezone(UTC)
        name = f"{utc:%Y}/{utc:%Y%m%dT%H%M%SZ}-{recording.device.slug}.fit"
        yield DemoFile(name, fit_file(recording, started_at, seed=seed), started_at)


def _later(moment: datetime, seconds: int) -> datetime:
    """`seconds` after a local time, also where the clocks change in between."""
    return (moment.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(moment.tzinfo)
