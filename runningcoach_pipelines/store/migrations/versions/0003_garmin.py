"""access to Garmin Connect: tokens, pending logins, breaker, budget"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "garmin_accounts",
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("obtained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("full_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f("fk_garmin_accounts_athlete_id")
        ),
        sa.PrimaryKeyConstraint("athlete_id", name=op.f("pk_garmin_accounts")),
        schema="runningcoach",
    )
    op.create_table(
        "garmin_pending_logins",
        sa.Column("athlete_id", sa.String(length=63), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("code_sent_by", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wrong_codes", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["runningcoach.athletes.athlete_id"], name=op.f("fk_garmin_pending_logins_athlete_id")
        ),
        sa.PrimaryKeyConstraint("athlete_id", name=op.f("pk_garmin_pending_logins")),
        schema="runningcoach",
    )
    op.create_table(
        "garmin_breaker",
        sa.Column("only_row", sa.Boolean(), nullable=False),
        sa.Column("trips", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("tripped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("only_row", name=op.f("ck_garmin_breaker_only_row")),
        sa.PrimaryKeyConstraint("only_row", name=op.f("pk_garmin_breaker")),
        schema="runningcoach",
    )
    op.create_table(
        "garmin_budget",
        sa.Column("period", sa.String(length=4), nullable=False),
        sa.Column("requests_left", sa.Double(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("period in ('hour', 'day')", name=op.f("ck_garmin_budget_period")),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_garmin_budget")),
        schema="runningcoach",
    )


def downgrade() -> None:
    for table in ("garmin_budget", "garmin_breaker", "garmin_pending_logins", "garmin_accounts"):
        op.drop_table(table, schema="runningcoach")
