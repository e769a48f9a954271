"""Best efforts over distances and mean-max values over durations. Kilometre splits are in `splits`.

Distances run on the elapsed clock (pauses count, as in races); durations on the 1 Hz timer grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from runningcoach_pipelines.metrics.moving import STOP_MPS
from runningcoach_pipelines.metrics.quantity import Floats

MILE_M = 1609.344
DISTANCES_M = (
    400.0, 800.0, 1000.0, MILE_M, 3000.0, 2 * MILE_M, 5000.0, 10_000.0, 15_000.0, 10 * MILE_M, 20_000.0,
    21_097.5, 30_000.0, 42_195.0, 50_000.0,
)  # fmt: skip

WINDOWS_S = tuple(
    sorted({*range(1, 10), *np.geomspace(10, 14_400, 50).round().astype(int).tolist(), 60, 300, 1200, 3600})
)
"""Log-spaced windows from 1 s to 4 h, with the durations that people ask for."""

JUMP_MPS = 12.0
JUMP_S = 2.0
GAP_S = 30.0


@dataclass(frozen=True, slots=True)
class Effort:
    """The fastest window over a distance."""

    distance_m: float
    time_s: float
    start_s: float
    """Elapsed second at which the window begins."""


@dataclass(frozen=True, slots=True)
class _Track:
    """Strictly increasing distances with the first and last second at each."""

    distance_m: Floats
    first_s: Floats
    last_s: Floats
    pace_s_per_m: Floats
    """From each distance to the next."""
    breaks_before: NDArray[np.int64] | None
    """Untrusted steps up to each distance; None if there are none at all."""

    def at(self, distance_m: Floats, before: NDArray[np.intp]) -> Floats:
        """Interpolated seconds at distances that lie between the recorded ones `before` and their next ones."""
        return self.last_s[before] + (distance_m - self.distance_m[before]) * self.pace_s_per_m[before]


def _track(elapsed_s: ArrayLike, distance_m: ArrayLike, *, guarded: bool) -> _Track | None:
    time, path = np.asarray(elapsed_s, dtype=np.float64), np.asarray(distance_m, dtype=np.float64)
    known = np.isfinite(time) & np.isfinite(path)
    time, path = time[known], path[known]
    forward = time >= np.maximum.accumulate(time)
    time, path = time[forward], np.maximum.accumulate(path[forward])
    starts = np.flatnonzero(np.diff(path, prepend=-np.inf))
    if starts.size < 2:
        return None
    untrusted = _untrusted(time, path) if guarded else np.zeros(0, dtype=bool)
    breaks = np.concatenate(([0], np.cumsum(untrusted)))[starts] if untrusted.any() else None
    distinct, first, last = path[starts], time[starts], time[np.append(starts[1:], time.size) - 1]
    return _Track(distinct, first, last, (first[1:] - last[:-1]) / np.diff(distinct), breaks)


def _untrusted(time: Floats, path: Floats) -> NDArray[np.bool_]:
    """Steps that no runner made: > 12 m/s over ≥ 2 s, or a way without samples for > 30 s."""
    seconds, metres = np.diff(time), np.diff(path)
    fast = metres > JUMP_MPS * seconds
    beside = np.pad(fast, 1)
    jump = fast & ((seconds >= JUMP_S) | beside[:-2] | beside[2:] | (metres > JUMP_MPS * JUMP_S))
    gap = (seconds > GAP_S) & (metres > STOP_MPS * seconds)
    return jump | gap


def best_time_s(
    elapsed_s: ArrayLike, distance_m: ArrayLike, target_m: float, *, guarded: bool = False
) -> Effort | None:
    """Shortest elapsed time over any `target_m` of the recorded distance; None if it wasn't covered.

    Windows start on a sample (end interpolated) or end on one (start interpolated): the optimum of a
    piecewise linear function has an end on a sample. `guarded` rejects windows with a GPS jump or a gap in
    recording inside. NaN samples and those behind the clock are skipped.

    Source: Definition of best efforts as Strava uses it: pauses count.
    """
    track = _track(elapsed_s, distance_m, guarded=guarded)
    return None if track is None else _fastest(track, target_m)


def _fastest(track: _Track, target_m: float) -> Effort | None:
    path = track.distance_m
    if not 0.0 < target_m <= path[-1] - path[0]:
        return None
    begins = np.searchsorted(path, path[-1] - target_m, side="right")
    ends = np.searchsorted(path, path[0] + target_m, side="left")
    end_m, start_m = np.minimum(path[:begins] + target_m, path[-1]), path[ends:] - target_m
    after_end = np.searchsorted(path, end_m, side="left")
    # As many starts as end no later than a sample lie no later than the window that ends on it begins.
    before_start = np.maximum(np.cumsum(np.bincount(after_end, minlength=path.size))[ends:] - 1, 0)
    starts = np.concatenate((track.last_s[:begins], track.at(start_m, before_start)))
    times = np.concatenate((track.at(end_m, after_end - 1), track.first_s[ends:])) - starts
    if (breaks := track.breaks_before) is not None:
        inside = np.concatenate((breaks[after_end] - breaks[:begins], breaks[ends:] - breaks[before_start]))
        times[inside > 0] = np.inf
    best = int(np.argmin(times))
    return Effort(target_m, float(times[best]), float(starts[best])) if np.isfinite(times[best]) else None


EFFORT_SCHEMA = pl.Schema(
    {"activity_id": pl.Int64, "distance_m": pl.Float64, "time_s": pl.Float64, "start_s": pl.Float64}
)
CURVE_SCHEMA = pl.Schema({"activity_id": pl.Int64, "channel": pl.String, "window_s": pl.Int32, "value": pl.Float64})
"""Columns of `best_efforts` and `mean_max_curves`; `activity_id` keeps the type it came in."""


def best_efforts(samples: pl.DataFrame, *, distances_m: Sequence[float] = DISTANCES_M) -> pl.DataFrame:
    """Guarded best efforts of each activity.

    In: `activity_id`, `elapsed_s`, `distance_m`, rows in time order. Out: `activity_id` (as it came in),
    `distance_m`, `time_s`, `start_s`; a distance that an activity didn't cover has no row.
    """
    found = []
    for (activity,), rows in samples.partition_by("activity_id", maintain_order=True, as_dict=True).items():
        track = _track(rows["elapsed_s"].to_numpy(), rows["distance_m"].to_numpy(), guarded=True)
        if track is not None:
            efforts = (_fastest(track, distance) for distance in distances_m)
            found += [(activity, e.distance_m, e.time_s, e.start_s) for e in efforts if e is not None]
    schema = pl.Schema({**EFFORT_SCHEMA, "activity_id": samples.schema["activity_id"]})
    return pl.DataFrame(found, schema=schema, orient="row")


def mean_max(per_second: ArrayLike, window_s: int) -> float | None:
    """Highest mean over `window_s` complete seconds; windows with an unknown second (NaN) don't count.

    Source: Definition.
    """
    values = np.asarray(per_second, dtype=np.float64)
    return _mean_max(values, (window_s,)).get(window_s)


def _mean_max(values: Floats, windows_s: Sequence[int]) -> dict[int, float]:
    unknown = ~np.isfinite(values)
    if unknown.all():
        return {}
    sums = np.concatenate(([0.0], np.cumsum(np.where(unknown, 0.0, values))))
    gaps = np.concatenate(([0], np.cumsum(unknown))) if unknown.any() else None
    best = {}
    for window in windows_s:
        if window > values.size:
            continue
        totals = sums[window:] - sums[:-window]
        if gaps is not None:
            totals = totals[gaps[window:] == gaps[:-window]]
        if totals.size:
            best[window] = float(totals.max()) / window
    return best


def mean_max_curves(
    seconds: pl.DataFrame, channels: Sequence[str], *, windows_s: Sequence[int] = WINDOWS_S
) -> pl.DataFrame:
    """Mean-max values of each activity and channel, in a narrow table of ~60 rows per activity and channel.

    In: 1 Hz rows (`clock.per_second`) with `activity_id` and the channels; fill power's nulls with 0 before.
    Out: `activity_id`, `channel`, `window_s`, `value`. The envelope over a season is a group-by max of
    these; `envelope` makes it fall with the window.
    """
    found = []
    for (activity,), rows in seconds.partition_by("activity_id", maintain_order=True, as_dict=True).items():
        for channel in channels:
            curve = _mean_max(rows[channel].cast(pl.Float64).to_numpy(), windows_s)
            found += [(activity, channel, window, value) for window, value in curve.items()]
    schema = pl.Schema({**CURVE_SCHEMA, "activity_id": seconds.schema["activity_id"]})
    return pl.DataFrame(found, schema=schema, orient="row")


def envelope(curves: pl.DataFrame) -> pl.DataFrame:
    """Best value per `channel` and `window_s` over all activities given, non-increasing in the window."""
    best = curves.group_by("channel", "window_s").agg(pl.col("value").max()).sort("channel", "window_s")
    return best.with_columns(pl.col("value").cum_max(reverse=True).over("channel"))


def best_subsegment(values: ArrayLike, deltas: ArrayLike, length: float, *, minimize: bool = False) -> float | None:
    """Runalyze's estimate: best Σ values over a run of whole steps of Σ deltas ≥ length, scaled down to length.

    Up to 1 s off the exact `best_time_s`; kept to compare with. None if the deltas don't reach the length.
    """
    sums = np.concatenate(([0.0], np.cumsum(np.asarray(values, dtype=np.float64))))
    path = np.concatenate(([0.0], np.cumsum(np.asarray(deltas, dtype=np.float64))))
    ends = np.searchsorted(path, path + length, side="left")
    starts = np.flatnonzero(ends < path.size)
    if starts.size == 0:
        return None
    ends = ends[starts]
    scaled = (sums[ends] - sums[starts]) * length / (path[ends] - path[starts])
    return float(scaled.min() if minimize else scaled.max())
