"""Every PostgreSQL table of ours, schema `runningcoach`. Shape only: no query, no rule.

Bronze: `garmin_raw_files`. Silver: `activities`, `activity_sources`, `device_values`, `laps`, `health_metrics`,
`wellness_sources` (samples lie in the Delta lake); of Garmin's answers `sleep`, `hr_records`, `gear`,
`personal_records`, `races`, with `garmin_drifts` and `garmin_answers_used`. Gold: `activity_metrics` with
`activity_zones`, `best_efforts`, `mean_max`, `splits`; `fitness_metrics_daily` with `race_predictions`;
`analytics_summaries`. Null means not measured.
Garmin Connect: answers in `garmin_raw_events` (bronze), what was asked in `garmin_coverage`, how far in `garmin_syncs`;
access to it in `garmin_accounts`, `garmin_pending_logins`, `garmin_breaker`, `garmin_budget`.
"""

import datetime as dt
from typing import cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = "runningcoach"

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base; Python types map to one PostgreSQL type each."""

    metadata = MetaData(schema=SCHEMA, naming_convention=_NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        str: Text,
        int: Integer,
        float: Double,
        bool: Boolean,
        bytes: LargeBinary,
        dt.date: Date,
        dt.datetime: DateTime(timezone=True),
    }

    @classmethod
    def table(cls) -> Table:
        """The table itself, for statements and frames."""
        return cast(Table, cls.__table__)


class Athlete(Base):
    """Whose data it is. Every other row names one."""

    __tablename__ = "athletes"

    athlete_id: Mapped[str] = mapped_column(String(63), primary_key=True)
    display_name: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class AthleteSettings(Base):
    """What the loads are measured against, from `valid_from` on: a change today leaves last year as it was."""

    __tablename__ = "athlete_settings"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    valid_from: Mapped[dt.date] = mapped_column(primary_key=True)
    sex: Mapped[str | None] = mapped_column(String(6))
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    hr_rest_bpm: Mapped[float | None]
    hr_max_bpm: Mapped[float | None]
    hr_threshold_bpm: Mapped[float | None]
    threshold_speed_mps: Mapped[float | None]
    threshold_power_w: Mapped[float | None]
    weight_kg: Mapped[float | None]
    hr_zone_bounds_bpm: Mapped[str | None]
    """Lower bounds of zones 1, 2 …, ascending, separated by commas; none: fractions of the threshold heart rate."""

    __table_args__ = (
        CheckConstraint("sex in ('male', 'female')", name="sex"),
        CheckConstraint("hr_rest_bpm < hr_max_bpm", name="hr_rest_below_max"),
    )


class GarminRawFile(Base):
    """One FIT file as it came, bit for bit, and what is known of it.

    `file_content` holds the bytes in the form `compression_type` names; it is null when the blob lies in a
    bucket. `fit_file_status`: `stored` (nobody has looked inside yet), `decoded`, `failed` (see `fit_error`).
    """

    __tablename__ = "garmin_raw_files"

    raw_file_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"))
    sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str | None]
    file_content: Mapped[bytes | None] = mapped_column(deferred=True)
    file_size: Mapped[int]
    stored_size: Mapped[int]
    compression_type: Mapped[str] = mapped_column(String(10))
    imported_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    fit_file_status: Mapped[str] = mapped_column(String(10), server_default="stored")
    fit_error: Mapped[str | None]
    fit_notes: Mapped[str | None]
    parser_version: Mapped[str | None]
    file_type: Mapped[str | None]
    first_day: Mapped[dt.date | None]
    last_day: Mapped[dt.date | None]

    __table_args__ = (
        UniqueConstraint("athlete_id", "sha256"),
        CheckConstraint("compression_type in ('gzip', 'zstd', 'none')", name="compression"),
        CheckConstraint("fit_file_status in ('stored', 'decoded', 'failed')", name="status"),
        CheckConstraint("(fit_file_status = 'failed') = (fit_error is not null)", name="failed_has_reason"),
        Index(None, "file_type", "first_day", "last_day"),
    )


class GarminRawFileName(Base):
    """Every name a file was found under: `blobs extract` restores them all."""

    __tablename__ = "garmin_raw_file_names"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    file_name: Mapped[str] = mapped_column(primary_key=True)


class GarminAccount(Base):
    """An athlete's tokens at Garmin Connect, encrypted, and what tells how old they are. No password, ever.

    `key_id` names the key of `tokens`. `refused` says why Garmin no longer takes them: a new login is needed.
    `given_by` is the address of the Garmin that gave them, the only one that ever sees them. `display_name` is Garmin's
    name of the account inside addresses; null until Garmin was asked for it.
    """

    __tablename__ = "garmin_accounts"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    tokens: Mapped[bytes]
    key_id: Mapped[str] = mapped_column(String(8))
    obtained_at: Mapped[dt.datetime]
    refreshed_at: Mapped[dt.datetime]
    refused: Mapped[str | None]
    display_name: Mapped[str | None]
    full_name: Mapped[str | None]
    given_by: Mapped[str]


class GarminPendingLogin(Base):
    """A login that waits for its MFA code: the cookies of Garmin's sign-in page, encrypted like a token."""

    __tablename__ = "garmin_pending_logins"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    state: Mapped[bytes]
    key_id: Mapped[str] = mapped_column(String(8))
    code_sent_by: Mapped[str]
    expires_at: Mapped[dt.datetime]
    wrong_codes: Mapped[int] = mapped_column(SmallInteger)


