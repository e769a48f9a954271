"""Dropping everything derived, so that it can be made again from bronze. Bronze and settings are not touched."""

from sqlalchemy import delete

from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.locks import lock
from runningcoach_pipelines.store.tables import (
    Activity,
    ActivityMetrics,
    ActivitySource,
    ActivityZone,
    AnalyticsSummary,
    BestEffort,
    DeviceValues,
    FitnessMetricsDaily,
    GarminAnswersUsed,
    GarminDrift,
    Gear,
    HealthMetrics,
    HeartRateRecord,
    Lap,
    MeanMax,
    PersonalRecord,
    Race,
    RacePrediction,
    Sleep,
    Split,
    WellnessSource,
)

DERIVED = (
    *(Activity, ActivitySource, DeviceValues, Lap, HealthMetrics, WellnessSource),
    *(Sleep, HeartRateRecord, Gear, PersonalRecord, Race, GarminDrift, GarminAnswersUsed),
    *(ActivityMetrics, ActivityZone, BestEffort, MeanMax, Split),
    *(FitnessMetricsDaily, RacePrediction, AnalyticsSummary),
)


def drop_derived(lakehouse: Lakehouse) -> None:
    """Empty every derived table and the lake, in one transaction for the tables."""
    with lakehouse.engine.begin() as connection:
        lock(connection, "activity_samples")
        lakehouse.samples.clear()
        for table in DERIVED:
            connection.execute(delete(table))
