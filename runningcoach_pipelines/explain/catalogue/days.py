"""Columns of days: `fitness_metrics_daily` and `race_predictions`."""

from runningcoach_pipelines.explain.catalogue.entries import DAY_KEY, VERSION, Entries, computed, defined, read, written
from runningcoach_pipelines.metrics import (
    critical_speed,
    fitness,
    hrv,
    race,
    readiness,
    strain,
    thresholds,
    vo2max,
)

_42 = "N = 42 days, from 0 before the first activity."
_FORM = "GoldenCheetah, TrainingPeaks."
_7 = "N = 7 days, from 0 before the first activity."
_LOADS: Entries = {
    "load": defined("load", "Load of the day; 0 on a rest day.", "Σ `load` of the day's counted activities."),
    "activities": defined("", "How many counted.", "Count."),
    "imputed_load": defined("load", "The part of it that nothing measured.", "Σ `load` whose source is `imputed`."),
    "ctl": computed("load/day", "Fitness.", fitness.ewma, applied=f"alpha = 1 − e^(−1/N), {_42}"),
    "atl": computed("load/day", "Fatigue.", fitness.ewma, applied=f"alpha = 1 − e^(−1/N), {_7}"),
    "tsb": defined("load/day", "Form.", "`ctl` − `atl` of the day before.", _FORM),
    "ramp": defined("load/day", "How fast fitness grows.", "`ctl` − `ctl` of seven days before.", "GoldenCheetah."),
    "monotony": computed("", "How alike the days of a week were.", strain.daily_monotony),
    "strain": computed("load", "Load of the week times its monotony.", strain.daily_strain),
    "warming_up": defined(
        "", "Whether the start from 0 still shows.", "True for the first 126 days: three times 42.", "A convention."
    ),
    "run_load": defined("load", "Load of the day's runs.", "Σ `load` of its runs."),
    "run_ctl": computed("load/day", "Fitness by runs alone.", fitness.ewma, applied=f"alpha = 1 − e^(−1/N), {_42}"),
    "run_atl": computed("load/day", "Fatigue by runs alone.", fitness.ewma, applied=f"alpha = 1 − e^(−1/N), {_7}"),
    "run_tsb": defined("load/day", "Form by runs alone.", "`run_ctl` − `run_atl` of the day before.", _FORM),
    "acwr_uncoupled": computed(
        "",
        "Last week's load against the three weeks before it. Context only: it is no probability of injury.",
        strain.daily_acwr,
    ),
    "acwr_ewma": computed("", "The same by exponential averages, acute / chronic. Context only.", strain.ewma_loads),
}
_LEVELS: Entries = {
    "device_vo2max": defined(
        "ml/kg/min",
        "The device's last estimate.",
        "After the day's last run, else of the day; it holds for 60 days.",
        "The device.",
    ),
    "race_vo2max": computed(
        "ml/kg/min",
        "VO2max by the fastest effort of the last 90 days.",
        vo2max.from_race,
        applied="The highest over best efforts from 3 km on that count.",
    ),
    "hr_vo2max": computed("ml/kg/min", "VO2max by heart rate, of the runs of the last 30 days.", vo2max.shape),
    "critical_speed_mps": computed(
        "m/s",
        "Speed that could be held for long, by the best efforts of the last 90 days.",
        critical_speed.from_efforts,
        applied="The slope of the line distance = D′ + CS · time.",
    ),
    "d_prime_m": computed(
        "m",
        "Distance that can be run above critical speed.",
        critical_speed.from_efforts,
        applied="The line's intercept.",
    ),
    "critical_speed_error_m": computed(
        "m",
        "How far the efforts lie from the line.",
        critical_speed.fit,
        applied="Residual standard error of the distances.",
    ),
    "critical_speed_reason": read("", "Why there is no critical speed; null where there is one."),
    "threshold_speed_mps": computed(
        "m/s", "Threshold speed that an activity of the day is measured against.", thresholds.threshold_speed_mps
    ),
    "threshold_speed_source": read("", "Where it comes from; only `athlete` is no estimate."),
    "hr_threshold_bpm": computed(
        "bpm", "Threshold heart rate that an activity of the day is measured against.", thresholds.hr_threshold_bpm
    ),
    "hr_threshold_source": read("", "Where it comes from; only `athlete` is no estimate."),
    "hr_max_bpm": computed(
        "bpm", "Maximum heart rate that an activity of the day is measured against.", thresholds.hr_max_bpm
    ),
    "hr_max_source": read("", "Where it comes from; only `athlete` is no estimate."),
    "marathon_shape_percent": computed(
        "%",
        "How ready the volume is for a marathon at one's own level.",
        race.marathon_shape_percent,
        applied="Kilometres of 182 days (of a shorter history as many as there are, at least 70) and runs above 13 km "
        "of 70 days; level: `race_vo2max`, else `hr_vo2max`.",
    ),
}
_MORNING: Entries = {
    "resting_hr_bpm": written("bpm", "Resting heart rate of the day."),
    "resting_hr_delta_bpm": computed("bpm", "Against the mean of the 28 days before.", hrv.resting_change),
    "resting_hr_z": computed(
        "SD", "The same in standard deviations.", hrv.resting_change, applied="Difference / sample SD."
    ),
    "hrv_rmssd_ms": written("ms", "Heart-rate variability of the night."),
    "hrv_week_ln": computed("ln ms", "Mean of the last seven nights' logarithms.", hrv.baseline),
    "hrv_low_ln": computed("ln ms", "Lower end of the usual band.", hrv.baseline, applied="60-day mean − 0.5 SD."),
    "hrv_high_ln": computed("ln ms", "Upper end of the usual band.", hrv.baseline, applied="60-day mean + 0.5 SD."),
    "hrv_status": computed("", "`below`, `within`, `above` or `insufficient`.", hrv.baseline),
    "readiness": computed(
        "", "`ready`, `caution` or `easy_only` for the day; null if no rule had its data.", readiness.verdict
    ),
    "readiness_signals": read("", "Every rule that had its data: JSON list of rule, level, value, threshold, source."),
}
FITNESS_METRICS_DAILY: Entries = {**DAY_KEY, **_LOADS, **_LEVELS, **_MORNING, **VERSION}

RACE_PREDICTIONS: Entries = {
    **DAY_KEY,
    "distance_m": read("m", "5 km, 10 km, half marathon, marathon."),
    "time_s": computed(
        "s",
        "Time that the best efforts of the last 90 days promise.",
        race.predictions,
        applied="The median of the models. From short races all are optimistic about the marathon (Vickers & Vertosick "
        "2016): show the spread.",
    ),
    "fastest_s": defined("s", "By the most optimistic model.", "Minimum."),
    "slowest_s": defined("s", "By the least optimistic model.", "Maximum."),
    "models": computed(
        "s",
        "Time by model, JSON.",
        race.marathon_from_critical_speed_s,
        applied="Shorter races at critical speed by its own line up to 30 min; the other models as for `time_s`.",
    ),
    **VERSION,
}