class GarminBreaker(Base):
    """Its one row is there while Garmin is not to be called (until `retry_at`), or was not and has not answered well
    since. `trips` counts refusals in a row.
    """

    __tablename__ = "garmin_breaker"

    only_row: Mapped[bool] = mapped_column(primary_key=True)
    trips: Mapped[int]
    cause: Mapped[str]
    tripped_at: Mapped[dt.datetime]
    retry_at: Mapped[dt.datetime]

    __table_args__ = (CheckConstraint("only_row", name="only_row"),)


class GarminBudget(Base):
    """Token buckets of requests to Garmin, shared by all processes: what was left in each at `counted_at`."""

    __tablename__ = "garmin_budget"

    period: Mapped[str] = mapped_column(String(4), primary_key=True)
    requests_left: Mapped[float]
    counted_at: Mapped[dt.datetime]

    __table_args__ = (CheckConstraint("period in ('hour', 'day')", name="period"),)


class GarminRawEvent(Base):
    """One answer of Garmin Connect as it came. The same answer again only moves `last_seen_at`; another one is a new
    version, and the one before it gets `superseded_at`.

    `subject` is an activity's id, empty for days. `day_to` is the last day that was asked for; `day_from` names the
    question and stays, while `day_to` may grow. `deleted_at`: Garmin has it no more.
    """

    __tablename__ = "garmin_raw_events"

    event_id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"))
    endpoint: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40))
    day_from: Mapped[dt.date]
    day_to: Mapped[dt.date]
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    payload: Mapped[bytes] = mapped_column(deferred=True)
    payload_size: Mapped[int]
    compression_type: Mapped[str] = mapped_column(String(10))
    fetched_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    superseded_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]

    __table_args__ = (
        UniqueConstraint("athlete_id", "endpoint", "subject", "day_from", "version"),
        CheckConstraint("compression_type in ('gzip', 'zstd', 'none')", name="compression"),
        CheckConstraint("day_from <= day_to", name="days"),
        Index(
            "ix_garmin_raw_events_current",
            "athlete_id",
            "endpoint",
            "subject",
            "day_from",
            unique=True,
            postgresql_where=text("superseded_at is null"),
        ),
    )


