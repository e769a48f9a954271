"""training science: device values, child tables of activities, daily figures, wellness

Everything derived is dropped: it is made again from bronze, with the new columns, by the next run.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_DERIVED = (
    "activities", "activity_sources", "laps", "activity_metrics", "fitness_metrics_daily", "analytics_summaries",
)  # fmt: skip


def _drop_derived() -> None:
    for table in _DERIVED:
        op.execute(sa.text(f"delete from runningcoach.{table}"))  # noqa: S608 - our own names


def _name_kinds() -> None:
    """Kinds of wellness files went by their number before they had names."""
    for number, name in (("44", "metrics"), ("49", "sleep"), ("68", "hrv_status")):
        statement = sa.text("update runningcoach.garmin_raw_files set file_type = :name where file_type = :number")
        op.execute(statement.bindparams(name=name, number=number))


def upgrade() -> None:
    _drop_derived()
    _name_kinds()
    op.create_table(
        "activity_zones",
        sa.Column("activity_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("zone", sa.SmallInteger(), nullable=False),
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("from_value", sa.Double(), nullable=False),
        sa.Column("time_s", sa.Double(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('heart_rate', 'pace', 'power', 'intensity')", name=op.f("ck_activity_zones_kind")),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f("fk_activity_zones_athlete_id")
        ),
        sa.PrimaryKeyConstraint("activity_id", "kind", "zone", name=op.f("pk_activity_zones")),
        schema="runningcoach",
    )
    op.create_index(
        op.f("ix_activity_zones_local_day"), "activity_zones", ["local_day"], unique=False, schema="runningcoach"
    )
    op.create_table(
        "best_efforts",
        sa.Column("activity_id", sa.String(length=36), nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("time_s", sa.Double(), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f("fk_best_efforts_athlete_id")
        ),
        sa.PrimaryKeyConstraint("activity_id", "distance_m", name=op.f("pk_best_efforts")),
        schema="runningcoach",
    )
    op.create_index(
        op.f("ix_best_efforts_athlete_id_distance_m_time_s"),
        "best_efforts",
        ["athlete_id", "distance_m", "time_s"],
        unique=False,
        schema="runningcoach",
    )
    op.create_index(
        op.f("ix_best_efforts_local_day"), "best_efforts", ["local_day"], unique=False, schema="runningcoach"
    )
    op.create_table(
        "device_values",
        sa.Column("activity_id", sa.String(length=36), nullable=False),
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("avg_speed_mps", sa.Double(), nullable=True),
        sa.Column("max_speed_mps", sa.Double(), nullable=True),
        sa.Column("avg_cadence_spm", sa.Double(), nullable=True),
        sa.Column("avg_power_w", sa.Double(), nullable=True),
        sa.Column("weighted_power_w", sa.Double(), nullable=True),
        sa.Column("avg_vertical_oscillation_mm", sa.Double(), nullable=True),
        sa.Column("avg_vertical_ratio_percent", sa.Double(), nullable=True),
        sa.Column("avg_stance_time_ms", sa.Double(), nullable=True),
        sa.Column("avg_stance_balance_percent", sa.Double(), nullable=True),
        sa.Column("avg_step_length_mm", sa.Double(), nullable=True),
        sa.Column("avg_grade_adjusted_speed_mps", sa.Double(), nullable=True),
        sa.Column("avg_temperature_c", sa.Double(), nullable=True),
        sa.Column("descent_m", sa.Double(), nullable=True),
        sa.Column("moving_s", sa.Double(), nullable=True),
        sa.Column("aerobic_training_effect", sa.Double(), nullable=True),
        sa.Column("anaerobic_training_effect", sa.Double(), nullable=True),
        sa.Column("training_load_peak", sa.Double(), nullable=True),
        sa.Column("vo2max", sa.Double(), nullable=True),
        sa.Column("recovery_time_min", sa.Double(), nullable=True),
        sa.Column("performance_condition", sa.Double(), nullable=True),
        sa.Column("threshold_heart_rate_bpm", sa.Double(), nullable=True),
        sa.Column("threshold_speed_mps", sa.Double(), nullable=True),
        sa.Column("perceived_effort", sa.Double(), nullable=True),
        sa.Column("feel_percent", sa.Double(), nullable=True),
        sa.Column("hr_zone_s", sa.Text(), nullable=True),
        sa.Column("hr_zone_bounds_bpm", sa.Text(), nullable=True),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f("fk_device_values_athlete_id")
        ),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_device_values")),
        schema="runningcoach",
    )
    op.create_index(
        op.f("ix_device_values_athlete_id_local_day"),
        "device_values",
        ["athlete_id", "local_day"],
        unique=False,
        schema="runningcoach",
    )
    op.create_index(
        op.f("ix_device_values_local_day"), "device_values", ["local_day"], unique=False, schema="runningcoach"
    )
    op.create_table(
        "health_metrics",
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("resting_hr_bpm", sa.Double(), nullable=True),
        sa.Column("hrv_rmssd_ms", sa.Double(), nullable=True),
        sa.Column("hrv_device_status", sa.Text(), nullable=True),
        sa.Column("sleep_s", sa.Double(), nullable=True),
        sa.Column("sleep_score", sa.Double(), nullable=True),
        sa.Column("avg_stress", sa.Double(), nullable=True),
        sa.Column("weight_kg", sa.Double(), nullable=True),
        sa.Column("vo2max", sa.Double(), nullable=True),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f("fk_health_metrics_athlete_id")
        ),
        sa.PrimaryKeyConstraint("athlete_id", "day", name=op.f("pk_health_metrics")),
        schema="runningcoach",
    )
    op.create_index(op.f("ix_health_metrics_day"), "health_metrics", ["day"], unique=False, schema="runningcoach")
    op.create_table(
        "wellness_sources",
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("source_sha256", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f("fk_wellness_sources_athlete_id")
        ),
        sa.PrimaryKeyConstraint("athlete_id", "source_sha256", "month", name=op.f("pk_wellness_sources")),
        schema="runningcoach",
    )
    op.create_index(
        op.f("ix_wellness_sources_month"), "wellness_sources", ["month"], unique=False, schema="runningcoach"
    )
    op.create_table(
        "mean_max",
        sa.Column("activity_id", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("window_s", sa.Integer(), nullable=False),
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.CheckConstraint("channel in ('speed', 'heart_rate', 'power')", name=op.f("ck_mean_max_channel")),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f("fk_mean_max_athlete_id")
        ),
        sa.PrimaryKeyConstraint("activity_id", "channel", "window_s", name=op.f("pk_mean_max")),
        schema="runningcoach",
    )
    op.create_index(op.f("ix_mean_max_local_day"), "mean_max", ["local_day"], unique=False, schema="runningcoach")
    op.create_table(
        "race_predictions",
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column("time_s", sa.Double(), nullable=False),
        sa.Column("fastest_s", sa.Double(), nullable=False),
        sa.Column("slowest_s", sa.Double(), nullable=False),
        sa.Column("models", sa.Text(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f("fk_race_predictions_athlete_id")
        ),
        sa.PrimaryKeyConstraint("athlete_id", "day", "distance_m", name=op.f("pk_race_predictions")),
        schema="runningcoach",
    )
    op.create_table(
        "splits",
        sa.Column("activity_id", sa.String(length=36), nullable=False),
        sa.Column("split", sa.Integer(), nullable=False),
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("distance_m", sa.Double(), nullable=False),
        sa.Column("time_s", sa.Double(), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("avg_heart_rate_bpm", sa.Double(), nullable=True),
        sa.Column("flat_speed_mps", sa.Double(), nullable=True),
        sa.Column("ascent_m", sa.Double(), nullable=True),
        sa.Column("descent_m", sa.Double(), nullable=True),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f("fk_splits_athlete_id")
        ),
        sa.PrimaryKeyConstraint("activity_id", "split", name=op.f("pk_splits")),
        schema="runningcoach",
    )
    op.create_index(op.f("ix_splits_local_day"), "splits", ["local_day"], unique=False, schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("descent_m", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("max_speed_mps", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("flat_speed_mps", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column(
        "activity_metrics", sa.Column("weighted_flat_speed_mps", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column("activity_metrics", sa.Column("flat_speed_source", sa.Text(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("avg_power_w", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("weighted_power_w", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("work_kj", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column(
        "activity_metrics", sa.Column("sampled_cadence_spm", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column("activity_metrics", sa.Column("avg_cadence_spm", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("avg_step_length_m", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column(
        "activity_metrics", sa.Column("avg_vertical_oscillation_mm", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "activity_metrics", sa.Column("avg_vertical_ratio_percent", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "activity_metrics", sa.Column("avg_stance_time_ms", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "activity_metrics", sa.Column("avg_duty_factor_percent", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column("activity_metrics", sa.Column("avg_temperature_c", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("speed_per_beat_m", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column(
        "activity_metrics", sa.Column("decoupling_percent", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column("activity_metrics", sa.Column("decoupling_reason", sa.Text(), nullable=True), schema="runningcoach")
    op.add_column(
        "activity_metrics", sa.Column("sustained_max_heart_rate_bpm", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "activity_metrics", sa.Column("heart_rate_spikes", sa.Integer(), nullable=True), schema="runningcoach"
    )
    op.add_column("activity_metrics", sa.Column("cadence_lock_s", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("heart_rate_problem", sa.Text(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("hr_vo2max", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("effort_vo2max", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("trimp_edwards", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("power_load", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("effort_load", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("device_load", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("load_confidence", sa.Double(), nullable=False), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("load_fallbacks", sa.Text(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("settings_sources", sa.Text(), nullable=False), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("sex", sa.String(length=6), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("hr_rest_bpm", sa.Double(), nullable=False), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("hr_max_bpm", sa.Double(), nullable=False), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("hr_threshold_bpm", sa.Double(), nullable=False), schema="runningcoach")
    op.add_column(
        "activity_metrics", sa.Column("threshold_speed_mps", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column("activity_metrics", sa.Column("threshold_power_w", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("weight_kg", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("hr_zone_bounds_bpm", sa.Text(), nullable=False), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("effort_factor", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("activity_metrics", sa.Column("device_factor", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column(
        "activity_metrics", sa.Column("imputed_load_per_h", sa.Double(), nullable=False), schema="runningcoach"
    )
    op.add_column("analytics_summaries", sa.Column("run_load", sa.Double(), nullable=False), schema="runningcoach")
    op.add_column(
        "analytics_summaries", sa.Column("avg_run_speed_mps", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "analytics_summaries", sa.Column("avg_run_heart_rate_bpm", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "analytics_summaries", sa.Column("low_intensity_s", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "analytics_summaries", sa.Column("moderate_intensity_s", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "analytics_summaries", sa.Column("high_intensity_s", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column("analytics_summaries", sa.Column("intensity_label", sa.Text(), nullable=True), schema="runningcoach")
    op.add_column("athlete_settings", sa.Column("threshold_power_w", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("athlete_settings", sa.Column("hr_zone_bounds_bpm", sa.Text(), nullable=True), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("run_load", sa.Double(), nullable=False), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("run_ctl", sa.Double(), nullable=False), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("run_atl", sa.Double(), nullable=False), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("run_tsb", sa.Double(), nullable=False), schema="runningcoach")
    op.add_column(
        "fitness_metrics_daily", sa.Column("acwr_uncoupled", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column("fitness_metrics_daily", sa.Column("acwr_ewma", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column(
        "fitness_metrics_daily", sa.Column("device_vo2max", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column("fitness_metrics_daily", sa.Column("race_vo2max", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("hr_vo2max", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column(
        "fitness_metrics_daily", sa.Column("critical_speed_mps", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column("fitness_metrics_daily", sa.Column("d_prime_m", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column(
        "fitness_metrics_daily", sa.Column("critical_speed_error_m", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "fitness_metrics_daily", sa.Column("critical_speed_reason", sa.Text(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "fitness_metrics_daily", sa.Column("threshold_speed_mps", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "fitness_metrics_daily", sa.Column("threshold_speed_source", sa.Text(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "fitness_metrics_daily", sa.Column("hr_threshold_bpm", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "fitness_metrics_daily", sa.Column("hr_threshold_source", sa.Text(), nullable=True), schema="runningcoach"
    )
    op.add_column("fitness_metrics_daily", sa.Column("hr_max_bpm", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("hr_max_source", sa.Text(), nullable=True), schema="runningcoach")
    op.add_column(
        "fitness_metrics_daily", sa.Column("marathon_shape_percent", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "fitness_metrics_daily", sa.Column("resting_hr_bpm", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column(
        "fitness_metrics_daily", sa.Column("resting_hr_delta_bpm", sa.Double(), nullable=True), schema="runningcoach"
    )
    op.add_column("fitness_metrics_daily", sa.Column("resting_hr_z", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("hrv_rmssd_ms", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("hrv_week_ln", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("hrv_low_ln", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("hrv_high_ln", sa.Double(), nullable=True), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("hrv_status", sa.Text(), nullable=True), schema="runningcoach")
    op.add_column("fitness_metrics_daily", sa.Column("readiness", sa.Text(), nullable=True), schema="runningcoach")
    op.add_column(
        "fitness_metrics_daily", sa.Column("readiness_signals", sa.Text(), nullable=True), schema="runningcoach"
    )


def downgrade() -> None:
    _drop_derived()
    op.drop_column("fitness_metrics_daily", "readiness_signals", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "readiness", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "hrv_status", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "hrv_high_ln", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "hrv_low_ln", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "hrv_week_ln", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "hrv_rmssd_ms", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "resting_hr_z", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "resting_hr_delta_bpm", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "resting_hr_bpm", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "marathon_shape_percent", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "hr_max_source", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "hr_max_bpm", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "hr_threshold_source", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "hr_threshold_bpm", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "threshold_speed_source", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "threshold_speed_mps", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "critical_speed_reason", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "critical_speed_error_m", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "d_prime_m", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "critical_speed_mps", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "hr_vo2max", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "race_vo2max", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "device_vo2max", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "acwr_ewma", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "acwr_uncoupled", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "run_tsb", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "run_atl", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "run_ctl", schema="runningcoach")
    op.drop_column("fitness_metrics_daily", "run_load", schema="runningcoach")
    op.drop_column("athlete_settings", "hr_zone_bounds_bpm", schema="runningcoach")
    op.drop_column("athlete_settings", "threshold_power_w", schema="runningcoach")
    op.drop_column("analytics_summaries", "intensity_label", schema="runningcoach")
    op.drop_column("analytics_summaries", "high_intensity_s", schema="runningcoach")
    op.drop_column("analytics_summaries", "moderate_intensity_s", schema="runningcoach")
    op.drop_column("analytics_summaries", "low_intensity_s", schema="runningcoach")
    op.drop_column("analytics_summaries", "avg_run_heart_rate_bpm", schema="runningcoach")
    op.drop_column("analytics_summaries", "avg_run_speed_mps", schema="runningcoach")
    op.drop_column("analytics_summaries", "run_load", schema="runningcoach")
    op.drop_column("activity_metrics", "imputed_load_per_h", schema="runningcoach")
    op.drop_column("activity_metrics", "device_factor", schema="runningcoach")
    op.drop_column("activity_metrics", "effort_factor", schema="runningcoach")
    op.drop_column("activity_metrics", "hr_zone_bounds_bpm", schema="runningcoach")
    op.drop_column("activity_metrics", "weight_kg", schema="runningcoach")
    op.drop_column("activity_metrics", "threshold_power_w", schema="runningcoach")
    op.drop_column("activity_metrics", "threshold_speed_mps", schema="runningcoach")
    op.drop_column("activity_metrics", "hr_threshold_bpm", schema="runningcoach")
    op.drop_column("activity_metrics", "hr_max_bpm", schema="runningcoach")
    op.drop_column("activity_metrics", "hr_rest_bpm", schema="runningcoach")
    op.drop_column("activity_metrics", "sex", schema="runningcoach")
    op.drop_column("activity_metrics", "settings_sources", schema="runningcoach")
    op.drop_column("activity_metrics", "load_fallbacks", schema="runningcoach")
    op.drop_column("activity_metrics", "load_confidence", schema="runningcoach")
    op.drop_column("activity_metrics", "device_load", schema="runningcoach")
    op.drop_column("activity_metrics", "effort_load", schema="runningcoach")
    op.drop_column("activity_metrics", "power_load", schema="runningcoach")
    op.drop_column("activity_metrics", "trimp_edwards", schema="runningcoach")
    op.drop_column("activity_metrics", "effort_vo2max", schema="runningcoach")
    op.drop_column("activity_metrics", "hr_vo2max", schema="runningcoach")
    op.drop_column("activity_metrics", "heart_rate_problem", schema="runningcoach")
    op.drop_column("activity_metrics", "cadence_lock_s", schema="runningcoach")
    op.drop_column("activity_metrics", "heart_rate_spikes", schema="runningcoach")
    op.drop_column("activity_metrics", "sustained_max_heart_rate_bpm", schema="runningcoach")
    op.drop_column("activity_metrics", "decoupling_reason", schema="runningcoach")
    op.drop_column("activity_metrics", "decoupling_percent", schema="runningcoach")
    op.drop_column("activity_metrics", "speed_per_beat_m", schema="runningcoach")
    op.drop_column("activity_metrics", "avg_temperature_c", schema="runningcoach")
    op.drop_column("activity_metrics", "avg_duty_factor_percent", schema="runningcoach")
    op.drop_column("activity_metrics", "avg_stance_time_ms", schema="runningcoach")
    op.drop_column("activity_metrics", "avg_vertical_ratio_percent", schema="runningcoach")
    op.drop_column("activity_metrics", "avg_vertical_oscillation_mm", schema="runningcoach")
    op.drop_column("activity_metrics", "avg_step_length_m", schema="runningcoach")
    op.drop_column("activity_metrics", "avg_cadence_spm", schema="runningcoach")
    op.drop_column("activity_metrics", "sampled_cadence_spm", schema="runningcoach")
    op.drop_column("activity_metrics", "work_kj", schema="runningcoach")
    op.drop_column("activity_metrics", "weighted_power_w", schema="runningcoach")
    op.drop_column("activity_metrics", "avg_power_w", schema="runningcoach")
    op.drop_column("activity_metrics", "flat_speed_source", schema="runningcoach")
    op.drop_column("activity_metrics", "weighted_flat_speed_mps", schema="runningcoach")
    op.drop_column("activity_metrics", "flat_speed_mps", schema="runningcoach")
    op.drop_column("activity_metrics", "max_speed_mps", schema="runningcoach")
    op.drop_column("activity_metrics", "descent_m", schema="runningcoach")
    op.drop_index(op.f("ix_splits_local_day"), table_name="splits", schema="runningcoach")
    op.drop_table("splits", schema="runningcoach")
    op.drop_table("race_predictions", schema="runningcoach")
    op.drop_index(op.f("ix_mean_max_local_day"), table_name="mean_max", schema="runningcoach")
    op.drop_table("mean_max", schema="runningcoach")
    op.drop_index(op.f("ix_wellness_sources_month"), table_name="wellness_sources", schema="runningcoach")
    op.drop_table("wellness_sources", schema="runningcoach")
    op.drop_index(op.f("ix_health_metrics_day"), table_name="health_metrics", schema="runningcoach")
    op.drop_table("health_metrics", schema="runningcoach")
    op.drop_index(op.f("ix_device_values_local_day"), table_name="device_values", schema="runningcoach")
    op.drop_index(op.f("ix_device_values_athlete_id_local_day"), table_name="device_values", schema="runningcoach")
    op.drop_table("device_values", schema="runningcoach")
    op.drop_index(op.f("ix_best_efforts_local_day"), table_name="best_efforts", schema="runningcoach")
    op.drop_index(
        op.f("ix_best_efforts_athlete_id_distance_m_time_s"), table_name="best_efforts", schema="runningcoach"
    )
    op.drop_table("best_efforts", schema="runningcoach")
    op.drop_index(op.f("ix_activity_zones_local_day"), table_name="activity_zones", schema="runningcoach")
    op.drop_table("activity_zones", schema="runningcoach")
