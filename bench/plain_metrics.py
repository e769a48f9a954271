"""The figures of one activity as a straightforward script would take them: loops over plain lists, second by second.

The same definitions as ours, for recordings of one sample a second without gaps; `bench.metrics` checks that both
agree before it compares their times.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

Channel = Sequence[float]


@dataclass(frozen=True, slots=True)
class Samples:
    """One activity's channels as lists, one value a second; None where a channel is missing altogether."""

    elapsed_s: Channel
    distance_m: Channel
    speed_mps: Channel
    heart_rate_bpm: Channel
    altitude_m: Channel | None
    power_w: Channel | None


def trimp(samples: Samples, *, hr_rest: float, hr_max: float) -> float:
    """Banister's of unknown sex: the mean of both curves."""
    points = 0.0
    for beats in samples.heart_rate_bpm:
        share = max(0.0, (beats - hr_rest) / (hr_max - hr_rest))
        men, women = 0.64 * math.exp(1.92 * share), 0.86 * math.exp(1.67 * share)
        points += share * (men + women) / 2 / 60
    return points


def averages(samples: Samples) -> dict[str, float]:
    found = {
        "avg_heart_rate_bpm": sum(samples.heart_rate_bpm) / len(samples.heart_rate_bpm),
        "max_heart_rate_bpm": max(samples.heart_rate_bpm),
        "max_speed_mps": max(samples.speed_mps),
    }
    if samples.power_w is not None:
        found["avg_power_w"] = sum(samples.power_w) / len(samples.power_w)
        found["weighted_power_w"] = weighted(samples.power_w)
    return found


def weighted(values: Channel) -> float:
    """Fourth-power mean of the means over 30 seconds."""
    fourth = []
    running = 0.0
    for second, value in enumerate(values):
        running += value
        if second >= 30:
            running -= values[second - 30]
        if second >= 29:
            fourth.append((running / 30) ** 4)
    return float((sum(fourth) / len(fourth)) ** 0.25)


def ascent(altitude_m: Channel) -> float:
    anchor, climbed = altitude_m[0], 0.0
    for altitude in altitude_m:
        if abs(altitude - anchor) > 2:
            climbed += max(0.0, altitude - anchor)
            anchor = altitude
    return climbed


def zones(values: Channel, bounds: Sequence[float]) -> list[float]:
    seconds = [0.0] * (len(bounds) + 1)
    for value in values:
        zone = 0
        while zone < len(bounds) and value >= bounds[zone]:
            zone += 1
        seconds[zone] += 1
    return seconds


def splits(samples: Samples) -> list[float]:
    """Seconds of each full kilometre."""
    marks, times = [0.0], [0.0]
    before_s = before_m = 0.0
    for second, metres in zip(samples.elapsed_s, samples.distance_m, strict=True):
        while metres >= 1000 * len(marks):
            mark = 1000.0 * len(marks)
            marks.append(mark)
            times.append(before_s + (mark - before_m) / (metres - before_m) * (second - before_s))
        before_s, before_m = second, metres
    return [after - before for before, after in itertools.pairwise(times)]


def best_effort(elapsed_s: Channel, distance_m: Channel, target_m: float) -> float | None:
    """Two pointers, once with the start on a sample and once with the end on one."""
    if distance_m[-1] - distance_m[0] < target_m:
        return None
    best = math.inf
    end = 0
    for start, metres in enumerate(distance_m):
        while end < len(distance_m) and distance_m[end] < metres + target_m:
            end += 1
        if end == len(distance_m):
            break
        over = distance_m[end] - (metres + target_m)
        step = distance_m[end] - distance_m[end - 1]
        arrival = elapsed_s[end] - (over / step * (elapsed_s[end] - elapsed_s[end - 1]) if step > 0 else 0.0)
        best = min(best, arrival - elapsed_s[start])
    start = 0
    for end, metres in enumerate(distance_m):
        if metres - target_m < distance_m[0]:
            continue
        while start + 1 < len(distance_m) and distance_m[start + 1] <= metres - target_m:
            start += 1
        into = metres - target_m - distance_m[start]
        step = distance_m[start + 1] - distance_m[start]
        departure = elapsed_s[start] + (into / step * (elapsed_s[start + 1] - elapsed_s[start]) if step > 0 else 0.0)
        best = min(best, elapsed_s[end] - departure)
    return best


def mean_max(values: Channel, windows_s: Sequence[int]) -> dict[int, float]:
    best = {}
    for window in windows_s:
        if window > len(values):
            continue
        running = sum(values[:window])
        highest = running
        for second in range(window, len(values)):
            running += values[second] - values[second - window]
            highest = max(highest, running)
        best[window] = highest / window
    return best
