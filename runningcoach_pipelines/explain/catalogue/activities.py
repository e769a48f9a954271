"""Columns of activities: `activity_metrics` and its child tables."""

from runningcoach_pipelines.explain.catalogue.entries import (
    ACTIVITY_KEY,
    VERSION,
    Entries,
    computed,
    defined,
    read,
    written,
)
from runningcoach_pipelines.metrics import (
    clock,
    dynamics,
    efficiency,
    efforts,
    elevation,
    gap,
    heart_rate,
    load,
    moving,
    pace,
    power,
    quantity,
    splits,
    thresholds,
    trimp,
    vo2max,
    zones,
)

_TOTALS: Entries = {
    "sport": written("", "Kind of activity."),
    "distance_m": defined(
        "m", "Distance.", "The device's total; without one the last distance of the samples.", "The device."
    ),
    "elapsed_s": defined(
        "s", "Time from start to end, pauses included.", "The device's total; else the samples'.", "The device."
    ),
    "timer_s": defined("s", "Time the timer ran.", "The device's total; else the samples'.", "The device."),
    "moving_s": computed(
        "s",
        "Timer time without standing still.",
        moving.moving_time_s,
        applied="The device's own where it wrote one; never above `timer_s`.",
    ),
    "avg_speed_mps": defined(
        "m/s", "Mean speed.", "`distance_m` / `timer_s`; else the mean of the samples, weighted by time.", "The device."
    ),
    "max_speed_mps": defined("m/s", "Highest speed of a sample.", "Maximum."),
    "sampled_distance_m": defined(
        "m", "Distance by the samples alone, to check against the device's.", "Last distance of the samples."
    ),
    "sampled_timer_s": computed(
        "s", "Timer time by the samples alone, to check against the device's.", clock.timer_time_s
    ),
    "ascent_m": computed("m", "Climb.", elevation.ascent_m),
    "descent_m": computed("m", "Descent.", elevation.descent_m, applied="The device's own where it wrote one."),
}
_PULSE: Entries = {
    "avg_heart_rate_bpm": computed(
        "bpm",
        "Mean heart rate; a missing one is neither time nor 0.",
        heart_rate.average_bpm,
        applied="The device's where the samples have none.",
    ),
    "max_heart_rate_bpm": computed(
        "bpm", "Highest heart rate.", heart_rate.max_bpm, applied="The device's where the samples have none."
    ),
    "heart_rate_coverage": computed("0 … 1", "Share of the timer with a believable heart rate.", heart_rate.coverage),
    "sustained_max_heart_rate_bpm": computed(
        "bpm", "Highest heart rate held for 10 s; no setting changes it.", heart_rate.sustained_max_bpm
    ),
    "heart_rate_spikes": computed(
        "samples", "Samples whose heart rate is not believed.", heart_rate.plausible, applied="How many are cut."
    ),
    "cadence_lock_s": computed(
        "s", "Time during which the heart rate followed the steps.", heart_rate.cadence_lock, applied="Its seconds."
    ),
    "heart_rate_problem": defined(
        "",
        "Why the heart rate does not count; null where it does.",
        "`not_measured`; `low_coverage` below 0.8; `cadence_lock` for more than half of the timer.",
        "A convention.",
    ),
}
_FLAT: Entries = {
    "flat_speed_mps": computed(
        "m/s",
        "Mean grade-adjusted speed of a run.",
        gap.flat_speed_mps,
        applied="Mean of the samples, weighted by time.",
    ),
    "weighted_flat_speed_mps": computed(
        "m/s", "Grade-adjusted speed in which bursts weigh more; a steady run gives its mean.", pace.weighted_speed_mps
    ),
    "flat_speed_source": read(
        "", "`device`: its own grade-adjusted speed; `curve`: ours over altitude; `level`: nothing to adjust by."
    ),
}
_POWER: Entries = {
    "avg_power_w": computed("W", "Mean power of the samples that have one.", quantity.weighted_mean),
    "weighted_power_w": computed("W", "Power in which bursts weigh more.", power.weighted_power),
    "work_kj": computed("kJ", "Mechanical work.", power.work_kj, applied="Σ power · time."),
}
_DYNAMICS: Entries = {
    "sampled_cadence_spm": computed(
        "steps/min",
        "Cadence on foot with standing still as 0, to check against the device's.",
        quantity.weighted_mean,
    ),
    "avg_cadence_spm": computed("steps/min", "Mean cadence on foot.", dynamics.average_cadence_spm),
    "avg_step_length_m": computed(
        "m", "Mean step length on foot.", dynamics.step_length_m, applied="The device's where it wrote one."
    ),
    "avg_vertical_oscillation_mm": computed("mm", "Mean bounce of the body.", quantity.weighted_mean),
    "avg_vertical_ratio_percent": computed(
        "%", "Mean bounce as a share of the step length.", dynamics.vertical_ratio_percent, applied="Weighted by time."
    ),
    "avg_stance_time_ms": computed("ms", "Mean time a foot is on the ground.", quantity.weighted_mean),
    "avg_duty_factor_percent": computed(
        "%", "Share of a stride with a foot on the ground.", dynamics.duty_factor_percent
    ),
    "avg_temperature_c": computed("°C", "Mean temperature at the watch.", quantity.weighted_mean),
}
_FITNESS: Entries = {
    "speed_per_beat_m": computed(
        "m",
        "Metres per heart beat of a steady run, grade-adjusted. Show the temperature beside it.",
        efficiency.mean_speed_per_beat,
        applied="Of the same runs as the decoupling.",
    ),
    "decoupling_percent": computed(
        "%",
        "How much more heart rate the second half cost for the same speed. Show the temperature beside it.",
        efficiency.steady_decoupling,
    ),
    "decoupling_reason": read(
        "", "Why there is neither: `not_a_run`, `no_speed`, `too_short`, `unsteady`, or a problem of the heart rate."
    ),
    "hr_vo2max": computed(
        "ml/kg/min",
        "VO2max by heart rate, of runs from 20 min on.",
        vo2max.from_heart_rate,
        applied="Distance with +2 m for each metre up, −1 m for each down; above 90 it is none.",
    ),
    "effort_vo2max": computed(
        "ml/kg/min",
        "VO2max of the best effort inside, as if it were a race.",
        vo2max.from_race,
        applied="The highest over `best_efforts` from 1500 m on.",
    ),
}
_LOADS: Entries = {
    "trimp": computed(
        "points",
        "Training impulse; summed over samples, not of the mean heart rate.",
        trimp.banister_points,
        applied="Summed. x = (HR − rest) / (max − rest), not below 0; men a = 0.64, b = 1.92, women 0.86, 1.67.",
    ),
    "trimp_edwards": computed("points", "Training impulse by zones.", trimp.edwards_points, applied="Summed."),
    "hr_load": computed("load", "Load by heart rate; 100 is an hour at threshold.", load.heart_rate_load),
    "pace_load": computed("load", "Load by grade-adjusted pace, of runs outdoors.", load.pace_load),
    "power_load": computed("load", "Load by power.", load.power_load),
    "effort_load": computed("points", "Load by perceived effort, in points of its own.", load.perceived_effort_load),
    "device_load": written("points", "The device's own load (EPOC peak), in points of its own."),
    "load": computed(
        "load",
        "The load that counts for days, weeks and months.",
        load.primary,
        applied="Order: heart rate (coverage of at least 0.8), pace, power, effort · factor, device · factor, "
        "else hours · `imputed_load_per_h`; null without even a duration.",
    ),
    "load_source": read("", "Which of them: `heart_rate`, `pace`, `power`, `perceived_effort`, `device` or `imputed`."),
    "load_confidence": defined(
        "0 … 1",
        "How far the load is to be trusted.",
        "Heart rate 1 (0.85 with an estimated setting) · coverage; pace 0.8 (0.65); power 0.75; perceived effort and "
        "device 0.5; imputed 0.2.",
        "A convention.",
    ),
    "load_fallbacks": read(
        "", "Why the sources before it did not count: JSON, source to reason; null if it was the first."
    ),
    "counted": read("", "False for a suspected duplicate: shown, but in no sum."),
}
_TERMS: Entries = {
    "settings_valid_from": read("", "Day from which the athlete's settings hold that were in effect."),
    "settings_estimated": read(
        "", "Whether one of sex, resting, maximum or threshold heart rate is not the athlete's own."
    ),
    "settings_sources": read("", "Where each term comes from: JSON, column to source."),
    "sex": read("", "`male`, `female` or null: then the mean of both curves is taken."),
    "hr_rest_bpm": computed("bpm", "Resting heart rate in effect.", thresholds.hr_rest_bpm),
    "hr_max_bpm": computed("bpm", "Maximum heart rate in effect.", thresholds.hr_max_bpm),
    "hr_threshold_bpm": computed("bpm", "Threshold heart rate in effect.", thresholds.hr_threshold_bpm),
    "threshold_speed_mps": computed("m/s", "Threshold speed in effect.", thresholds.threshold_speed_mps),
    "threshold_power_w": read("W", "Threshold power, if the athlete set one."),
    "weight_kg": read("kg", "Body weight, if the athlete set one."),
    "hr_zone_bounds_bpm": computed(
        "bpm",
        "Lower bounds of heart-rate zones 1, 2 …, separated by commas.",
        zones.heart_rate_bounds_bpm,
        applied="The athlete's own; else the device's latest in 365 days; else 85, 90, 95 and 100 % of the threshold "
        "heart rate.",
    ),
    "effort_factor": defined(
        "load/point",
        "What a point of perceived effort is worth.",
        "Median of `hr_load` / `effort_load` over the activities of 90 days up to the month's end, at least 3.",
        "A convention.",
    ),
    "device_factor": defined(
        "load/point",
        "What a point of the device's load is worth.",
        "Median of `hr_load` / `device_load` over the activities of 90 days up to the month's end, at least 3.",
        "A convention.",
    ),
    "imputed_load_per_h": defined(
        "load/h",
        "Load of an hour that nothing measured.",
        "Median of measured load per hour of the sport over 90 days up to the month's end, at least 3; else 50, an "
        "easy hour at 0.7 of threshold intensity.",
        "A convention.",
    ),
    "source_sha256": read("", "SHA-256 of the FIT file the numbers come from."),
}

