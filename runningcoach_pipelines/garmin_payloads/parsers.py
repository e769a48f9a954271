"""Who reads the answers of which endpoint."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import polars as pl

from runningcoach_pipelines.garmin_payloads import belongings, day_values, heart_rates, nights
from runningcoach_pipelines.garmin_payloads.shape import Drifts

type Parser = Callable[[object, Drifts], pl.DataFrame]
"""An answer's JSON to a frame of the schema that its module states; what has drifted is noted."""

PARSERS: Mapping[str, Parser] = MappingProxyType(
    {
        "sleep": nights.night,
        "sleep_days": nights.nights,
        "heart_rates": heart_rates.heart_rates,
        "resting_heart_rate": day_values.resting_heart_rate,
        "hrv": day_values.variability,
        "daily_summary": day_values.summaries,
        "weight": day_values.weight,
        "vo2max": day_values.vo2max,
        "gear": belongings.gear,
        "personal_records": belongings.personal_records,
        "calendar": belongings.races,
    }
)

SCHEMAS: Mapping[str, pl.Schema] = MappingProxyType(
    {
        **dict.fromkeys(("sleep", "sleep_days"), nights.NIGHTS),
        "heart_rates": heart_rates.HEART_RATES,
        **dict.fromkeys(("resting_heart_rate", "hrv", "daily_summary", "weight", "vo2max"), day_values.DAY_VALUES),
        "gear": belongings.GEAR,
        "personal_records": belongings.RECORDS,
        "calendar": belongings.RACES,
    }
)
"""The schema of what each parser gives."""