class GarminCoverage(Base):
    """What became of asking for a day (and an activity) at an endpoint; no row: never asked.

    `state`: `ok`, `empty` (Garmin has nothing), `failed` (see `reason`; after `attempts` in a row the next is due at
    `next_try_at`). `content_sha256` is of what the answer says of this day, and `changed_at` when that last changed.
    """

    __tablename__ = "garmin_coverage"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(6))
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(SmallInteger)
    asked_at: Mapped[dt.datetime]
    next_try_at: Mapped[dt.datetime | None]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("garmin_raw_events.event_id"))
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    changed_at: Mapped[dt.datetime | None]

    __table_args__ = (
        CheckConstraint("state in ('ok', 'empty', 'failed')", name="state"),
        CheckConstraint("(state = 'failed') = (reason is not null)", name="failed_has_reason"),
        CheckConstraint("(state = 'failed') = (next_try_at is not null)", name="failed_is_tried_again"),
        Index(None, "athlete_id", "day"),
    )


class GarminSync(Base):
    """How far an athlete's history at Garmin Connect is wanted, and since when it is followed.

    `wanted_from`: the first day that a backfill was asked for. `oldest_activity_day`: of the first activity there.
    `last_success_at`: when the last sync began of which everything succeeded.
    """

    __tablename__ = "garmin_syncs"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    wanted_from: Mapped[dt.date | None]
    oldest_activity_day: Mapped[dt.date | None]
    last_success_at: Mapped[dt.datetime | None]


class Activity(Base):
    """One real run (or ride, or swim), whatever brought it. Totals are the device's own."""

    __tablename__ = "activities"

    activity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"))
    local_day: Mapped[dt.date]
    started_at: Mapped[dt.datetime]
    utc_offset_s: Mapped[int]
    utc_offset_source: Mapped[str]
    sport: Mapped[str]
    sub_sport: Mapped[str | None]
    indoor: Mapped[bool]
    manufacturer: Mapped[str | None]
    product: Mapped[str | None]
    elapsed_s: Mapped[float | None]
    timer_s: Mapped[float | None]
    distance_m: Mapped[float | None]
    avg_heart_rate_bpm: Mapped[float | None]
    max_heart_rate_bpm: Mapped[float | None]
    ascent_m: Mapped[float | None]
    calories_kcal: Mapped[float | None]
    sample_count: Mapped[int]
    has_position: Mapped[bool]
    source_sha256: Mapped[str] = mapped_column(String(64))
    session_index: Mapped[int] = mapped_column(SmallInteger)
    source_count: Mapped[int] = mapped_column(SmallInteger)
    suspected_duplicate_of: Mapped[str | None] = mapped_column(String(36))
    code_version: Mapped[str]

    __table_args__ = (Index(None, "athlete_id", "local_day"), Index(None, "local_day"))


class ActivitySource(Base):
    """Which sessions of which files are one and the same activity."""

    __tablename__ = "activity_sources"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    source_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_index: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    activity_id: Mapped[str] = mapped_column(String(36))
    local_day: Mapped[dt.date]
    is_primary: Mapped[bool]

    __table_args__ = (Index(None, "local_day"), Index(None, "activity_id"))


class Lap(Base):
    """One lap as the device wrote it."""

    __tablename__ = "laps"

    activity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    lap_index: Mapped[int] = mapped_column(primary_key=True)
    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"))
    local_day: Mapped[dt.date]
    started_at: Mapped[dt.datetime]
    elapsed_s: Mapped[float | None]
    timer_s: Mapped[float | None]
    distance_m: Mapped[float | None]
    avg_heart_rate_bpm: Mapped[float | None]
    max_heart_rate_bpm: Mapped[float | None]
    avg_cadence_spm: Mapped[float | None]
    avg_power_w: Mapped[float | None]
    ascent_m: Mapped[float | None]
    trigger: Mapped[str | None]
    intensity: Mapped[str | None]
    code_version: Mapped[str]

    __table_args__ = (Index(None, "local_day"),)


