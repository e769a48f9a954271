"""Kilometre splits with what happened in each."""

import polars as pl

from runningcoach_pipelines.derive.activity_metrics.plans import collected, in_one_piece
from runningcoach_pipelines.metrics import elevation, quantity, splits
from runningcoach_pipelines.metrics.quantity import Clean

_COL = pl.col
_KEY = ("activity_id", "split")
_WEIGHT = Clean("weight_s")
_INSIDE = {
    "avg_heart_rate_bpm": quantity.weighted_mean(Clean("believed_bpm"), _WEIGHT),
    "flat_speed_mps": quantity.weighted_mean(Clean("flat_speed_mps"), _WEIGHT),
    "ascent_m": elevation.ascent_m(Clean("rise_m")),
    "descent_m": elevation.descent_m(Clean("rise_m")),
}


def kilometre_splits(samples: pl.DataFrame) -> pl.DataFrame:
    """Splits on the timer clock: columns of the table `splits`.

    A sample belongs to the kilometre in which it begins, so climbs of the splits add up to the activity's own.

    Args:
        samples: rows of `Recordings.samples` with `believed_bpm`.
    """
    found = splits.kilometre_splits(samples.select("activity_id", "timer_s", "distance_m"))
    placed = in_one_piece(
        samples.lazy()
        .select("activity_id", "timer_s", "weight_s", "believed_bpm", "flat_speed_mps", "rise_m")
        .filter(_COL("timer_s").is_not_null())
        .sort("activity_id", "timer_s", maintain_order=True)
        .join_asof(
            found.lazy().select(*_KEY, "start_s"),
            left_on="timer_s",
            right_on="start_s",
            by="activity_id",
            check_sortedness=False,
        )
    )
    inside = placed.lazy().group_by(_KEY, maintain_order=True).agg(**_INSIDE)
    return collected(found.lazy().join(inside, on=_KEY, how="left", maintain_order="left"))
