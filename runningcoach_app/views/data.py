"""Data: what is stored, what cannot be read, and more of it by drag and drop; everything out again."""

import tempfile
from functools import partial
from io import BytesIO
from pathlib import Path

import polars as pl
import streamlit as st

from runningcoach_app import states
from runningcoach_app.speech import Speech
from runningcoach_app.tables import show_table
from runningcoach_app.visit import Visit, current_visit
from runningcoach_pipelines.ingest.importing import ImportReport, import_paths, read_again
from runningcoach_pipelines.store import activity_list, read_models
from runningcoach_pipelines.store.activity_list import Filter
from runningcoach_pipelines.store.blob import BlobError
from runningcoach_pipelines.store.lake import LakeUnavailable

_KINDS = ("fit", "zip", "gz")
_ALL = 1_000_000


def data(visit: Visit) -> None:
    """The whole page."""
    say = visit.speech.text
    st.title(say("Data"))
    _show_import(visit)
    _show_failed(visit)
    left, right = st.columns(2)
    with left:
        _show_stock(visit)
    with right:
        _show_export(visit)


def _show_import(visit: Visit) -> None:
    say = visit.speech.text
    st.subheader(say("Import"))
    files = st.file_uploader(
        say("FIT files, or ZIPs of them such as Garmin's account export"),
        type=_KINDS,
        accept_multiple_files=True,
        key="upload",
    )
    if not files or not st.button(say("Import"), type="primary", icon=":material/upload:", key="import"):
        return
    with tempfile.TemporaryDirectory() as folder, st.status(say("Importing…"), expanded=True) as progress:
        paths = [_saved(Path(folder), index, file.name, file.getvalue()) for index, file in enumerate(files)]
        try:
            report = import_paths(
                visit.lakehouse,
                paths,
                athlete_id=visit.athlete_id,
                today=visit.today,
                on_file=lambda name: progress.update(label=say("Importing {name}", name=Path(name).name)),
            )
        except BlobError as problem:
            progress.update(label=say("The import stopped; what was stored before stays."), state="error")
            st.error(str(problem))
            return
        progress.update(label=say("Imported"), state="complete")
    _show_report(report, visit.speech)


def _saved(folder: Path, index: int, name: str, content: bytes) -> Path:
    """A folder for each, so that two files of one name do not meet."""
    place = folder / str(index)
    place.mkdir()
    path = place / (Path(name).name or "file")
    path.write_bytes(content)
    return path


def _show_report(report: ImportReport, speech: Speech) -> None:
    say = speech.text
    st.success(
        say("{new} new files, {known} known ones.", new=speech.number(report.new), known=speech.number(report.known))
    )
    if report.days:
        st.caption(say("`runningcoach up` computes what follows from them by itself, within a minute or so."))
    for title, problems in (
        (say("Kept, but not readable"), report.failed),
        (say("Refused"), report.refused),
    ):
        if problems:
            st.warning(title)
            show_table({say("File"): [one.name for one in problems], say("Reason"): [one.reason for one in problems]})


def _show_failed(visit: Visit) -> None:
    say = visit.speech.text
    failed = [raw for raw in visit.lakehouse.files.failed() if raw.athlete_id == visit.athlete_id]
    if not failed:
        return
    st.subheader(say("Files that cannot be read"))
    st.caption(say("They are kept as they came, and tried again by each new version of the decoder."))
    show_table(
        {
            say("File"): [raw.file_name or raw.sha256 for raw in failed],
            say("Reason"): [raw.error or "" for raw in failed],
        }
    )
    if st.button(say("Try again"), icon=":material/refresh:", key="retry"):
        try:
            readings = read_again(visit.lakehouse, visit.today, failed)
        except BlobError as problem:
            st.error(str(problem))
            return
        read = sum(reading.error is None for reading in readings)
        st.info(say("{read} of {all} can be read now.", read=read, all=len(readings)))


def _show_stock(visit: Visit) -> None:
    speech = visit.speech
    say, number = speech.text, speech.number
    st.subheader(say("What is stored"))
    status = read_models.athlete_status(visit.engine, visit.athlete_id)
    kinds = sorted(status.files.items(), key=lambda kind: -kind[1])
    show_table(
        {
            say("Kind of file"): [*(name for name, _ in kinds), say("unreadable")],
            say("Number"): [number(count) for count in (*(count for _, count in kinds), status.failed)],
        }
    )
    blobs = read_models.blob_statistics(visit.engine)
    show_table(
        {
            say("Compression"): [one.compression for one in blobs],
            say("Files"): [number(one.files) for one in blobs],
            say("Raw (MB)"): [number(one.raw_bytes / 1e6, 1) for one in blobs],
            say("Stored (MB)"): [number(one.stored_bytes / 1e6, 1) for one in blobs],
            say("Ratio"): [number(one.ratio, 2) for one in blobs],
        }
    )
    try:
        files, size = visit.lake.size()
    except LakeUnavailable as problem:
        states.note_unreadable_lake(speech, problem)
        return
    st.caption(say("Samples: {files} files, {size} MB", files=number(files), size=number(size / 1e6, 1)))


def _show_export(visit: Visit) -> None:
    say = visit.speech.text
    st.subheader(say("Export"))
    st.caption(say("Tables as they are stored. The FIT files come out with `runningcoach blobs extract DIR`."))
    exports = {
        "activities": (say("Activities"), partial(_activities, visit)),
        "days": (say("Days"), partial(read_models.fitness, visit.engine, visit.athlete_id)),
    }
    for name, (label, frame) in exports.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{label}**")
            for written, mime, write in _FORMATS:
                st.download_button(
                    written,
                    data=partial(write, frame),
                    file_name=f"{name}.{written.lower()}",
                    mime=mime,
                    key=f"{name}-{written.lower()}",
                    on_click="ignore",
                )


def _activities(visit: Visit) -> pl.DataFrame:
    return activity_list.activities(visit.engine, visit.athlete_id, Filter(), most=_ALL)


def _csv(frame: "partial[pl.DataFrame]") -> bytes:
    return frame().write_csv().encode()


def _parquet(frame: "partial[pl.DataFrame]") -> bytes:
    content = BytesIO()
    frame().write_parquet(content)
    return content.getvalue()


_FORMATS = (("CSV", "text/csv", _csv), ("Parquet", "application/vnd.apache.parquet", _parquet))


if __name__ == "__main__":
    data(current_visit())