class DeviceValues(Base):
    """What the device says of an activity beyond its totals: kept beside our own figures, never mixed with them."""

    __tablename__ = "device_values"

    activity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"))
    local_day: Mapped[dt.date]
    avg_speed_mps: Mapped[float | None]
    max_speed_mps: Mapped[float | None]
    avg_cadence_spm: Mapped[float | None]
    avg_power_w: Mapped[float | None]
    weighted_power_w: Mapped[float | None]
    threshold_power_w: Mapped[float | None]
    """As set on the device; what it measures the two below against."""
    power_intensity: Mapped[float | None]
    power_load: Mapped[float | None]
    avg_vertical_oscillation_mm: Mapped[float | None]
    avg_vertical_ratio_percent: Mapped[float | None]
    avg_stance_time_ms: Mapped[float | None]
    avg_stance_balance_percent: Mapped[float | None]
    avg_step_length_mm: Mapped[float | None]
    avg_grade_adjusted_speed_mps: Mapped[float | None]
    avg_temperature_c: Mapped[float | None]
    descent_m: Mapped[float | None]
    moving_s: Mapped[float | None]
    aerobic_training_effect: Mapped[float | None]
    anaerobic_training_effect: Mapped[float | None]
    training_load_peak: Mapped[float | None]
    vo2max: Mapped[float | None]
    recovery_time_min: Mapped[float | None]
    performance_condition: Mapped[float | None]
    """100 + the watch's figure, at the end of the activity."""
    threshold_heart_rate_bpm: Mapped[float | None]
    threshold_speed_mps: Mapped[float | None]
    perceived_effort: Mapped[float | None]
    """0 to 10, as the athlete answered on the watch."""
    feel_percent: Mapped[float | None]
    """0 (very weak) to 100 (very strong)."""
    hr_zone_s: Mapped[str | None]
    """Seconds below zone 1 and in each zone, as the device counted them, separated by commas."""
    hr_zone_bounds_bpm: Mapped[str | None]
    """Lower bounds of the device's zones 1, 2 …, separated by commas."""
    code_version: Mapped[str]

    __table_args__ = (Index(None, "athlete_id", "local_day"), Index(None, "local_day"))


class HealthMetrics(Base):
    """A day's or night's wellness as the watch measured it: from its files, and where they say nothing from Garmin's
    answers.
    """

    __tablename__ = "health_metrics"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    resting_hr_bpm: Mapped[float | None]
    hrv_rmssd_ms: Mapped[float | None]
    """Last night's mean."""
    hrv_device_status: Mapped[str | None]
    sleep_s: Mapped[float | None]
    sleep_score: Mapped[float | None]
    avg_stress: Mapped[float | None]
    weight_kg: Mapped[float | None]
    vo2max: Mapped[float | None]
    code_version: Mapped[str]

    __table_args__ = (Index(None, "day"),)


class WellnessSource(Base):
    """Which months of which wellness files `health_metrics` holds, also of files that had nothing to say of them."""

    __tablename__ = "wellness_sources"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    source_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    """Its 1st."""

    __table_args__ = (Index(None, "month"),)


class Sleep(Base):
    """A night as Garmin tells it, by the local day of waking."""

    __tablename__ = "sleep"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    fell_asleep_at: Mapped[dt.datetime | None]
    woke_at: Mapped[dt.datetime | None]
    utc_offset_s: Mapped[int | None]
    """Of waking; null where Garmin's clocks contradict each other."""
    asleep_s: Mapped[float]
    deep_s: Mapped[float | None]
    light_s: Mapped[float | None]
    rem_s: Mapped[float | None]
    awake_s: Mapped[float | None]
    score: Mapped[float | None]
    code_version: Mapped[str]

    __table_args__ = (Index(None, "day"),)


class HeartRateRecord(Base):
    """The pulse at an instant of a day, outside activities too; a value every two minutes, of the last months only."""

    __tablename__ = "hr_records"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(primary_key=True)
    day: Mapped[dt.date]
    heart_rate_bpm: Mapped[float]
    code_version: Mapped[str]

    __table_args__ = (Index(None, "day"),)


class Gear(Base):
    """Shoes and the like, as Garmin counts their use."""

    __tablename__ = "gear"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    gear_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    status: Mapped[str]
    first_used: Mapped[dt.date | None]
    distance_m: Mapped[float | None]
    duration_s: Mapped[float | None]
    activities: Mapped[int | None]
    longest_m: Mapped[float | None]
    """After so much its owner wants to be warned."""
    code_version: Mapped[str]


