"""What can be asked of Garmin Connect: the one catalogue of endpoints, in the order in which a backfill asks them.

Paths and parameters are those that `garminconnect` uses. A window longer than an endpoint takes is asked in blocks that
begin on fixed days, so that the same block asked twice is the same question. Where Garmin's longest window is not
known, four weeks are asked, which it grants everywhere.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

EPOCH = dt.date(1970, 1, 1)
"""Blocks are counted from here; also the day of answers that belong to no day."""

PAGE = 100
"""Activities in one answer of the list."""

_INTRADAY_LASTS_DAYS = 135
_FOUR_WEEKS, _YEAR = 28, 365
_HOURS = dt.timedelta(hours=1)


class Asked(StrEnum):
    """How an endpoint is asked."""

    DAY = "day"
    RANGE = "range"
    ACTIVITY = "activity"
    ACTIVITIES_LIST = "activities_list"
    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One kind of question, and what is known of its answers.

    `path` and the values of `params` may hold `{name}` (Garmin's name of the account), `{first}` and `{last}` (days,
    both included), `{subject}` (an activity's id) and `{offset}` (of a page).

    Args:
        longest_window_days: the longest range that one request may span.
        feeds: tables that are made of the answers.
        stale_after: how long an answer about days that may still change counts; None: an answer counts for good.
        look_again_after: how long an answer about older days counts; None: for good.
        degrades_after_days: Garmin keeps the minutes of a day only so long; older days are not asked for.
        ahead_days: how far the answers reach into the future.
        day_keys: in the answer to a range, the keys that name the day of an entry.
        evidence: keys of which one at least has a value when something was measured. With all of them null or empty
            there was nothing; with none of them there, nothing is concluded.
        is_file: the answer is a ZIP around a FIT file and becomes a file of bronze.
    """

    name: str
    asked: Asked
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    longest_window_days: int | None = None
    feeds: tuple[str, ...] = ()
    stale_after: dt.timedelta | None = None
    look_again_after: dt.timedelta | None = None
    degrades_after_days: int | None = None
    ahead_days: int = 0
    day_keys: tuple[str, ...] = ("calendarDate",)
    evidence: tuple[str, ...] = ()
    is_file: bool = False


_START_END = {"startDate": "{first}", "endDate": "{last}"}
_FROM_TO = {"fromCalendarDate": "{first}", "toCalendarDate": "{last}"}
_LATEST_RUNNING = {"sport": "RUNNING", "aggregation": "daily", "aggregationStrategy": "LATEST"}


def _intraday(name: str, path: str, params: Mapping[str, str], feeds: tuple[str, ...], *evidence: str) -> Endpoint:
    """A day in minutes, which Garmin keeps for a while only."""
    return Endpoint(
        name,
        Asked.DAY,
        path,
        params,
        feeds=feeds,
        stale_after=6 * _HOURS,
        degrades_after_days=_INTRADAY_LASTS_DAYS,
        evidence=evidence,
    )


def _daily_values(
    name: str,
    path: str,
    params: Mapping[str, str],
    feeds: tuple[str, ...],
    *evidence: str,
    window_days: int = _FOUR_WEEKS,
    day_keys: tuple[str, ...] = ("calendarDate",),
    stale_after: dt.timedelta = 6 * _HOURS,
    ahead_days: int = 0,
) -> Endpoint:
    """One entry for a day, many days in a request."""
    return Endpoint(
        name,
        Asked.RANGE,
        path,
        params,
        longest_window_days=window_days,
        feeds=feeds,
        stale_after=stale_after,
        day_keys=day_keys,
        evidence=evidence,
        ahead_days=ahead_days,
    )


def _of_activity(name: str, path: str, feeds: tuple[str, ...] = (), *, is_file: bool = False) -> Endpoint:
    return Endpoint(name, Asked.ACTIVITY, path, feeds=feeds, is_file=is_file)


def _state(name: str, path: str, params: Mapping[str, str], feeds: tuple[str, ...]) -> Endpoint:
    """How things stand now."""
    return Endpoint(name, Asked.ONCE, path, params, feeds=feeds, stale_after=24 * _HOURS)


_HEALTH = ("health_metrics",)
_WELLNESS = "/wellness-service/wellness"
_STATS = "/usersummary-service/stats"
_METRICS = "/metrics-service/metrics"
_BIOMETRIC = "/biometric-service/stats"
_ACTIVITY = "/activity-service/activity/{subject}"

