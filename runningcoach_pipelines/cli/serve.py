"""`runningcoach up`, `demo` and `env`: the whole product, and what a Dagster started by hand needs."""

import datetime as dt
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from runningcoach_pipelines.cli.console import print_table, progress

if TYPE_CHECKING:
    from runningcoach_pipelines.services import Service
    from runningcoach_pipelines.settings import Settings
    from runningcoach_pipelines.store.lakehouse import Lakehouse

DEMO_ATHLETE = "demo"
_WEEKS_SHOWN = 8


def up() -> None:
    """Serve Dagster and the dashboard until Ctrl-C.

    Files that are imported meanwhile are computed by themselves.
    """
    from runningcoach_pipelines.settings import Settings

    settings = Settings()
    with _leased_database(settings) as (url, keep):
        services = _startable_services(settings, url)
        _prepare_dagster(settings, url)
        status = _serve(settings, services, keep)
    _say_goodbye(status)


def demo(
    years: Annotated[int, typer.Option(metavar="N", min=1, max=20, help="Years of running to make.")] = 2,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Another seed, another runner.")] = 1,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve Dagster and the dashboard then.")] = True,
    garmin: Annotated[
        bool, typer.Option("--garmin", help="Fetch the history from a Garmin Connect on this machine, nights included.")
    ] = False,
) -> None:
    """Make a demo athlete, compute, show and serve it.

    Needs no files. A second time only what is new is computed. It lives beside your own data as athlete `demo`.
    """
    from runningcoach_pipelines.cli.bring_in import print_runs, run_outdated
    from runningcoach_pipelines.cli.demo_garmin import fetch_history, logged_in, served_garmin
    from runningcoach_pipelines.ingest.demo_athlete import store_demo_athlete
    from runningcoach_pipelines.settings import Settings

    settings = Settings().model_copy(update={"athlete": DEMO_ATHLETE})
    with ExitStack() as stack:
        url, keep = stack.enter_context(_leased_database(settings))
        source = stack.enter_context(served_garmin(settings, seed=seed, years=years)) if garmin else None
        if source is not None:
            settings = source[0]
        services = _startable_services(settings, url) if serve else []
        lakehouse = stack.enter_context(_lakehouse_at(settings, url))
        if source is None:
            _make_demo_athlete(lakehouse, years=years, seed=seed)
        else:
            store_demo_athlete(lakehouse, DEMO_ATHLETE, source[1].fitness.athlete)
            stack.enter_context(logged_in(lakehouse))
            fetch_history(lakehouse, source[1])
        print_runs(run_outdated(lakehouse))
        _print_result(lakehouse)
        if not serve:
            typer.echo("\nNext: `make demo` or `runningcoach up` serves the dashboard and Dagster.")
            return
        _prepare_dagster(settings, url)
        status = _serve(settings, services, keep)
    _say_goodbye(status)


def env() -> None:
    """Print the environment of a Dagster that is started by hand.

    In a shell: eval "$(runningcoach env)"; dagster dev. The embedded database stays up.
    """
    from runningcoach_pipelines.cli.opened import opened_dagster
    from runningcoach_pipelines.services.stack import service_environment
    from runningcoach_pipelines.settings import Settings
    from runningcoach_pipelines.store.embedded import EmbeddedPostgres

    settings = Settings()
    if settings.database_url is None:
        url = EmbeddedPostgres(settings.postgres_folder, settings.pg_port).ensure_running()
    else:
        url = settings.database_url.get_secret_value()
    with _lakehouse_at(settings, url) as lakehouse, opened_dagster(lakehouse):
        pass
    for name, value in service_environment(settings, url).items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def _startable_services(settings: "Settings", url: str) -> "list[Service]":
    """What we are about to serve; whatever would keep it from starting is said now, before long work."""
    from runningcoach_pipelines.services import require_startable
    from runningcoach_pipelines.services.stack import up_services

    services = up_services(settings, url)
    require_startable(services, home=settings.home)
    return services


def _prepare_dagster(settings: "Settings", url: str) -> None:
    """Dagster's tables are there before three processes want to make them, and no run of the last time seems alive."""
    from runningcoach_pipelines.cli.opened import opened_dagster
    from runningcoach_pipelines.defs.instance import end_abandoned_runs

    with _lakehouse_at(settings, url) as lakehouse, opened_dagster(lakehouse) as instance:
        if settings.embedded_database:  # in another database there may be services of another machine
            end_abandoned_runs(instance)


