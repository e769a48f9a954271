"""`runningcoach backfill` and `sync`: the history at Garmin Connect, and what is new there."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from runningcoach_pipelines.cli.console import AsJson, print_json, print_problems, print_table, progress

if TYPE_CHECKING:
    from runningcoach_pipelines.garmin.backfill import Estimate
    from runningcoach_pipelines.garmin.catching_up import Round
    from runningcoach_pipelines.garmin.fetching import Fetched
    from runningcoach_pipelines.garmin.problems import AccountBusy, BudgetSpent

Athlete = Annotated[str | None, typer.Option("--athlete", "-a", help="Whose account; default: RUNNINGCOACH_ATHLETE.")]


def backfill(
    first: Annotated[
        dt.datetime | None,
        typer.Option("--from", metavar="DAY", formats=["%Y-%m-%d"], help="First day; default GARMIN_BACKFILL_DAYS."),
    ] = None,
    last: Annotated[
        dt.datetime | None,
        typer.Option("--to", metavar="DAY", formats=["%Y-%m-%d"], help="Last day; default today."),
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what would be asked, and how long it takes; no more.")
    ] = False,
    athlete: Athlete = None,
    as_json: AsJson = False,
) -> None:
    """Fetch what Garmin Connect has and is not here.

    What was never asked, has failed, or may have changed since. Rests while the budget of requests fills, and goes on
    where it was when it is started again.
    Exit status 1: something failed or Garmin wants no more; `status` says what, and when it is tried again.
    """
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.garmin.backfill import backfill as bring
    from runningcoach_pipelines.garmin.backfill import estimate
    from runningcoach_pipelines.garmin.fetching import Fetcher

    begin, end = (day.date() if day else None for day in (first, last))
    if begin and end and begin > end:
        raise typer.BadParameter(f"--from {begin} comes after --to {end}")
    with opened_lakehouse() as lakehouse:
        fetcher = Fetcher.of(lakehouse, athlete or lakehouse.settings.athlete)
        if plan:
            _print_plan(estimate(fetcher, begin, end), as_json=as_json)
            return
        with progress("Fetching") as advance:
            made = bring(
                fetcher,
                begin,
                end,
                on_fetched=lambda fetched, left: advance(str(fetched.question), left),
                on_wait=_say_waiting,
            )
    _end(made, fetcher.requests, as_json=as_json)


def sync(athlete: Athlete = None, as_json: AsJson = False) -> None:
    """Fetch what is new at Garmin Connect.

    Activities of the last days, and days that may have changed.
    Exit status 1: something failed; `status` says what, and when it is tried again.
    """
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.garmin.fetching import Fetcher
    from runningcoach_pipelines.garmin.syncing import sync as bring

    with opened_lakehouse() as lakehouse:
        made = bring(Fetcher.of(lakehouse, athlete or lakehouse.settings.athlete))
    _end(made.round, made.requests, as_json=as_json)


def _end(made: "Round", requests: int, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "requests": requests,
                "asked": made.asked,
                "states": made.states,
                "changed": made.changed,
                "bytes": made.size,
                "left": made.left,
                "failed": [_failure(failed) for failed in made.failures],
                "stopped": str(made.stopped) if made.stopped else None,
            }
        )
    else:
        typer.echo(
            f"{requests} requests: {made.changed} new or changed answers, {made.answered_empty} empty, "
            f"{len(made.failures)} failed, {made.left} left to ask"
        )
        print_problems("Failed, and tried again later", [_failure(failed) for failed in made.failures])
    if made.stopped is not None:
        raise made.stopped
    raise typer.Exit(0 if made.complete else 1)


def _failure(failed: "Fetched") -> tuple[str, str]:
    return str(failed.question), failed.reason or ""


def _say_waiting(why: "BudgetSpent | AccountBusy") -> None:
    typer.echo(f"waiting: {why}", err=True)


def _print_plan(made: "Estimate", *, as_json: bool) -> None:
    from runningcoach_pipelines.garmin.backfill import PER_ACTIVITY

    requests = len(made.plan.questions)
    last = made.window.end - dt.timedelta(days=1)
    if as_json:
        print_json(
            {
                "from": made.window.start,
                "to": last,
                "begin_known": made.begin_known,
                "requests": requests,
                "by_endpoint": made.plan.by_endpoint,
                "seconds": round(made.takes.total_seconds()),
                "requests_left": made.requests_left,
            }
        )
        return
    rows = list(made.plan.by_endpoint.items())
    print_table(f"{made.window.start} to {last}, in this order", ["endpoint", "requests"], rows)
    typer.echo(f"{requests} requests, {_rounded(made.takes)}")
    if not made.begin_known:
        typer.echo("At most: the first activity is not known yet; the backfill begins by asking for it.")
    if "activities" in made.plan.by_endpoint:
        typer.echo(f"Lists of activities come first; each activity they name adds {PER_ACTIVITY} requests.")


def _rounded(time: dt.timedelta) -> str:
    minutes = max(round(time / dt.timedelta(minutes=1)), 1)
    return f"about {minutes} min" if minutes < 120 else f"about {minutes / 60:.0f} h"
