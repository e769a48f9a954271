"""Seconds in heart-rate zones as the devices counted them, between the devices' own bounds.

Our own bounds are those of the athlete; so the samples are counted once more here.
"""

import numpy as np
import polars as pl
import pytest
from sqlalchemy import select

from runningcoach_pipelines.derive.activity_metrics.recordings import recordings
from runningcoach_pipelines.ingest.importing import ImportReport
from runningcoach_pipelines.metrics.zones import times_in_zones_s
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.lakehouse import Lakehouse
from runningcoach_pipelines.store.tables import Activity, DeviceValues, GarminRawFile
from tests.real.explained import TIME_IN_ZONES

pytestmark = pytest.mark.real_files
_TOLERANCE_S = 12.0


def numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def test_time_in_zones_agrees_with_the_device_or_the_difference_is_explained(
    imported: tuple[Lakehouse, ImportReport],
) -> None:
    lakehouse, _ = imported
    activity, said, files = Activity.table(), DeviceValues.table(), GarminRawFile.table()
    counted = (
        select(activity, files.c.file_name, said.c.hr_zone_s, said.c.hr_zone_bounds_bpm.label("bounds"))
        .join(files, files.c.sha256 == activity.c.source_sha256)
        .join(said, said.c.activity_id == activity.c.activity_id)
        .where(said.c.hr_zone_s.is_not(None), said.c.hr_zone_bounds_bpm.is_not(None))
        .order_by(activity.c.activity_id)
    )
    with lakehouse.engine.connect() as connection:
        rows = read_frame(connection, counted)
    rows = rows.cast({"activity_id": pl.Enum(rows["activity_id"])})
    samples = recordings(rows, lakehouse.samples.scan().collect()).samples
    number = samples["activity_id"].to_physical().to_numpy()
    beats, weight_s = samples["heart_rate_bpm"].to_numpy(), samples["weight_s"].to_numpy()
    seen: dict[str, float] = {}
    compared = 0
    for place, (file, theirs, bounds) in enumerate(rows.select("file_name", "hr_zone_s", "bounds").iter_rows()):
        ours = times_in_zones_s(beats, weight_s, number, numbers(bounds), rows.height)[place]
        if not np.isnan(ours[0]):
            compared += 1
            furthest = max(ours - np.array(numbers(theirs)), key=abs)
            if abs(furthest) > _TOLERANCE_S:
                seen[file[:8]] = float(round(furthest))
    assert seen == {file: seconds for file, (seconds, _reason) in TIME_IN_ZONES.items()}
    assert compared >= 50
