"""Which moderators have said that a case concerns them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Take the database one step on. The way back is a backup."""
    op.create_table(
        "case_conflicts",
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("moderator", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "number"],
            ["cases.community", "cases.number"],
            name=op.f("fk_case_conflicts_community_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community", "number", "moderator", name=op.f("pk_case_conflicts")),
        comment="Which moderators have said that a case concerns them, so that they are not shown it again.",
    )
