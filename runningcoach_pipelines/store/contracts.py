"""What must hold of the tables, as queries that return what breaks it. Asset checks and `runningcoach check` ask these.

Whether our figures agree with the device's own is in `comparisons`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection, text

EXAMPLES = 10
"""How many rows are shown of those that break a contract."""


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

PREDICTIONS_OUTSIDE_THEIR_SPREAD = """
    select athlete_id || ' ' || day || ': ' || distance_m || ' m' from runningcoach.race_predictions
    where not (fastest_s <= time_s and time_s <= slowest_s)"""

PREDICTIONS_UNLIKE_RACE_LEVEL = """
    select coalesce(d.athlete_id || ' ' || d.day, p.athlete_id || ' ' || p.day) || ': ' || coalesce(p.distances, 0)
        || ' distances predicted, race level ' || coalesce(round(d.race_vo2max)::text, 'unknown')
    from runningcoach.fitness_metrics_daily d full join (
        select athlete_id, day, count(*) as distances from runningcoach.race_predictions group by athlete_id, day) p
        on p.athlete_id = d.athlete_id and p.day = d.day
    where (d.race_vo2max is not null) <> (p.distances is not null)"""

CRITICAL_SPEED_WITHOUT_REASON = """
    select athlete_id || ' ' || day from runningcoach.fitness_metrics_daily
    where (critical_speed_mps is null) = (critical_speed_reason is null)"""

LOAD_WITHOUT_REASON = """
    select activity_id from runningcoach.activity_metrics
    where (load is null) <> (load_source is null) or (load is null and load_fallbacks is null)"""

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

ZONES_LONGER_THAN_THE_TIMER = """
    select z.activity_id || ' ' || z.kind || ': ' || round(sum(z.time_s)) || ' s of ' || round(m.sampled_timer_s)
    from runningcoach.activity_zones z join runningcoach.activity_metrics m using (activity_id)
    group by z.activity_id, z.kind, m.sampled_timer_s having sum(z.time_s) > m.sampled_timer_s + 10.001"""

SHORTER_EFFORTS_SLOWER = """
    select activity_id || ': ' || before || ' m takes longer than ' || distance_m || ' m' from (
        select activity_id, distance_m, time_s, lag(distance_m) over further as before,
            lag(time_s) over further as time_before
        from runningcoach.best_efforts window further as (partition by activity_id order by distance_m)) e
    where time_before > time_s + 1e-6"""


DRIFTED_ANSWERS = """
    select endpoint || ' of ' || day || ': at ' || path || ' ' || expected || ' was expected, not ' || found
    from runningcoach.garmin_drifts where endpoint = :endpoint order by day, path"""

ANSWERS_BY_ASSET: Mapping[str, tuple[str, ...]] = {
    "sleep": ("sleep", "sleep_days"),
    "hr_records": ("heart_rates",),
    "health_metrics": ("resting_heart_rate", "daily_summary", "hrv", "weight", "vo2max"),
    "gear": ("gear",),
    "personal_records": ("personal_records",),
    "races": ("calendar",),
}
"""Which of Garmin's endpoints each asset reads."""


def _orphans(table: str, owner: str) -> str:
    return f"""
    select distinct c.activity_id from runningcoach.{table} c
    left join runningcoach.{owner} o using (activity_id) where o.activity_id is null"""  # noqa: S608 - names of ours


@dataclass(frozen=True, slots=True)
class Contract:
    """What must hold of an asset's rows. `query` gives the rows that break it, as text."""

    asset: str
    name: str
    query: str
    structural: bool = False
    """Broken, it means a bug; otherwise it tells of the data: files that cannot be read, days not computed yet."""
    blocking: bool = False
    """Whether nothing that follows may be computed while it is broken."""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def violations(self, connection: Connection, today: dt.date) -> Violations:
        """Rows that break it now."""
        return violations(connection, self.query, today=today, **self.parameters)


def _sums(period: str) -> Contract:
    return Contract(f"{period}ly_summaries", "loads_add_up", SUMMARIES_UNLIKE_DAYS, parameters={"period": period})


CONTRACTS = (
    Contract("garmin_raw_files", "no_unreadable_files", FAILED_FILES),
    Contract("activities", "one_row_per_source", DUPLICATE_SOURCES, structural=True, blocking=True),
    Contract("activities", "on_the_local_day", ACTIVITIES_ON_ANOTHER_DAY, structural=True, blocking=True),
    Contract("activities", "device_values_of_activities", _orphans("device_values", "activities"), structural=True),
    Contract("activity_metrics", "one_row_per_activity", ACTIVITIES_WITHOUT_METRICS, structural=True),
    Contract("activity_metrics", "no_orphans", METRICS_WITHOUT_ACTIVITY, structural=True),
    *(
        Contract("activity_metrics", f"{table}_of_activities", _orphans(table, "activity_metrics"), structural=True)
        for table in ("activity_zones", "best_efforts", "mean_max", "splits")
    ),
    Contract("activity_metrics", "zones_within_the_timer", ZONES_LONGER_THAN_THE_TIMER, structural=True),
    Contract("activity_metrics", "longer_efforts_take_longer", SHORTER_EFFORTS_SLOWER, structural=True),
    Contract("activity_metrics", "load_or_reason", LOAD_WITHOUT_REASON, structural=True),
    Contract("fitness_metrics_daily", "no_missing_day", MISSING_DAYS, structural=True, blocking=True),
    Contract("fitness_metrics_daily", "predictions_in_order", PREDICTIONS_OUTSIDE_THEIR_SPREAD, structural=True),
    Contract("fitness_metrics_daily", "predictions_for_race_levels", PREDICTIONS_UNLIKE_RACE_LEVEL, structural=True),
    Contract("fitness_metrics_daily", "critical_speed_or_reason", CRITICAL_SPEED_WITHOUT_REASON, structural=True),
    Contract("fitness_metrics_daily", "up_to_today", STALE_FITNESS),
    _sums("week"),
    _sums("month"),
    *(
        Contract(asset, f"{endpoint}_answers_understood", DRIFTED_ANSWERS, parameters={"endpoint": endpoint})
        for asset, endpoints in ANSWERS_BY_ASSET.items()
        for endpoint in endpoints
    ),
)
"""Contracts of tables, each checked after its asset. Samples have one of their own, `unordered_samples`."""


def violations(connection: Connection, query: str, **parameters: object) -> Violations:
    """Rows that break the contract whose query it is."""
    rows: Sequence[str] = connection.execute(text(query), parameters).scalars().all()
    return Violations(len(rows), tuple(str(row) for row in rows[:EXAMPLES]))


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
    return Violations(repeated.height, tuple(repeated["activity_id"].head(EXAMPLES)))
