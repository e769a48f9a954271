"""What must hold of the tables, as queries that return what breaks it. Asset checks and `status` ask these."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Violations:
    """How many rows break a contract, and the first few of them, as text."""

    count: int
    examples: tuple[str, ...]

    @property
    def none(self) -> bool:
        return self.count == 0


DUPLICATE_SOURCES = """
    select source_sha256 || '/' || session_index || ' of ' || athlete_id
    from runningcoach.activities group by athlete_id, source_sha256, session_index having count(*) > 1"""

ACTIVITIES_ON_ANOTHER_DAY = """
    select activity_id from runningcoach.activities
    where local_day <> ((started_at at time zone 'UTC') + make_interval(secs => utc_offset_s))::date"""

ACTIVITIES_WITHOUT_METRICS = """
    select a.activity_id from runningcoach.activities a
    left join runningcoach.activity_metrics m using (activity_id) where m.activity_id is null"""

METRICS_WITHOUT_ACTIVITY = """
    select m.activity_id from runningcoach.activity_metrics m
    left join runningcoach.activities a using (activity_id) where a.activity_id is null"""

MISSING_DAYS = """
    select athlete_id || ' after ' || day from (
        select athlete_id, day, lead(day) over (partition by athlete_id order by day) as next
        from runningcoach.fitness_metrics_daily) d
    where next is not null and next <> day + 1"""

STALE_FITNESS = """
    select athlete_id || ': ' || max(day) from runningcoach.fitness_metrics_daily
    group by athlete_id having max(day) < :today"""

SUMMARIES_UNLIKE_DAYS = """
    select s.athlete_id || ' ' || s.period || ' ' || s.period_start
    from runningcoach.analytics_summaries s
    left join runningcoach.fitness_metrics_daily d on d.athlete_id = s.athlete_id
        and date_trunc(s.period, d.day::timestamp)::date = s.period_start
    where s.period = :period
    group by s.athlete_id, s.period, s.period_start, s.load
    having abs(s.load - coalesce(sum(d.load), 0)) > 1e-6 * greatest(1, s.load)"""

FAILED_FILES = """
    select coalesce(file_name, sha256) || ': ' || fit_error from runningcoach.garmin_raw_files
    where fit_file_status = 'failed'"""

UNLIKE_THE_DEVICE = """
    select a.activity_id || ' (' || coalesce(r.file_name, a.source_sha256) || '): ' || concat_ws(', ',
        case when abs(a.distance_m - m.sampled_distance_m) > 0.01 then
            'distance ' || round((m.sampled_distance_m - a.distance_m)::numeric, 2) || ' m' end,
        case when abs(a.timer_s - m.sampled_timer_s) > 4 then
            'timer ' || round((m.sampled_timer_s - a.timer_s)::numeric) || ' s' end,
        case when abs(a.avg_heart_rate_bpm - m.avg_heart_rate_bpm) > 0.6 then
            'average heart rate ' || round((m.avg_heart_rate_bpm - a.avg_heart_rate_bpm)::numeric, 1) end,
        case when a.max_heart_rate_bpm <> m.max_heart_rate_bpm then
            'maximum heart rate ' || (m.max_heart_rate_bpm - a.max_heart_rate_bpm) end)
    from runningcoach.activities a
    join runningcoach.activity_metrics m using (activity_id)
    join runningcoach.garmin_raw_files r on r.athlete_id = a.athlete_id and r.sha256 = a.source_sha256
    where abs(a.distance_m - m.sampled_distance_m) > 0.01 or abs(a.timer_s - m.sampled_timer_s) > 4
        or abs(a.avg_heart_rate_bpm - m.avg_heart_rate_bpm) > 0.6 or a.max_heart_rate_bpm <> m.max_heart_rate_bpm"""

_EXAMPLES = 10


def violations(connection: Connection, contract: str, **parameters: object) -> Violations:
    """Rows that break one of the contracts above."""
    rows: Sequence[str] = connection.execute(text(contract), parameters).scalars().all()
    return Violations(len(rows), tuple(str(row) for row in rows[:_EXAMPLES]))


def unordered_samples(samples: pl.LazyFrame) -> Violations:
    """Activities whose instants repeat or run backwards.

    Args:
        samples: rows of the samples table, any order.
    """
    repeated = (
        samples.group_by("activity_id")
        .agg(rows=pl.len(), instants=pl.col("at").n_unique())
        .filter(pl.col("rows") != pl.col("instants"))
        .sort("activity_id")
        .collect()
    )
    return Violations(repeated.height, tuple(repeated["activity_id"].head(_EXAMPLES)))
