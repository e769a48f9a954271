"""`runningcoach forecast`: what a plan's loads promise for a race day."""

import csv
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runningcoach_pipelines.cli.console import AsJson, print_json, print_table

if TYPE_CHECKING:
    from runningcoach_pipelines.derive.forecast import Forecast, RaceTime

_DAY = "%Y-%m-%d"


def forecast(
    race_day: Annotated[dt.datetime, typer.Argument(formats=[_DAY], help="The day to forecast.")],
    daily_load: Annotated[
        float | None, typer.Option(min=0, help="The same load every day; default as in the last six weeks.")
    ] = None,
    loads: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="CSV with the columns day and load; else rest.")
    ] = None,
    athlete: Annotated[str | None, typer.Option(help="Whose; default RUNNINGCOACH_ATHLETE.")] = None,
    as_json: AsJson = False,
) -> None:
    """Forecast a race day from planned loads.

    It never proposes a plan.
    """
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.derive import forecast as forecasts

    if daily_load is not None and loads is not None:
        raise typer.BadParameter("give --daily-load or --loads, not both")
    plan = daily_load if loads is None else _loads_by_day(loads)
    with opened_lakehouse() as lakehouse, lakehouse.engine.connect() as connection:
        past = forecasts.read_past(connection, athlete or lakehouse.settings.athlete)
    found = forecasts.forecast(past, race_day.date(), plan)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _loads_by_day(file: Path) -> dict[dt.date, float]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines)
        if not {"day", "load"} <= set(rows.fieldnames or ()):
            raise typer.BadParameter(f"{file}: the first line must name the columns day and load")
        plan: dict[dt.date, float] = {}
        for row in rows:
            try:
                day, load = dt.date.fromisoformat(row["day"].strip()), float(row["load"])
            except (ValueError, TypeError, AttributeError) as error:
                wanted = "a day like 2026-05-01 and a number"
                raise typer.BadParameter(f"{file}, line {rows.line_num}: {wanted} are needed") from error
            if day in plan:
                raise typer.BadParameter(f"{file}, line {rows.line_num}: {day} is there twice")
            plan[day] = load
    return plan


def _print(found: "Forecast") -> None:
    print_table(
        f"{found.race_day} after a planned load of {found.planned_load:.0f} from {found.known_until} on",
        ["distance", "time", "faster by the error", "slower by the error"],
        [(f"{one.distance_m / 1000:g} km", *_clocks(one)) for one in found.times],
    )
    typer.echo(
        f"VO2max {found.vo2max:.1f} ± {found.error:.1f} (leave-one-out error; of the mean {found.error_of_mean:.1f})"
    )
    typer.echo(
        f"Fitted to {found.results} results from {found.first_result} to {found.last_result}, "
        f"time constants {found.tau1_days:g} and {found.tau2_days:g} days"
    )
    for limit in found.limits:
        typer.echo(f"- {limit}")


def _clocks(time: "RaceTime") -> tuple[str | None, ...]:
    return tuple(_clock(seconds) for seconds in (time.time_s, time.fast_s, time.slow_s))


def _clock(seconds: float | None) -> str | None:
    return None if seconds is None else str(dt.timedelta(seconds=round(seconds)))
