"""The best efforts of the 90 days up to each day, kept as the few states in which a runner ever stands.

A state changes only when an effort comes that is faster, or the fastest one leaves. What is computed from a state is
computed once for it, however many days it lasts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from runningcoach_pipelines.metrics import vo2max
from runningcoach_pipelines.metrics.quantity import Floats
from runningcoach_pipelines.metrics.race import Result

SEASON_DAYS = 90

type Season = tuple[Result, ...]
"""The fastest time over each distance covered, shortest distance first."""


@dataclass(frozen=True, slots=True)
class Seasons:
    """The season of day `n` of the calendar is `states[of_day[n]]`."""

    states: tuple[Season, ...]
    of_day: NDArray[np.intp]

    def each[T](self, figure: Callable[[Season], T]) -> list[T]:
        """A figure of every day's season, computed once a state."""
        of_state = [figure(state) for state in self.states]
        return [of_state[state] for state in self.of_day.tolist()]


def seasons(days: pl.Series, efforts: pl.DataFrame) -> Seasons:
    """The seasons of a calendar.

    Args:
        days: the calendar.
        efforts: `local_day`, `distance_m`, `time_s` of one athlete; what nobody can have run does not count.
    """
    run = efforts.filter(
        pl.col("local_day").is_between(days.first(), days.last()),
        pl.col("distance_m") > 0,
        pl.col("time_s") > 0,
        vo2max.from_race(pl.col("distance_m"), pl.col("time_s")) <= vo2max.HIGHEST_PLAUSIBLE,
    )
    distances = run["distance_m"].unique().sort()
    fastest = _fastest(days, run, distances)
    changed = np.append(True, (fastest[1:] != fastest[:-1]).any(axis=1))
    states = tuple(_season(distances.to_list(), times) for times in fastest[changed].tolist())
    return Seasons(states, np.cumsum(changed) - 1)


def _fastest(days: pl.Series, efforts: pl.DataFrame, distances: pl.Series) -> Floats:
    """Seconds by day and distance; infinite where the distance was not covered in the 90 days."""
    of_day = np.full((len(days) + SEASON_DAYS - 1, len(distances)), np.inf)
    offset = (efforts["local_day"] - days.first()).dt.total_days().to_numpy() + SEASON_DAYS - 1
    column = distances.search_sorted(efforts["distance_m"]).to_numpy()
    np.minimum.at(of_day, (offset, column), efforts["time_s"].to_numpy())
    fastest: Floats = sliding_window_view(of_day, SEASON_DAYS, axis=0).min(axis=-1)
    return fastest


def _season(distances_m: Sequence[float], times_s: Sequence[float]) -> Season:
    reached = zip(distances_m, times_s, strict=True)
    return tuple(Result(distance, time) for distance, time in reached if time < np.inf)
