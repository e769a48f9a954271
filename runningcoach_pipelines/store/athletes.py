"""Athletes and the settings their loads are measured against, by the day from which they hold.

What fills the gaps of the settings is in `derive/terms.py`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise

import polars as pl
from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert as upsert

from runningcoach_pipelines.store.blob import check_athlete
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import Athlete, AthleteSettings


class ImpossibleSettings(ValueError):
    """Settings that no athlete can have; the message names every one of them and what is possible."""


@dataclass(frozen=True, slots=True)
class SettingsFrom:
    """What holds for an athlete from `valid_from` on. None: not known, estimated and marked so."""

    valid_from: dt.date
    sex: str | None = None
    birth_year: int | None = None
    hr_rest_bpm: float | None = None
    hr_max_bpm: float | None = None
    hr_threshold_bpm: float | None = None
    threshold_speed_mps: float | None = None
    threshold_power_w: float | None = None
    weight_kg: float | None = None
    hr_zone_bounds_bpm: str | None = None
    """Lower bounds of zones 1, 2 …, ascending, separated by commas."""


_POSSIBLE = {
    "birth_year": (1900.0, 2100.0),
    "hr_rest_bpm": (25.0, 110.0),
    "hr_max_bpm": (100.0, 230.0),
    "hr_threshold_bpm": (80.0, 225.0),
    "threshold_speed_mps": (1.0, 7.5),
    "threshold_power_w": (50.0, 700.0),
    "weight_kg": (25.0, 300.0),
}
_ZONE_BPM = (30, 230)


def ensure_athlete(engine: Engine, athlete_id: str, display_name: str | None = None) -> None:
    """Make sure there is such an athlete; one that is there stays as it is.

    Raises:
        ValueError: `athlete_id` would not do in a path.
    """
    check_athlete(athlete_id)
    statement = upsert(Athlete).values(athlete_id=athlete_id, display_name=display_name or athlete_id)
    with engine.begin() as connection:
        connection.execute(statement.on_conflict_do_nothing())


def athlete_ids(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(Athlete.athlete_id).order_by(Athlete.athlete_id)).scalars())


def store_settings(engine: Engine, athlete_id: str, versions: Sequence[SettingsFrom]) -> None:
    """Add versions of an athlete's settings; one with the same `valid_from` is replaced.

    Raises:
        ImpossibleSettings: nothing was stored.
    """
    for version in versions:
        check(version)
    with engine.begin() as connection:
        for version in versions:
            values = asdict(version)
            statement = upsert(AthleteSettings).values(athlete_id=athlete_id, **values)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["athlete_id", "valid_from"], set_=values)
            )


def check(settings: SettingsFrom) -> None:
    """Raises ImpossibleSettings for values out of range or out of order."""
    problems = [
        f"{name} {value:g} is outside {low:g} to {high:g}"
        for name, (low, high) in _POSSIBLE.items()
        if (value := getattr(settings, name)) is not None and not low <= value <= high
    ]
    if settings.sex not in (None, "male", "female"):
        problems.append(f"sex {settings.sex!r} is neither 'male' nor 'female'")
    ordered = [
        (name, value)
        for name in ("hr_rest_bpm", "hr_threshold_bpm", "hr_max_bpm")
        if (value := getattr(settings, name)) is not None
    ]
    problems += [
        f"{lower} {less:g} is not below {upper} {more:g}"
        for (lower, less), (upper, more) in pairwise(ordered)
        if not less < more
    ]
    problems += _problems_of_zones(settings.hr_zone_bounds_bpm)
    if problems:
        raise ImpossibleSettings("; ".join(problems))


def _problems_of_zones(bounds: str | None) -> list[str]:
    if bounds is None:
        return []
    parts = bounds.split(",")
    if not all(part.isdecimal() for part in parts):
        return [f"hr_zone_bounds_bpm {bounds!r} are not whole numbers separated by commas, such as 120,140,155,170"]
    zones = [int(part) for part in parts]
    low, high = _ZONE_BPM
    if zones != sorted(set(zones)) or zones[0] < low or zones[-1] > high:
        return [f"hr_zone_bounds_bpm {bounds} do not ascend from {low} or more to {high} or less"]
    return []


def settings_versions(engine: Engine, athlete_id: str) -> list[SettingsFrom]:
    """All versions of an athlete's settings, oldest first."""
    table = AthleteSettings.table()
    columns = [table.c[field.name] for field in fields(SettingsFrom)]
    statement = select(*columns).where(table.c.athlete_id == athlete_id).order_by(table.c.valid_from)
    with engine.connect() as connection:
        return [SettingsFrom(**row) for row in connection.execute(statement).mappings()]


def version_from(versions: Sequence[SettingsFrom], day: dt.date, changes: Mapping[str, object]) -> SettingsFrom:
    """A version that begins on `day`: what held before it, with the changes."""
    before = [version for version in versions if version.valid_from <= day]
    held = before[-1] if before else SettingsFrom(day)
    return replace(held, valid_from=day, **changes)  # type: ignore[arg-type]


def read_settings(connection: Connection) -> pl.DataFrame:
    """All versions of all athletes, by athlete and `valid_from`."""
    table = AthleteSettings.table()
    return read_frame(connection, select(table).order_by(table.c.athlete_id, table.c.valid_from))
