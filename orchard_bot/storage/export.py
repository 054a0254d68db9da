"""The whole state in one sealed file, out and in again, and the wiping of all of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from orchard_bot.errors import StorageError
from orchard_bot.storage.database_file import FileLock, existing, real_path
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.proof import prove
from orchard_bot.storage.revision import stored_revision
from orchard_bot.storage.sealed_file import read_sealed, write_sealed
from orchard_bot.storage.sqlite_connection import UnitConnection, connect, plain_errors
from orchard_bot.storage.tables import metadata, seals

_NAMES = [f"{table.name}" for table in metadata.sorted_tables if table is not seals]
"""What is exported and wiped, parents first. The proof of the key belongs to the file, not to the state."""
_ROWS = 500


class Part(msgspec.Struct, frozen=True):
    """Some rows of one table, as they are stored: what is sealed stays sealed."""

    revision: str
    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def export(database: Path, target: Path, keyring: Keyring) -> int:
    """Write everything to a new sealed file, also while the bot runs; how many rows. Raises StorageError."""
    path = existing(database)
    prove(path, keyring)
    revision = stored_revision(path) or ""
    with plain_errors(), closing(connect(path, read_only=True)) as connection:
        connection.execute("BEGIN")
        parts = [part for name in _NAMES for part in _parts(connection, name, revision)]
    write_sealed(real_path(target), map(msgspec.msgpack.encode, parts), keyring)
    return sum(len(part.rows) for part in parts)


def put_in(database: Path, saved: Path, keyring: Keyring) -> int:
    """Bring an export into a database in which nothing is yet; how many rows. All of it or nothing.

    Raises StorageBusy, KeyMissing; StorageError where something is there, or it comes from another version.
    """
    path = existing(database)
    with FileLock(path), plain_errors(), closing(connect(path)) as connection:
        prove(path, keyring)
        revision = stored_revision(path)
        parts = [msgspec.msgpack.decode(piece, type=Part) for piece in read_sealed(saved, keyring)]
        if any(part.revision != revision for part in parts):
            raise StorageError(f"{saved} was exported by another version. Import it with that one, then upgrade.")
        if any(connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() for name in _NAMES):  # noqa: S608 - our tables
            raise StorageError(f"{path} is not empty. Run: orchard-bot privacy wipe")
        connection.execute("BEGIN IMMEDIATE")
        for part in parts:
            _insert(connection, part)
        connection.execute("COMMIT")
    return sum(len(part.rows) for part in parts)


def wipe(database: Path) -> int:
    """Delete every row, and what is left of them in the file; how many there were. The keys stay. Raises StorageBusy."""
    path = existing(database)
    with FileLock(path), plain_errors(), closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        count = sum(connection.execute(f"DELETE FROM {name}").rowcount for name in reversed(_NAMES))  # noqa: S608 - our tables
        connection.execute("COMMIT")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return count


def _parts(connection: UnitConnection, name: str, revision: str) -> Iterator[Part]:
    found = connection.execute(f"SELECT * FROM {name}")  # noqa: S608 - our tables
    columns = tuple(column[0] for column in found.description)
    while rows := found.fetchmany(_ROWS):
        yield Part(revision, name, columns, tuple(rows))


def _insert(connection: UnitConnection, part: Part) -> None:
    own = set(metadata.tables[part.table].columns.keys())
    if not own.issuperset(part.columns):
        raise StorageError("The export names a column that is not there. It does not come from this program.")
    places = ", ".join("?" * len(part.columns))
    statement = f"INSERT INTO {part.table} ({', '.join(part.columns)}) VALUES ({places})"  # noqa: S608 - our columns
    connection.executemany(statement, part.rows)
