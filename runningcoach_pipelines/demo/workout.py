"""A session second by second as the athlete means to run it: effort, laps and stops. The ground is not considered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from runningcoach_pipelines.demo.chance import Floats
from runningcoach_pipelines.demo.training import Kind, Oddity, PlannedSession, Surface

WALK = 0.34
STAND = 0.0

_FINISHING_MARGIN = 1.12
"""Races are planned longer than needed; they end at the finish line."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of constant effort, as a share of threshold effort."""

    seconds: int
    effort: float
    lap: bool = False
    """The lap button is pressed at its end."""
    pause: bool = False
    """The timer stands still."""
    manual: bool = False
    """The pause was made by hand, not by the watch."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The timer stands from `start_s` to `end_s`, in seconds after the start of the activity."""

    start_s: int
    end_s: int
    manual: bool


@dataclass(frozen=True, slots=True)
class Workout:
    """Effort for each second (index 0 is the start itself), what is paused, laps by hand and where it ends."""

    effort: Floats
    paused: npt.NDArray[np.bool_]
    pauses: tuple[Pause, ...]
    lap_presses_s: tuple[int, ...]
    finish_m: float | None


def plan_workout(
    session: PlannedSession, rng: np.random.Generator, *, threshold_speed_mps: float, auto_pause: bool
) -> Workout:
    """The seconds of a session. Stops at crossings are pauses with `auto_pause`, and standing without it."""
    blocks = _BLOCKS[session.kind](session, rng, threshold_speed_mps)
    if session.surface not in (Surface.TREADMILL, Surface.TRACK, Surface.INDOORS, Surface.RACE):
        blocks = list(_with_stops(blocks, _stops(session, blocks, rng, auto_pause=auto_pause)))
    seconds = np.array([0, *(block.seconds for block in blocks)])
    ends = np.cumsum(seconds)
    effort = np.concatenate([[STAND], np.repeat([block.effort for block in blocks], seconds[1:])])
    paused = np.concatenate([[False], np.repeat([block.pause for block in blocks], seconds[1:])])
    pauses = tuple(Pause(int(ends[i]), int(ends[i + 1]), block.manual) for i, block in enumerate(blocks) if block.pause)
    presses = tuple(int(ends[i + 1]) for i, block in enumerate(blocks[:-1]) if block.lap)
    finish_m = session.race.distance_m * rng.uniform(1.001, 1.006) if session.race else None
    return Workout(effort, paused, pauses, presses, finish_m)


def _steady(effort: float) -> Callable[[PlannedSession, np.random.Generator, float], list[Block]]:
    def blocks(session: PlannedSession, rng: np.random.Generator, _: float) -> list[Block]:
        minutes = session.minutes
        return [
            Block(_seconds(0.12 * minutes), effort - 0.07),
            Block(_seconds(0.5 * minutes), effort + float(rng.uniform(-0.02, 0.02))),
            Block(_seconds(0.38 * minutes), effort + float(rng.uniform(-0.02, 0.04))),
        ]

    return blocks


def _long(session: PlannedSession, rng: np.random.Generator, _: float) -> list[Block]:
    """A long run; some end at marathon effort."""
    end = 0.86 if rng.random() < 0.3 and session.surface is Surface.ROAD else 0.75
    return [Block(_seconds(0.75 * session.minutes), 0.72), Block(_seconds(0.25 * session.minutes), end)]


def _intervals(session: PlannedSession, rng: np.random.Generator, threshold_speed_mps: float) -> list[Block]:
    """Warm-up, repetitions with jogged recoveries, cool-down, each closed by the lap button."""
    rep_m, effort, recovery_s, usual = (
        (400, 1.11, 75, 12), (800, 1.07, 110, 7), (1000, 1.05, 120, 6), (1600, 1.01, 150, 4)
    )[int(rng.integers(0, 4))]  # fmt: skip
    count = max(3, round(usual * session.minutes / 72))
    rep = Block(round(rep_m / (effort * threshold_speed_mps)), effort, lap=True)
    recovery = Block(recovery_s, 0.56, lap=True)
    reps = list(chain.from_iterable(repeat((rep, recovery), count)))[:-1]
    spent_min = sum(block.seconds for block in reps) / 60
    rest_min = max(session.minutes - spent_min, 18.0)
    warm_up, cool_down = _seconds(0.58 * rest_min), _seconds(0.42 * rest_min)
    return [Block(warm_up, 0.71, lap=True), *reps, Block(cool_down, 0.67)]


