"""Energy expenditure. Prefer the device's calories; these fill in where it wrote none."""

import polars as pl

from runningcoach_pipelines.metrics.quantity import Quantity, column, positive, total
from runningcoach_pipelines.metrics.trimp import Sex

KJ_PER_KCAL = 4.184
KCAL_PER_KG_KM = 1.0
"""Rule of thumb for running on the flat."""


def keytel_kj_per_min(heart_rate_bpm: Quantity, *, weight_kg: Quantity, age_years: Quantity, sex: Sex) -> pl.Expr:
    """Energy rate by heart rate (Keytel 2005), elementwise; unknown sex: the mean of both equations."""
    hr, weight, age = positive(heart_rate_bpm), positive(weight_kg), column(age_years)
    men = -55.0969 + 0.6309 * hr + 0.1988 * weight + 0.2017 * age
    women = -20.4022 + 0.4472 * hr - 0.1263 * weight + 0.074 * age
    if isinstance(sex, pl.Expr):
        return pl.when(sex == "male").then(men).when(sex == "female").then(women).otherwise((men + women) / 2)
    return {"male": men, "female": women, None: (men + women) / 2}[sex]


def heart_rate_kcal(
    heart_rate_bpm: Quantity, weight_s: Quantity, *, weight_kg: Quantity, age_years: Quantity, sex: Sex
) -> pl.Expr:
    """kcal of an activity by Keytel's equation, never below 0 per sample; null without heart rate."""
    rate = keytel_kj_per_min(heart_rate_bpm, weight_kg=weight_kg, age_years=age_years, sex=sex)
    return total(rate.clip(lower_bound=0.0) * column(weight_s) / 60.0 / KJ_PER_KCAL)


def distance_kcal(distance_m: Quantity, weight_kg: Quantity) -> pl.Expr:
    """kcal of running a distance: 1 kcal per kg and km."""
    return KCAL_PER_KG_KM * column(distance_m) / 1000.0 * positive(weight_kg)
