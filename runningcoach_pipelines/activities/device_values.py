"""What a device says of a session beyond its totals: dynamics, training effect, VO2max, thresholds, time in zones.

Kept as the device means it, in our units, beside our own figures and never mixed with them. Watches write 0 where they
have nothing to say: that is null here, but for figures whose zero is a value (temperature, recovery, effort …).
Sources: the session, its `time_in_zone`, the verdict that newer watches close a session with (message 140,
fit/overlay.py) and the events that older ones write instead. A file has a handful of these, so they are read cell by
cell: setting up column expressions would take longer than decoding the file.
"""

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from runningcoach_pipelines.activities.columns import message
from runningcoach_pipelines.activities.sessions import Session

DEVICE_MESSAGES = ("physiological_metrics", "max_met_data", "time_in_zone")
"""What is needed of a file beside `session` and `event`."""

_NUMBERS = (
    *("avg_speed_mps", "max_speed_mps", "avg_cadence_spm", "avg_power_w", "weighted_power_w"),
    *("threshold_power_w", "power_intensity", "power_load"),
    *("avg_vertical_oscillation_mm", "avg_vertical_ratio_percent", "avg_stance_time_ms"),
    *("avg_stance_balance_percent", "avg_step_length_mm", "avg_grade_adjusted_speed_mps", "avg_temperature_c"),
    *("descent_m", "moving_s", "aerobic_training_effect", "anaerobic_training_effect", "training_load_peak"),
    *("vo2max", "recovery_time_min", "performance_condition", "threshold_heart_rate_bpm", "threshold_speed_mps"),
    *("perceived_effort", "feel_percent"),
)
_TEXTS = ("hr_zone_s", "hr_zone_bounds_bpm")
_SCHEMA = pl.Schema(
    {"session_index": pl.Int16} | dict.fromkeys(_NUMBERS, pl.Float64) | dict.fromkeys(_TEXTS, pl.String)
)

_VERDICT_DELAY = dt.timedelta(seconds=10)
"""A verdict is written up to some seconds after its session's end, when the next has begun (Forerunner 955: 5 s)."""

_LOWEST_THRESHOLD_BPM, _HIGHEST_THRESHOLD_BPM = 80, 220
"""A device's threshold heart rate outside is none: a Fenix 5 wrote 46."""

_ANY_NUMBER = {
    "total_descent": "descent_m",
    "total_moving_time": "moving_s",
    "avg_temperature": "avg_temperature_c",
    "total_training_effect": "aerobic_training_effect",
    "total_anaerobic_training_effect": "anaerobic_training_effect",
}
_ABOVE_ZERO = {
    "avg_power": "avg_power_w",
    "normalized_power": "weighted_power_w",
    "threshold_power": "threshold_power_w",
    "intensity_factor": "power_intensity",
    "training_stress_score": "power_load",
    "avg_vertical_oscillation": "avg_vertical_oscillation_mm",
    "avg_vertical_ratio": "avg_vertical_ratio_percent",
    "avg_stance_time": "avg_stance_time_ms",
    "avg_stance_time_balance": "avg_stance_balance_percent",
    "avg_step_length": "avg_step_length_mm",
    "avg_grade_adjusted_speed": "avg_grade_adjusted_speed_mps",
    "training_load_peak": "training_load_peak",
}

type Cells = Mapping[str, object]
type Said = dict[str, float | str | None]


def device_values_of(messages: Mapping[str, pl.DataFrame], sessions: Sequence[Session]) -> pl.DataFrame:
    """One row per session, by `session_index`, with the columns of the table `device_values`.

    Args:
        messages: `session`, `event` and `DEVICE_MESSAGES` of one FIT file, as far as it has them.
        sessions: the sessions of the same file.
    """
    written = _cells(message(messages, "session"))
    zones = _zones(messages, [row.get("message_index") for row in written])
    verdicts = _last_of_each(_verdicts(messages), sessions)
    estimates = _last_of_each(_estimates(messages), sessions)
    events = _last_of_each(_events(messages), sessions)
    rows = []
    for index, session in enumerate(sessions):
        own = () if session.place is None else (_of_session(written[session.place], session), zones[session.place])
        known = _first_known(*own, verdicts[index], estimates[index], events[index])
        known["performance_condition"] = _condition(known)
        rows.append({"session_index": index} | {name: known.get(name) for name in (*_NUMBERS, *_TEXTS)})
    return pl.DataFrame(rows, schema=_SCHEMA)


def _first_known(*sources: Said) -> Said:
    known: Said = {}
    for said in sources:
        known |= {name: value for name, value in said.items() if known.get(name) is None}
    return known


def _condition(known: Said) -> float | None:
    """100 + the figure at the end. A watch that never judged writes 0 there as well, but no event at the start."""
    at_end = known.get("condition_at_end")
    if not isinstance(at_end, float) or (at_end == 0 and known.get("condition_at_start") is None):
        return None
    return 100 + at_end


