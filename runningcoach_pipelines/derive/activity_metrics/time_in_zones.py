"""Time in the zones of heart rate, pace, power and intensity, within the bounds of the athlete's day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from runningcoach_pipelines.metrics import zones
from runningcoach_pipelines.metrics.quantity import Floats


def written_bounds(bounds: str) -> list[float]:
    """Lower bounds from the text of `hr_zone_bounds_bpm`."""
    return [float(bound) for bound in bounds.split(",")]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Zones of one channel, the term that their bounds come from, and whether the heart rate must count."""

    name: str
    channel: str
    term: str
    bounds: Callable[[Any], Sequence[float]]
    by_counting_heart_rate: bool = False


_KINDS = (
    _Kind("heart_rate", "believed_bpm", "hr_zone_bounds_bpm", written_bounds),
    _Kind("pace", "flat_speed_mps", "threshold_speed_mps", zones.speed_bounds_mps),
    _Kind("power", "power_w", "threshold_power_w", zones.power_bounds_w),
    _Kind("intensity", "believed_bpm", "hr_threshold_bpm", zones.intensity_bounds_bpm, by_counting_heart_rate=True),
)
_SCHEMA = {"kind": pl.String, "zone": pl.Int16, "from_value": pl.Float64, "time_s": pl.Float64}


def time_in_zones(activities: pl.DataFrame, samples: pl.DataFrame) -> pl.DataFrame:
    """Seconds in every zone of the channels that an activity has: columns of the table `activity_zones`.

    Pace is grade-adjusted. Intensity is only of a heart rate that counts. Zone 0, below the first bound, has a row
    unless the first bound is 0.

    Args:
        activities: with the terms of their day and `heart_rate_problem`; `activity_id` is an Enum of them in order.
        samples: rows of `Recordings.samples` with `believed_bpm`.
    """
    number, weight_s = samples["activity_id"].to_physical().to_numpy(), samples["weight_s"].to_numpy()
    counts = activities["heart_rate_problem"].is_null().to_list()
    cells: list[tuple[int, str, int, float, float]] = []
    for kind in _KINDS:
        values = samples[kind.channel].to_numpy()
        terms = activities[kind.term].to_list()
        for term in {term: None for term in terms if term is not None}:
            bounds = kind.bounds(term)
            times = zones.times_in_zones_s(values, weight_s, number, bounds, len(terms))
            for row in _measured(times):
                if terms[row] == term and (counts[row] or not kind.by_counting_heart_rate):
                    cells += [(row, kind.name, *cell) for cell in _cells(bounds, times[row])]
    schema = pl.Schema({"row": pl.UInt32, **_SCHEMA})
    frame = pl.DataFrame(cells, schema=schema, orient="row")
    return frame.select(activities["activity_id"].gather(frame["row"]), *_SCHEMA)


def _measured(times_s: Floats) -> list[int]:
    rows: list[int] = np.flatnonzero(np.isfinite(times_s[:, 0])).tolist()
    return rows


def _cells(bounds: Sequence[float], times_s: Floats) -> list[tuple[int, float, float]]:
    """Number, lower bound and seconds of every zone."""
    every = list(enumerate(zip([0.0, *bounds], times_s.tolist(), strict=True)))
    return [(zone, bound, seconds) for zone, (bound, seconds) in every[1 if bounds[0] <= 0 else 0 :]]
