"""Which schema a database file has, and whether this version of the bot may use it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from orchard_bot.errors import SchemaTooNew, StorageError
from orchard_bot.storage.migrations import VERSIONS, revisions
from orchard_bot.storage.sqlite_connection import connect, plain_errors


def stored_revision(path: Path) -> str | None:
    """The revision of the database at ``path``; None when it is empty. The file is not changed.

    Raises StorageError when it is damaged, no database, or a database of some other program.
    """
    with plain_errors(), closing(connect(path, read_only=True)) as connection:
        return _revision_in(connection, path)


def _revision_in(connection: sqlite3.Connection, path: Path) -> str | None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" in tables:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
    if tables:
        raise StorageError(f"{path} is the database of another program. Set another path for Orchard Bot's database.")
    return None


def refuse_newer(revision: str | None, versions: Path = VERSIONS) -> None:
    """Raises SchemaTooNew when a revision is none of those this version knows."""
    if revision is not None and revision not in revisions(versions):
        raise SchemaTooNew(
            f"The database has schema {revision}, which this version of Orchard Bot does not know. "
            "Install the newer version again, or restore a backup: orchard-bot db restore"
        )
