"""`runningcoach import` and `materialize`: files in, and everything that follows from them."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runningcoach_pipelines.cli.console import AsJson, print_json, print_problems, progress

if TYPE_CHECKING:
    from runningcoach_pipelines.store.lakehouse import Lakehouse
    from runningcoach_pipelines.store.windows import Window


def import_(
    paths: Annotated[list[Path], typer.Argument(help="FIT files, folders, ZIPs, .fit.gz.")],
    athlete: Annotated[str | None, typer.Option(help="Whose files; default RUNNINGCOACH_ATHLETE.")] = None,
    then_materialize: Annotated[
        bool, typer.Option("--materialize", help="Then bring everything derived up to date.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Store FIT files, whole and once, and say what they are."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse, today
    from runningcoach_pipelines.ingest.importing import import_paths
    from runningcoach_pipelines.ingest.sources import count_files

    with opened_lakehouse() as lakehouse:
        with progress("Importing", count_files(paths)) as on_file:
            report = import_paths(
                lakehouse,
                paths,
                athlete_id=athlete or lakehouse.settings.athlete,
                today=today(lakehouse.settings),
                on_file=on_file,
            )
        if then_materialize and _something_is_left_to_do(lakehouse):
            run_materialization(lakehouse, None)
    if as_json:
        print_json(report)
    else:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(report.kinds.items()))
        typer.echo(f"{report.new} new files{f' ({kinds})' if kinds else ''}, {report.known} known")
        if report.days and not then_materialize:
            typer.echo("Next: `runningcoach up` computes what follows by itself, or `runningcoach materialize`.")
    print_problems("Kept, but not readable", [(p.name, p.reason) for p in report.failed])
    print_problems("Refused", [(p.name, p.reason) for p in report.refused])
    raise typer.Exit(0 if report.complete else 1)


def materialize(
    first: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day; default the first file's.")
    ] = None,
    last: Annotated[
        dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; default the last file's.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Drop everything derived first and make it again from the FIT files.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compute activities, metrics, fitness and summaries, as Dagster runs in this process."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.store.rebuild import drop_derived

    if rebuild and (first or last):
        raise typer.BadParameter("--rebuild makes everything again; leave --from and --to out")
    with opened_lakehouse() as lakehouse:
        if rebuild:
            drop_derived(lakehouse)
        steps = run_materialization(lakehouse, _window(lakehouse, first, last))
        failed = [(raw.file_name or raw.sha256, raw.error or "") for raw in lakehouse.files.failed()]
    if as_json:
        print_json({"runs": steps, "failed_files": [{"file": name, "reason": why} for name, why in failed]})
    else:
        typer.echo(f"{len(steps)} runs done: " + ", ".join(steps))
    print_problems("Files that cannot be read", failed)
    raise typer.Exit(1 if failed else 0)


def run_materialization(lakehouse: "Lakehouse", window: "Window | None") -> list[str]:
    """Run what brings everything derived up to date; returns a label for each run."""
    from runningcoach_pipelines.cli.opened import opened_dagster
    from runningcoach_pipelines.defs import launch

    steps = launch.plan(lakehouse, window)
    done: list[str] = []
    with opened_dagster(lakehouse) as instance, progress("Computing", len(steps)) as on_step:

        def on_run(step: launch.Step) -> None:
            done.append(f"{step.job} {step.label}")
            on_step(done[-1])

        launch.run(lakehouse, instance, steps, on_step=on_run)
    return done


def _something_is_left_to_do(lakehouse: "Lakehouse") -> bool:
    from runningcoach_pipelines.derive.stale import stale_windows
    from runningcoach_pipelines.derive.wellness import wellness_to_derive

    undone = lakehouse.files.activities_to_derive() or wellness_to_derive(lakehouse)
    return bool(undone or stale_windows(lakehouse.engine))


def _window(lakehouse: "Lakehouse", first: dt.datetime | None, last: dt.datetime | None) -> "Window | None":
    from runningcoach_pipelines.cli.opened import today
    from runningcoach_pipelines.store.windows import Window

    if first is None and last is None:
        return None
    days = lakehouse.files.days() or (today(lakehouse.settings),) * 2
    start = first.date() if first else days[0]
    end = last.date() if last else max(days[1], start)
    if end < start:
        raise typer.BadParameter(f"--to {end} lies before --from {start}")
    return Window(start, end + dt.timedelta(days=1))
