"""What Alembic runs: the migrations on the connection it is handed, inside the caller's transaction."""

from __future__ import annotations

from alembic import context

_given = context.config.attributes

context.configure(
    connection=_given["connection"],
    target_metadata=_given.get("metadata"),
    render_as_batch=True,  # SQLite can alter little in place
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
