"""Columns of weeks and months: `analytics_summaries`."""

from runningcoach_pipelines.explain.catalogue.entries import VERSION, Entries, computed, defined, read
from runningcoach_pipelines.metrics import distribution, quantity, zones

_IN_ZONE = "Σ time in zone {} of kind `intensity`, all sports."

ANALYTICS_SUMMARIES: Entries = {
    "athlete_id": read("", "Whose it is."),
    "period": read("", "`week` or `month`."),
    "period_start": read("", "Monday, or the 1st."),
    "activities": defined("", "How many counted, all sports.", "Count."),
    "runs": defined("", "Those of sport `running`.", "Count."),
    "days_active": defined("", "Days with at least one.", "Count."),
    "distance_m": defined("m", "Distance, all sports.", "Sum."),
    "run_distance_m": defined("m", "Distance of runs.", "Sum."),
    "timer_s": defined("s", "Timer time, all sports.", "Sum."),
    "run_timer_s": defined("s", "Timer time of runs.", "Sum."),
    "ascent_m": defined("m", "Climb, all sports.", "Sum."),
    "load": defined("load", "Load, all sports.", "Sum."),
    "imputed_load": defined("load", "The part of it that nothing measured.", "Sum of loads whose source is `imputed`."),
    "longest_run_m": defined("m", "Distance of the longest run; null without one.", "Maximum."),
    "run_load": defined("load", "Load of runs.", "Sum."),
    "avg_run_speed_mps": defined(
        "m/s", "Mean speed of runs that know distance and time.", "Σ `distance_m` / Σ `timer_s`."
    ),
    "avg_run_heart_rate_bpm": computed(
        "bpm", "Mean heart rate of runs that had one.", quantity.weighted_mean, applied="Of runs, by their timer time."
    ),
    "low_intensity_s": computed(
        "s", "Time below 85 % of threshold heart rate.", zones.intensity_bounds_bpm, applied=_IN_ZONE.format(1)
    ),
    "moderate_intensity_s": computed(
        "s", "Time from there up to the threshold.", zones.intensity_bounds_bpm, applied=_IN_ZONE.format(2)
    ),
    "high_intensity_s": computed(
        "s", "Time from the threshold on.", zones.intensity_bounds_bpm, applied=_IN_ZONE.format(3)
    ),
    "intensity_label": computed("", "How training spread over the three.", distribution.label),
    **VERSION,
}