def _of_session(row: Cells, session: Session) -> Said:
    speed, fastest = _number(row.get("enhanced_avg_speed")), _number(row.get("enhanced_max_speed"))
    cadence, effort = _number(row.get("avg_cadence")), _percent(row.get("workout_rpe"))
    if cadence is not None:
        cadence += _number(row.get("avg_fractional_cadence")) or 0
        cadence *= 2 if session.on_foot else 1
    return {
        "avg_speed_mps": _number(row.get("avg_speed")) if speed is None else speed,
        "max_speed_mps": _number(row.get("max_speed")) if fastest is None else fastest,
        "avg_cadence_spm": cadence,
        "perceived_effort": None if effort is None else effort / 10,
        "feel_percent": _percent(row.get("workout_feel")),
        **{name: _number(row.get(field)) for field, name in _ANY_NUMBER.items()},
        **{name: _above_zero(row.get(field)) for field, name in _ABOVE_ZERO.items()},
    }


def _verdicts(messages: Mapping[str, pl.DataFrame]) -> Iterator[tuple[object, Said]]:
    for row in _cells(message(messages, "physiological_metrics")):
        yield (
            row.get("timestamp"),
            {
                "aerobic_training_effect": _number(row.get("aerobic_training_effect")),
                "anaerobic_training_effect": _number(row.get("anaerobic_training_effect")),
                "training_load_peak": _above_zero(row.get("training_load_peak")),
                "vo2max": _above_zero(row.get("vo2_max")),
                "recovery_time_min": _number(row.get("recovery_time")),
                "condition_at_end": _number(row.get("performance_condition")),
                "threshold_heart_rate_bpm": _threshold(row.get("lactate_threshold_heart_rate")),
                "threshold_speed_mps": _above_zero(row.get("lactate_threshold_speed")),
            },
        )


def _estimates(messages: Mapping[str, pl.DataFrame]) -> Iterator[tuple[object, Said]]:
    for row in _cells(message(messages, "max_met_data")):
        yield row.get("update_time"), {"vo2max": _above_zero(row.get("vo2_max"))}


def _events(messages: Mapping[str, pl.DataFrame]) -> Iterator[tuple[object, Said]]:
    event = message(messages, "event")
    if not {"timestamp", "event", "data"} <= set(event.columns):
        return
    for at, kind, data in zip(event["timestamp"], event["event"], event["data"], strict=True):
        said: Said | None = None
        match kind:
            case "vo2_max":
                said = {"vo2max": _above_zero(data)}
            case "recovery_time":
                said = {"recovery_time_min": _number(data)}
            case "performance_condition":
                said = {"condition_at_start": _number(data)}
            case "lactate_threshold_heart_rate":
                said = {"threshold_heart_rate_bpm": _threshold(data)}
            case "lactate_threshold_speed":
                speed_mmps = _above_zero(data)
                said = {"threshold_speed_mps": None if speed_mmps is None else speed_mmps / 1000}
        if said is not None:
            yield at, said


def _last_of_each(said: Iterator[tuple[object, Said]], sessions: Sequence[Session]) -> list[Said]:
    """What was said last of each session; what nobody can place in time is said of the only session, or of none."""
    last: list[Said] = [{} for _ in sessions]
    for at, values in said:
        index = _session_at(at, sessions)
        if index is not None:
            last[index] |= {name: value for name, value in values.items() if value is not None}
    return last


def _session_at(at: object, sessions: Sequence[Session]) -> int | None:
    if len(sessions) == 1:
        return 0
    if not isinstance(at, dt.datetime) or at.tzinfo is None or not sessions:
        return None
    begun = sum(session.started_at <= at - _VERDICT_DELAY for session in sessions)
    return max(begun - 1, 0)


def _zones(messages: Mapping[str, pl.DataFrame], indexes: Sequence[object]) -> list[Said]:
    """Seconds below zone 1 and in each zone, and the zones' lower bounds, of each session message.

    Args:
        indexes: the session messages' own `message_index`, in file order; their place stands for one that is missing.
    """
    known: list[object] = [place if index is None else index for place, index in enumerate(indexes)]
    of_index: dict[object, Said] = {
        row.get("reference_index"): {
            "hr_zone_s": _joined(row.get("time_in_hr_zone")),
            # A zone's "high boundary" is the first heart rate of the next zone: the list begins with zone 1.
            "hr_zone_bounds_bpm": _joined(row.get("hr_zone_high_boundary")),
        }
        for row in _cells(message(messages, "time_in_zone"))
        if row.get("reference_mesg") == "session"
    }
    # Several files in one stream count from 0 each: nobody knows whose zones they are.
    return [of_index.get(index, {}) if known.count(index) == 1 else {} for index in known]


def _cells(frame: pl.DataFrame) -> list[Cells]:
    return list(frame.iter_rows(named=True))


def _number(value: object) -> float | None:
    """A number as float; damaged and careless files write texts, bytes and lists in its place."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    return float(value)


def _above_zero(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _percent(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and 0 <= number <= 100 else None


def _threshold(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and _LOWEST_THRESHOLD_BPM <= number <= _HIGHEST_THRESHOLD_BPM else None


def _joined(values: object) -> str | None:
    """A list of numbers as text, separated by commas; None if one of them is not known."""
    if not isinstance(values, list) or not values or any(_number(value) is None for value in values):
        return None
    return ",".join(str(value) for value in values)
