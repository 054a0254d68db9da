"""A new key in the place of the old one: everything that is sealed is sealed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table

from orchard_bot.storage.columns import Sealed
from orchard_bot.storage.database_file import FileLock, existing
from orchard_bot.storage.keyring import Keyring, new_key
from orchard_bot.storage.proof import prove
from orchard_bot.storage.sqlite_connection import UnitConnection, connect, plain_errors
from orchard_bot.storage.tables import metadata


def rotate(database: Path, keyring: Keyring, now: datetime) -> tuple[int, Path | None]:
    """Seal every row with a new key; how many values that were, and where the keys from before are kept.

    Keys in the environment are not made here: there the first one counts as new, and None comes back as the place.
    The old keys open everything until all is done, so that it may be interrupted and begun again. The last key stays:
    the stand-ins for people are made with it. Raises StorageBusy while a bot runs, KeyMissing or StorageError.
    """
    path = existing(database)
    with FileLock(path):
        prove(path, keyring)
        if keyring.in_environment:
            return _seal_again(path, keyring), None
        kept = keyring.copy(f"before-{now:%Y%m%dT%H%M%SZ}")
        both = keyring.replaced_by((new_key(), *keyring.keys))
        count = _seal_again(path, both)
        both.replaced_by((both.keys[0], both.keys[-1]))
        return count, kept


def sealed_columns() -> Iterator[tuple[Table, list[str]]]:
    """Every table with something sealed in it, and the names of those columns."""
    for table in metadata.sorted_tables:
        names = [column.name for column in table.columns if isinstance(column.type, Sealed)]
        if names:
            yield table, names


def _seal_again(path: Path, keyring: Keyring) -> int:
    with plain_errors(), closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        count = sum(_table(connection, table, names, keyring) for table, names in sealed_columns())
        connection.execute("COMMIT")
        # What was sealed with the old key is not to stay in the log.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return count


def _table(connection: UnitConnection, table: Table, names: list[str], keyring: Keyring) -> int:
    keys = [column.name for column in table.primary_key]
    same = " AND ".join(f"{key} = ?" for key in keys)
    count = 0
    for name in names:
        # All names are those of our own tables.
        wanted = f"SELECT {name}, {', '.join(keys)} FROM {table.name} WHERE length({name}) > 0"  # noqa: S608
        changes = [(keyring.seal(keyring.open(sealed)), *row) for sealed, *row in connection.execute(wanted)]
        connection.executemany(f"UPDATE {table.name} SET {name} = ? WHERE {same}", changes)  # noqa: S608
        count += len(changes)
    return count
