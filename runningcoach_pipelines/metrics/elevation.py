"""Climb and descent from a noisy altitude series. The grade under the feet is in `grade`."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from runningcoach_pipelines.metrics.quantity import Floats, Quantity, column, total

HYSTERESIS_M = 2.0
"""Median ratio to 26 devices' own ascent 0.95, error 12 % (docs/metrics.md); 3 m is 15 % low, 1 m 7 % high."""

SAMPLE_SPACING_M = 50.0
"""Distance between samples that the Douglas–Peucker variant assumes."""


class Method(StrEnum):
    """How altitude noise is kept out; an unknown name raises ValueError."""

    HYSTERESIS = "hysteresis"
    NONE = "none"
    TURNING_POINTS = "runalyze_threshold"
    DOUGLAS_PEUCKER = "douglas_peucker"


def gain_and_loss_m(
    altitude_m: ArrayLike, *, method: Method = Method.HYSTERESIS, threshold_m: float = HYSTERESIS_M
) -> tuple[float, float] | None:
    """(gain, loss) in m of one activity; unknown altitudes (NaN) are skipped. None below two altitudes."""
    altitudes = np.asarray(altitude_m, dtype=np.float64)
    altitudes = altitudes[np.isfinite(altitudes)]
    if altitudes.size < 2:
        return None
    kept = _REDUCTIONS[method](altitudes, threshold_m)
    steps = np.diff(kept)
    return float(steps[steps > 0].sum()), float(-steps[steps < 0].sum())


def rises_m(altitude_m: Quantity) -> pl.Expr:
    """Metres by which each sample of one activity lifts (or lowers) the runner, by 2 m hysteresis.

    Rows of one activity in recording order (`.over("activity_id")` for several). Mostly 0, and a whole step at the
    sample where the altitude has left the last step by more than 2 m; the positive ones sum up to the ascent. Null
    without an altitude, and everywhere below two altitudes.
    """

    def of_activity(altitudes: pl.Series) -> pl.Series:
        metres = altitudes.to_numpy()
        known = np.flatnonzero(np.isfinite(metres))
        rises: Floats = np.full(metres.shape, np.nan)
        if known.size >= 2:
            rises[known] = 0.0
            steps = known[_anchor_places(metres[known], HYSTERESIS_M)]
            rises[steps[1:]] = np.diff(metres[steps])
        return pl.Series(rises, nan_to_null=True)

    return column(altitude_m).map_batches(of_activity, return_dtype=pl.Float64)


def ascent_m(rise_m: Quantity) -> pl.Expr:
    """Sum of the `rises_m` that go up; null if none is known. The device's own total is preferred where it wrote one.

    Source: Hysteresis of 2 m, the nearest to the ascent that 26 devices wrote themselves.
    """
    return total(column(rise_m).clip(lower_bound=0.0))


def descent_m(rise_m: Quantity) -> pl.Expr:
    """Sum of the `rises_m` that go down, as a positive figure; null if none is known.

    Source: Hysteresis of 2 m, as for the ascent.
    """
    return ascent_m(-column(rise_m))


def _anchors(altitudes: Floats, threshold_m: float) -> Floats:
    return altitudes[_anchor_places(altitudes, threshold_m)]


def _anchor_places(altitudes: Floats, threshold_m: float) -> list[int]:
    """Where the anchor moves: to an altitude that is more than the threshold away from it. The first is 0."""
    anchor = float(altitudes[0])
    anchors = [0]
    # Each step depends on the one before, so this is a loop, over plain floats and without repetitions.
    changed = np.flatnonzero(np.diff(altitudes)) + 1
    for place, altitude in zip(changed.tolist(), altitudes[changed].tolist(), strict=True):
        if altitude - anchor > threshold_m or anchor - altitude > threshold_m:
            anchor = altitude
            anchors.append(place)
    return anchors


def _everything(altitudes: Floats, _threshold_m: float) -> Floats:
    return altitudes


def _turning_points(altitudes: Floats, threshold_m: float) -> Floats:
    """Turning points further than the threshold from the last one kept; first and last always stay."""
    rises = np.diff(altitudes)
    moving = np.flatnonzero(rises)
    turns = moving[1:][np.sign(rises[moving[1:]]) != np.sign(rises[moving[:-1]])]
    kept = [float(altitudes[0])]
    for altitude in altitudes[turns].tolist():
        if abs(altitude - kept[-1]) > threshold_m:
            kept.append(altitude)
    return np.array([*kept, float(altitudes[-1])])


def _douglas_peucker(altitudes: Floats, epsilon_m: float) -> Floats:
    """Douglas–Peucker line simplification; the distance to the chord is perpendicular."""
    along = np.arange(altitudes.size) * SAMPLE_SPACING_M
    keep = np.zeros(altitudes.size, dtype=bool)
    keep[[0, -1]] = True
    pending: list[tuple[int, int]] = [(0, altitudes.size - 1)]
    while pending:
        first, last = pending.pop()
        if last - first < 2:
            continue
        run, rise = along[last] - along[first], altitudes[last] - altitudes[first]
        inside = slice(first + 1, last)
        offset = rise * (along[inside] - along[first]) - run * (altitudes[inside] - altitudes[first])
        away = np.abs(offset) / np.hypot(run, rise)
        furthest = int(np.argmax(away))
        if away[furthest] > epsilon_m:
            split = first + 1 + furthest
            keep[split] = True
            pending += [(first, split), (split, last)]
    return altitudes[keep]


_REDUCTIONS: dict[Method, Callable[[Floats, float], Floats]] = {
    Method.HYSTERESIS: _anchors,
    Method.NONE: _everything,
    Method.TURNING_POINTS: _turning_points,
    Method.DOUGLAS_PEUCKER: _douglas_peucker,
}
