"""Race-time predictions from earlier results. Daniels–Gilbert lives in `vo2max`, critical speed in its own module.

From short races every model is optimistic about the marathon (Vickers & Vertosick 2016): show several
models side by side and their spread, not one number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, floor, log, pow

import numpy as np
import polars as pl

from runningcoach_pipelines.metrics import vo2max
from runningcoach_pipelines.metrics.solve import increasing_root

HALF_MARATHON_M = 21_097.5
MARATHON_M = 42_195.0

RIEGEL_EXPONENT = 1.06
EXPONENT_RANGE = (1.02, 1.20)
"""Exponents of one's own power law outside this come from results that weren't both maximal."""

DISTINCT_DISTANCES = 1.5
"""Results nearer to each other than this ratio say nothing about an exponent: 3 km and 2 miles differ by a breath."""


@dataclass(frozen=True, slots=True)
class Result:
    """A maximal effort: a race or a time trial."""

    distance_m: float
    time_s: float


def riegel_s(result: Result, target_m: float, exponent: float = RIEGEL_EXPONENT) -> float:
    """T2 = T1 · (D2/D1)^1.06 (Riegel 1981), for efforts of 3.5 to 230 min."""
    return result.time_s * pow(target_m / result.distance_m, exponent)


def cameron_s(result: Result, target_m: float) -> float:
    """T2 = T1 · D2/D1 · f(D1)/f(D2) (Cameron), for 400 m to 50 km."""
    return result.time_s * target_m / result.distance_m * _cameron(result.distance_m) / _cameron(target_m)


def _cameron(distance_m: float) -> float:
    return 13.49681 - 0.000030363 * distance_m + 835.7114 / pow(distance_m, 0.7905)


def own_exponent(first: Result, second: Result) -> float:
    """Exponent of the power law through two results, in any order: ln(T2/T1)/ln(D2/D1)."""
    if first.distance_m == second.distance_m:
        raise ValueError(f"both results are over {first.distance_m} m; a power law needs two distances")
    return log(second.time_s / first.time_s) / log(second.distance_m / first.distance_m)


def power_law_s(first: Result, second: Result, target_m: float) -> float:
    """Time from the power law through two results; the exponent isn't clamped here, see `predictions`."""
    return riegel_s(first, target_m, own_exponent(first, second))


def steffny_s(time_10k_s: float, target_m: float) -> float:
    """Steffny's rules from a 10 km time, with pace interpolated between 1.5 km and the marathon."""
    pace_10k = time_10k_s / 10.0
    pace_5k = (10.0 * pace_10k - 60.0) / 2.0 / 5.0
    pace_3k = (5.0 * pace_5k / 1.666 - 20.0) / 3.0
    pace_1500 = (3.0 * pace_3k - 20.0) / 2.0 / 1.5
    half_s = time_10k_s * 2.21
    paces = (pace_1500, pace_3k, pace_5k, pace_10k, half_s / 21.0975, half_s * 2.11 / 42.195)
    km = target_m / 1000.0
    return km * float(np.interp(km, (1.5, 3.0, 5.0, 10.0, 21.0975, 42.195), paces))


SHAPE_DAYS = 182
LONG_RUN_DAYS = 70
LONG_RUN_KM = 13.0


def marathon_shape_targets(vo2max_effective: float) -> tuple[float, float]:
    """(weekly km, long-run km) that a VO2max needs for a marathon at its level (Runalyze)."""
    return pow(max(25.0, vo2max_effective), 1.135), 12.0 * log(vo2max_effective / 4.0)


def long_run_points(distance_km: pl.Expr, days_ago: pl.Expr, long_run_target_km: float) -> pl.Expr:
    """Points of each run for the marathon shape: runs > 13 km of the last 70 days, newer ones count more."""
    share = (distance_km - LONG_RUN_KM) / (long_run_target_km - LONG_RUN_KM)
    points = (2.0 - 2.0 / LONG_RUN_DAYS * days_ago.floor()) * share.pow(2)
    return pl.when((distance_km > LONG_RUN_KM) & (days_ago < LONG_RUN_DAYS)).then(points).otherwise(0.0)


def marathon_shape_percent(
    vo2max_effective: float, km_total: float, long_run_points: float, *, days: int = SHAPE_DAYS
) -> int:
    """100 · (0.67 · km · 7/`days` / weekly target + 0.33 · long-run points · 7/70), in whole %.

    How ready the volume of the last `days` is for a marathon; targets as in `marathon_shape_targets`.

    Source: Runalyze.
    """
    weekly_target, _ = marathon_shape_targets(vo2max_effective)
    volume = km_total * 7.0 / days / weekly_target
    endurance = long_run_points * 7.0 / LONG_RUN_DAYS
    return floor(100.0 * (0.67 * volume + 0.33 * endurance) + 0.5)


