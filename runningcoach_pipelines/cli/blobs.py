"""`runningcoach blobs`: FIT files in and out of the blob store, checked and counted."""

from pathlib import Path
from typing import Annotated

import typer

from runningcoach_pipelines.cli.console import AsJson, print_json, print_problems, print_table, progress

app = typer.Typer(
    help="The stored FIT files: bring in, check, write out, count.", no_args_is_help=True, rich_markup_mode=None
)

Athlete = Annotated[
    str | None, typer.Option("--athlete", metavar="NAME", help="Whose files; default RUNNINGCOACH_ATHLETE.")
]


@app.command()
def migrate(
    source_dir: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with FIT files.")],
    delete_originals: Annotated[
        bool, typer.Option("--delete-originals", help="Delete each file once its stored copy was compared.")
    ] = False,
    athlete: Athlete = None,
    as_json: AsJson = False,
) -> None:
    """Move the FIT files of a folder into the blob store."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.ingest import transfer

    with opened_lakehouse() as lakehouse, progress("Storing") as on_file:
        report = transfer.migrate(
            lakehouse,
            source_dir,
            athlete_id=athlete or lakehouse.settings.athlete,
            today=lakehouse.settings.today(),
            delete_originals=delete_originals,
            on_file=on_file,
        )
    done = report.imported
    if as_json:
        print_json(report)
    else:
        typer.echo(f"{done.new} files stored, {done.known} were there, {report.deleted} originals deleted")
    print_problems("Stored, but not readable", [(p.name, p.reason) for p in done.failed])
    print_problems("Refused", [(p.name, p.reason) for p in done.refused])
    raise typer.Exit(0 if done.complete else 1)


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Read every file back and compare its SHA-256.

    Exit status 1: some differ, and are named.
    """
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.ingest import transfer

    with opened_lakehouse() as lakehouse, progress("Hashing") as on_file:
        count = len(lakehouse.files.all())
        wrong = transfer.verify(lakehouse, on_file=on_file)
    if as_json:
        print_json({"files": count, "wrong": [{"sha256": raw.sha256, "reason": why} for raw, why in wrong]})
    else:
        typer.echo(f"{count - len(wrong)} of {count} files are what their hashes stand for")
    print_problems("Not what they were", [(raw.file_name or raw.sha256, why) for raw, why in wrong])
    raise typer.Exit(1 if wrong else 0)


@app.command()
def extract(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write the files.")],
    athlete: Athlete = None,
    as_json: AsJson = False,
) -> None:
    """Write all FIT files of an athlete into a folder, bit for bit."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.ingest import transfer

    with opened_lakehouse() as lakehouse, progress("Writing") as on_file:
        report = transfer.extract(lakehouse, folder, athlete_id=athlete or lakehouse.settings.athlete, on_file=on_file)
    if as_json:
        print_json(report)
    else:
        typer.echo(f"{report.written} files written to {folder}, {report.known} were there")
    print_problems("Not written", [(p.name, p.reason) for p in report.problems])
    raise typer.Exit(1 if report.problems else 0)


@app.command()
def stats(as_json: AsJson = False) -> None:
    """Count, raw and stored size, and ratio, by compression."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.store.read_models import blob_statistics

    with opened_lakehouse() as lakehouse:
        rows = blob_statistics(lakehouse.engine)
    if as_json:
        print_json(rows)
        return
    print_table(
        "FIT files",
        ["compression", "files", "raw bytes", "stored bytes", "ratio"],
        [(r.compression, r.files, f"{r.raw_bytes:,}", f"{r.stored_bytes:,}", f"{r.ratio:.2f}") for r in rows],
    )
