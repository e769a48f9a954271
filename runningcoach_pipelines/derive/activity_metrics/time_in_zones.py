"""Time in the zones of heart rate, pace, power and intensity, within the bounds of the athlete's day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from runningcoach_pipelines.metrics import zones

_COL = pl.col
_SCHEMA = pl.Schema(
    {"activity_id": pl.String, "kind": pl.String, "zone": pl.Int32, "from_value": pl.Float64, "time_s": pl.Float64}
)


def written_bounds(bounds: str) -> list[float]:
    """Lower bounds from the text of `hr_zone_bounds_bpm`."""
    return [float(bound) for bound in bounds.split(",")]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Zones of one channel: where the bounds of an activity come from, and which activities have them."""

    name: str
    channel: str
    term: str
    bounds: Callable[[Any], Sequence[float]]
    applies: pl.Expr


_KINDS = (
    _Kind("heart_rate", "believed_bpm", "hr_zone_bounds_bpm", written_bounds, pl.lit(True)),
    _Kind("pace", "flat_speed_mps", "threshold_speed_mps", zones.speed_bounds_mps, pl.lit(True)),
    _Kind("power", "power_w", "threshold_power_w", zones.power_bounds_w, pl.lit(True)),
    _Kind(
        "intensity",
        "believed_bpm",
        "hr_threshold_bpm",
        zones.intensity_bounds_bpm,
        _COL("heart_rate_problem").is_null(),
    ),
)


def time_in_zones(activities: pl.DataFrame, samples: pl.DataFrame) -> pl.DataFrame:
    """Seconds in every zone of the channels that an activity has: columns of the table `activity_zones`.

    Pace is grade-adjusted. Intensity is only of a heart rate that counts. Zone 0, below the first bound, has a row
    unless the first bound is 0.

    Args:
        activities: with the terms of their day and `heart_rate_problem`.
        samples: rows of `Recordings.samples` with `believed_bpm`.
    """
    found = [pl.DataFrame(schema=_SCHEMA)]
    for kind in _KINDS:
        having = activities.filter(kind.applies & _COL(kind.term).is_not_null())
        for (term,), own in having.group_by(kind.term, maintain_order=True):
            found.append(_of_one_athletes_day(kind, kind.bounds(term), samples.join(own, on="activity_id", how="semi")))
    of_activity = activities.select("activity_id", "athlete_id", "local_day")
    return pl.concat(found).join(of_activity, on="activity_id", maintain_order="left")


def _of_one_athletes_day(kind: _Kind, bounds: Sequence[float], samples: pl.DataFrame) -> pl.DataFrame:
    spent = (
        samples.select("activity_id", "weight_s", zone=zones.zone_number(_COL(kind.channel), bounds))
        .drop_nulls()
        .group_by("activity_id", "zone", maintain_order=True)
        .agg(time_s=_COL("weight_s").sum())
    )
    first = 1 if bounds[0] <= 0 else 0
    every = pl.DataFrame(
        {"zone": range(first, len(bounds) + 1), "from_value": [0.0, *bounds][first:]},
        schema={"zone": pl.Int32, "from_value": pl.Float64},
    )
    return (
        spent.select(_COL("activity_id").unique(maintain_order=True))
        .join(every, how="cross")
        .join(spent, on=("activity_id", "zone"), how="left", maintain_order="left")
        .with_columns(_COL("time_s").fill_null(0.0), kind=pl.lit(kind.name))
        .select(_SCHEMA.names())
        .cast(_SCHEMA)
    )
