"""Entry point: the commands, and how errors end: 0 done, 1 something failed, 2 wrong usage or settings."""

import signal
import sys
from typing import Annotated

import typer

from runningcoach_pipelines.cli import (
    athlete,
    blobs,
    bring_in,
    check,
    database,
    duplicates,
    explain,
    fetch,
    forecast,
    garmin,
    look,
    secrets,
    serve,
)

app = typer.Typer(
    name="runningcoach",
    help="A self-hosted running lakehouse: FIT files in, training science out.",
    epilog="Begin with `demo`, or with `import` and your own FIT files; then `up`. Settings are environment "
    "variables or lines of a file .env: docs/operations.md.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(serve.demo)
app.command("import")(bring_in.import_)
app.command("up")(serve.up)
app.command("backfill")(fetch.backfill)
app.command("sync")(fetch.sync)
app.command("status")(look.status)
app.command("duplicates")(duplicates.duplicates)
app.command("check")(check.check)
app.command("explain")(explain.explain)
app.command("materialize")(bring_in.materialize)
app.command("forecast")(forecast.forecast)
app.command("decode")(look.decode)
app.command("env")(serve.env)
app.add_typer(athlete.app, name="athlete")
app.add_typer(blobs.app, name="blobs")
app.add_typer(database.app, name="db")
app.add_typer(garmin.login_app, name="login")
app.add_typer(garmin.logout_app, name="logout")
app.add_typer(secrets.app, name="secrets")


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    if show:
        from importlib.metadata import version as installed

        typer.echo(f"runningcoach {installed('runningcoach')}")
        raise typer.Exit


def run() -> None:
    """Run the command line; expected errors print one message instead of a trace."""
    # A shell's background job inherits an ignored SIGINT, which Dagster copies to SIGTERM: nothing would stop us.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        app()
    except Exception as error:
        from runningcoach_pipelines.cli.errors import explained

        message, status = explained(error)
        if message is None:
            raise
        typer.secho(f"runningcoach: {message}", fg=typer.colors.RED, err=True)
        sys.exit(status)
