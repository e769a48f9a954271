"""Time in the zones of heart rate, pace, power and intensity, within the bounds of the athlete's day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from runningcoach_pipelines.metrics import zones
from runningcoach_pipelines.metrics.quantity import Floats

_COL = pl.col
_SCHEMA = pl.Schema(
    {"number": pl.UInt32, "kind": pl.String, "zone": pl.Int16, "from_value": pl.Float64, "time_s": pl.Float64}
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
        activities: with the terms of their day and `heart_rate_problem`; `activity_id` is an Enum of them in order.
        samples: rows of `Recordings.samples` with `believed_bpm`.
    """
    number, weight_s = samples["activity_id"].to_physical().to_numpy(), samples["weight_s"].to_numpy()
    found = [pl.DataFrame(schema=_SCHEMA)]
    for kind in _KINDS:
        values = samples[kind.channel].to_numpy()
        terms = activities.select(pl.when(kind.applies).then(kind.term).alias("term"))["term"]
        for term in terms.drop_nulls().unique(maintain_order=True):
            bounds = kind.bounds(term)
            times = zones.times_in_zones_s(values, weight_s, number, bounds, activities.height)
            found.append(_rows(kind.name, bounds, times, (terms == term).fill_null(False).to_numpy()))
    of_activity = activities.select("athlete_id", "local_day", "activity_id").with_row_index("number")
    return pl.concat(found).join(of_activity, on="number", maintain_order="left")


def _rows(kind: str, bounds: Sequence[float], times_s: Floats, concerned: NDArray[np.bool_]) -> pl.DataFrame:
    """A row for every zone of the activities `concerned` that were measured."""
    first = 1 if bounds[0] <= 0 else 0
    measured = np.flatnonzero(concerned & np.isfinite(times_s[:, 0]))
    numbers = range(first, len(bounds) + 1)
    return pl.DataFrame(
        {
            "number": np.repeat(measured, len(numbers)),
            "kind": [kind] * (measured.size * len(numbers)),
            "zone": [*numbers] * measured.size,
            "from_value": [0.0, *bounds][first:] * measured.size,
            "time_s": times_s[measured, first:].ravel(),
        },
        schema=_SCHEMA,
    )
