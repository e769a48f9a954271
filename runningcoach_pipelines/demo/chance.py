"""Where chance comes from: one independent random stream per purpose and key, all from one seed.

A day's stream depends on the seed and the date alone, so a day is the same in a short and in a long history.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]


class Purpose(IntEnum):
    """What a stream decides; part of its key, so that purposes never share numbers."""

    ATHLETE = 1
    YEAR = 2
    DAY = 3
    SESSION = 4
    DEVICE = 5
    ANSWER = 6
    CONDITION = 7
    MORNING = 8
    NIGHT = 9
    WAKING = 10
    SCALE = 11


def stream(seed: int, purpose: Purpose, *key: int) -> np.random.Generator:
    """The random stream of `purpose` and `key` (date ordinals, years: non-negative integers)."""
    sequence = np.random.SeedSequence(seed, spawn_key=(purpose, *key))
    return np.random.Generator(np.random.PCG64(sequence))


def smooth_noise(rng: np.random.Generator, count: int, *, knot_s: float, deviation: float) -> Floats:
    """Noise of `count` seconds that wanders from knot to knot `knot_s` apart. Shape (count,)."""
    knots = rng.standard_normal(int(count / knot_s) + 2) * deviation
    return np.interp(np.arange(count), np.arange(len(knots)) * knot_s, knots)
