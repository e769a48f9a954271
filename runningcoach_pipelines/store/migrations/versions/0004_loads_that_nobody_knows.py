"""loads that nobody knows are null; what devices say of intensity and load by power"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OF_LOADS = {"load": sa.Double(), "load_source": sa.Text(), "load_confidence": sa.Double()}
_OF_POWER = ("threshold_power_w", "power_intensity", "power_load")


def upgrade() -> None:
    for name, kind in _OF_LOADS.items():
        op.alter_column("activity_metrics", name, existing_type=kind, nullable=True, schema="runningcoach")
    op.execute(
        """update runningcoach.activity_metrics set load = null, load_source = null, load_confidence = null
        where load_source = 'imputed' and load_confidence = 0"""
    )
    for name in _OF_POWER:
        op.add_column("device_values", sa.Column(name, sa.Double(), nullable=True), schema="runningcoach")


def downgrade() -> None:
    for name in reversed(_OF_POWER):
        op.drop_column("device_values", name, schema="runningcoach")
    op.execute(
        """update runningcoach.activity_metrics set load = 0, load_source = 'imputed', load_confidence = 0
        where load is null"""
    )
    for name, kind in _OF_LOADS.items():
        op.alter_column("activity_metrics", name, existing_type=kind, nullable=False, schema="runningcoach")
