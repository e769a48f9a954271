"""Every column of every table that holds figures: its unit, what it means, how it is computed, and by whose formula."""

from collections.abc import Iterator

from runningcoach_pipelines.explain.catalogue.activities import (
    ACTIVITY_METRICS,
    ACTIVITY_ZONES,
    BEST_EFFORTS,
    MEAN_MAX,
    SPLITS,
)
from runningcoach_pipelines.explain.catalogue.days import FITNESS_METRICS_DAILY, RACE_PREDICTIONS
from runningcoach_pipelines.explain.catalogue.devices import DEVICE_VALUES, HEALTH_METRICS
from runningcoach_pipelines.explain.catalogue.entries import Column, Entries, Entry
from runningcoach_pipelines.explain.catalogue.periods import ANALYTICS_SUMMARIES

CATALOGUE: dict[str, Entries] = {
    "activity_metrics": ACTIVITY_METRICS,
    "activity_zones": ACTIVITY_ZONES,
    "best_efforts": BEST_EFFORTS,
    "mean_max": MEAN_MAX,
    "splits": SPLITS,
    "fitness_metrics_daily": FITNESS_METRICS_DAILY,
    "race_predictions": RACE_PREDICTIONS,
    "analytics_summaries": ANALYTICS_SUMMARIES,
    "device_values": DEVICE_VALUES,
    "health_metrics": HEALTH_METRICS,
}
"""Entries by table and column, tables in the order in which they are read about."""


def columns() -> Iterator[Column]:
    """All of them."""
    for table, entries in CATALOGUE.items():
        for name, entry in entries.items():
            yield Column(table, name, entry)


__all__ = ["CATALOGUE", "Column", "Entry", "columns"]
