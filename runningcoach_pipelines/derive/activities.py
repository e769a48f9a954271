"""Bronze to silver: the activities, laps and samples of a window's months, from the FIT files that hold them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from runningcoach_pipelines.activities.file import PARSER_VERSION, ActivityFile, activity_file
from runningcoach_pipelines.activities.identity import Candidate, Identified, identify
from runningcoach_pipelines.activities.sessions import Session
from runningcoach_pipelines.fit import FitDecodeError
from runningcoach_pipelines.store.blob import BlobError
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.lake import SAMPLES_SCHEMA
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.raw_files import RawFile, Reading
from runningcoach_pipelines.store.tables import Activity, ActivitySource, Lap
from runningcoach_pipelines.store.windows import Window, lock, replace_window

CODE_VERSION = "1"
"""Version of what is written here; raise it when the same files would give other rows."""

_NEIGHBOUR_DAYS = 1
"""Another recording of an activity may start on the other side of midnight."""

_ROWS_PER_COMMIT = 1_500_000
"""Months are written together up to this many samples: memory stays flat, commits stay few."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why."""

    athlete_id: str
    sha256: str
    file_name: str | None
    reason: str


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
    activities: pl.DataFrame
    sources: pl.DataFrame
    laps: pl.DataFrame
    samples: pl.DataFrame


def derive_activities(lakehouse: Lakehouse, window: Window) -> ActivitiesReport:
    """Make `activities`, `activity_sources`, `laps` and the samples of the window's whole months anew.

    A file that cannot be read is recorded as failed and never stops the rest.
    """
    report = ActivitiesReport()
    pending: list[_Month] = []
    for month in window.months():
        pending.append(_derive_month(lakehouse, month, report))
        if sum(part.samples.height for part in pending) >= _ROWS_PER_COMMIT:
            _write(lakehouse, pending)
            pending = []
    if pending:
        _write(lakehouse, pending)
    return report


def _derive_month(lakehouse: Lakehouse, month: Window, report: ActivitiesReport) -> _Month:
    files = lakehouse.files.activities_in(month.padded(_NEIGHBOUR_DAYS))
    read = [part for raw in files if (part := _read(lakehouse, raw, report)) is not None]
    by_source = {(part.raw.athlete_id, part.raw.sha256): part for part in read}
    kept = [
        activity
        for activity in identify([c for part in read for c in _candidates(part)])
        if month.start <= _session(by_source, activity.primary).local_day < month.end
    ]
    parts = [(activity, by_source[activity.primary.athlete_id, activity.primary.source_sha256]) for activity in kept]
    result = _Month(
        window=month,
        activities=_activity_rows(parts),
        sources=_source_rows(parts),
        laps=_concat((_lap_rows(a, p) for a, p in parts), frame_schema(Lap.table())),
        samples=_concat((_sample_rows(a, p) for a, p in parts), SAMPLES_SCHEMA),
    )
    report.files += len(files)
    report.activities += result.activities.height
    report.laps += result.laps.height
    report.samples += result.samples.height
    return result


def _read(lakehouse: Lakehouse, raw: RawFile, report: ActivitiesReport) -> _Read | None:
    try:
        data = lakehouse.blobs.get(raw.athlete_id, raw.sha256)
        return _Read(raw, activity_file(data, lakehouse.settings.zone))
    except (BlobError, FitDecodeError) as error:
        reason = str(error)
        failed = Reading(PARSER_VERSION, raw.file_type, raw.first_day, raw.last_day, raw.notes, reason)
        lakehouse.files.record(raw.athlete_id, raw.sha256, failed)
        report.failures.append(Failure(raw.athlete_id, raw.sha256, raw.file_name, reason))
        return None


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


def _lap_rows(activity: Identified, part: _Read) -> pl.DataFrame:
    return _of_activity(part.content.laps, activity, part, frame_schema(Lap.table()))


def _sample_rows(activity: Identified, part: _Read) -> pl.DataFrame:
    return _of_activity(part.content.samples, activity, part, SAMPLES_SCHEMA)


def _of_activity(frame: pl.DataFrame, activity: Identified, part: _Read, schema: pl.Schema) -> pl.DataFrame:
    index = activity.primary.session_index
    day: dt.date = part.content.sessions[index].local_day
    return (
        frame.filter(pl.col("session_index") == index)
        .with_columns(
            athlete_id=pl.lit(activity.primary.athlete_id),
            activity_id=pl.lit(activity.activity_id),
            local_day=pl.lit(day),
            month=pl.lit(f"{day:%Y-%m}"),
            code_version=pl.lit(CODE_VERSION),
        )
        .select(schema.names())
        .cast(schema)
    )


def _concat(frames: Iterable[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def _write(lakehouse: Lakehouse, months: Sequence[_Month]) -> None:
    """The lake first, the rows after: if the process dies between, the next run writes both again."""
    window = Window(months[0].window.start, months[-1].window.end)
    with lakehouse.engine.begin() as connection:
        lock(connection, "activity_samples")
        lakehouse.samples.replace_months(pl.concat([m.samples for m in months]), window)
        for table, key, frame in (
            (Activity.table(), "activity_id", pl.concat([m.activities for m in months])),
            (ActivitySource.table(), "activity_id", pl.concat([m.sources for m in months])),
            (Lap.table(), "activity_id", pl.concat([m.laps for m in months])),
        ):
            replace_window(connection, table, frame, day="local_day", window=window, key=key)
