"""Thresholds and the highest heart rate that hold on each day, with where they come from."""

import polars as pl

from runningcoach_pipelines.derive.fitness.history import History
from runningcoach_pipelines.derive.terms import effective, source_of

SOURCE_COLUMNS = {
    "threshold_speed_mps": "threshold_speed_source",
    "hr_threshold_bpm": "hr_threshold_source",
    "hr_max_bpm": "hr_max_source",
}
TERM_COLUMNS = (*SOURCE_COLUMNS, *SOURCE_COLUMNS.values())


def terms_in_effect(days: pl.DataFrame, history: History) -> pl.DataFrame:
    """The terms that an activity of each day would be measured against.

    Args:
        days: `athlete_id`, `day`, each pair once.
        history: of the athletes.

    Returns:
        `athlete_id`, `day`, and by term its value and its source; an estimate holds for its whole month.
    """
    rows = effective(days.rename({"day": "local_day"}), history.settings, history.observed)
    sources = {source: source_of(value) for value, source in SOURCE_COLUMNS.items()}
    return rows.select("athlete_id", pl.col("local_day").alias("day"), *SOURCE_COLUMNS, **sources)
