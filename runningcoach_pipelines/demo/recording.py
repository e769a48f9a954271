"""A device's recording as a FIT file: which messages it writes, in which order, with which identity."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from runningcoach_pipelines.demo import totals, verdict
from runningcoach_pipelines.demo.devices import Device
from runningcoach_pipelines.demo.sensing import Recording
from runningcoach_pipelines.demo.training import Kind, PlannedSession, Surface
from runningcoach_pipelines.fit.encode import FIT_EPOCH_S, Column, Developer, Interleaved, Rows, encode

_HEART_STRAP_TYPE = 120
_FOOT_POD_TYPE = 124
_TIMESTAMP = 253

type Cells = dict[str | int | Developer, Column]


def fit_file(recording: Recording, started_at: datetime, *, seed: int) -> bytes:
    """The recording as FIT bytes; `started_at` is the device's own start, in the local time of the place."""
    start = int(started_at.timestamp())
    splits = totals.laps(recording)
    timeline = Interleaved(
        [
            _timer_starts(recording, start),
            *_condition(recording, start, seed),
            _records(recording, start),
            _timer_stops(recording, start),
            _laps(recording, splits, start),
        ]
    )
    identity = _identity(recording.device, start, seed)
    return encode([*identity, timeline, *_summary(recording, splits, started_at, seed)])


