"""Small synthetic FIT files that between them use each rule of the format."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from runningcoach_pipelines.fit.crc import crc16
from runningcoach_pipelines.fit.encode import Developer, Interleaved, Part, Raw, Rows, encode

START = dt.datetime(2025, 5, 4, 7, 30, tzinfo=dt.UTC)
EPOCH = dt.datetime(1989, 12, 31, tzinfo=dt.UTC)


def at(seconds: float) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


def fit_seconds(moment: dt.datetime) -> int:
    return int((moment - EPOCH).total_seconds())


FILE_ID = Rows(
    "file_id",
    {"type": ["activity"], "manufacturer": ["garmin"], "garmin_product": ["fr965"], "time_created": [START]},
)


def definition(
    message: int,
    fields: Sequence[tuple[int, int, int]],
    *,
    local_type: int = 0,
    developer: Sequence[tuple[int, int, int]] | None = None,
    big_endian: bool = False,
) -> bytes:
    """A definition message from (number, size, base type) triples, as no well-behaved writer would check them."""
    header = 0x40 | local_type | (0x20 if developer is not None else 0)
    head = struct.pack(">BBBHB" if big_endian else "<BBBHB", header, 0, big_endian, message, len(fields))
    body = head + b"".join(bytes(each) for each in fields)
    if developer is not None:
        body += bytes([len(developer)]) + b"".join(bytes(each) for each in developer)
    return body


def fit_bytes(*data: bytes) -> bytes:
    """A well-framed file whose data part is `data`."""
    return encode([Raw(b"".join(data))])


def with_crc(body: bytes) -> bytes:
    return body + struct.pack("<H", crc16(body))


def described_field(
    index: int, number: int, base_type: str, *, name: str | None = "Power", units: str | None = "W"
) -> list[Rows]:
    columns: dict[Any, Any] = {
        "developer_data_index": [index],
        "field_definition_number": [number],
        "fit_base_type_id": [base_type],
    }
    columns |= {"field_name": [name]} if name else {}
    columns |= {"units": [units]} if units else {}
    return [
        Rows("developer_data_id", {"application_id": [bytes(range(16))], "developer_data_index": [index]}),
        Rows("field_description", columns),
    ]


def run(seconds: int = 20, **columns: Any) -> bytes:
    """A plain run: file_id, records interleaved with hrv, an event, a lap and a session."""
    times = [at(second) for second in range(seconds)]
    record: Mapping[str | int | Developer, Any] = {
        "timestamp": times,
        "position_lat": np.arange(seconds) + 447_000_000,
        "heart_rate": [None, *range(100, 99 + seconds)] if seconds < 100 else np.full(seconds, 140),
        "enhanced_speed": np.linspace(2, 4, seconds),
        "enhanced_altitude": np.full(seconds, 12.4),
        "distance": np.arange(seconds) * 3.0,
        "unknown": np.arange(seconds),
    }
    record = {key: values for key, values in record.items() if key != "unknown"} | {90: np.arange(seconds)} | columns
    return encode(
        [
            FILE_ID,
            Rows(
                "event",
                {"timestamp": [START], "event": ["timer"], "event_type": ["start"], "timer_trigger": ["manual"]},
            ),
            *described_field(0, 7, "float32"),
            Interleaved(
                [
                    Rows(
                        "record",
                        record | {Developer(0, 7, "float32"): np.arange(seconds) * 10.5},
                        base_types={90: "sint8"},
                    ),
                    Rows("hrv", {"time": [[0.5, 0.6, None]] * seconds}, at=times),
                ]
            ),
            Rows(
                "lap",
                {"timestamp": [at(seconds)], "start_time": [START], "total_distance": [1234.56], "avg_speed": [2.9]},
            ),
            Rows(
                "session",
                {
                    "timestamp": [at(seconds)],
                    "sport": ["running"],
                    "avg_cadence": [84],
                    "sport_profile_name": ["Läufe"],
                },
            ),
        ]
    )


def strap_message(offsets: Sequence[int]) -> bytes:
    """event_timestamp_12 for eight beats: twelve bits each, little-endian."""
    packed = sum((offset & 0xFFF) << 12 * place for place, offset in enumerate(offsets))
    return packed.to_bytes(12, "little")


def every_rule() -> dict[str, bytes]:
    """Files by the rule they exercise; the differential test compares each with fitdecode."""
    times = [at(second) for second in range(40)]
    beats = [at(0)]
    parts: dict[str, list[Part]] = {
        "big endian beside little endian": [
            FILE_ID,
            Rows("record", {"timestamp": times, "enhanced_speed": np.linspace(0, 5, 40)}, big_endian=True),
            Rows("lap", {"timestamp": [START], "total_distance": [12.5]}),
        ],
        "compressed timestamps": [
            Rows("event", {"timestamp": [START], "event": ["timer"], "event_type": ["start"]}),
            Rows("record", {"timestamp": times[1:], "heart_rate": np.arange(39) + 100}, compressed_timestamp=True),
        ],
        "component speed and altitude": [
            Rows("record", {"timestamp": times, "speed": np.linspace(2, 3, 40), "altitude": np.linspace(-10, 100, 40)}),
        ],
        "native enhanced value wins": [
            Rows(
                "record",
                {"timestamp": times[:3], "speed": [2.0, 2.5, 3.0], "enhanced_speed": [None, 2.75, 3.25]},
            ),
        ],
        "accumulated distance": [
            Rows(
                "record",
                {
                    "timestamp": times[:4],
                    "compressed_speed_distance": [b"\x64\x00\x10", b"\x64\xf0\xff", b"\xff\xff\xff", b"\x64\x20\x01"],
                },
            ),
        ],
        "subfields": [
            Rows("event", {"timestamp": [START], "event": ["hr_high_alert"], "event_type": ["marker"], "data": [180]}),
            Rows(
                "event", {"timestamp": [START], "event": ["speed_high_alert"], "event_type": ["marker"], "data": [4500]}
            ),
            Rows("event", {"timestamp": [START], "event": ["battery"], "event_type": ["marker"], "data": [3900]}),
        ],
        "components of a subfield": [
            Rows(
                "event",
                {
                    "timestamp": [START],
                    "event": ["rear_gear_change"],
                    "event_type": ["marker"],
                    "data": [0x22_02_19_03],
                },
            ),
        ],
        "arrays of different lengths": [
            Rows("hrv", {"time": [[0.5]]}),
            Rows("hrv", {"time": [[0.5, 0.6, None]]}),
            Rows("hrv", {"time": [[0.5, 0.6, 0.7, 0.8, 0.9]]}),
        ],
        "every base type": [
            Rows(
                0xFF00,
                dict(enumerate(_EXTREMES.values())),
                base_types=dict(enumerate(_EXTREMES)),
            ),
        ],
        "strings": [
            Rows("workout_step", {"message_index": [0, 1, 2], "wkt_step_name": ["läuft", None, b"no end"]}),
            Rows("device_info", {"timestamp": [START], "product_name": [b"bad \xff\xfe utf\0rest"]}),
        ],
        "developer fields": [
            *described_field(0, 7, "float32"),
            *described_field(1, 7, "uint16", name=None, units=None),
            Rows(
                "record",
                {
                    "timestamp": times[:3],
                    Developer(0, 7, "float32"): [1.5, None, 2.5],
                    Developer(1, 7, "uint16"): [1, None, 3],
                },
            ),
        ],
        "a local type defined again": [
            Rows("record", {"timestamp": times[:2], "heart_rate": [90, 91]}, local_type=0),
            Rows("lap", {"timestamp": [START]}, local_type=0),
            Rows("record", {"timestamp": times[2:4], "power": [200, 201]}, local_type=0),
            Rows("record", {"timestamp": times[4:6], "heart_rate": [92, 93]}, local_type=0),
        ],
        "unknown messages and fields": [
            Rows(0xFE01, {3: [1, None, 3]}, base_types={3: "uint32"}),
            Rows("record", {"timestamp": times[:2], 240: [5, 6]}, base_types={240: "sint16"}),
        ],
        "local times, times of day and booleans": [
            Rows("activity", {"timestamp": [START], "local_timestamp": [START + dt.timedelta(hours=2)]}),
            Rows("user_profile", {"wake_time": [21_600], "sleep_time": [86_400]}),
            Rows("device_settings", {"activity_tracker_enabled": [1], "move_alert_enabled": [None]}),
        ],
        "heart rate of a strap": [
            Rows(
                "hr",
                {"timestamp": beats, "fractional_timestamp": [0.5], "event_timestamp": [10.0], "filtered_bpm": [[120]]},
            ),
            Rows(
                "hr",
                {
                    "filtered_bpm": [[120, 121, 122, 123, 124, 125, 126, 127]],
                    "event_timestamp_12": [strap_message([(10 * 1024 + 512 * n) & 0xFFF for n in range(1, 9)])],
                },
            ),
        ],
    }
    files = {name: encode(each) for name, each in parts.items()}
    timer = fit_seconds(START).to_bytes(4, "little") + b"\x00\x00\x00"
    files["a uint32 of one byte"] = fit_bytes(
        definition(21, [(253, 4, 0x86), (0, 1, 0), (1, 1, 0), (3, 1, 0x86)]), b"\x00" + timer
    )
    files["a base type without its endian bit"] = fit_bytes(definition(20, [(7, 2, 0x04)]), b"\x00\x2c\x01")
    files["a field listed twice"] = fit_bytes(
        definition(20, [(7, 4, 0x84), (7, 2, 0x84)]), b"\x00\x2c\x01\x2d\x01\x2c\x01"
    )
    files["a header of twelve bytes"] = encode([FILE_ID], header_size=12)
    files["a header without its CRC"] = encode([FILE_ID], header_crc=False)
    files["two chained files"] = run(5) + run(7)
    files["a plain run"] = run(40)
    return files


_EXTREMES: dict[str, list[Any]] = {
    "enum": [0, 254, None],
    "sint8": [-128, 126, None],
    "uint8": [0, 254, None],
    "sint16": [-32768, 32766, None],
    "uint16": [0, 65534, None],
    "sint32": [-(2**31), 2**31 - 2, None],
    "uint32": [0, 2**32 - 2, None],
    "string": ["a", "bc", None],
    "float32": [0.5, -1e30, None],
    "float64": [0.1, -1e300, None],
    "uint8z": [1, 255, None],
    "uint16z": [1, 65535, None],
    "uint32z": [1, 2**32 - 1, None],
    "byte": [b"\x00\x01", b"\xff\x01", None],
    "sint64": [-(2**62), 2**63 - 2, None],
    "uint64": [0, 2**64 - 2, None],
    "uint64z": [1, 2**64 - 1, None],
}
