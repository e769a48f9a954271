"""Critical speed by day, from the season's best efforts."""

import polars as pl

from runningcoach_pipelines.derive.fitness.seasons import Season, Seasons
from runningcoach_pipelines.metrics import critical_speed
from runningcoach_pipelines.metrics.critical_speed import CriticalSpeed

_SCHEMA = pl.Schema(
    {
        "critical_speed_mps": pl.Float64,
        "d_prime_m": pl.Float64,
        "critical_speed_error_m": pl.Float64,
        "critical_speed_reason": pl.String,
    }
)


def critical_speeds(of_seasons: Seasons) -> pl.DataFrame:
    """The line through the season's efforts with its standard error, or why there is none; a row a day."""
    return pl.DataFrame(of_seasons.each(_row), schema=_SCHEMA, orient="row")


def _row(season: Season) -> tuple[float | None, float | None, float | None, str | None]:
    found = critical_speed.from_efforts(season)
    if isinstance(found, CriticalSpeed):
        return found.speed_mps, found.d_prime_m, found.standard_error_m, None
    return None, None, None, found.value