class PersonalRecord(Base):
    """A record as Garmin keeps it; our own follow from `best_efforts`."""

    __tablename__ = "personal_records"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    type_id: Mapped[int]
    record: Mapped[str] = mapped_column(String(11))
    time_s: Mapped[float | None]
    distance_m: Mapped[float | None]
    garmin_activity_id: Mapped[str | None]
    achieved_at: Mapped[dt.datetime | None]
    code_version: Mapped[str]

    __table_args__ = (CheckConstraint("record in ('fastest', 'longest_run', 'other')", name="record"),)


class Race(Base):
    """A race in the athlete's calendar at Garmin, past or to come."""

    __tablename__ = "races"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    race_id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[dt.date]
    name: Mapped[str]
    kind: Mapped[str | None]
    distance_m: Mapped[float | None]
    starts_local: Mapped[str | None]
    """On the clock of `time_zone`, such as 08:00."""
    time_zone: Mapped[str | None]
    goal_s: Mapped[float | None]
    is_goal: Mapped[bool]
    """Whether training is built around it."""
    code_version: Mapped[str]


class GarminDrift(Base):
    """Where an answer does not look as it should: at `path` `expected` was expected. What it tells of is missing."""

    __tablename__ = "garmin_drifts"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    endpoint: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    expected: Mapped[str]
    found: Mapped[str]


class GarminAnswersUsed(Base):
    """What rows were made of Garmin's answers: a digest of what they say of a month; of all there is if the month is
    that of 1970.
    """

    __tablename__ = "garmin_answers_used"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    used_for: Mapped[str] = mapped_column(String(10), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(32))
    code_version: Mapped[str]

    __table_args__ = (CheckConstraint("used_for in ('wellness', 'belongings')", name="used_for"),)


class ActivityMetrics(Base):
    """What we compute of one activity, from its samples and the settings valid on its day."""

    __tablename__ = "activity_metrics"

    activity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"))
    local_day: Mapped[dt.date]
    sport: Mapped[str]
    distance_m: Mapped[float | None]
    elapsed_s: Mapped[float | None]
    timer_s: Mapped[float | None]
    moving_s: Mapped[float | None]
    avg_speed_mps: Mapped[float | None]
    avg_heart_rate_bpm: Mapped[float | None]
    max_heart_rate_bpm: Mapped[float | None]
    heart_rate_coverage: Mapped[float | None]
    sampled_distance_m: Mapped[float | None]
    sampled_timer_s: Mapped[float | None]
    sampled_cadence_spm: Mapped[float | None]
    """With standing still as 0, as watches average on foot."""
    ascent_m: Mapped[float | None]
    descent_m: Mapped[float | None]
    max_speed_mps: Mapped[float | None]
    flat_speed_mps: Mapped[float | None]
    """Mean grade-adjusted speed."""
    weighted_flat_speed_mps: Mapped[float | None]
    flat_speed_source: Mapped[str | None]
    avg_power_w: Mapped[float | None]
    weighted_power_w: Mapped[float | None]
    work_kj: Mapped[float | None]
    avg_cadence_spm: Mapped[float | None]
    avg_step_length_m: Mapped[float | None]
    avg_vertical_oscillation_mm: Mapped[float | None]
    avg_vertical_ratio_percent: Mapped[float | None]
    avg_stance_time_ms: Mapped[float | None]
    avg_duty_factor_percent: Mapped[float | None]
    avg_temperature_c: Mapped[float | None]
    speed_per_beat_m: Mapped[float | None]
    decoupling_percent: Mapped[float | None]
    decoupling_reason: Mapped[str | None]
    """Why there is neither speed per beat nor decoupling; null where there are."""
    sustained_max_heart_rate_bpm: Mapped[float | None]
    heart_rate_spikes: Mapped[int | None]
    cadence_lock_s: Mapped[float | None]
    heart_rate_problem: Mapped[str | None]
    """Why the heart rate does not count; null where it does."""
    hr_vo2max: Mapped[float | None]
    effort_vo2max: Mapped[float | None]
    """Of the best effort inside, were it a race; see `best_efforts`."""
    trimp: Mapped[float | None]
    trimp_edwards: Mapped[float | None]
    hr_load: Mapped[float | None]
    pace_load: Mapped[float | None]
    power_load: Mapped[float | None]
    effort_load: Mapped[float | None]
    device_load: Mapped[float | None]
    load: Mapped[float | None]
    """Null, like its source and confidence, where not even a duration is known."""
    load_source: Mapped[str | None]
    load_confidence: Mapped[float | None]
    load_fallbacks: Mapped[str | None]
    """Why the sources before `load_source` did not count, a JSON object of source to reason; null if it was first."""
    counted: Mapped[bool]
    settings_valid_from: Mapped[dt.date | None]
    settings_estimated: Mapped[bool]
    settings_sources: Mapped[str]
    """Where each of the settings below comes from, a JSON object."""
    sex: Mapped[str | None] = mapped_column(String(6))
    hr_rest_bpm: Mapped[float]
    hr_max_bpm: Mapped[float]
    hr_threshold_bpm: Mapped[float]
    threshold_speed_mps: Mapped[float | None]
    threshold_power_w: Mapped[float | None]
    weight_kg: Mapped[float | None]
    hr_zone_bounds_bpm: Mapped[str]
    effort_factor: Mapped[float | None]
    """Load per point of perceived effort (points are effort times minutes)."""
    device_factor: Mapped[float | None]
    """Load per point of the device's own load."""
    imputed_load_per_h: Mapped[float]
    source_sha256: Mapped[str] = mapped_column(String(64))
    code_version: Mapped[str]

    __table_args__ = (Index(None, "athlete_id", "local_day"), Index(None, "local_day"))