ACTIVITY_METRICS: Entries = {
    **ACTIVITY_KEY, **_TOTALS, **_PULSE, **_FLAT, **_POWER, **_DYNAMICS, **_FITNESS, **_LOADS, **_TERMS, **VERSION,
}  # fmt: skip

ACTIVITY_ZONES: Entries = {
    **ACTIVITY_KEY,
    "kind": read(
        "", "`heart_rate`, `pace` (grade-adjusted), `power` or `intensity`: three zones by threshold heart rate."
    ),
    "zone": read("", "Number; 0 lies below the first bound."),
    "from_value": computed(
        "bpm, m/s, W",
        "Lower bound, inclusive.",
        zones.intensity_bounds_bpm,
        applied="Heart rate: `hr_zone_bounds_bpm`. Pace: 0, 80, 87, 95, 105, 119 % of threshold speed (Skiba). Power: "
        "0, 55, 75, 90, 105, 120 % of threshold power (Coggan). Intensity: 0, 85, 100 % of threshold heart rate.",
    ),
    "time_s": computed("s", "Time in it.", zones.time_in_zones_s),
    **VERSION,
}

BEST_EFFORTS: Entries = {
    **ACTIVITY_KEY,
    "distance_m": read("m", "400 m to 50 km."),
    "time_s": computed("s", "Fastest time over it, pauses included.", efforts.best_time_s),
    "start_s": read("s", "Elapsed seconds at which it begins."),
    "counts": read(
        "", "Whether it may be a record: a run outdoors, no suspected duplicate, nothing faster than a runner."
    ),
    **VERSION,
}

MEAN_MAX: Entries = {
    **ACTIVITY_KEY,
    "channel": read("", "`speed`, `heart_rate` or `power`."),
    "window_s": read("s", "Duration: 1 s to 4 h, evenly spaced on a logarithm."),
    "value": computed("m/s, bpm, W", "Highest mean over it.", efforts.mean_max, applied="Missing power is 0 W."),
    **VERSION,
}

SPLITS: Entries = {
    **ACTIVITY_KEY,
    "split": read("", "Kilometre, from 1."),
    "distance_m": read("m", "1000; what is left for the last."),
    "time_s": computed("s", "Timer time.", splits.kilometre_splits),
    "start_s": read("s", "Timer seconds at which it begins."),
    "avg_heart_rate_bpm": computed("bpm", "Mean heart rate.", heart_rate.average_bpm),
    "flat_speed_mps": computed("m/s", "Mean grade-adjusted speed.", gap.flat_speed_mps),
    "ascent_m": computed("m", "Climb.", elevation.ascent_m),
    "descent_m": computed("m", "Descent.", elevation.descent_m),
    **VERSION,
}