def shape_needed_percent(distance_km: float) -> float:
    """Marathon shape that a distance asks for: km^1.23."""
    return pow(distance_km, 1.23)


def shape_adjustment(distance_km: float, shape_percent: float) -> float:
    """Share of VO2max usable over a distance with this marathon shape, 0.6 … 1 (Runalyze)."""
    missing = (shape_needed_percent(distance_km) - shape_percent) / 100.0
    return min(1.0, 0.6 + 0.4 * max(0.0, 1.0 - missing))


def with_shape_s(vo2max_effective: float, distance_m: float, shape_percent: float) -> float | None:
    """Daniels–Gilbert time with VO2max cut by the marathon shape (Runalyze)."""
    usable = vo2max_effective * shape_adjustment(distance_m / 1000.0, shape_percent)
    return vo2max.race_time_s(usable, distance_m)


EMIG_REFERENCE_S = 360.0


def emig_time_s(distance_m: float, speed_at_vo2max_mps: float, gamma: float) -> float | None:
    """T with D = T · v_m · (1 − γ ln(T/6 min)) (Mulligan 2018); None below 6 min, where it doesn't hold."""
    furthest_s = EMIG_REFERENCE_S * exp((1.0 - gamma) / gamma)
    return increasing_root(
        lambda time_s: time_s * speed_at_vo2max_mps * (1.0 - gamma * log(time_s / EMIG_REFERENCE_S)) - distance_m,
        low=EMIG_REFERENCE_S,
        high=furthest_s,
    )


def emig_endurance(gamma: float) -> float:
    """Endurance E_l = e^(0.1/γ): for how many times 6 min 90 % of v_m can be held (Emig & Peltonen 2020)."""
    return exp(0.1 / gamma)


def marathon_from_critical_speed_s(critical_speed_mps: float) -> float:
    """Marathon at 84.8 % of critical speed (Smyth & Muniz-Pumares 2020).

    Source: Smyth & Muniz-Pumares 2020.
    """
    return MARATHON_M / (0.848 * critical_speed_mps)


@dataclass(frozen=True, slots=True)
class Standing:
    """What results say of a runner, whatever the distance to predict.

    best: the result of the highest Daniels–Gilbert VO2max, which is `level`.
    exponent: of the power law through it and the next best over another distance; None without one.
    """

    best: Result
    level: float
    exponent: float | None


def standing(results: Iterable[Result]) -> Standing | None:
    """The best result and the power law to the next best; None without results.

    That is one over at least 1.5 times or at most 1/1.5 of the best one's distance; the exponent is kept within
    1.02 … 1.20.
    """
    levels = ((vo2max.from_race(result.distance_m, result.time_s), result) for result in results)
    ranked = sorted(levels, key=lambda ranked: -ranked[0])
    if not ranked:
        return None
    level, best = ranked[0]
    second = next((result for _, result in ranked if _distinct(result.distance_m, best.distance_m)), None)
    if second is None:
        return Standing(best, level, None)
    low, high = EXPONENT_RANGE
    return Standing(best, level, min(max(own_exponent(best, second), low), high))


def predictions(runner: Standing, target_m: float, *, shape_percent: float | None = None) -> dict[str, float]:
    """Time in s by model: `riegel`, `cameron`, `daniels_gilbert` and, with an exponent of one's own, `power_law`.

    All start from the best result. With a marathon shape `daniels_gilbert` is limited by it over distances longer than
    that result's: who has run as far has shown the endurance.

    Source: Riegel 1981; Cameron; Daniels & Gilbert 1979; a power law through two results.
    """
    best = runner.best
    times = {"riegel": riegel_s(best, target_m), "cameron": cameron_s(best, target_m)}
    limited = shape_percent if target_m > best.distance_m else None
    daniels = with_shape_s(runner.level, target_m, 1000.0 if limited is None else limited)
    if daniels is not None:
        times["daniels_gilbert"] = daniels
    if runner.exponent is not None:
        times["power_law"] = riegel_s(best, target_m, runner.exponent)
    return times


def _distinct(one_m: float, other_m: float) -> bool:
    return max(one_m, other_m) >= DISTINCT_DISTANCES * min(one_m, other_m)
