"""`runningcoach secrets`: the keys that stored tokens are encrypted with."""

import typer

app = typer.Typer(help="Keys of stored tokens.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def rotate() -> None:
    """Encrypt all tokens with a new key: one made in the key file, or the first of RUNNINGCOACH_SECRET_KEYS."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.garmin.tokens import rotate as rotate_tokens
    from runningcoach_pipelines.store.keyring import Keyring

    with opened_lakehouse() as lakehouse:
        keyring = Keyring(lakehouse.settings)
        count = rotate_tokens(lakehouse.engine, keyring)
        typer.echo(f"{count} secrets are encrypted with key {keyring.key_id}. Older keys are needed by backups only.")


@app.command()
def new_key() -> None:
    """Print a new key, to be put in front of those in RUNNINGCOACH_SECRET_KEYS."""
    from runningcoach_pipelines.store.keyring import new_key as made

    typer.echo(made())
