"""Columns that only devices know: of activities and of days."""

from runningcoach_pipelines.explain.catalogue.entries import ACTIVITY_KEY, DAY_KEY, VERSION, Entries, written

DEVICE_VALUES: Entries = {
    **ACTIVITY_KEY,
    "avg_speed_mps": written("m/s", "Mean speed."),
    "max_speed_mps": written("m/s", "Highest speed."),
    "avg_cadence_spm": written("steps/min", "Mean cadence; on foot steps of both feet, standing still counted as 0."),
    "avg_power_w": written("W", "Mean power."),
    "weighted_power_w": written("W", "Power in which bursts weigh more."),
    "threshold_power_w": written("W", "Threshold power as set on the device."),
    "power_intensity": written("", "Weighted power as a share of it."),
    "power_load": written("load", "Load by power, against the device's own threshold."),
    "avg_vertical_oscillation_mm": written("mm", "Mean bounce of the body."),
    "avg_vertical_ratio_percent": written("%", "Mean bounce as a share of the step length."),
    "avg_stance_time_ms": written("ms", "Mean time a foot is on the ground."),
    "avg_stance_balance_percent": written("%", "Share of the left foot in it."),
    "avg_step_length_mm": written("mm", "Mean step length."),
    "avg_grade_adjusted_speed_mps": written("m/s", "Mean grade-adjusted speed."),
    "avg_temperature_c": written("°C", "Mean temperature at the watch."),
    "descent_m": written("m", "Descent."),
    "moving_s": written("s", "Time in motion."),
    "aerobic_training_effect": written(
        "0 … 5", "Training effect; its model is not published, so it is read and never computed."
    ),
    "anaerobic_training_effect": written("0 … 5", "The same of hard efforts."),
    "training_load_peak": written("points", "The device's load: peak of the excess oxygen consumption (EPOC)."),
    "vo2max": written("ml/kg/min", "The device's estimate after this activity."),
    "recovery_time_min": written("min", "Until the next hard training, as the device advises."),
    "performance_condition": written("", "100 + the watch's figure at the end."),
    "threshold_heart_rate_bpm": written("bpm", "The device's estimate."),
    "threshold_speed_mps": written("m/s", "The device's estimate."),
    "perceived_effort": written("0 … 10", "As the athlete answered on the watch."),
    "feel_percent": written("%", "0 very weak to 100 very strong, as the athlete answered."),
    "hr_zone_s": written("s", "Seconds below zone 1 and in each zone as the device counted, separated by commas."),
    "hr_zone_bounds_bpm": written("bpm", "Lower bounds of the device's zones 1, 2 …, separated by commas."),
    **VERSION,
}

HEALTH_METRICS: Entries = {
    **DAY_KEY,
    "resting_hr_bpm": written("bpm", "The day's resting heart rate."),
    "hrv_rmssd_ms": written("ms", "Heart-rate variability (rMSSD) of the night, mean."),
    "hrv_device_status": written("", "The watch's verdict on it."),
    "sleep_s": written("s", "Sleep of the night before, naps left out."),
    "sleep_score": written("0 … 100", "The watch's score of it."),
    "avg_stress": written("0 … 100", "Mean of the day's stress samples."),
    "weight_kg": written("kg", "Body weight, the day's last."),
    "vo2max": written("ml/kg/min", "The watch's estimate, the day's last."),
    **VERSION,
}
