"""`runningcoach duplicates`: what looks like a repetition of another activity, and what it came from."""

from typing import Annotated

import typer

from runningcoach_pipelines.cli.console import AsJson, print_json, print_table


def duplicates(
    athlete: Annotated[
        str | None, typer.Option("--athlete", "-a", help="Whose activities; default: RUNNINGCOACH_ATHLETE.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List activities that look like another one. Each is kept; of a pair the richer recording counts."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.store.read_models import suspected_duplicates

    with opened_lakehouse() as lakehouse:
        rows = suspected_duplicates(lakehouse.engine, athlete or lakehouse.settings.athlete).to_dicts()
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo("No activity looks like another one.")
        return
    print_table(
        "Kept, but not counted",
        ["day", "sport", "km", "from", "looks like"],
        [
            (
                row["local_day"],
                row["sport"],
                None if row["distance_m"] is None else f"{row['distance_m'] / 1000:.1f}",
                row["files"],
                row["counted_files"],
            )
            for row in rows
        ],
    )
