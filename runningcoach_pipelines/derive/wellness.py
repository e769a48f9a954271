"""Bronze to silver: what the watch measured of each day and night, from the wellness files of a window."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from runningcoach_pipelines.derive.decoding import Failure, decoded
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.raw_files import RawFile
from runningcoach_pipelines.store.tables import HealthMetrics, WellnessSource
from runningcoach_pipelines.store.windows import Window, replace_window
from runningcoach_pipelines.wellness.days import daily
from runningcoach_pipelines.wellness.file import WELLNESS_KINDS, read_wellness
from runningcoach_pipelines.wellness.readings import READINGS, WELLNESS_MESSAGES

CODE_VERSION = "1"
"""Version of what is written here; raise it when the same files would give other rows."""

_NEIGHBOUR_DAYS = 1
"""A file was given its days by the home zone of its import, which may be another one now."""


@dataclass(frozen=True, slots=True)
class WellnessReport:
    """Files read, days written, and files that could not be read; those are recorded in the catalogue as well."""

    files: int
    days: int
    failures: tuple[Failure, ...]


def derive_wellness(lakehouse: Lakehouse, window: Window) -> WellnessReport:
    """Make `health_metrics` of the window's whole months anew, for all athletes.

    A file that cannot be read is recorded as failed and never stops the rest.
    """
    months = list(window.months())
    whole = Window(months[0].start, months[-1].end)
    failures: list[Failure] = []
    with lakehouse.engine.begin() as connection:
        # Before reading: a slower run must not write over a newer one's rows what it read before them.
        lock(connection, HealthMetrics.table().name)
        files = lakehouse.files.wellness_in(whole.padded(_NEIGHBOUR_DAYS), WELLNESS_KINDS)
        reading = partial(read_wellness, home=lakehouse.settings.zone)
        read = list(decoded(lakehouse, files, messages=WELLNESS_MESSAGES, then=reading, failures=failures))
        rows = _day_rows(read, whole)
        replace_window(connection, HealthMetrics.table(), rows, day="day", window=whole)
        sources = _source_rows((raw for raw, _ in read), months)
        replace_window(connection, WellnessSource.table(), sources, day="month", window=whole)
    return WellnessReport(len(files), rows.height, tuple(failures))


def wellness_to_derive(lakehouse: Lakehouse) -> list[RawFile]:
    """Readable wellness files that `health_metrics` does not hold yet, or not all months of, oldest import first."""
    return lakehouse.files.wellness_to_derive(WELLNESS_KINDS)


def _day_rows(read: Iterable[tuple[RawFile, pl.DataFrame]], window: Window) -> pl.DataFrame:
    readings = [
        found.with_columns(athlete_id=pl.lit(raw.athlete_id), source_sha256=pl.lit(raw.sha256)) for raw, found in read
    ]
    none = pl.DataFrame(schema=READINGS | {"athlete_id": pl.String, "source_sha256": pl.String})
    schema = frame_schema(HealthMetrics.table())
    inside = pl.concat([none, *readings]).filter(pl.col("day").is_between(window.start, window.end, closed="left"))
    return daily(inside).with_columns(code_version=pl.lit(CODE_VERSION)).select(schema.names()).cast(schema)


def _source_rows(files: Iterable[RawFile], months: Sequence[Window]) -> pl.DataFrame:
    rows = [
        {"athlete_id": raw.athlete_id, "source_sha256": raw.sha256, "month": month.start}
        for raw in files
        for month in months
        if raw.first_day is not None and raw.last_day is not None
        if raw.first_day < month.end and raw.last_day >= month.start
    ]
    return pl.DataFrame(rows, schema=frame_schema(WellnessSource.table()))
