"""What Alembic runs: the migrations on the connection it is handed, inside the caller's transaction."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

_given = context.config.attributes


def _render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """A type of our own is written down as what it is in the database: a migration outlives the code of its day."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


context.configure(
    connection=_given["connection"],
    target_metadata=_given.get("metadata"),
    render_as_batch=True,  # SQLite can alter little in place
    render_item=_render_item,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
