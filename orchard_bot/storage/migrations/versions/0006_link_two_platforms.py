"""Link a moderator's two platforms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Take the database one step on. The way back is a backup."""
    op.create_table(
        "links",
        sa.Column("owner_token", sa.Text(), nullable=False),
        sa.Column("owner", sa.LargeBinary(), nullable=False),
        sa.Column("owner_account", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("code_until", sa.BigInteger(), nullable=True),
        sa.Column("other_token", sa.Text(), nullable=True),
        sa.Column("other", sa.LargeBinary(), nullable=True),
        sa.Column("other_account", sa.Text(), nullable=True),
        sa.Column("both", sa.Boolean(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("owner_token", name=op.f("pk_links")),
        sa.UniqueConstraint("code", name=op.f("uq_links_code")),
        sa.UniqueConstraint("other_token", name=op.f("uq_links_other_token")),
        comment="Moderators who are the same person on two platforms, by their own word on both sides, sealed.",
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_code_until"), ["code_until"], unique=False)
