"""what follows from Garmin Connect's answers: sleep, pulse, gear, records, races, and where an answer has drifted"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _owned(table: str, *columns: SchemaItem, key: tuple[str, ...]) -> None:
    """A table of an athlete's rows."""
    op.create_table(
        table,
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f(f"fk_{table}_athlete_id")
        ),
        sa.PrimaryKeyConstraint("athlete_id", *key, name=op.f(f"pk_{table}")),
        schema="runningcoach",
    )


def _version() -> sa.Column[str]:
    return sa.Column("code_version", sa.Text(), nullable=False)


def upgrade() -> None:
    _owned(
        "sleep",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("fell_asleep_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("woke_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("utc_offset_s", sa.Integer(), nullable=True),
        sa.Column("asleep_s", sa.Double(), nullable=False),
        sa.Column("deep_s", sa.Double(), nullable=True),
        sa.Column("light_s", sa.Double(), nullable=True),
        sa.Column("rem_s", sa.Double(), nullable=True),
        sa.Column("awake_s", sa.Double(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        _version(),
        key=("day",),
    )
    op.create_index(op.f("ix_sleep_day"), "sleep", ["day"], schema="runningcoach")
    _owned(
        "hr_records",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("heart_rate_bpm", sa.Double(), nullable=False),
        _version(),
        key=("at",),
    )
    op.create_index(op.f("ix_hr_records_day"), "hr_records", ["day"], schema="runningcoach")
    _owned(
        "gear",
        sa.Column("gear_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("first_used", sa.Date(), nullable=True),
        sa.Column("distance_m", sa.Double(), nullable=True),
        sa.Column("duration_s", sa.Double(), nullable=True),
        sa.Column("activities", sa.Integer(), nullable=True),
        sa.Column("longest_m", sa.Double(), nullable=True),
        _version(),
        key=("gear_id",),
    )
    _owned(
        "personal_records",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("type_id", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(length=11), nullable=False),
        sa.Column("time_s", sa.Double(), nullable=True),
        sa.Column("distance_m", sa.Double(), nullable=True),
        sa.Column("garmin_activity_id", sa.Text(), nullable=True),
        sa.Column("achieved_at", sa.DateTime(timezone=True), nullable=True),
        _version(),
        sa.CheckConstraint("record in ('fastest', 'longest_run', 'other')", name=op.f("ck_personal_records_record")),
        key=("record_id",),
    )
    _owned(
        "races",
        sa.Column("race_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("distance_m", sa.Double(), nullable=True),
        sa.Column("starts_local", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("goal_s", sa.Double(), nullable=True),
        sa.Column("is_goal", sa.Boolean(), nullable=False),
        _version(),
        key=("race_id",),
    )
    _owned(
        "garmin_drifts",
        sa.Column("endpoint", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        key=("endpoint", "day", "path"),
    )
    _owned(
        "garmin_answers_used",
        sa.Column("used_for", sa.String(length=10), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        _version(),
        sa.CheckConstraint("used_for in ('wellness', 'belongings')", name=op.f("ck_garmin_answers_used_used_for")),
        key=("used_for", "month"),
    )


def downgrade() -> None:
    tables = ("garmin_answers_used", "garmin_drifts", "races", "personal_records", "gear", "hr_records", "sleep")
    for table in tables:
        op.drop_table(table, schema="runningcoach")