def _serve(settings: "Settings", services: "list[Service]", keep: Callable[[], None]) -> int:
    from runningcoach_pipelines.services import supervise
    from runningcoach_pipelines.services.stack import socket_folder
    from runningcoach_pipelines.settings import LOOPBACK

    if settings.host not in LOOPBACK:
        typer.secho(
            f"RUNNINGCOACH_HOST={settings.host}: Dagster and the dashboard have no sign-in yet. Everyone who reaches "
            "this machine can use them; put a proxy with a password in front.",
            fg=typer.colors.YELLOW,
            err=True,
        )

    def announce() -> None:
        typer.secho("\nRunningCoach is up. Ctrl-C stops it.", bold=True)
        typer.echo(f"  dashboard  http://{settings.host}:{settings.app_port}")
        typer.echo(f"  Dagster    http://{settings.host}:{settings.dagster_port}")

    return supervise(services, home=settings.home, on_ready=announce, within=socket_folder(settings), keep=keep)


def _say_goodbye(status: int) -> NoReturn:
    """The end, once the database has been let go of as well."""
    if status == 0:
        typer.echo("RunningCoach and its services have stopped.")
    raise typer.Exit(status)


@contextmanager
def _leased_database(settings: "Settings") -> Iterator[tuple[str, Callable[[], None]]]:
    """The database for as long as we serve, and what keeps it alive."""
    from runningcoach_pipelines.store.embedded import EmbeddedPostgres

    if settings.database_url is not None:
        yield settings.database_url.get_secret_value(), lambda: None
        return
    with EmbeddedPostgres(settings.postgres_folder, settings.pg_port).lease("runningcoach up") as lease:
        yield lease.url, lease.renew


@contextmanager
def _lakehouse_at(settings: "Settings", url: str) -> Iterator["Lakehouse"]:
    from runningcoach_pipelines.store.database import upgrade
    from runningcoach_pipelines.store.lakehouse import lakehouse_at

    lakehouse = lakehouse_at(settings, url)
    try:
        upgrade(lakehouse.engine)
        yield lakehouse
    finally:
        lakehouse.engine.dispose()


def _make_demo_athlete(lakehouse: "Lakehouse", *, years: int, seed: int) -> None:
    from runningcoach_pipelines.demo import count_files
    from runningcoach_pipelines.ingest.demo_athlete import seed_demo_athlete

    now = lakehouse.settings.today()
    files = count_files(seed=seed, years=years, until=now - dt.timedelta(days=1))
    with progress("Making the demo athlete", files) as on_file:
        seed_demo_athlete(lakehouse, DEMO_ATHLETE, seed=seed, years=years, today=now, on_file=on_file)


def _print_result(lakehouse: "Lakehouse") -> None:
    from runningcoach_pipelines.metrics.pace import written
    from runningcoach_pipelines.store.read_models import fitness, summaries

    athlete = lakehouse.settings.athlete
    weeks = summaries(lakehouse.engine, athlete, "week", last=_WEEKS_SHOWN).to_dicts()
    print_table(
        f"The last {_WEEKS_SHOWN} weeks",
        ["week from", "runs", "km", "time", "pace", "ascent m", "load", "longest km"],
        [
            (
                week["period_start"],
                week["runs"],
                f"{week['run_distance_m'] / 1000:.1f}",
                str(dt.timedelta(seconds=round(week["run_timer_s"]))),
                written(week["run_timer_s"] / week["run_distance_m"] * 1000) if week["run_distance_m"] else None,
                f"{week['ascent_m']:.0f}",
                f"{week['load']:.0f}",
                f"{(week['longest_run_m'] or 0) / 1000:.1f}",
            )
            for week in weeks
        ],
    )
    today = fitness(lakehouse.engine, athlete).tail(1).to_dicts()
    print_table(
        "Today",
        ["day", "fitness (CTL)", "fatigue (ATL)", "form (TSB)", "ramp per week"],
        [
            (row["day"], f"{row['ctl']:.1f}", f"{row['atl']:.1f}", f"{row['tsb']:+.1f}", f"{row['ramp'] or 0:+.1f}")
            for row in today
        ],
    )