class ActivityZone(Base):
    """Time in one zone of an activity; zone 0 lies below the first bound."""

    __tablename__ = "activity_zones"

    activity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    zone: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"))
    local_day: Mapped[dt.date]
    from_value: Mapped[float]
    """Lower bound, inclusive: bpm, m/s or W."""
    time_s: Mapped[float]
    code_version: Mapped[str]

    __table_args__ = (
        CheckConstraint("kind in ('heart_rate', 'pace', 'power', 'intensity')", name="kind"),
        Index(None, "local_day"),
    )


class BestEffort(Base):
    """The fastest time over a distance inside an activity, on the clock that counts pauses."""

    __tablename__ = "best_efforts"

    activity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    distance_m: Mapped[float] = mapped_column(primary_key=True)
    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"))
    local_day: Mapped[dt.date]
    time_s: Mapped[float]
    start_s: Mapped[float]
    """Seconds after the activity's start at which it begins."""
    counts: Mapped[bool]
    """Whether it may be a record: a run outdoors that is no suspected duplicate."""
    code_version: Mapped[str]

    __table_args__ = (Index(None, "athlete_id", "distance_m", "time_s"), Index(None, "local_day"))


class MeanMax(Base):
    """The highest mean of a channel over a duration inside an activity."""

    __tablename__ = "mean_max"

    activity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    window_s: Mapped[int] = mapped_column(primary_key=True)
    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"))
    local_day: Mapped[dt.date]
    value: Mapped[float]
    """m/s, bpm or W."""
    code_version: Mapped[str]

    __table_args__ = (
        CheckConstraint("channel in ('speed', 'heart_rate', 'power')", name="channel"),
        Index(None, "local_day"),
    )


class Split(Base):
    """One kilometre of an activity on the timer clock; the last may be shorter."""

    __tablename__ = "splits"

    activity_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    split: Mapped[int] = mapped_column(primary_key=True)
    """From 1."""
    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"))
    local_day: Mapped[dt.date]
    distance_m: Mapped[float]
    time_s: Mapped[float]
    start_s: Mapped[float]
    """Seconds of the timer at which it begins."""
    avg_heart_rate_bpm: Mapped[float | None]
    flat_speed_mps: Mapped[float | None]
    ascent_m: Mapped[float | None]
    descent_m: Mapped[float | None]
    code_version: Mapped[str]

    __table_args__ = (Index(None, "local_day"),)


