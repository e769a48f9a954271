"""Which Garmin gave the tokens of an account: those of a demo on this machine are never shown to the real one.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    given_by = sa.Column("given_by", sa.Text(), nullable=False, server_default="https://connectapi.garmin.com")
    op.add_column("garmin_accounts", given_by, schema="runningcoach")
    op.alter_column("garmin_accounts", "given_by", server_default=None, schema="runningcoach")


def downgrade() -> None:
    op.drop_column("garmin_accounts", "given_by", schema="runningcoach")
