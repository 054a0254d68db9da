"""How a connection to the SQLite file is opened, and what SQLite's errors mean in our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

import sqlalchemy
from sqlalchemy.pool import NullPool

from orchard_bot.errors import StorageBusy, StorageError, StorageFull
from orchard_bot.storage.columns import sealed_with
from orchard_bot.storage.keyring import Keyring

BUSY_SECONDS = 5.0

# FULL: a commit is on the disk before anything is acknowledged. secure_delete: a deleted row is overwritten in its page;
# the older page stays in the write-ahead log until ``scrub``, because cutting the log at every restart of it costs half
# as much again per commit. journal_size_limit: after a burst the log shrinks to its everyday size.
PRAGMAS = (
    "PRAGMA secure_delete = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -2048",
    "PRAGMA wal_autocheckpoint = 1000",
    "PRAGMA journal_size_limit = 8388608",
)

NO_ROOM = (StorageFull, "There is no room left for the database. Free some space on its disk.")
HELD = (StorageBusy, "Another program holds the database file. Close it, then try again.")
DAMAGED = (StorageError, "The database file is damaged, or is no database. Run: orchard-bot db restore BACKUP")
NO_RIGHT = (StorageError, "The database may not be written here. Check the rights of the file and its folder.")
BAD_DISK = (StorageError, "The disk under the database reports a fault. Check it, and keep a backup elsewhere.")

MEANINGS: dict[int, tuple[type[StorageError], str]] = {
    sqlite3.SQLITE_FULL: NO_ROOM,
    sqlite3.SQLITE_IOERR_SHMSIZE: NO_ROOM,  # a file beside the database could not grow
    sqlite3.SQLITE_BUSY: HELD,
    sqlite3.SQLITE_LOCKED: HELD,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_READONLY: NO_RIGHT,
    sqlite3.SQLITE_PERM: NO_RIGHT,
    sqlite3.SQLITE_CANTOPEN: NO_RIGHT,
    sqlite3.SQLITE_IOERR: BAD_DISK,
}


class UnitConnection(sqlite3.Connection):
    """A driver connection that lets no unit of work end the transaction it shares with its neighbours."""

    guarded = False

    def commit(self) -> None:
        """Refused while guarded: raises RuntimeError."""
        self._refuse()
        super().commit()

    def rollback(self) -> None:
        """Refused while guarded: raises RuntimeError."""
        self._refuse()
        super().rollback()

    def _refuse(self) -> None:
        if self.guarded:
            raise RuntimeError("A unit of work must not commit or roll back. Raise an error to undo it.")


def connect(path: Path, *, read_only: bool = False, pragmas: tuple[str, ...] = PRAGMAS) -> UnitConnection:
    """Open an existing SQLite file in driver autocommit mode; ``BEGIN`` is ours to say.

    Raises sqlite3.Error: pass it through ``in_our_words``.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(
        uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256, factory=UnitConnection
    )
    try:
        for pragma in ("PRAGMA query_only = ON",) if read_only else pragmas:
            connection.execute(pragma)
        # The first page is read only now: a file that is no database is found here and not in the middle of things.
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def sqlalchemy_engine(path: Path, *, read_only: bool = False, keyring: Keyring | None = None) -> sqlalchemy.Engine:
    """A SQLAlchemy engine on the file: one driver connection per ``connect()``, no pool, no values in its errors.

    ``keyring`` opens what is sealed in it; not given, it is the one beside the file.
    """
    engine = sqlalchemy.create_engine(
        sqlalchemy.URL.create("sqlite", database=str(path)),
        creator=partial(connect, path, read_only=read_only),
        poolclass=NullPool,
        hide_parameters=True,
    )
    return sealed_with(engine, keyring or Keyring.beside(path))


def driver_of(connection: sqlalchemy.Connection) -> UnitConnection:
    """The driver connection under a SQLAlchemy one."""
    return cast("UnitConnection", connection.connection.driver_connection)


def in_our_words(error: BaseException) -> StorageError | None:
    """The StorageError for what SQLite says about the file or the disk; None when it is about the statement."""
    cause = error.orig if isinstance(error, sqlalchemy.exc.StatementError) else error
    if isinstance(cause, StorageError):
        return cause
    if not isinstance(cause, sqlite3.Error):
        return None
    # The low byte is the primary code: https://www.sqlite.org/rescode.html
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    kind, message = MEANINGS.get(code) or MEANINGS.get(code & 0xFF) or (None, "")
    return kind(message) if kind else None


@contextmanager
def plain_errors() -> Iterator[None]:
    """Whatever SQLite raises inside becomes a StorageError."""
    try:
        yield
    except (sqlite3.Error, sqlalchemy.exc.StatementError) as error:
        ours = in_our_words(error) or StorageError("The database refused. Run: orchard-bot db check")
        raise ours from error
