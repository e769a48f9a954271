"""`runningcoach import` and `materialize`: files in, and everything that follows from them."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runningcoach_pipelines.cli.console import AsJson, print_json, print_problems, progress

if TYPE_CHECKING:
    from runningcoach_pipelines.defs.launch import Step
    from runningcoach_pipelines.store.lakehouse import Lakehouse
    from runningcoach_pipelines.store.windows import Window

_RUNS_SHOWN = 12


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="FIT files, folders, ZIPs, .fit.gz.")],
    athlete: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose files; default RUNNINGCOACH_ATHLETE.")
    ] = None,
    then_materialize: Annotated[
        bool, typer.Option("--materialize", help="Then compute what follows from them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Store FIT files, whole and once, and say what they are.

    Importing something again changes nothing. What cannot be read is kept, and listed with the reason: exit status 1.
    """
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.ingest.importing import import_paths
    from runningcoach_pipelines.ingest.sources import count_files

    with opened_lakehouse() as lakehouse:
        with progress("Importing", count_files(paths)) as on_file:
            report = import_paths(
                lakehouse,
                paths,
                athlete_id=athlete or lakehouse.settings.athlete,
                today=lakehouse.settings.today(),
                on_file=on_file,
            )
        runs = run_outdated(lakehouse) if then_materialize else []
    if as_json:
        print_json(report)
    else:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(report.kinds.items()))
        typer.echo(f"{report.new} new files{f' ({kinds})' if kinds else ''}, {report.known} known")
        if then_materialize:
            print_runs(runs)
        elif report.days:
            typer.echo("Next: `runningcoach up` computes what follows by itself, or `runningcoach materialize`.")
    print_problems("Kept, but not readable", [(p.name, p.reason) for p in report.failed])
    print_problems("Refused", [(p.name, p.reason) for p in report.refused])
    raise typer.Exit(0 if report.complete else 1)


def materialize(
    first: Annotated[
        dt.datetime | None,
        typer.Option(
            "--from",
            metavar="DAY",
            formats=["%Y-%m-%d"],
            help="First day, such as 2024-01-31; default the first file's.",
        ),
    ] = None,
    last: Annotated[
        dt.datetime | None,
        typer.Option("--to", metavar="DAY", formats=["%Y-%m-%d"], help="Last day; default the last file's."),
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Empty all derived tables first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compute all that follows from the stored files.

    Activities, metrics, fitness and summaries, by whole months, as Dagster runs in this process; also what is there
    already. Exit status 1: some files cannot be read, everything else is done.
    """
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.store.rebuild import drop_derived

    if rebuild and (first or last):
        raise typer.BadParameter("--rebuild makes everything again; leave --from and --to out")
    with opened_lakehouse() as lakehouse:
        if rebuild:
            drop_derived(lakehouse)
        runs = run_window(lakehouse, _window(lakehouse, first, last))
        failed = [(raw.file_name or raw.sha256, raw.error or "") for raw in lakehouse.files.failed()]
    if as_json:
        print_json({"runs": runs, "failed_files": [{"file": name, "reason": why} for name, why in failed]})
    else:
        print_runs(runs)
    print_problems("Files that cannot be read", failed)
    raise typer.Exit(1 if failed else 0)


def run_outdated(lakehouse: "Lakehouse") -> list[str]:
    """Bring everything derived up to date; returns a label for each run."""
    from runningcoach_pipelines.defs import launch

    return _run(lakehouse, launch.plan_outdated(lakehouse))


def run_window(lakehouse: "Lakehouse", window: "Window | None") -> list[str]:
    """Make everything derived of a window anew, of all there is if None; returns a label for each run."""
    from runningcoach_pipelines.defs import launch

    return _run(lakehouse, launch.plan(lakehouse, window))


def print_runs(labels: list[str]) -> None:
    """What was computed, a run a line; of a long list the beginning."""
    typer.echo("Computed:")
    for label in labels[:_RUNS_SHOWN]:
        typer.echo(f"  {label}")
    if len(labels) > _RUNS_SHOWN:
        typer.echo(f"  and {len(labels) - _RUNS_SHOWN} more runs")


def _run(lakehouse: "Lakehouse", steps: "list[Step]") -> list[str]:
    from runningcoach_pipelines.cli.opened import opened_dagster
    from runningcoach_pipelines.defs import launch

    done: list[str] = []
    with opened_dagster(lakehouse) as instance, progress("Computing", len(steps)) as on_step:

        def on_run(step: launch.Step) -> None:
            done.append(f"{step.job} {step.label}")
            on_step(done[-1])

        launch.run(lakehouse, instance, steps, on_step=on_run)
    return done


def _window(lakehouse: "Lakehouse", first: dt.datetime | None, last: dt.datetime | None) -> "Window | None":
    from runningcoach_pipelines.store.windows import Window

    if first is None and last is None:
        return None
    days = lakehouse.files.days() or (lakehouse.settings.today(),) * 2
    start = first.date() if first else days[0]
    end = last.date() if last else max(days[1], start)
    if end < start:
        raise typer.BadParameter(f"--to {end} lies before --from {start}")
    return Window(start, end + dt.timedelta(days=1))
