"""Keep how somebody wants what they said yes to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Take the database one step on. The way back is a backup."""
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("choice", sa.Text(), server_default="", nullable=False))
