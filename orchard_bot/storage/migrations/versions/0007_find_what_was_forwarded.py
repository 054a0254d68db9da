"""Find what was forwarded without a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Take the database one step on. The way back is a backup."""
    op.create_table(
        "recent_messages",
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author_token", sa.Text(), nullable=False),
        sa.Column("author", sa.LargeBinary(), nullable=False),
        sa.Column("author_name", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_recent_messages")),
        comment="A salted hash of what was written lately, where a forward does not say whose message it was.",
    )
    with op.batch_alter_table("recent_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recent_messages_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_recent_messages_author_token"), ["author_token"], unique=False)
        batch_op.create_index(batch_op.f("ix_recent_messages_community_words"), ["community", "words"], unique=False)
