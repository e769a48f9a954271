"""A device's recording as a FIT file: which messages it writes, in which order, with which identity."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from runningcoach_pipelines.demo import totals
from runningcoach_pipelines.demo.devices import Device
from runningcoach_pipelines.demo.physiology import vo2max_of_threshold
from runningcoach_pipelines.demo.sensing import Columns, Recording
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
            _records(recording, start),
            _timer_stops(recording, start),
            _laps(recording, splits, start),
        ]
    )
    identity = _identity(recording.device, start, seed)
    return encode([*identity, timeline, *_summary(recording, splits, started_at)])


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


def _summary(recording: Recording, splits: totals.Splits, started_at: datetime) -> list[Rows]:
    """Session, the watch's verdict and activity, which close the file."""
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
    verdict = _verdict(recording) if recording.device.training_effect else {}
    if verdict:
        session["total_training_effect"] = verdict["aerobic_training_effect"]
    rows = [Rows("session", session)]
    if verdict:
        cells: Cells = {_TIMESTAMP: [written - FIT_EPOCH_S]}
        cells.update(verdict)
        rows.append(Rows("physiological_metrics", cells, base_types={_TIMESTAMP: "uint32"}))
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


def _verdict(recording: Recording) -> Columns:
    """What newer watches think of the activity and the athlete, from the heart rate they saw."""
    if "heart_rate" not in recording.columns:
        return {}
    form = recording.motion.form
    settings = form.settings
    reserve = (recording.columns["heart_rate"] - settings.resting_hr) / (settings.max_hr - settings.resting_hr)
    # Banister's form for men, at one second per record: an hour at threshold comes to about 170.
    impulse = float(np.nansum(reserve * 0.64 * np.exp(1.92 * reserve))) / 60
    return {
        "aerobic_training_effect": np.array([min(5.0, 0.8 + 0.9 * impulse**0.5 / 3)]).round(1),
        "vo2_max": np.array([vo2max_of_threshold(form.threshold_speed_mps)]),
        "recovery_time": np.array([round(min(4 * 24 * 60, 9 * impulse))]),
        "lactate_threshold_heart_rate": np.array([settings.threshold_hr]),
        "lactate_threshold_speed": np.array([form.threshold_speed_mps]),
        "training_load_peak": np.array([1.1 * impulse]),
    }


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
