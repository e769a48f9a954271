"""Training impulse (TRIMP): what time at a heart rate costs. Its scaling to 100 per hour is in `load`.

Every function sums over samples, not over the mean heart rate: the curve is convex, and a mean underrates
intervals. Samples without heart rate contribute nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
import polars as pl

from runningcoach_pipelines.metrics.quantity import Quantity, column, positive, quotient, total

type Sex = Literal["male", "female"] | pl.Expr | None
"""`male`, `female`, None for unknown, or a string column of these."""

SECONDS_PER_MINUTE = 60.0


class Variant(StrEnum):
    """Published sets of Banister's constants; an unknown name raises ValueError."""

    BANISTER = "banister"
    GOLDENCHEETAH = "goldencheetah"
    RUNALYZE = "runalyze"
    UNWEIGHTED_SFS = "unweighted_sfs"


@dataclass(frozen=True, slots=True)
class Curve:
    """points per minute = x · a · e^(b·x), x = share of heart-rate reserve."""

    a: float
    b: float

    def points_per_minute(self, reserve: pl.Expr) -> pl.Expr:
        """Elementwise; `reserve` is the share of heart-rate reserve."""
        return reserve * self.a * (reserve * self.b).exp()


@dataclass(frozen=True, slots=True)
class Curves:
    """The curves of one source. Without `unknown`, an unknown sex gets the mean of the other two."""

    male: Curve
    female: Curve
    unknown: Curve | None = None


# Banister 1991 and Morton et al. 1990; the others: docs/metrics.md.
_CURVES = {
    Variant.BANISTER: Curves(male=Curve(0.64, 1.92), female=Curve(0.86, 1.67)),
    Variant.GOLDENCHEETAH: Curves(male=Curve(0.64, 1.92), female=Curve(0.64, 1.67)),
    Variant.RUNALYZE: Curves(male=Curve(0.64, 1.92), female=Curve(0.821776, 1.67), unknown=Curve(0.725215, 1.795)),
    Variant.UNWEIGHTED_SFS: Curves(male=Curve(1.0, 1.92), female=Curve(1.0, 1.67)),
}


def reserve_share(heart_rate_bpm: Quantity, hr_rest_bpm: Quantity, hr_max_bpm: Quantity) -> pl.Expr:
    """x = (HR − rest)/(max − rest), never below 0; null if max isn't above rest or one is unknown."""
    rest = column(hr_rest_bpm)
    return quotient(positive(heart_rate_bpm) - rest, positive(column(hr_max_bpm) - rest)).clip(lower_bound=0.0)


def points_per_minute(reserve: pl.Expr, sex: Sex, variant: Variant = Variant.BANISTER) -> pl.Expr:
    """Banister points per minute at a share of heart-rate reserve, elementwise."""
    curves = _CURVES[variant]
    men, women = curves.male.points_per_minute(reserve), curves.female.points_per_minute(reserve)
    if isinstance(sex, pl.Expr):
        if curves.unknown is None:
            share_of_men = pl.when(sex == "male").then(1.0).when(sex == "female").then(0.0).otherwise(0.5)
            return men * share_of_men + women * (1.0 - share_of_men)
        unknown = curves.unknown.points_per_minute(reserve)
        return pl.when(sex == "male").then(men).when(sex == "female").then(women).otherwise(unknown)
    if sex is None:
        return curves.unknown.points_per_minute(reserve) if curves.unknown else (men + women) / 2
    if sex not in ("male", "female"):
        raise ValueError(f"sex is {sex!r}; use 'male', 'female' or None for unknown")
    return men if sex == "male" else women


def banister_points(
    heart_rate_bpm: Quantity,
    weight_s: Quantity,
    *,
    hr_rest_bpm: Quantity,
    hr_max_bpm: Quantity,
    sex: Sex,
    variant: Variant = Variant.BANISTER,
) -> pl.Expr:
    """Banister's TRIMP of each sample: minutes · x · a · e^(b·x).

    Elementwise.

    Source: Banister 1991; Morton, Fitz-Clarke & Banister 1990.
    """
    reserve = reserve_share(heart_rate_bpm, hr_rest_bpm, hr_max_bpm)
    return quotient(column(weight_s), SECONDS_PER_MINUTE) * points_per_minute(reserve, sex, variant)