def _identity(device: Device, start: int, seed: int) -> list[Rows]:
    serial = device.serial_number(seed)
    rows = [
        Rows(
            "file_id",
            {
                "type": ["activity"],
                "manufacturer": [device.manufacturer],
                "product": [device.product],
                "serial_number": [serial],
                "time_created": [start],
            },
        ),
        Rows("file_creator", {"software_version": [round(device.software_version * 100)]}),
        Rows(
            "device_info",
            {
                "timestamp": [start],
                "device_index": [0],
                "manufacturer": [device.manufacturer],
                "product": [device.product],
                "serial_number": [serial],
                "software_version": [device.software_version],
                "source_type": ["local"],
            },
        ),
    ]
    sensor = _sensor_type(device)
    if sensor is not None:
        rows.append(
            Rows(
                "device_info",
                {
                    "timestamp": [start],
                    "device_index": [1],
                    "device_type": [sensor],
                    "manufacturer": [device.manufacturer],
                    "serial_number": [serial // 7],
                    "source_type": ["antplus"],
                },
            )
        )
    return rows


def _sensor_type(device: Device) -> int | None:
    """The ANT+ type of the sensor that comes with a device."""
    if not device.heart_rate:
        return _FOOT_POD_TYPE
    return None if device.optical else _HEART_STRAP_TYPE


def _records(recording: Recording, start: int) -> Rows:
    cells: Cells = {"timestamp": start + recording.elapsed_s}
    cells.update(recording.columns)
    return Rows("record", cells)


def _timer_starts(recording: Recording, start: int) -> Rows:
    pauses = recording.motion.pauses
    return _timer_events(
        [0, *(pause.end_s for pause in pauses)], [True, *(pause.manual for pause in pauses)], "start", start
    )


def _timer_stops(recording: Recording, start: int) -> Rows:
    pauses = recording.motion.pauses
    at = [*(pause.start_s for pause in pauses), int(recording.elapsed_s[-1])]
    return _timer_events(at, [*(pause.manual for pause in pauses), True], "stop_all", start)


def _timer_events(at_s: list[int], manual: list[bool], event_type: str, start: int) -> Rows:
    count = len(at_s)
    return Rows(
        "event",
        {
            "timestamp": start + np.array(at_s),
            "event": ["timer"] * count,
            "event_type": [event_type] * count,
            "timer_trigger": ["manual" if by_hand else "auto" for by_hand in manual],
            "event_group": [0] * count,
        },
    )


def _laps(recording: Recording, splits: totals.Splits, start: int) -> Rows:
    count = len(splits.first)
    by_hand = bool(recording.motion.lap_presses_s)
    sport, sub_sport = _sport(recording.motion.session)
    cells: Cells = {
        "timestamp": start + np.floor(splits.elapsed_s[1:]),
        "message_index": list(range(count)),
        "start_time": start + np.floor(splits.elapsed_s[:-1]),
        "event": ["lap"] * count,
        "event_type": ["stop"] * count,
        "lap_trigger": ["manual" if by_hand else "distance"] * (count - 1) + ["session_end"],
        "sport": [sport] * count,
        "sub_sport": [sub_sport] * count,
    }
    cells.update(totals.summed_up(recording, splits))
    return Rows("lap", cells)


def _condition(recording: Recording, start: int, seed: int) -> list[Rows]:
    """The event by which a watch tells during a run how it goes."""
    known = recording.device.training_effect and "heart_rate" in recording.columns
    condition = verdict.condition(recording, seed) if known else None
    if condition is None:
        return []
    cells: Cells = {
        "timestamp": [start + verdict.CONDITION_AFTER_S],
        "event": ["performance_condition"],
        "event_type": ["marker"],
        "data": [100 + condition],
    }
    return [Rows("event", cells)]


def _summary(recording: Recording, splits: totals.Splits, started_at: datetime, seed: int) -> list[Rows]:
    """Session, time in zones, the watch's verdict and activity, which close the file."""
    start = int(started_at.timestamp())
    end = start + int(recording.elapsed_s[-1])
    written = start if recording.device.ends_at_start else end
    whole = totals.summed_up(recording, totals.whole(recording))
    sport, sub_sport = _sport(recording.motion.session)
    session: Cells = {
        "timestamp": [written],
        "message_index": [0],
        "start_time": [start],
        "event": ["lap"],
        "event_type": ["stop"],
        "sport": [sport],
        "sub_sport": [sub_sport],
        "first_lap_index": [0],
        "num_laps": [len(splits.first)],
        "trigger": ["activity_end"],
    }
    session.update(whole)
    if recording.device.asks_effort:
        session.update({name: [value] for name, value in verdict.answers(recording.motion.session, seed).items()})
    judged = verdict.verdict(recording, seed) if recording.device.training_effect else {}
    if judged:
        session["total_training_effect"] = judged["aerobic_training_effect"]
        session["total_anaerobic_training_effect"] = judged["anaerobic_training_effect"]
    rows = [Rows("session", session)]
    if judged:
        cells: Cells = {_TIMESTAMP: [written - FIT_EPOCH_S]}
        cells.update(judged)
        rows += [_zones(recording, written), Rows("physiological_metrics", cells, base_types={_TIMESTAMP: "uint32"})]
    activity: Cells = {
        "timestamp": [written],
        "total_timer_time": whole["total_timer_time"],
        "num_sessions": [1],
        "type": ["manual"],
        "event": ["activity"],
        "event_type": ["stop"],
        "local_timestamp": [written + _offset_s(started_at, written)],
    }
    return [*rows, Rows("activity", activity)]


def _zones(recording: Recording, written: int) -> Rows:
    cells: Cells = {
        "timestamp": [written],
        "reference_mesg": ["session"],
        "reference_index": [0],
        "time_in_hr_zone": [verdict.zone_seconds(recording)],
        "hr_zone_high_boundary": [verdict.zone_bounds_bpm(recording)],
        "hr_calc_type": ["percent_lthr"],
        "threshold_heart_rate": [recording.motion.form.settings.threshold_hr],
    }
    return Rows("time_in_zone", cells)


def _offset_s(started_at: datetime, moment: int) -> int:
    """Seconds by which the watch's clock is ahead of UTC at `moment`; clocks may have changed since the start."""
    offset = datetime.fromtimestamp(moment, started_at.tzinfo).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _sport(session: PlannedSession) -> tuple[str, str]:
    if session.kind is Kind.BIKE:
        return "cycling", "road"
    if session.kind is Kind.STRENGTH:
        return "training", "strength_training"
    named = {Surface.TREADMILL: "treadmill", Surface.TRAIL: "trail", Surface.TRACK: "track"}
    return "running", named.get(session.surface, "generic")
