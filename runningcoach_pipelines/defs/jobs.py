"""Jobs: what sensors, schedules, the command line and a person in the UI launch."""

import dagster as dg

fetch_garmin = dg.define_asset_job(
    "fetch_garmin",
    selection=["garmin_raw_events"],
    description="Ask Garmin Connect for what the days still lack.",
)
read_files = dg.define_asset_job(
    "read_files",
    selection=["garmin_raw_files"],
    description="Re-hash the days' FIT files and look again into unreadable ones.",
)
refresh_months = dg.define_asset_job(
    "refresh_months",
    selection=["activities", "laps", "activity_samples", "activity_metrics"],
    description="Decode the months' FIT files and measure their activities.",
)
refresh_wellness = dg.define_asset_job(
    "refresh_wellness",
    selection=["health_metrics", "sleep", "hr_records"],
    description="Read the months' wellness files and Garmin's answers: nights, pulse, weight.",
)
refresh_belongings = dg.define_asset_job(
    "refresh_belongings",
    selection=["gear", "personal_records", "races"],
    description="Shoes, records and races from Garmin's answers.",
)
measure_months = dg.define_asset_job(
    "measure_months",
    selection=["activity_metrics"],
    description="Measure the months' activities again, without decoding.",
)
refresh_fitness = dg.define_asset_job(
    "refresh_fitness",
    selection=["fitness_metrics_daily"],
    description="Fitness, fatigue and form up to today.",
)
refresh_weeks = dg.define_asset_job("refresh_weeks", selection=["weekly_summaries"], description="Summaries of weeks.")
refresh_month_summaries = dg.define_asset_job(
    "refresh_month_summaries",
    selection=["monthly_summaries"],
    description="Summaries of months.",
)
compact_lake = dg.define_asset_job(
    "compact_lake",
    selection=["samples_compaction"],
    description="Compaction and vacuum of the samples table.",
)

JOBS = [
    fetch_garmin,
    read_files,
    refresh_months,
    refresh_wellness,
    refresh_belongings,
    measure_months,
    refresh_fitness,
    refresh_weeks,
    refresh_month_summaries,
    compact_lake,
]
