"""`runningcoach demo --garmin`: the demo athlete's history out of a Garmin Connect on this machine, by login, backfill
and sync as from the real one.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from runningcoach_pipelines.cli.console import progress

if TYPE_CHECKING:
    from runningcoach_pipelines.demo.garmin import GarminAthlete
    from runningcoach_pipelines.garmin.problems import AccountBusy, BudgetSpent
    from runningcoach_pipelines.settings import Settings
    from runningcoach_pipelines.store.lakehouse import Lakehouse

_AS_OFTEN_AS_IT_LIKES = 1_000_000


@contextmanager
def served_garmin(settings: "Settings", *, seed: int, years: int) -> Iterator[tuple["Settings", "GarminAthlete"]]:
    """While the block lasts, a Garmin Connect whose account has a history that ended yesterday; and settings that lead
    to it, without pauses.
    """
    from runningcoach_pipelines.demo.garmin import DemoAccount, GarminAthlete, serving

    athlete = GarminAthlete(seed, years, settings.today() - dt.timedelta(days=1))
    with serving(DemoAccount(settings.now, athlete)) as account:
        yield (
            settings.model_copy(
                update={
                    "garmin_url": account.url,
                    "garmin_pause_s": 0.0,
                    "garmin_requests_per_hour": _AS_OFTEN_AS_IT_LIKES,
                    "garmin_requests_per_day": _AS_OFTEN_AS_IT_LIKES,
                }
            ),
            athlete,
        )


@contextmanager
def logged_in(lakehouse: "Lakehouse") -> Iterator[None]:
    """The settings' athlete logged in to the Garmin that is served, until the block ends: the real one must never be
    asked with these tokens.

    Raises:
        UnsafeDemo: somebody else of this installation is logged in; a sync would hand real tokens to the demo.
    """
    from runningcoach_pipelines.cli.errors import UnsafeDemo
    from runningcoach_pipelines.demo.garmin import EMAIL, PASSWORD
    from runningcoach_pipelines.garmin.login import GarminLogin
    from runningcoach_pipelines.garmin.tokens import stored_accounts

    ours = lakehouse.settings.athlete
    others = [account.athlete_id for account in stored_accounts(lakehouse.engine) if account.athlete_id != ours]
    if others:
        raise UnsafeDemo(
            f"{', '.join(others)}: logged in to the real Garmin Connect here, whose tokens a demo must not see. Set "
            "RUNNINGCOACH_HOME to another folder for the demo, or run `runningcoach logout garmin` first"
        )
    login = GarminLogin.of(lakehouse.engine, lakehouse.settings, ours)
    login.begin(EMAIL, PASSWORD)
    try:
        yield
    finally:
        login.forget()


def fetch_history(lakehouse: "Lakehouse", athlete: "GarminAthlete") -> None:
    """Everything that the demo's Garmin has."""
    from runningcoach_pipelines.garmin.backfill import backfill
    from runningcoach_pipelines.garmin.fetching import Fetcher

    fetcher = Fetcher.of(lakehouse, lakehouse.settings.athlete)
    with progress("Fetching from Garmin") as advance:
        made = backfill(
            fetcher,
            athlete.first_day,
            None,
            on_fetched=lambda fetched, left: advance(str(fetched.question), left),
            on_wait=_say_waiting,
        )
    typer.echo(f"Fetched from the demo's Garmin Connect: {fetcher.requests} requests, {len(made.failures)} failed")
    if made.stopped is not None:
        raise made.stopped


def _say_waiting(why: "BudgetSpent | AccountBusy") -> None:
    typer.echo(f"waiting: {why}", err=True)