def banister(
    heart_rate_bpm: Quantity,
    weight_s: Quantity,
    *,
    hr_rest_bpm: Quantity,
    hr_max_bpm: Quantity,
    sex: Sex,
    variant: Variant = Variant.BANISTER,
) -> pl.Expr:
    """Banister's TRIMP of an activity: the sum of `banister_points`; null if there is no heart rate."""
    return total(
        banister_points(
            heart_rate_bpm,
            weight_s,
            hr_rest_bpm=hr_rest_bpm,
            hr_max_bpm=hr_max_bpm,
            sex=sex,
            variant=variant,
        )
    )


def banister_inverse_s(
    trimp: Quantity,
    heart_rate_bpm: Quantity,
    *,
    hr_rest_bpm: Quantity,
    hr_max_bpm: Quantity,
    sex: Sex,
    variant: Variant = Variant.BANISTER,
) -> pl.Expr:
    """Seconds at a steady heart rate that give `trimp`; null at or below resting heart rate."""
    reserve = reserve_share(heart_rate_bpm, hr_rest_bpm, hr_max_bpm)
    return quotient(column(trimp) * SECONDS_PER_MINUTE, positive(points_per_minute(reserve, sex, variant)))


def zonal_points(
    heart_rate_bpm: Quantity,
    weight_s: Quantity,
    *,
    lower_bounds_bpm: Sequence[Quantity],
    weights: Sequence[float],
) -> pl.Expr:
    """Minutes · weight of the zone of each sample; a heart rate equal to a bound lies in the zone above it.

    `lower_bounds_bpm` ascend, one per weight; below the first one nothing counts. Elementwise.
    """
    if len(lower_bounds_bpm) != len(weights):
        raise ValueError(f"{len(lower_bounds_bpm)} zone bounds but {len(weights)} weights; give one each")
    hr = column(heart_rate_bpm)
    steps = np.diff(weights, prepend=0.0).tolist()
    rate = sum(
        ((hr >= column(bound)).cast(pl.Float64) * step for bound, step in zip(lower_bounds_bpm, steps, strict=True)),
        start=pl.lit(0.0),
    )
    return pl.when(hr > 0).then(quotient(column(weight_s), SECONDS_PER_MINUTE) * rate)


def zonal(
    heart_rate_bpm: Quantity,
    weight_s: Quantity,
    *,
    lower_bounds_bpm: Sequence[Quantity],
    weights: Sequence[float],
) -> pl.Expr:
    """Σ `zonal_points` of an activity; null if there is no heart rate."""
    return total(zonal_points(heart_rate_bpm, weight_s, lower_bounds_bpm=lower_bounds_bpm, weights=weights))


def edwards_points(heart_rate_bpm: Quantity, weight_s: Quantity, *, hr_max_bpm: Quantity) -> pl.Expr:
    """Edwards' TRIMP of each sample: minutes · zone, weights 1…5 from 50/60/70/80/90 % of HRmax, below nothing.

    Source: Edwards 1993.
    """
    highest = positive(hr_max_bpm)
    bounds = [highest * percent / 100.0 for percent in (50, 60, 70, 80, 90)]
    return zonal_points(heart_rate_bpm, weight_s, lower_bounds_bpm=bounds, weights=(1, 2, 3, 4, 5))


def edwards(heart_rate_bpm: Quantity, weight_s: Quantity, *, hr_max_bpm: Quantity) -> pl.Expr:
    """Edwards' TRIMP of an activity: the sum of `edwards_points`; null if there is no heart rate."""
    return total(edwards_points(heart_rate_bpm, weight_s, hr_max_bpm=hr_max_bpm))


def lucia(heart_rate_bpm: Quantity, weight_s: Quantity, *, hr_vt1_bpm: Quantity, hr_vt2_bpm: Quantity) -> pl.Expr:
    """Lucia 2003: weights 1, 2, 3 below VT1, between the thresholds, and from VT2 upwards."""
    return zonal(heart_rate_bpm, weight_s, lower_bounds_bpm=(0.0, hr_vt1_bpm, hr_vt2_bpm), weights=(1, 2, 3))
