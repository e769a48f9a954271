"""Everything derived from what was imported, and what the tables and the lake then hold: for comparing states."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl
from pydantic import SecretStr
from sqlalchemy import select

from runningcoach_pipelines.derive.activities import ActivitiesReport, derive_activities
from runningcoach_pipelines.derive.activity_metrics import derive_activity_metrics
from runningcoach_pipelines.derive.changes import changed_months
from runningcoach_pipelines.derive.fitness import derive_fitness
from runningcoach_pipelines.derive.stale import until_settled
from runningcoach_pipelines.derive.summaries import derive_summaries
from runningcoach_pipelines.derive.wellness import derive_wellness, wellness_to_derive
from runningcoach_pipelines.ingest.importing import ImportReport, import_files
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.rebuild import DERIVED
from runningcoach_pipelines.store.s3_blobs import S3BlobStore
from runningcoach_pipelines.store.windows import Period, Window
from tests.conftest import free_port

TODAY = dt.date(2025, 7, 15)
SPRING = Window(dt.date(2025, 3, 1), dt.date(2025, 8, 1))
"""Holds every activity and every night of these tests."""


def bring(lakehouse: Lakehouse, files: Mapping[str, bytes], *, athlete_id: str = "me") -> ImportReport:
    """Import files by name."""
    found = [FoundFile(name, data) for name, data in files.items()]
    return import_files(lakehouse, found, athlete_id=athlete_id, today=TODAY)


def in_a_bucket_out_of_reach(lakehouse: Lakehouse) -> Lakehouse:
    """The same stores, but for the blobs: those are looked for in a bucket where nobody answers."""
    bucket = S3BlobStore(
        bucket="away",
        access_key=SecretStr("key"),
        secret_key=SecretStr("secret"),
        endpoint=f"http://127.0.0.1:{free_port()}",
        region="us-east-1",
    )
    return replace(lakehouse, blobs=bucket)


def derive(lakehouse: Lakehouse, windows: Iterable[Window] = (SPRING,)) -> list[ActivitiesReport]:
    """What a run of the windows' months leads to, asset by asset."""
    reports = []
    for window in windows:
        derive_wellness(lakehouse, window)
        reports.append(derive_activities(lakehouse, window))
        derive_activity_metrics(lakehouse, window)
        for period in Period:
            derive_summaries(lakehouse, period, window)
    derive_fitness(lakehouse, TODAY)
    return reports


def derive_what_is_new(lakehouse: Lakehouse, changed: Iterable[Window] = ()) -> list[Window]:
    """As the sensors do: only the months of the files from which nothing was derived, and what is stale after them.

    Months of `changed` are derived as well.
    """
    nights = changed_months(wellness_to_derive(lakehouse), at_most=24)
    for window in nights:
        derive_wellness(lakehouse, window)
    windows = [*changed_months(lakehouse.files.activities_to_derive(), at_most=24), *changed]
    derive(lakehouse, windows)
    again = settle(lakehouse)
    for window in again:
        for period in Period:
            derive_summaries(lakehouse, period, window)
    derive_fitness(lakehouse, TODAY)
    return [*nights, *windows, *again]


def settle(lakehouse: Lakehouse) -> list[Window]:
    """Measure again what is stale, and say what was."""
    again = []
    for window in until_settled(lakehouse.engine, at_most=24):
        derive_activity_metrics(lakehouse, window)
        again.append(window)
    return again


def table(lakehouse: Lakehouse, name: str) -> pl.DataFrame:
    """Rows of a derived table in the order of all their columns; of the lake for `activity_samples`."""
    if name == "activity_samples":
        return lakehouse.samples.read(SPRING).sort("athlete_id", "activity_id", "elapsed_s")
    described = next(derived.table() for derived in DERIVED if derived.__tablename__ == name)
    with lakehouse.engine.connect() as connection:
        frame = read_frame(connection, select(described))
    return frame.sort(frame.columns, nulls_last=True)


OF_ANSWERS = ("sleep", "hr_records", "gear", "personal_records", "races", "garmin_drifts", "garmin_answers_used")
"""Derived tables that only Garmin's answers fill."""


def everything(lakehouse: Lakehouse) -> dict[str, pl.DataFrame]:
    names = [derived.__tablename__ for derived in DERIVED]
    return {name: table(lakehouse, name) for name in [*names, "activity_samples"]}


def differing(one: Mapping[str, pl.DataFrame], other: Mapping[str, pl.DataFrame]) -> list[str]:
    """Names of the tables that are not equal, bit for bit."""
    return [name for name in one if not one[name].equals(other[name])]
