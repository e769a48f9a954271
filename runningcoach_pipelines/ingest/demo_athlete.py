"""The demo athlete into the stores: settings by half year, and a history of FIT files through the importer."""

import datetime as dt
from collections.abc import Callable, Iterator

from runningcoach_pipelines.demo import DemoAthlete, demo_athlete, iter_history
from runningcoach_pipelines.ingest.importing import ImportReport, import_files
from runningcoach_pipelines.ingest.sources import FoundFile
from runningcoach_pipelines.store.athletes import SettingsFrom, ensure_athlete, store_settings
from runningcoach_pipelines.store.lakehouse import Lakehouse


def seed_demo_athlete(
    lakehouse: Lakehouse,
    athlete_id: str,
    *,
    seed: int,
    years: int,
    today: dt.date,
    on_file: Callable[[str], None] = lambda _name: None,
) -> ImportReport:
    """Make the athlete of `seed` and import `years` of running that end yesterday.

    Running it again on the same day changes nothing; on a later day the new days are added.
    """
    until = today - dt.timedelta(days=1)
    store_demo_athlete(lakehouse, athlete_id, demo_athlete(seed=seed, years=years, until=until))

    def files() -> Iterator[FoundFile]:
        for file in iter_history(seed=seed, years=years, until=until):
            yield FoundFile(file.name, file.data)

    return import_files(lakehouse, files(), athlete_id=athlete_id, today=today, on_file=on_file)


def store_demo_athlete(lakehouse: Lakehouse, athlete_id: str, athlete: DemoAthlete) -> None:
    """The athlete and its settings by half year, without a file."""
    ensure_athlete(lakehouse.engine, athlete_id, athlete.name)
    store_settings(
        lakehouse.engine,
        athlete_id,
        [
            SettingsFrom(
                valid_from=version.valid_from,
                sex=athlete.sex,
                birth_year=athlete.birth_year,
                hr_rest_bpm=version.resting_hr,
                hr_max_bpm=version.max_hr,
                hr_threshold_bpm=version.threshold_hr,
                threshold_speed_mps=version.threshold_speed_mps,
                weight_kg=version.weight_kg,
            )
            for version in athlete.settings
        ],
    )
