"""Bronze to silver: activities, device values, laps and samples of a window's months, from their FIT files."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from runningcoach_pipelines.activities.file import ACTIVITY_MESSAGES, ActivityFile, read_activities
from runningcoach_pipelines.activities.identity import NEIGHBOUR_DAYS, Candidate, Identified, identify
from runningcoach_pipelines.activities.sessions import Session
from runningcoach_pipelines.derive.decoding import Failure, decoded
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.lake import SAMPLES_SCHEMA
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.raw_files import RawFile
from runningcoach_pipelines.store.tables import Activity, ActivitySource, DeviceValues, Lap
from runningcoach_pipelines.store.windows import Window, replace_window

CODE_VERSION = "3"
"""Version of what is written here; raise it when the same files would give other rows."""

_ROWS_PER_COMMIT = 400_000
"""Months are written together up to this many samples: memory stays flat, commits stay few."""


@dataclass(slots=True)
class ActivitiesReport:
    """What a derivation did; `failures` are recorded in the catalogue as well."""

    files: int = 0
    activities: int = 0
    samples: int = 0
    laps: int = 0
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Read:
    raw: RawFile
    content: ActivityFile


@dataclass(frozen=True, slots=True)
class _Month:
    window: Window
    files: list[RawFile]
    activities: pl.DataFrame
    sources: pl.DataFrame
    device_values: pl.DataFrame
    laps: pl.DataFrame
    samples: pl.DataFrame


def derive_activities(lakehouse: Lakehouse, window: Window) -> ActivitiesReport:
    """Make `activities`, `activity_sources`, `device_values`, `laps` and the samples of the window's whole months anew.

    A file that cannot be read is recorded as failed and never stops the rest.
    """
    report = ActivitiesReport()
    months = list(window.months())
    reader = _Reader(lakehouse, Window(months[0].start, months[-1].end), report)
    pending: list[_Month] = []
    for month in months:
        pending.append(_derive_month(reader.around(month), month))
        if sum(part.samples.height for part in pending) >= _ROWS_PER_COMMIT:
            _write(lakehouse, pending, report)
            pending = []
    if pending:
        _write(lakehouse, pending, report)
    return report


class _Reader:
    """The activity files of a window, decoded once each, in the order of their days."""

    def __init__(self, lakehouse: Lakehouse, window: Window, report: ActivitiesReport) -> None:
        files = lakehouse.files.activities_in(window.padded(NEIGHBOUR_DAYS))
        report.files += len(files)
        self._coming = decoded(
            lakehouse,
            sorted(files, key=lambda raw: (_first_day(raw), raw.raw_file_id)),
            messages=ACTIVITY_MESSAGES,
            then=partial(read_activities, home=lakehouse.settings.zone),
            failures=report.failures,
        )
        self._held: list[_Read] = []
        self._ahead: _Read | None = None

    def around(self, month: Window) -> list[_Read]:
        """Files with a session in the month or next to it, oldest import first. Months are asked for in order."""
        near = month.padded(NEIGHBOUR_DAYS)
        while (upcoming := self._upcoming()) is not None and _first_day(upcoming.raw) < near.end:
            self._held.append(upcoming)
            self._ahead = None
        self._held = [part for part in self._held if part.raw.last_day and part.raw.last_day >= near.start]
        return sorted(
            (part for part in self._held if _first_day(part.raw) < near.end), key=lambda part: part.raw.raw_file_id
        )

    def _upcoming(self) -> _Read | None:
        """The next file that can be read; it is decoded now, and handed out with the first month that needs it."""
        if self._ahead is None:
            following = next(self._coming, None)
            self._ahead = None if following is None else _Read(*following)
        return self._ahead


def _first_day(raw: RawFile) -> dt.date:
    return raw.first_day or dt.date.max


def _derive_month(read: Sequence[_Read], month: Window) -> _Month:
    by_source = {(part.raw.athlete_id, part.raw.sha256): part for part in read}
    kept = [
        activity
        for activity in identify([c for part in read for c in _candidates(part)])
        if month.start <= _session(by_source, activity.primary).local_day < month.end
    ]
    parts = [(activity, by_source[activity.primary.athlete_id, activity.primary.source_sha256]) for activity in kept]
    return _Month(
        window=month,
        files=[part.raw for part in read],
        activities=_activity_rows(parts),
        sources=_source_rows(parts),
        device_values=_concat((_device_rows(a, p) for a, p in parts), frame_schema(DeviceValues.table())),
        laps=_concat((_lap_rows(a, p) for a, p in parts), frame_schema(Lap.table())),
        samples=_concat((_sample_rows(a, p) for a, p in parts), SAMPLES_SCHEMA),
    )


def _candidates(part: _Read) -> Iterable[Candidate]:
    seen = part.content.samples.group_by("session_index").agg(pl.len(), pl.col("elapsed_s").max())
    spans = {index: (count, last_s) for index, count, last_s in seen.iter_rows()}
    for session in part.content.sessions:
        count, last_s = spans.get(session.index, (0, 0.0))
        yield Candidate(
            order=part.raw.raw_file_id,
            athlete_id=part.raw.athlete_id,
            source_sha256=part.raw.sha256,
            session_index=session.index,
            sport=session.sport,
            started_at=session.started_at,
            duration_s=session.totals.elapsed_s or session.totals.timer_s or last_s,
            sample_count=count,
        )


def _session(by_source: dict[tuple[str, str], _Read], candidate: Candidate) -> Session:
    return by_source[candidate.athlete_id, candidate.source_sha256].content.sessions[candidate.session_index]


def _activity_rows(parts: Sequence[tuple[Identified, _Read]]) -> pl.DataFrame:
    rows = []
    for activity, part in parts:
        session = part.content.sessions[activity.primary.session_index]
        own = part.content.samples.filter(pl.col("session_index") == session.index)
        totals = session.totals
        rows.append(
            {
                "activity_id": activity.activity_id,
                "athlete_id": activity.primary.athlete_id,
                "local_day": session.local_day,
                "started_at": session.started_at,
                "utc_offset_s": session.offset.seconds,
                "utc_offset_source": session.offset.source.value,
                "sport": session.sport,
                "sub_sport": session.sub_sport,
                "indoor": session.indoor,
                "manufacturer": part.content.manufacturer,
                "product": part.content.product,
                "elapsed_s": totals.elapsed_s,
                "timer_s": totals.timer_s,
                "distance_m": totals.distance_m,
                "avg_heart_rate_bpm": totals.avg_heart_rate_bpm,
                "max_heart_rate_bpm": totals.max_heart_rate_bpm,
                "ascent_m": totals.ascent_m,
                "calories_kcal": totals.calories_kcal,
                "sample_count": own.height,
                "has_position": bool(own["latitude_deg"].is_not_null().any()),
                "source_sha256": activity.primary.source_sha256,
                "session_index": session.index,
                "source_count": len(activity.sources),
                "suspected_duplicate_of": activity.suspected_duplicate_of,
                "code_version": CODE_VERSION,
            }
        )
    return pl.DataFrame(rows, schema=frame_schema(Activity.table()))


def _source_rows(parts: Sequence[tuple[Identified, _Read]]) -> pl.DataFrame:
    rows = [
        {
            "athlete_id": source.athlete_id,
            "source_sha256": source.source_sha256,
            "session_index": source.session_index,
            "activity_id": activity.activity_id,
            "local_day": part.content.sessions[activity.primary.session_index].local_day,
            "is_primary": source == activity.primary,
        }
        for activity, part in parts
        for source in activity.sources
    ]
    return pl.DataFrame(rows, schema=frame_schema(ActivitySource.table()))


def _device_rows(activity: Identified, part: _Read) -> pl.DataFrame:
    return _of_activity(part.content.device_values, activity, part, frame_schema(DeviceValues.table()))


def _lap_rows(activity: Identified, part: _Read) -> pl.DataFrame:
    return _of_activity(part.content.laps, activity, part, frame_schema(Lap.table()))


def _sample_rows(activity: Identified, part: _Read) -> pl.DataFrame:
    return _of_activity(part.content.samples, activity, part, SAMPLES_SCHEMA)


def _of_activity(frame: pl.DataFrame, activity: Identified, part: _Read, schema: pl.Schema) -> pl.DataFrame:
    index = activity.primary.session_index
    day: dt.date = part.content.sessions[index].local_day
    same_for_all = {
        "athlete_id": pl.lit(activity.primary.athlete_id),
        "activity_id": pl.lit(activity.activity_id),
        "local_day": pl.lit(day),
        "month": pl.lit(f"{day:%Y-%m}"),
        "code_version": pl.lit(CODE_VERSION),
    }
    own = frame.filter(pl.col("session_index") == index)
    return own.select(same_for_all.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in schema.items())


def _concat(frames: Iterable[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def _write(lakehouse: Lakehouse, derived: Sequence[_Month], report: ActivitiesReport) -> None:
    """The lake first, the rows after: if the process dies between, the next run writes both again.

    A month whose files changed while it was derived (an import, another run) is derived again.
    """
    window = Window(derived[0].window.start, derived[-1].window.end)
    with lakehouse.engine.begin() as connection:
        lock(connection, "activity_samples")
        months = [
            month if month.files == _files_now(lakehouse, month.window) else _derived_again(lakehouse, month, report)
            for month in derived
        ]
        lakehouse.samples.replace_months(pl.concat([m.samples for m in months]), window)
        for table, key, frame in (
            (Activity.table(), "activity_id", pl.concat([m.activities for m in months])),
            (ActivitySource.table(), "activity_id", pl.concat([m.sources for m in months])),
            (DeviceValues.table(), "activity_id", pl.concat([m.device_values for m in months])),
            (Lap.table(), "activity_id", pl.concat([m.laps for m in months])),
        ):
            replace_window(connection, table, frame, day="local_day", window=window, key=key)
    for month in months:
        report.activities += month.activities.height
        report.laps += month.laps.height
        report.samples += month.samples.height


def _files_now(lakehouse: Lakehouse, month: Window) -> list[RawFile]:
    return lakehouse.files.activities_in(month.padded(NEIGHBOUR_DAYS))


def _derived_again(lakehouse: Lakehouse, month: _Month, report: ActivitiesReport) -> _Month:
    return _derive_month(_Reader(lakehouse, month.window, report).around(month.window), month.window)
