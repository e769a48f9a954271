"""The FIT file of each activity, as the founding guide's cache columns gave it, without a second copy of the bytes.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("""
        create view runningcoach.activity_fit_files as
        select a.activity_id, a.athlete_id, f.file_content as fit_file_content, f.file_size as fit_file_size,
            f.compression_type, f.sha256, f.file_name
        from runningcoach.activities a
        join runningcoach.garmin_raw_files f on f.athlete_id = a.athlete_id and f.sha256 = a.source_sha256
    """)


def downgrade() -> None:
    op.execute("drop view runningcoach.activity_fit_files")
