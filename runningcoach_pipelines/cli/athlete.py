"""`runningcoach athlete`: what loads are measured against, from which day on."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from runningcoach_pipelines.cli.console import AsJson, print_json, print_table

if TYPE_CHECKING:
    from runningcoach_pipelines.store.athletes import SettingsFrom
    from runningcoach_pipelines.store.lakehouse import Lakehouse

app = typer.Typer(
    help="The athlete's settings: what loads are measured against.", no_args_is_help=True, rich_markup_mode=None
)

Whose = Annotated[str | None, typer.Option(help="Whose settings; default RUNNINGCOACH_ATHLETE.")]


class Sex(StrEnum):
    """Whose heart-rate curve a load follows."""

    MALE = "male"
    FEMALE = "female"


class Setting(StrEnum):
    """Settings by the name of their option."""

    SEX = "sex"
    BIRTH_YEAR = "birth-year"
    HR_REST = "hr-rest"
    HR_MAX = "hr-max"
    HR_THRESHOLD = "hr-threshold"
    THRESHOLD_PACE = "threshold-pace"
    THRESHOLD_POWER = "threshold-power"
    WEIGHT = "weight"
    ZONES = "zones"


_COLUMNS = {
    Setting.SEX: "sex",
    Setting.BIRTH_YEAR: "birth_year",
    Setting.HR_REST: "hr_rest_bpm",
    Setting.HR_MAX: "hr_max_bpm",
    Setting.HR_THRESHOLD: "hr_threshold_bpm",
    Setting.THRESHOLD_PACE: "threshold_speed_mps",
    Setting.THRESHOLD_POWER: "threshold_power_w",
    Setting.WEIGHT: "weight_kg",
    Setting.ZONES: "hr_zone_bounds_bpm",
}
_UNITS = {
    Setting.HR_REST: "bpm",
    Setting.HR_MAX: "bpm",
    Setting.HR_THRESHOLD: "bpm",
    Setting.THRESHOLD_PACE: "/km",
    Setting.THRESHOLD_POWER: "W",
    Setting.WEIGHT: "kg",
    Setting.ZONES: "bpm",
}
_ORIGINS = {
    "athlete": "the athlete",
    "device": "the device",
    "highest_sustained": "estimated: highest of a year",
    "nights": "estimated: median of nights",
    "age": "estimated: by age",
    "hr_max": "estimated: by the maximum",
    "hr_threshold": "estimated: by the threshold",
    "critical_speed": "estimated: critical speed",
    "race": "estimated: best effort",
    "convention": "a stand-in",
}


@app.command()
def show(athlete: Whose = None, as_json: AsJson = False) -> None:
    """Show what has been set when, and what holds today with where it comes from."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.store.athletes import settings_versions

    with opened_lakehouse() as lakehouse:
        athlete_id = _known_athlete(lakehouse, athlete)
        day = lakehouse.settings.today()
        versions = settings_versions(lakehouse.engine, athlete_id)
        held = _in_effect(lakehouse, athlete_id, day)
    if as_json:
        print_json({"athlete": athlete_id, "versions": versions, "today": day, "in_effect": held})
        return
    if versions:
        _print_history(athlete_id, versions)
    else:
        typer.echo(f"{athlete_id} has set nothing yet: `runningcoach athlete set --hr-max …`, `--help` lists the rest.")
    print_table(
        f"In effect on {day}",
        ["setting", "value", "from"],
        [
            (setting, _shown(setting, held[column]["value"]), _ORIGINS.get(held[column]["source"], "not known"))
            for setting, column in _COLUMNS.items()
            if column in held
        ],
    )


@app.command("set")
def set_(
    *,
    athlete: Whose = None,
    first: Annotated[
        dt.datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            help="The day from which they hold. Default today; the very first ones hold for the whole history.",
        ),
    ] = None,
    sex: Annotated[Sex | None, typer.Option(help="Whose heart-rate curve the load follows.")] = None,
    birth_year: Annotated[int | None, typer.Option(help="Tells the maximum heart rate if nothing else does.")] = None,
    hr_rest: Annotated[float | None, typer.Option(help="Resting heart rate, bpm.")] = None,
    hr_max: Annotated[float | None, typer.Option(help="Maximum heart rate, bpm.")] = None,
    hr_threshold: Annotated[float | None, typer.Option(help="Threshold heart rate, bpm.")] = None,
    threshold_pace: Annotated[str | None, typer.Option(help="Threshold pace per km, such as 4:10.")] = None,
    threshold_power: Annotated[float | None, typer.Option(help="Critical power, W.")] = None,
    weight: Annotated[float | None, typer.Option(help="Body weight, kg.")] = None,
    zones: Annotated[
        str | None, typer.Option(help="Lower bounds of heart-rate zones 1, 2 …, bpm, such as 120,140,155,170.")
    ] = None,
    unset: Annotated[list[Setting] | None, typer.Option(help="Forget this one: it is estimated again.")] = None,
) -> None:
    """Set what loads are measured against from a day on; what is not named stays as it was before that day."""
    from runningcoach_pipelines.cli.opened import opened_lakehouse
    from runningcoach_pipelines.store.athletes import (
        ImpossibleSettings,
        ensure_athlete,
        settings_versions,
        store_settings,
        version_from,
    )

    given = {
        Setting.SEX: sex.value if sex else None,
        Setting.BIRTH_YEAR: birth_year,
        Setting.HR_REST: hr_rest,
        Setting.HR_MAX: hr_max,
        Setting.HR_THRESHOLD: hr_threshold,
        Setting.THRESHOLD_PACE: _speed_mps(threshold_pace),
        Setting.THRESHOLD_POWER: threshold_power,
        Setting.WEIGHT: weight,
        Setting.ZONES: zones.replace(" ", "") if zones else None,
    }
    changes = _changes(given, unset or [])
    with opened_lakehouse() as lakehouse:
        athlete_id = _known_athlete(lakehouse, athlete)
        ensure_athlete(lakehouse.engine, athlete_id)
        before = settings_versions(lakehouse.engine, athlete_id)
        usual = lakehouse.settings.today() if before else lakehouse.settings.history_start
        version = version_from(before, first.date() if first else usual, changes)
        try:
            store_settings(lakehouse.engine, athlete_id, [version])
        except ImpossibleSettings as error:
            raise typer.BadParameter(str(error)) from error
        _print_version(athlete_id, version)
        _print_consequences(lakehouse, [later for later in before if later.valid_from > version.valid_from])


