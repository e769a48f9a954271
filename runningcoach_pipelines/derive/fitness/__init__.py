"""Gold: every day of an athlete, from the first activity to today, the whole history in one go.

`history` is what is read; `load_series`, `seasons`, `vo2max_trend`, `critical_speeds`, `marathon_shape`, `predictions`,
`terms_in_effect`, `wellness_baselines` and `mornings` each give some columns of the days; `days` puts them together,
`derivation` reads and writes.
"""

from runningcoach_pipelines.derive.fitness.days import CODE_VERSION, FitnessDays, daily_fitness
from runningcoach_pipelines.derive.fitness.derivation import FitnessReport, Form, derive_fitness
from runningcoach_pipelines.derive.fitness.history import History, read_history

__all__ = [
    "CODE_VERSION",
    "FitnessDays",
    "FitnessReport",
    "Form",
    "History",
    "daily_fitness",
    "derive_fitness",
    "read_history",
]