_CATALOGUE = (
    Endpoint(
        "activities",
        Asked.ACTIVITIES_LIST,
        "/activitylist-service/activities/search/activities",
        {**_START_END, "start": "{offset}", "limit": str(PAGE)},
        longest_window_days=_YEAR,
        stale_after=6 * _HOURS,
        look_again_after=dt.timedelta(days=30),
    ),
    _daily_values(
        "resting_heart_rate",
        "/userstats-service/wellness/daily/{name}",
        {"fromDate": "{first}", "untilDate": "{last}", "metricId": "60"},
        _HEALTH,
        "value",
        window_days=_YEAR,
    ),
    _daily_values(
        "weight",
        "/weight-service/weight/dateRange",
        _START_END,
        _HEALTH,
        "weight",
        window_days=_YEAR,
    ),
    _daily_values("vo2max", f"{_METRICS}/maxmet/daily/{{first}}/{{last}}", {}, _HEALTH, window_days=_YEAR),
    _daily_values("race_predictions", f"{_METRICS}/racepredictions/daily/{{name}}", _FROM_TO, (), window_days=_YEAR),
    _daily_values(
        "lactate_threshold_heart_rate",
        f"{_BIOMETRIC}/lactateThresholdHeartRate/range/{{first}}/{{last}}",
        _LATEST_RUNNING,
        (),
        "value",
        window_days=_YEAR,
        day_keys=("updatedDate", "from"),
    ),
    _daily_values(
        "lactate_threshold_speed",
        f"{_BIOMETRIC}/lactateThresholdSpeed/range/{{first}}/{{last}}",
        _LATEST_RUNNING,
        (),
        "value",
        window_days=_YEAR,
        day_keys=("updatedDate", "from"),
    ),
    _daily_values("training_status", f"{_METRICS}/trainingstatus/weekly/{{name}}", _FROM_TO, (), window_days=_YEAR),
    _daily_values(
        "steps",
        f"{_STATS}/daily/{{first}}/{{last}}",
        {"statsType": "STEPS", "currentDate": "{last}"},
        (),
        window_days=_YEAR,
    ),
    _daily_values(
        "calendar",
        "/calendar-service/events",
        _START_END,
        ("races",),
        window_days=_YEAR,
        day_keys=("date",),
        stale_after=24 * _HOURS,
        ahead_days=_YEAR,
    ),
    _daily_values(
        "sleep_days",
        "/sleep-service/stats/sleep/daily/{first}/{last}",
        {},
        ("sleep", *_HEALTH),
        "totalSleepTimeInSeconds",
    ),
    _daily_values("hrv", "/hrv-service/hrv/daily/{first}/{last}", {}, _HEALTH, "lastNightAvg"),
    _daily_values(
        "daily_summary",
        "/usersummary-service/v2/dailysummaries",
        _START_END,
        _HEALTH,
        "totalSteps",
        "restingHeartRate",
        "averageStressLevel",
    ),
    _daily_values(
        "body_battery",
        f"{_WELLNESS}/bodyBattery/reports/daily",
        _START_END,
        (),
        "charged",
        "drained",
        day_keys=("date",),
    ),
    _daily_values("training_readiness", f"{_METRICS}/trainingreadiness/{{first}}/{{last}}", {}, (), "score"),
    _intraday(
        "sleep",
        f"{_WELLNESS}/dailySleepData/{{name}}",
        {"date": "{first}", "nonSleepBufferMinutes": "60"},
        ("sleep",),
        "sleepTimeSeconds",
    ),
    _intraday(
        "heart_rates",
        f"{_WELLNESS}/dailyHeartRate/{{name}}",
        {"date": "{first}"},
        ("hr_records",),
        "heartRateValues",
        "restingHeartRate",
    ),
    _intraday("stress", f"{_WELLNESS}/dailyStress/{{first}}", {}, (), "stressValuesArray", "avgStressLevel"),
    _intraday("respiration", f"{_WELLNESS}/daily/respiration/{{first}}", {}, (), "respirationValuesArray"),
    _intraday("spo2", f"{_WELLNESS}/daily/spo2/{{first}}", {}, (), "averageSpO2"),
    _state("gear", "/gear-service/gear/v2/list", {"start": "0", "limit": "100"}, ("gear",)),
    _state("personal_records", "/personalrecord-service/personalrecord/prs/{name}", {}, ("personal_records",)),
    _state("workouts", "/workout-service/workouts", {"start": "0", "limit": "100"}, ()),
    _of_activity("activity_details", _ACTIVITY),
    _of_activity("activity_splits", f"{_ACTIVITY}/splits"),
    _of_activity("activity_weather", f"{_ACTIVITY}/weather"),
    _of_activity("activity_hr_zones", f"{_ACTIVITY}/hrTimeInZones"),
    _of_activity("activity_gear", "/gear-service/activity/v2/{subject}", ("gear",)),
    _of_activity("activity_fit", "/download-service/files/activity/{subject}", ("garmin_raw_files",), is_file=True),
)

ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType({endpoint.name: endpoint for endpoint in _CATALOGUE})