def _known_athlete(lakehouse: "Lakehouse", name: str | None) -> str:
    """The athlete that is named; the one of our own settings need not have any files yet."""
    from runningcoach_pipelines.store.athletes import athlete_ids

    known = athlete_ids(lakehouse.engine)
    if name is not None and name not in known:
        raise typer.BadParameter(
            f"there is no athlete {name!r}, only {', '.join(known) or 'none yet'}; "
            f"`runningcoach import --athlete {name} …` brings the files of a new one"
        )
    return name or lakehouse.settings.athlete


def _speed_mps(pace: str | None) -> float | None:
    from runningcoach_pipelines.metrics.pace import METRES_PER_KM, read

    try:
        seconds = read(pace) if pace else None
    except ValueError as error:
        raise typer.BadParameter(f"--threshold-pace {error}") from error
    if seconds == 0:
        raise typer.BadParameter("--threshold-pace 0:00 is no pace")
    return METRES_PER_KM / seconds if seconds else None


def _changes(given: dict[Setting, Any], unset: Sequence[Setting]) -> dict[str, Any]:
    changes = {setting: value for setting, value in given.items() if value is not None}
    both = [setting for setting in unset if setting in changes]
    if both:
        raise typer.BadParameter(f"--{both[0]} is both set and unset")
    if not changes and not unset:
        raise typer.BadParameter("nothing to set: name a setting, such as --hr-max 190, or --unset hr-max")
    return {_COLUMNS[setting]: value for setting, value in (changes | dict.fromkeys(unset)).items()}


def _in_effect(lakehouse: "Lakehouse", athlete_id: str, day: dt.date) -> dict[str, Any]:
    """By column: value, source, and whether it is an estimate."""
    import json

    import polars as pl

    from runningcoach_pipelines.derive.terms import in_effect

    with lakehouse.engine.connect() as connection:
        (row,) = in_effect(connection, pl.DataFrame({"athlete_id": [athlete_id], "local_day": [day]})).to_dicts()
    sources = json.loads(row["settings_sources"])
    return {
        name: {"value": row[name], "source": source, "estimated": source not in ("athlete", None)}
        for name, source in sources.items()
    }


def _print_version(athlete_id: str, version: "SettingsFrom") -> None:
    print_table(
        f"Settings of {athlete_id} from {version.valid_from} on",
        ["setting", "value"],
        [(setting, _shown(setting, getattr(version, column))) for setting, column in _COLUMNS.items()],
    )


def _print_history(athlete_id: str, versions: "Sequence[SettingsFrom]") -> None:
    """Each version by what it changes: side by side, years of them would not fit a terminal."""
    typer.secho(f"Settings of {athlete_id}", bold=True)
    for before, version in zip([None, *versions], versions, strict=False):
        changes = [
            f"{setting} {_shown(setting, getattr(version, column)) or 'unset'}"
            for setting, column in _COLUMNS.items()
            if getattr(version, column) != getattr(before, column, None)
        ]
        typer.echo(f"  from {version.valid_from}: {', '.join(changes) or 'as before'}")
    typer.echo()


def _print_consequences(lakehouse: "Lakehouse", later: "Sequence[SettingsFrom]") -> None:
    """Which months will be measured again, and how far the new version reaches."""
    from runningcoach_pipelines.derive.stale import stale_windows

    if later:
        typer.echo(f"They hold until {later[0].valid_from}, where settings of that day take over.")
    stale = stale_windows(lakehouse.engine)
    if not stale:
        typer.echo("No activity was measured against anything else: nothing to do.")
        return
    months = ", ".join(
        f"{found.window.start:%Y-%m} to {found.window.end - dt.timedelta(days=1):%Y-%m}" for found in stale
    )
    typer.echo(f"To be measured again: {months}.")
    first = stale[0].window.start
    # One of the months is decoded as well; the others are found to be stale and only measured.
    typer.echo(
        "`runningcoach up` does it by itself within a minute; or run "
        f"`runningcoach materialize --from {first} --to {first}`."
    )


def _shown(setting: Setting, value: object) -> str | None:
    from runningcoach_pipelines.metrics.pace import METRES_PER_KM, written

    if value is None:
        return None
    if setting is Setting.THRESHOLD_PACE and isinstance(value, float):
        value = written(METRES_PER_KM / value)
    elif isinstance(value, float):
        value = f"{value:.1f}".removesuffix(".0")
    return f"{value} {_UNITS[setting]}" if setting in _UNITS else str(value)
