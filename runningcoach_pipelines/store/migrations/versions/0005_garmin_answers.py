"""Garmin Connect's answers, what was asked, and how far it is followed"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _athlete(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f(f"fk_{table}_athlete_id")
    )


def upgrade() -> None:
    op.create_table(
        "garmin_raw_events",
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("endpoint", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("day_from", sa.Date(), nullable=False),
        sa.Column("day_to", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("payload_size", sa.Integer(), nullable=False),
        sa.Column("compression_type", sa.String(length=10), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "compression_type in ('gzip', 'zstd', 'none')", name=op.f("ck_garmin_raw_events_compression")
        ),
        sa.CheckConstraint("day_from <= day_to", name=op.f("ck_garmin_raw_events_days")),
        _athlete("garmin_raw_events"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_garmin_raw_events")),
        sa.UniqueConstraint(
            "athlete_id",
            "endpoint",
            "subject",
            "day_from",
            "version",
            name=op.f("uq_garmin_raw_events_athlete_id_endpoint_subject_day_from_version"),
        ),
        schema="runningcoach",
    )
    op.create_index(
        op.f("ix_garmin_raw_events_current"),
        "garmin_raw_events",
        ["athlete_id", "endpoint", "subject", "day_from"],
        unique=True,
        schema="runningcoach",
        postgresql_where=sa.text("superseded_at is null"),
    )
    op.create_table(
        "garmin_coverage",
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("endpoint", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state in ('ok', 'empty', 'failed')", name=op.f("ck_garmin_coverage_state")),
        sa.CheckConstraint(
            "(state = 'failed') = (reason is not null)", name=op.f("ck_garmin_coverage_failed_has_reason")
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (next_try_at is not null)", name=op.f("ck_garmin_coverage_failed_is_tried_again")
        ),
        _athlete("garmin_coverage"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["runningcoach.garmin_raw_events.event_id"], name=op.f("fk_garmin_coverage_event_id")
        ),
        sa.PrimaryKeyConstraint("athlete_id", "endpoint", "subject", "day", name=op.f("pk_garmin_coverage")),
        schema="runningcoach",
    )
    op.create_index(
        op.f("ix_garmin_coverage_athlete_id_day"),
        "garmin_coverage",
        ["athlete_id", "day"],
        unique=False,
        schema="runningcoach",
    )
    op.create_table(
        "garmin_syncs",
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("wanted_from", sa.Date(), nullable=True),
        sa.Column("oldest_activity_day", sa.Date(), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        _athlete("garmin_syncs"),
        sa.PrimaryKeyConstraint("athlete_id", name=op.f("pk_garmin_syncs")),
        schema="runningcoach",
    )


def downgrade() -> None:
    for table in ("garmin_syncs", "garmin_coverage", "garmin_raw_events"):
        op.drop_table(table, schema="runningcoach")