class FitnessMetricsDaily(Base):
    """One row for every day from the athlete's first activity to today, rest days included."""

    __tablename__ = "fitness_metrics_daily"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    load: Mapped[float]
    activities: Mapped[int]
    imputed_load: Mapped[float]
    ctl: Mapped[float]
    atl: Mapped[float]
    tsb: Mapped[float]
    ramp: Mapped[float | None]
    monotony: Mapped[float | None]
    strain: Mapped[float | None]
    warming_up: Mapped[bool]
    run_load: Mapped[float]
    run_ctl: Mapped[float]
    run_atl: Mapped[float]
    run_tsb: Mapped[float]
    acwr_uncoupled: Mapped[float | None]
    acwr_ewma: Mapped[float | None]
    device_vo2max: Mapped[float | None]
    race_vo2max: Mapped[float | None]
    hr_vo2max: Mapped[float | None]
    critical_speed_mps: Mapped[float | None]
    d_prime_m: Mapped[float | None]
    critical_speed_error_m: Mapped[float | None]
    critical_speed_reason: Mapped[str | None]
    """Why there is no critical speed; null where there is one."""
    threshold_speed_mps: Mapped[float | None]
    threshold_speed_source: Mapped[str | None]
    hr_threshold_bpm: Mapped[float | None]
    hr_threshold_source: Mapped[str | None]
    hr_max_bpm: Mapped[float | None]
    hr_max_source: Mapped[str | None]
    marathon_shape_percent: Mapped[float | None]
    resting_hr_bpm: Mapped[float | None]
    resting_hr_delta_bpm: Mapped[float | None]
    resting_hr_z: Mapped[float | None]
    hrv_rmssd_ms: Mapped[float | None]
    hrv_week_ln: Mapped[float | None]
    hrv_low_ln: Mapped[float | None]
    hrv_high_ln: Mapped[float | None]
    hrv_status: Mapped[str | None]
    readiness: Mapped[str | None]
    """`ready`, `caution` or `easy_only`; null if no rule had its data."""
    readiness_signals: Mapped[str | None]
    """Every rule that had its data, a JSON list: rule, level, value, threshold, source."""
    code_version: Mapped[str]


class RacePrediction(Base):
    """What the best efforts of the last months promise over a race distance, several models and their spread."""

    __tablename__ = "race_predictions"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    distance_m: Mapped[float] = mapped_column(primary_key=True)
    time_s: Mapped[float]
    """Median of the models."""
    fastest_s: Mapped[float]
    slowest_s: Mapped[float]
    models: Mapped[str]
    """Seconds by model, a JSON object."""
    code_version: Mapped[str]


class AnalyticsSummary(Base):
    """A week (from Monday) or a month (from the 1st) of one athlete, all sports and runs apart."""

    __tablename__ = "analytics_summaries"

    athlete_id: Mapped[str] = mapped_column(ForeignKey("athletes.athlete_id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(5), primary_key=True)
    period_start: Mapped[dt.date] = mapped_column(primary_key=True)
    activities: Mapped[int]
    runs: Mapped[int]
    days_active: Mapped[int]
    distance_m: Mapped[float]
    run_distance_m: Mapped[float]
    timer_s: Mapped[float]
    run_timer_s: Mapped[float]
    ascent_m: Mapped[float]
    load: Mapped[float]
    imputed_load: Mapped[float]
    longest_run_m: Mapped[float | None]
    run_load: Mapped[float]
    avg_run_speed_mps: Mapped[float | None]
    avg_run_heart_rate_bpm: Mapped[float | None]
    """Weighted by the timer time of the runs that had one."""
    low_intensity_s: Mapped[float | None]
    moderate_intensity_s: Mapped[float | None]
    high_intensity_s: Mapped[float | None]
    intensity_label: Mapped[str | None]
    code_version: Mapped[str]

    __table_args__ = (
        CheckConstraint("period in ('week', 'month')", name="period"),
        Index(None, "period", "period_start"),
    )
