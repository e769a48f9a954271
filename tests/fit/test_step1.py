import datetime as dt

import fitdecode
import numpy as np
import polars as pl
import pytest

from runningcoach_pipelines.fit import FitDecodeError, ProblemKind, decode
from runningcoach_pipelines.fit.encode import Developer, Interleaved, Rows, encode

START = dt.datetime(2025, 5, 4, 7, 30, tzinfo=dt.UTC)


def _run(n: int) -> bytes:
    times = [START + dt.timedelta(seconds=s) for s in range(n)]
    return encode(
        [
            Rows(
                "file_id",
                {
                    "type": ["activity"],
                    "manufacturer": ["garmin"],
                    "time_created": [START],
                    "garmin_product": ["fr965"],
                },
            ),
            Interleaved(
                [
                    Rows(
                        "record",
                        {
                            "timestamp": times,
                            "heart_rate": [None, *range(100, 99 + n)],
                            "enhanced_speed": np.linspace(2, 4, n),
                            "enhanced_altitude": np.full(n, 12.4),
                            "position_lat": np.full(n, 10_000),
                        },
                    ),
                    Rows("hrv", {"time": [[0.5, 0.6, None]] * n}, at=times),
                ]
            ),
            Rows(
                "session",
                {"timestamp": [START], "sport": ["running"], "total_distance": [1234.56], "avg_cadence": [84]},
            ),
        ]
    )


def test_what_the_encoder_writes_is_read_back_with_the_same_values():
    fit = decode(_run(5))
    assert not fit.problems
    assert fit.messages["file_id"].select("type", "manufacturer", "garmin_product", "product", "time_created").row(
        0
    ) == ("activity", "garmin", "fr965", 4315, START)
    record = fit.messages["record"]
    assert record["heart_rate"].to_list() == [None, 100, 101, 102, 103]
    assert record["timestamp"][4] == START + dt.timedelta(seconds=4)
    assert record["enhanced_speed"].to_list() == [2, 2.5, 3, 3.5, 4]
    assert fit.messages["session"]["avg_running_cadence"][0] == 84
    assert fit.messages["session"]["total_distance"][0] == 1234.56


def test_garbage():
    with pytest.raises(FitDecodeError):
        decode(b"hello")
    data = _run(5)
    assert [p.kind for p in decode(data[:-2] + b"xx").problems] == [ProblemKind.FILE_CRC]
    assert decode(data[:100]).problems
