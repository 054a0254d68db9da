"""A case knows whether its poster has asked for a second look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Take the database one step on. The way back is a backup."""
    op.add_column("cases", sa.Column("appealed_at", sa.BigInteger(), nullable=True))
