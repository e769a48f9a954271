"""Load: one activity's training stress, 100 = one hour at threshold, from whatever was measured.

Daily sums are in `days`; their long-term averages in `fitness`. Loads of different sources are kept side
by side and one is chosen by a fixed order, because mixing units inside one average is silent corruption.
"""

from collections.abc import Mapping
from enum import StrEnum

import polars as pl

from runningcoach_pipelines.metrics import heart_rate
from runningcoach_pipelines.metrics.power import running_power_w
from runningcoach_pipelines.metrics.quantity import Quantity, column, positive, quotient
from runningcoach_pipelines.metrics.trimp import (
    SECONDS_PER_MINUTE,
    Sex,
    Variant,
    points_per_minute,
    reserve_share,
)

SECONDS_PER_HOUR = 3600.0


class Source(StrEnum):
    """Where an activity's load comes from, best first (docs/metrics.md)."""

    HEART_RATE = "heart_rate"
    PACE = "pace"
    POWER = "power"
    PERCEIVED_EFFORT = "perceived_effort"
    DEVICE = "device"
    IMPUTED = "imputed"


def heart_rate_load(
    trimp: Quantity,
    *,
    hr_rest_bpm: Quantity,
    hr_max_bpm: Quantity,
    lthr_bpm: Quantity,
    sex: Sex,
    variant: Variant = Variant.BANISTER,
) -> pl.Expr:
    """HRSS = 100 · TRIMP / TRIMP of one hour at threshold heart rate, both of one sex and variant.

    Source: Banister 1991; scaled to an hour at threshold as in GoldenCheetah.
    """
    reserve = reserve_share(lthr_bpm, hr_rest_bpm, hr_max_bpm)
    return scaled_to_threshold(trimp, points_per_minute(reserve, sex, variant))


def scaled_to_threshold(trimp: Quantity, threshold_points_per_minute: Quantity) -> pl.Expr:
    """`heart_rate_load` where the TRIMP of a minute at threshold heart rate is at hand."""
    return 100.0 * quotient(column(trimp), positive(threshold_points_per_minute) * SECONDS_PER_MINUTE)


def power_load(weighted_power_w: Quantity, threshold_power_w: Quantity, duration_s: Quantity) -> pl.Expr:
    """100 · hours · intensity² (Coggan).

    Source: Allen & Coggan, Training and Racing with a Power Meter.
    """
    hours = quotient(column(duration_s), SECONDS_PER_HOUR)
    return 100.0 * hours * quotient(column(weighted_power_w), positive(threshold_power_w)).pow(2)


def pace_load(flat_speed_mps: Quantity, threshold_speed_mps: Quantity, duration_s: Quantity) -> pl.Expr:
    """100 · hours · (flat speed / threshold speed)², the published rTSS form. Null for standing still.

    Source: TrainingPeaks (running stress score).
    """
    hours = quotient(column(duration_s), SECONDS_PER_HOUR)
    return 100.0 * hours * quotient(positive(flat_speed_mps), positive(threshold_speed_mps)).pow(2)


def pace_load_regression(flat_speed_mps: Quantity, threshold_speed_mps: Quantity, duration_s: Quantity) -> pl.Expr:
    """GoldenCheetah's chart regression 110.78 · hours^1.025 · intensity²: for comparison only."""
    hours = quotient(column(duration_s), SECONDS_PER_HOUR)
    return 110.78 * hours.pow(1.025) * quotient(positive(flat_speed_mps), positive(threshold_speed_mps)).pow(2)


def perceived_effort_load(rpe: Quantity, duration_s: Quantity) -> pl.Expr:
    """Session-RPE: effort 0…10 · minutes (Foster 2001); a personal factor brings it to the common scale.

    Source: Foster 2001.
    """
    return quotient(column(rpe) * column(duration_s), SECONDS_PER_MINUTE)


def running_power_load(
    normalised_power_w: Quantity,
    duration_s: Quantity,
    *,
    threshold_speed_mps: Quantity,
    weight_kg: Quantity,
    height_m: Quantity,
) -> pl.Expr:
    """GOVSS = 100 · hours · (LNP / power at threshold speed on the flat)² (Skiba 2006)."""
    threshold_w = running_power_w(threshold_speed_mps, 0.0, weight_kg=weight_kg, height_m=height_m)
    return power_load(normalised_power_w, threshold_w, duration_s)


def covered(hr_load: Quantity, hr_coverage: Quantity) -> pl.Expr:
    """The heart-rate load where enough of the activity had a heart rate, else null."""
    return pl.when(column(hr_coverage) >= heart_rate.MINIMUM_COVERAGE).then(column(hr_load))


def primary(candidates: Mapping[Source, Quantity]) -> tuple[pl.Expr, pl.Expr]:
    """The first known candidate in the order of `Source`, and its name: (load, load_source); both null without one.

    Source: A convention: what was measured best comes first, and units are never mixed.
    """
    ordered = [(source, column(candidates[source])) for source in Source if source in candidates]
    load = pl.coalesce(pl.lit(None, dtype=pl.Float64), *(value for _, value in ordered))
    named = (pl.when(value.is_not_null()).then(pl.lit(source.value)) for source, value in ordered)
    return load, pl.coalesce(pl.lit(None, dtype=pl.String), *named)
