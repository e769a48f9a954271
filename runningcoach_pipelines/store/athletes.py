"""Athletes and the settings their loads are measured against, by the day from which they hold."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields

import polars as pl
from sqlalchemy import Connection, Engine, Update, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from runningcoach_pipelines.store.blob import check_athlete
from runningcoach_pipelines.store.frames import read_frame
from runningcoach_pipelines.store.tables import ActivityMetrics, Athlete, AthleteSettings
from runningcoach_pipelines.store.windows import lock

OUTDATED = "outdated"
"""In place of the code version of metrics whose athlete's settings have changed since: they are to be made again."""


@dataclass(frozen=True, slots=True)
class SettingsFrom:
    """What holds for an athlete from `valid_from` on. None: not known, a default is used and marked so."""

    valid_from: dt.date
    sex: str | None = None
    birth_year: int | None = None
    hr_rest_bpm: float | None = None
    hr_max_bpm: float | None = None
    hr_threshold_bpm: float | None = None
    threshold_speed_mps: float | None = None
    weight_kg: float | None = None


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

    Metrics that were made from what held before are marked as `OUTDATED` with it.
    """
    with engine.begin() as connection:
        lock(connection, ActivityMetrics.__tablename__)  # whoever measures now read what held before
        known = {version.valid_from: version for version in _versions(connection, athlete_id)}
        for version in versions:
            if known.get(version.valid_from) == version:
                continue
            values = asdict(version)
            statement = upsert(AthleteSettings).values(athlete_id=athlete_id, **values)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["athlete_id", "valid_from"], set_=values)
            )
            connection.execute(_marking(athlete_id, version.valid_from))


def _versions(connection: Connection, athlete_id: str) -> Iterator[SettingsFrom]:
    table = AthleteSettings.table()
    columns = [table.c[field.name] for field in fields(SettingsFrom)]
    rows = connection.execute(select(*columns).where(table.c.athlete_id == athlete_id))
    return (SettingsFrom(*row) for row in rows)


def _marking(athlete_id: str, day: dt.date) -> Update:
    """Metrics from `day` on that the settings of that day or of one before it were used for."""
    table = ActivityMetrics.table()
    used = table.c.settings_valid_from
    return (
        update(table)
        .where(table.c.athlete_id == athlete_id, table.c.local_day >= day, or_(used.is_(None), used <= day))
        .values(code_version=OUTDATED)
    )


def read_settings(connection: Connection) -> pl.DataFrame:
    """All versions of all athletes, by athlete and `valid_from`."""
    table = AthleteSettings.table()
    return read_frame(connection, select(table).order_by(table.c.athlete_id, table.c.valid_from))
