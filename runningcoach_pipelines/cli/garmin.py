"""`runningcoach login garmin` and `logout garmin`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from runningcoach_pipelines.garmin.login import LoggedIn, MfaNeeded

login_app = typer.Typer(
    help="Log in to a service; only its tokens are kept.", no_args_is_help=True, rich_markup_mode=None
)
logout_app = typer.Typer(help="Forget the tokens of a service.", no_args_is_help=True, rich_markup_mode=None)

Athlete = Annotated[str | None, typer.Option("--athlete", "-a", help="Whose account; default: RUNNINGCOACH_ATHLETE.")]


# With one command alone Typer would drop its name.
@login_app.callback()
@logout_app.callback()
def _services() -> None:
    pass


@login_app.command("garmin")
def login(
    athlete: Athlete = None,
    email: Annotated[str | None, typer.Option(help="E-mail of the Garmin account.")] = None,
    mfa_code: Annotated[
        str | None, typer.Option(help="The code Garmin has sent: completes a login that waits for it.")
    ] = None,
) -> None:
    """Log in to Garmin Connect. The password is asked for, or read from standard input, and kept nowhere."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.garmin.login import GarminLogin, MfaNeeded
    from runningcoach_pipelines.garmin.problems import MfaRequired

    with opened_lakehouse() as lakehouse:
        garmin = GarminLogin.of(lakehouse.engine, lakehouse.settings, athlete or lakehouse.settings.athlete)
        if mfa_code is not None:
            _say(garmin.finish(mfa_code.strip()))
            return
        outcome = garmin.begin(email or typer.prompt("E-mail", err=True), _password())
        if not isinstance(outcome, MfaNeeded):
            _say(outcome)
        elif sys.stdin.isatty():
            _say(garmin.finish(typer.prompt(f"Code (sent by {outcome.code_sent_by})", err=True).strip()))
        else:
            raise MfaRequired(_how_to_finish(outcome))


@logout_app.command("garmin")
def logout(athlete: Athlete = None) -> None:
    """Remove the stored tokens. Garmin itself is not told: sign out there to end them everywhere."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.garmin.login import GarminLogin

    with opened_lakehouse() as lakehouse:
        name = athlete or lakehouse.settings.athlete
        known = GarminLogin.of(lakehouse.engine, lakehouse.settings, name).forget()
    typer.echo(f"{name}: logged out of Garmin" if known else f"{name} was not logged in to Garmin")


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _how_to_finish(outcome: "MfaNeeded") -> str:
    return (
        f"Garmin has sent a code by {outcome.code_sent_by} and waits for it until {outcome.expires_at:%H:%M} UTC: "
        f"`runningcoach login garmin --athlete {outcome.athlete_id} --mfa-code CODE`"
    )


def _say(outcome: "LoggedIn") -> None:
    whose = f" as {outcome.full_name}" if outcome.full_name else ""
    typer.echo(f"{outcome.athlete_id}: logged in to Garmin{whose}. The tokens are stored, the password is not.")
