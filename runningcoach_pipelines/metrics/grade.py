"""Grade of the ground from altitude over distance. What a grade costs is in `gap`."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from runningcoach_pipelines.metrics.gap import MAX_GRADE
from runningcoach_pipelines.metrics.quantity import Quantity, column

WINDOW_M = 100.0


def over_distance(distance_m: Quantity, altitude_m: Quantity, *, window_m: float = WINDOW_M) -> pl.Expr:
    """Grade (fraction, clamped ±0.45) at each sample over a window of `window_m` centred on its distance.

    Per second altitude is noise, so the rise is taken over distance. Rows of one activity in recording
    order: use it `.over("activity_id")`. Null where the distance or, everywhere, the altitude is unknown
    and where less than half a window was covered.
    """

    def grades(track: pl.Series) -> pl.Series:
        columns = track.struct.unnest()
        distance, altitude = columns["distance"].to_numpy(), columns["altitude"].to_numpy()
        return pl.Series(grade_along(distance, altitude, window_m=window_m), nan_to_null=True)

    track = pl.struct(distance=column(distance_m), altitude=column(altitude_m))
    return track.map_batches(grades, return_dtype=pl.Float64)


def grade_along(
    distance_m: NDArray[np.float64], altitude_m: NDArray[np.float64], *, window_m: float = WINDOW_M
) -> NDArray[np.float64]:
    """`over_distance` for the arrays of one activity; NaN = unknown, in and out."""
    known = np.isfinite(distance_m) & np.isfinite(altitude_m)
    if known.sum() < 2:
        return np.full(distance_m.shape, np.nan)
    # A distance that runs backwards is a recording fault; the furthest point so far is the place.
    path = np.maximum.accumulate(distance_m[known])
    before = np.clip(distance_m - window_m / 2, path[0], path[-1])
    after = np.clip(distance_m + window_m / 2, path[0], path[-1])
    rise = np.interp(after, path, altitude_m[known]) - np.interp(before, path, altitude_m[known])
    run = after - before
    slope: NDArray[np.float64] = np.full(run.shape, np.nan)
    np.divide(rise, run, out=slope, where=run >= window_m / 2)
    return slope.clip(-MAX_GRADE, MAX_GRADE)
