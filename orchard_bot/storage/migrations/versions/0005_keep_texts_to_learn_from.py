"""Keep texts to learn from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Take the database one step on. The way back is a backup."""
    op.create_table(
        "kept_texts",
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_kept_texts")),
        comment="Messages to train the detectors with: only where the poster and a moderator agreed.",
    )
    with op.batch_alter_table("kept_texts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_texts_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_kept_texts_community_person"), ["community", "person"], unique=False)
