"""A file that the catalogue knows but the blob store has lost, or never had: importing it again brings it back."""

import datetime as dt

from sqlalchemy import text

from runningcoach_pipelines.demo import iter_history
from runningcoach_pipelines.ingest.importing import import_files
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.ingest.transfer import verify
from runningcoach_pipelines.store.lakehouse import Lakehouse

_TODAY = dt.date(2025, 6, 1)


def test_importing_a_known_file_again_stores_its_missing_blob(lakehouse: Lakehouse) -> None:
    made = next(iter_history(seed=3, years=1, until=dt.date(2025, 5, 31)))
    file = FoundFile(made.name, made.data)
    import_files(lakehouse, [file], athlete_id="me", today=_TODAY)
    with lakehouse.engine.begin() as connection:
        # As in a database whose blobs were in a bucket until now.
        connection.execute(text("update runningcoach.garmin_raw_files set file_content = null"))
    assert len(verify(lakehouse)) == 1
    report = import_files(lakehouse, [file], athlete_id="me", today=_TODAY)
    assert (report.new, report.known) == (0, 1)
    assert verify(lakehouse) == []
