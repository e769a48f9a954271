"""Bronze to silver: what the watch measured of each day and night, from wellness files and Garmin's answers.

A file's value comes before Garmin's: it is the measurement itself, finer, and never changes. Where no file says
anything of a value of a day, Garmin's answer does.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl
from sqlalchemy import Table

from runningcoach_pipelines.derive.decoding import Failure, decoded
from runningcoach_pipelines.derive.garmin.answers import DAY_VALUES, NIGHTS, PULSE, WELLNESS, Answers
from runningcoach_pipelines.derive.garmin.drifts import replace_drifts
from runningcoach_pipelines.store import garmin_used
from runningcoach_pipelines.store.frames import frame_schema
from runningcoach_pipelines.store.garmin_used import Made, UsedFor
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.raw_files import RawFile
from runningcoach_pipelines.store.tables import HealthMetrics, HeartRateRecord, Sleep, WellnessSource
from runningcoach_pipelines.store.windows import Window, replace_window
from runningcoach_pipelines.wellness.days import daily
from runningcoach_pipelines.wellness.file import WELLNESS_KINDS, read_wellness
from runningcoach_pipelines.wellness.readings import READINGS, WELLNESS_MESSAGES

CODE_VERSION = "2"
"""Version of what is written here; raise it when the same files would give other rows."""

_NEIGHBOUR_DAYS = 1
"""A file was given its days by the home zone of its import, which may be another one now."""


@dataclass(frozen=True, slots=True)
class WellnessReport:
    """Files read, rows written, places in Garmin's answers that have drifted, and files that could not be read; those
    are recorded in the catalogue as well.
    """

    files: int
    days: int
    nights: int
    heart_rates: int
    drifts: int
    failures: tuple[Failure, ...]


def derive_wellness(lakehouse: Lakehouse, window: Window) -> WellnessReport:
    """Make `health_metrics`, `sleep` and `hr_records` of the window's whole months anew, for all athletes.

    A file that cannot be read is recorded as failed, an answer that has drifted in `garmin_drifts`; neither stops the
    rest.
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
        made_of = garmin_used.digests(connection, WELLNESS, UsedFor.WELLNESS, whole)
        answers = Answers(connection, whole)
        nights = answers.by_day(NIGHTS)
        pulse = pl.concat([answers.frame(endpoint) for endpoint in PULSE]).unique(["athlete_id", "at"], keep="last")
        rows = _merged(_of_files(read, whole), nights, answers.by_day(DAY_VALUES))
        sources = _source_rows((raw for raw, _ in read), months)
        for table, frame, day in (
            (HealthMetrics.table(), rows, "day"),
            (Sleep.table(), nights, "day"),
            (HeartRateRecord.table(), pulse.sort("athlete_id", "at"), "day"),
            (WellnessSource.table(), sources, "month"),
        ):
            replace_window(connection, table, _as_stored(frame, table), day=day, window=whole)
        drifts = answers.drift_rows()
        replace_drifts(connection, drifts, WELLNESS, whole)
        garmin_used.save_used(connection, UsedFor.WELLNESS, made_of, code_version=CODE_VERSION, window=whole)
    return WellnessReport(len(files), rows.height, nights.height, pulse.height, drifts.height, tuple(failures))


def changed_answers(lakehouse: Lakehouse) -> Made:
    """Months of which Garmin's answers say something else than the tables."""
    with lakehouse.engine.connect() as connection:
        return garmin_used.changed(connection, WELLNESS, UsedFor.WELLNESS, CODE_VERSION)


def wellness_days(lakehouse: Lakehouse) -> Window | None:
    """The days of which wellness files or Garmin's answers tell something, None if nothing does."""
    of_files = lakehouse.files.days(WELLNESS_KINDS)
    with lakehouse.engine.connect() as connection:
        told = garmin_used.days(connection, WELLNESS)
    known = [days for days in (of_files, told) if days is not None]
    if not known:
        return None
    return Window(min(first for first, _ in known), max(last for _, last in known) + dt.timedelta(days=1))


def wellness_to_derive(lakehouse: Lakehouse) -> list[RawFile]:
    """Readable wellness files that `health_metrics` does not hold yet, or not all months of, oldest import first."""
    return lakehouse.files.wellness_to_derive(WELLNESS_KINDS)


def _of_files(read: Iterable[tuple[RawFile, pl.DataFrame]], window: Window) -> pl.DataFrame:
    """One row per athlete and day of the window, from the readings of wellness files."""
    readings = [
        found.with_columns(athlete_id=pl.lit(raw.athlete_id), source_sha256=pl.lit(raw.sha256)) for raw, found in read
    ]
    none = pl.DataFrame(schema=READINGS | {"athlete_id": pl.String, "source_sha256": pl.String})
    inside = pl.concat([none, *readings]).filter(pl.col("day").is_between(window.start, window.end, closed="left"))
    return daily(inside)


def _merged(of_files: pl.DataFrame, nights: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Each value of a day from the files, else from Garmin's answers."""
    key = ["athlete_id", "day"]
    asleep = nights.select(*key, sleep_s="asleep_s", sleep_score="score")
    told = values.join(asleep, on=key, how="full", coalesce=True)
    both = of_files.join(told, on=key, how="full", coalesce=True, suffix="_told")
    columns = [name for name in of_files.columns if name not in key]
    return both.select(*key, *(pl.coalesce(name, f"{name}_told") for name in columns)).sort(key)


def _as_stored(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    schema = frame_schema(table)
    version = {"code_version": pl.lit(CODE_VERSION)} if "code_version" in schema else {}
    return frame.with_columns(**version).select(schema.names()).cast(schema)


def _source_rows(files: Iterable[RawFile], months: Sequence[Window]) -> pl.DataFrame:
    rows = [
        {"athlete_id": raw.athlete_id, "source_sha256": raw.sha256, "month": month.start}
        for raw in files
        for month in months
        if raw.first_day is not None and raw.last_day is not None
        if raw.first_day < month.end and raw.last_day >= month.start
    ]
    return pl.DataFrame(rows, schema=frame_schema(WellnessSource.table()))
