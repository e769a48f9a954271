"""`runningcoach db`: the schema, and a SQL prompt."""

import os
from typing import Annotated

import typer

app = typer.Typer(help="The database: migrations, and a SQL prompt.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def upgrade(revision: Annotated[str, typer.Argument(metavar="REVISION", help="Migration to go to.")] = "head") -> None:
    """Bring the schema up to date."""
    from runningcoach_pipelines.settings import Settings
    from runningcoach_pipelines.store import database
    from runningcoach_pipelines.store.lakehouse import open_lakehouse

    with open_lakehouse(Settings()) as lakehouse:
        database.upgrade(lakehouse.engine, revision)
        typer.echo(f"schema at {database.revision(lakehouse.engine)}")


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(metavar="REVISION", help="Migration to go back to, `base` for none.")],
) -> None:
    """Take the schema back to an earlier migration.

    FIT files in the database go with their table: extract them first.
    """
    from runningcoach_pipelines.settings import Settings
    from runningcoach_pipelines.store import database
    from runningcoach_pipelines.store.lakehouse import open_lakehouse

    with open_lakehouse(Settings()) as lakehouse:
        database.downgrade(lakehouse.engine, revision)
        typer.echo(f"schema at {database.revision(lakehouse.engine) or 'base'}")


@app.command()
def shell(
    command: Annotated[str | None, typer.Option("--command", "-c", metavar="SQL", help="Run this and exit.")] = None,
) -> None:
    """Open psql on the database."""
    import subprocess

    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    from runningcoach_pipelines.settings import Settings
    from runningcoach_pipelines.store.database import serving_database
    from runningcoach_pipelines.store.embedded import binaries

    with serving_database(Settings()) as url:
        environment = {**os.environ, "PGOPTIONS": "-c search_path=runningcoach,public"}
        place = conninfo_to_dict(url)
        # Arguments are shown to everyone on the machine.
        environment["PGPASSWORD"] = str(place.pop("password", None) or "")
        psql = [str(binaries() / "psql"), make_conninfo("", **{name: str(value) for name, value in place.items()})]
        arguments = psql if command is None else [*psql, "--command", command]
        done = subprocess.run(arguments, env=environment, check=False)  # noqa: S603 - psql of our own wheel
    raise typer.Exit(done.returncode)