def _tempo(session: PlannedSession, rng: np.random.Generator, _: float) -> list[Block]:
    part = _seconds(0.22 * session.minutes)
    between = Block(180, 0.6, lap=True)
    effort = float(rng.uniform(0.93, 0.98))
    fast = Block(part, effort, lap=True)
    return [
        Block(_seconds(0.28 * session.minutes), 0.72, lap=True), fast, between, fast,
        Block(_seconds(0.2 * session.minutes), 0.68),
    ]  # fmt: skip


def _fartlek(session: PlannedSession, rng: np.random.Generator, _: float) -> list[Block]:
    """Play with speed between easy running."""
    surges: list[Block] = []
    while sum(block.seconds for block in surges) < _seconds(0.55 * session.minutes):
        surges.append(Block(int(rng.integers(40, 200)), float(rng.uniform(0.9, 1.08))))
        surges.append(Block(int(rng.integers(60, 150)), 0.65))
    easy = Block(_seconds(0.22 * session.minutes), 0.72)
    return [easy, *surges, easy]


def _run_walk(session: PlannedSession, rng: np.random.Generator, _: float) -> list[Block]:
    run = int(rng.integers(4, 9)) * 60
    rounds = max(3, round(session.minutes * 60 / (run + 60)))
    return list(chain.from_iterable(repeat((Block(run, 0.70), Block(60, WALK)), rounds)))


def _race(session: PlannedSession, rng: np.random.Generator, threshold_speed_mps: float) -> list[Block]:
    """Even effort that fades near the end: the more, the longer the race."""
    race = session.race
    if race is None:
        raise ValueError(f"the session of {session.day} is a race without a race")
    hours = race.distance_m / threshold_speed_mps / 3600
    effort = 1.0 - 0.045 * max(0.0, np.log2(hours / 0.75)) - (0.06 if race.trail else 0.0)
    slowest_s = race.distance_m / (effort * threshold_speed_mps) * _FINISHING_MARGIN * (1.5 if race.trail else 1)
    fade = float(rng.uniform(0.0, 0.05)) * min(1.0, hours / 2.5)
    tenth = round(slowest_s / 10)
    return [Block(tenth, effort - fade * max(0, part - 5) / 4) for part in range(10)]


def _strength(session: PlannedSession, rng: np.random.Generator, _: float) -> list[Block]:
    sets = round(session.minutes / 3)
    return [
        block
        for _ in range(sets)
        for block in (Block(60, float(rng.uniform(0.45, 0.65))), Block(120, float(rng.uniform(0.15, 0.3))))
    ]


_BLOCKS = MappingProxyType(
    {
        Kind.EASY: _steady(0.74),
        Kind.LONG: _long,
        Kind.INTERVALS: _intervals,
        Kind.TEMPO: _tempo,
        Kind.HILLS: _steady(0.82),
        Kind.FARTLEK: _fartlek,
        Kind.RUN_WALK: _run_walk,
        Kind.RACE: _race,
        Kind.BIKE: _steady(0.62),
        Kind.STRENGTH: _strength,
    }
)


def _stops(
    session: PlannedSession, blocks: Sequence[Block], rng: np.random.Generator, *, auto_pause: bool
) -> list[tuple[int, Block]]:
    """Red lights every forty minutes or so, and sometimes a long stop for which the timer is halted by hand."""
    total = sum(block.seconds for block in blocks)
    if total < 900 or session.kind is Kind.RACE:
        return []
    lights = sorted(int(at) for at in rng.integers(240, total - 240, rng.poisson(total / 2400)))
    stops = [(at, Block(int(rng.integers(12, 70)), STAND, pause=auto_pause)) for at in lights]
    if Oddity.LONG_PAUSE in session.oddities:
        stops.append((total // 2, Block(int(rng.integers(150, 900)), STAND, pause=True, manual=True)))
    return sorted(stops, key=lambda stop: stop[0])


def _with_stops(blocks: Sequence[Block], stops: Sequence[tuple[int, Block]]) -> Iterator[Block]:
    """`blocks` with each stop put in at its second of running, at least ten seconds from any other change."""
    remaining = list(stops)
    begin = 0
    for block in blocks:
        rest, end = block, begin + block.seconds
        while remaining and remaining[0][0] < end:
            at, stop = remaining.pop(0)
            before = at - (end - rest.seconds)
            if before < 10 or rest.seconds - before < 10:
                continue
            yield replace(rest, seconds=before, lap=False)
            yield stop
            rest = replace(rest, seconds=rest.seconds - before)
        yield rest
        begin = end


def _seconds(minutes: float) -> int:
    return max(30, round(minutes * 60))
