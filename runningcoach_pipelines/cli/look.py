"""`runningcoach status` and `decode`: what is there, and what is in a file."""

import datetime as dt
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runningcoach_pipelines.cli.console import AsJson, print_facts, print_json, print_problems, print_table

if TYPE_CHECKING:
    from runningcoach_pipelines.fit import FitFile
    from runningcoach_pipelines.garmin.coverage import FetchedHistory
    from runningcoach_pipelines.garmin.status import GarminStatus
    from runningcoach_pipelines.store.read_models import AthleteStatus


_ROWS_AS_COLUMNS = 4
_TABLE_WIDTH = 2000


class Form(StrEnum):
    """How `decode` prints a message."""

    TABLE = "table"
    JSON = "json"
    PARQUET = "parquet"


def status(as_json: AsJson = False) -> None:
    """Show what is stored and computed of each athlete.

    Also what cannot be read, and why.
    """
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.garmin.status import garmin_status
    from runningcoach_pipelines.store.athletes import athlete_ids
    from runningcoach_pipelines.store.database import revision
    from runningcoach_pipelines.store.read_models import athlete_status

    with opened_lakehouse() as lakehouse:
        athletes = [athlete_status(lakehouse.engine, name) for name in athlete_ids(lakehouse.engine)]
        failed = [(raw.file_name or raw.sha256, raw.error or "") for raw in lakehouse.files.failed()]
        lake_files, lake_bytes = lakehouse.samples.size()
        schema = revision(lakehouse.engine)
        lake_url = lakehouse.samples.url
        garmin, now = garmin_status(lakehouse.engine, lakehouse.settings), lakehouse.settings.now()
    if as_json:
        print_json(
            {
                "schema": schema,
                "athletes": athletes,
                "failed": [{"file": name, "reason": why} for name, why in failed],
                "lake": {"url": lake_url, "files": lake_files, "bytes": lake_bytes},
                "garmin": asdict(garmin),
            }
        )
        return
    if not athletes:
        typer.echo(
            "Nothing is here yet: `runningcoach import PATH` stores FIT files, `runningcoach demo`\nmakes some.\n"
        )
    for athlete in athletes:
        print_facts(athlete.athlete_id, _facts(athlete))
    print_facts("samples", [("files", f"{lake_files} ({lake_bytes / 1e6:.1f} MB)"), ("where", lake_url)])
    _print_garmin(garmin, now)
    print_problems("Files that cannot be read", failed)


def _facts(athlete: "AthleteStatus") -> list[tuple[str, object]]:
    others = {kind: count for kind, count in athlete.files.items() if kind != "activity"}
    return [
        ("activity files", athlete.files.get("activity", 0)),
        ("other files", sum(others.values())),
        *((f"  {kind}", count) for kind, count in others.items()),
        ("unreadable files", athlete.failed),
        ("activities", athlete.activities),
        ("first activity", athlete.first_day),
        ("last activity", athlete.last_day),
        ("fitness computed to", athlete.fitness_to),
    ]


def _print_garmin(garmin: "GarminStatus", now: dt.datetime) -> None:
    for account in garmin.accounts:
        print_facts(
            f"{account.athlete_id} at Garmin Connect",
            [
                ("account", account.full_name or account.display_name),
                ("logged in", f"{account.obtained_at:%Y-%m-%d}"),
                ("tokens renewed", f"{(now - account.refreshed_at).total_seconds() / 3600:.1f} h ago"),
                ("state", f"log in again: {account.refused}" if account.refused else "ok"),
            ],
        )
    for history in garmin.histories:
        if history.wanted_from is not None:
            _print_history(history)
    for athlete_id, until in garmin.waiting.items():
        typer.echo(f"Garmin: the login of {athlete_id} waits for its MFA code until {until:%H:%M} UTC")
    if garmin.open_until is not None and garmin.trip is not None:
        typer.echo(
            f"Garmin: not called before {garmin.open_until:%Y-%m-%d %H:%M} UTC: {garmin.trip.cause} "
            f"({garmin.trip.trips} in a row)"
        )


def _print_history(history: "FetchedHistory") -> None:
    from runningcoach_pipelines.garmin.coverage import MARKS, STRIP_DAYS

    print_facts(
        f"{history.athlete_id}: fetched from Garmin Connect",
        [
            ("wanted since", history.wanted_from),
            ("last sync", f"{history.last_success_at:%Y-%m-%d %H:%M} UTC" if history.last_success_at else None),
        ],
    )
    rows = [(e.endpoint, e.ok, e.empty, e.failed, e.never_asked, e.strip) for e in history.endpoints]
    marks = ", ".join(f"{mark} {what}" for what, mark in MARKS.items())
    last_days = f"last {STRIP_DAYS} days: {marks}"
    print_table("Days (or activities)", ["endpoint", "ok", "empty", "failed", "never asked", last_days], rows)
    print_problems(
        "Failed at Garmin Connect",
        [
            (e.endpoint, f"{e.reason} (again from {e.next_try_at:%H:%M} UTC)")
            for e in history.endpoints
            if e.next_try_at
        ],
    )


def decode(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A FIT file.")],
    message: Annotated[
        list[str] | None, typer.Option("--message", "-m", metavar="NAME", help="Only this message; may be repeated.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="How to print them.")] = Form.TABLE,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", help="Folder for Parquet files.")] = None,
) -> None:
    """Show what is in a FIT file, without the database.

    Exit status 1 if the file is damaged.
    """
    fit = _decoded(file, message)
    missing = [name for name in message or () if name not in fit.messages]
    if form is Form.JSON:
        print_json({name: frame.to_dicts() for name, frame in fit.messages.items()})
    elif form is Form.PARQUET:
        _write_parquet(fit, file, out or Path())
    else:
        _print_messages(fit, whole=bool(message))
    print_problems("Not in this file", [(name, "no such message") for name in missing])
    print_problems("Problems", [(file.name, str(problem)) for problem in fit.problems])
    raise typer.Exit(1 if fit.problems or missing else 0)


def _decoded(file: Path, messages: list[str] | None) -> "FitFile":
    from runningcoach_pipelines.cli.errors import UnreadableFile
    from runningcoach_pipelines.fit import FitDecodeError
    from runningcoach_pipelines.fit import decode as decode_fit

    data = file.read_bytes()
    try:
        return decode_fit(data, messages=messages)
    except FitDecodeError as error:
        raise UnreadableFile(f"{file} cannot be read as FIT: {error}") from error
    except ValueError as error:
        raise typer.BadParameter(f"{error}; without --message all messages of the file are listed") from error


def _print_messages(fit: "FitFile", *, whole: bool) -> None:
    import polars as pl

    if not whole:
        rows = [(name, frame.height, frame.width) for name, frame in fit.messages.items()]
        print_table("Messages", ["message", "rows", "fields"], rows)
        return
    for name, frame in fit.messages.items():
        written = frame[[column.name for column in frame if column.null_count() < frame.height]]
        if frame.height <= _ROWS_AS_COLUMNS:
            rows = [(column, *written[column]) for column in written.columns]
            print_table(name, ["field", *(f"row {row + 1}" for row in range(frame.height))], rows)
            continue
        with pl.Config(tbl_rows=20, tbl_cols=-1, fmt_str_lengths=40, tbl_width_chars=_TABLE_WIDTH):
            typer.echo(f"{name}\n{written}")


def _write_parquet(fit: "FitFile", file: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in fit.messages.items():
        path = folder / f"{file.stem}.{name}.parquet"
        frame.write_parquet(path)
        typer.echo(str(path))
