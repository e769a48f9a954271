"""Tiny wellness files for tests: real bytes by our own encoder, as a watch writes them day by day."""

import datetime as dt
from collections.abc import Sequence

from runningcoach_pipelines.fit.encode import Rows, encode
from tests.making import UTC, file_id

MORNING = dt.datetime(2025, 5, 4, 21, 30, tzinfo=UTC)
"""Half past six on 5 May 2025 in Seoul."""

METRICS, SLEEP, HRV_STATUS = 44, 49, 68
"""Kinds by their number, as the files have them."""


def wellness(kind: str | int, *rows: Rows, created: dt.datetime = MORNING, watch: int = 1) -> bytes:
    """A file of a kind, which may have no name."""
    return encode([file_id(created, kind=kind, watch=watch), *rows])


def clock(at: dt.datetime, offset_h: float) -> Rows:
    """The watch's two clocks, as monitoring files tell them."""
    local = (at + dt.timedelta(hours=offset_h)).replace(tzinfo=None)
    return Rows("monitoring_info", {"timestamp": [at], "local_timestamp": [local]})


def resting(at: Sequence[dt.datetime], day_bpm: Sequence[int | None], week_bpm: int = 60) -> Rows:
    columns = {
        "timestamp": at,
        "resting_heart_rate": [week_bpm] * len(at),
        "current_day_resting_heart_rate": day_bpm,
    }
    return Rows("monitoring_hr_data", columns)


def stress(at: Sequence[dt.datetime], values: Sequence[int | None]) -> Rows:
    return Rows("stress_level", {"stress_level_time": at, "stress_level_value": values})


def hrv(at: dt.datetime, night_ms: float | None, status: str = "balanced") -> Rows:
    columns = {"timestamp": [at], "weekly_average": [61.5], "last_night_average": [night_ms], "status": [status]}
    return Rows("hrv_status_summary", columns)


def levels(begun: dt.datetime | None, stages: Sequence[tuple[int, str]], score: int | None) -> list[Rows]:
    """Sleep from `begun` on: (minutes, level) one after another; without `begun` nothing tells when it began."""
    at, ends = begun or MORNING - dt.timedelta(hours=8), []
    for minutes, _ in stages:
        at += dt.timedelta(minutes=minutes)
        ends.append(at)
    rows = [Rows("sleep_level", {"timestamp": ends, "sleep_level": [level for _, level in stages]})] if stages else []
    if begun is not None:
        columns = {"timestamp": [begun, at], "event": ["sleep"] * 2, "event_type": ["start", "stop"]}
        rows.insert(0, Rows("event", columns))
    if score is not None:
        rows.append(Rows("sleep_assessment", {"overall_sleep_score": [score], "sleep_duration_score": [11]}))
    return rows


def vo2max(at: dt.datetime, value: float, sport: str | None = "running") -> Rows:
    return Rows("max_met_data", {"update_time": [at], "vo2_max": [value], "sport": [sport]})


def scale(at: Sequence[dt.datetime], weight_kg: Sequence[float], users: Sequence[int] | None = None) -> Rows:
    columns = {"timestamp": at, "weight": weight_kg}
    return Rows("weight_scale", columns if users is None else columns | {"user_profile_index": users})
