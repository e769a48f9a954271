"""One FIT file as a whole: what kind it is, on which days it was recorded, and its activities in frames."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from runningcoach_pipelines.activities.columns import column, message
from runningcoach_pipelines.activities.device_values import DEVICE_MESSAGES, device_values_of
from runningcoach_pipelines.activities.laps import laps_of
from runningcoach_pipelines.activities.samples import samples_of
from runningcoach_pipelines.activities.sessions import Session, sessions_of
from runningcoach_pipelines.fit import FitFile, FitProblem, decode, record_heart_rate

PARSER_VERSION = "2"
"""Raise it when the decoder or this package reads more than before: failed files are then tried again."""

_OUTLINE = ("file_id", "session", "activity", "sport")
ACTIVITY_MESSAGES = (*_OUTLINE, "record", "lap", "event", "device_info", "hr", *DEVICE_MESSAGES)
"""What `read_activities` needs of a file."""

_PROBLEMS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class FileOutline:
    """What a file is, without its samples. `created_on` is the local day that its `file_id` gives."""

    file_type: str
    sessions: tuple[Session, ...]
    created_on: dt.date | None
    notes: str | None

    @property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """First and last local day of the sessions; of a file that is no activity, the day it was made."""
        days = [session.local_day for session in self.sessions]
        if not days and self.created_on is not None and self.file_type != "activity":
            days = [self.created_on]
        return (min(days), max(days)) if days else None


@dataclass(frozen=True, slots=True)
class ActivityFile:
    """The activities of a file: sessions, and frames keyed by `session_index`."""

    sessions: tuple[Session, ...]
    manufacturer: str | None
    product: str | None
    device_values: pl.DataFrame
    laps: pl.DataFrame
    samples: pl.DataFrame


def outline(data: bytes, home: ZoneInfo) -> FileOutline:
    """Look into a file just far enough to say what it is and when it was recorded.

    Raises:
        FitDecodeError: nothing could be read.
    """
    fit = decode(data, messages=_OUTLINE)
    kind = _file_type(fit.messages)
    if kind not in {"activity", "unknown"}:
        return FileOutline(kind, (), _created_on(fit.messages, home), _notes(fit.problems))
    sessions = sessions_of(fit.messages, home)
    if not sessions or any(session.offset.source != "device" for session in sessions):
        # Only records tell the time or the place of such a file.
        fit = decode(data, messages=(*_OUTLINE, "record"))
        sessions = sessions_of(fit.messages, home)
    if kind == "unknown" and sessions:
        kind = "activity"
    return FileOutline(kind, tuple(sessions), _created_on(fit.messages, home), _notes(fit.problems))


def read_activities(fit: FitFile, *, home: ZoneInfo) -> ActivityFile:
    """The activities of a decoded file (at least its `ACTIVITY_MESSAGES`)."""
    sessions = sessions_of(fit.messages, home)
    manufacturer, product = _device(fit.messages)
    return ActivityFile(
        sessions=tuple(sessions),
        manufacturer=manufacturer,
        product=product,
        device_values=device_values_of(fit.messages, sessions),
        laps=laps_of(fit.messages, sessions),
        samples=samples_of(_with_strap(fit), sessions),
    )


def _with_strap(fit: FitFile) -> Mapping[str, pl.DataFrame]:
    """The messages; their records hold what a strap stored, too, where the watch could not hear it (swims)."""
    if not {"hr", "record"} <= set(fit.messages):
        return fit.messages
    return {**fit.messages, "record": fit.messages["record"].with_columns(record_heart_rate(fit))}


def _file_type(messages: Mapping[str, pl.DataFrame]) -> str:
    file_id = message(messages, "file_id")
    types = file_id.select(column(file_id, "type", pl.String)).to_series().drop_nulls()
    return "unknown" if types.is_empty() else str(types[0])


def _created_on(messages: Mapping[str, pl.DataFrame], home: ZoneInfo) -> dt.date | None:
    file_id = message(messages, "file_id")
    created = file_id.select(column(file_id, "time_created", pl.Datetime("us", "UTC"))).to_series().drop_nulls()
    return None if created.is_empty() else created[0].astimezone(home).date()


def _device(messages: Mapping[str, pl.DataFrame]) -> tuple[str | None, str | None]:
    file_id = message(messages, "file_id")
    if file_id.is_empty():
        return None, None
    names = ("product_name", "garmin_product", "favero_product", "product")
    return file_id.select(
        column(file_id, "manufacturer", pl.String),
        pl.coalesce(column(file_id, name, pl.String) for name in names).alias("product"),
    ).row(0)


def _notes(problems: Sequence[FitProblem]) -> str | None:
    if not problems:
        return None
    shown = [str(problem) for problem in problems[:_PROBLEMS_SHOWN]]
    more = len(problems) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")
