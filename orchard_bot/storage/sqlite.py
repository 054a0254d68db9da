"""The embedded database: one SQLite file, one writer thread with group commit, one reader thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine

from orchard_bot.errors import StorageBusy
from orchard_bot.storage.database_file import FileLock, existing, real_path
from orchard_bot.storage.group_commit import Terms, UnitThread, ignore
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.migrations import VERSIONS
from orchard_bot.storage.sqlite_connection import driver_of, plain_errors, sqlalchemy_engine
from orchard_bot.storage.upgrade import bring_up_to_date

T = TypeVar("T")


class SqliteEngine:
    """The storage port on one SQLite file that no other process may write. Open it with ``SqliteEngine.open``.

    Writes that queue while a COMMIT runs share the next one. Reads have a connection and a thread of their own.
    """

    def __init__(
        self,
        path: Path,
        lock: FileLock,
        keyring: Keyring,
        failpoint: Callable[[str], None],
        group: int,
        queue: int,
    ) -> None:
        database = sqlalchemy_engine(path, keyring=keyring)
        self._writer = UnitThread(
            "storage-writer",
            database.connect,
            Terms("BEGIN IMMEDIATE", group, queue, failpoint),
            finish=self._last_writes,
            afterwards=lock.release,
        )
        self._reader = UnitThread("storage-reader", lambda: _only_looking(database), Terms("BEGIN", 1, queue))
        self._writer.start()
        try:
            self._reader.start()
        except BaseException:
            self._writer.close().result()
            raise

    @classmethod
    def open(
        cls,
        database: Path,
        *,
        now: datetime,
        keyring: Keyring | None = None,
        versions: Path = VERSIONS,
        failpoint: Callable[[str], None] = ignore,
        group_limit: int = 256,
        queue_limit: int = 1024,
    ) -> SqliteEngine:
        """Open the file, created and migrated if need be, and keep every other process away from it.

        ``keyring`` seals what people wrote and who they are; not given, it is the one beside the file.
        ``failpoint`` is called with ``before commit`` and ``after commit`` on the writer thread. Blocks: call it at
        the start. Raises StorageBusy, SchemaTooNew, KeyMissing, StorageFull or StorageError.
        """
        path = real_path(database)
        keyring = keyring or Keyring.beside(path)
        lock = FileLock(path)
        try:
            bring_up_to_date(path, now=now, keyring=keyring, versions=versions)
            with plain_errors():
                return cls(path, lock, keyring, failpoint, group_limit, queue_limit)
        except BaseException:
            lock.release()
            raise

    async def write(self, work: Callable[[Connection], T]) -> T:
        """See ``Engine.write``."""
        return await self._writer.run(work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """See ``Engine.read``."""
        return await self._reader.run(work)

    async def scrub(self) -> None:
        """See ``Engine.scrub``."""
        await self._writer.run(_cut_log, alone=True)

    async def close(self) -> None:
        """See ``Engine.close``."""
        reading, writing = self._reader.close(), self._writer.close()
        await asyncio.wrap_future(reading)
        await asyncio.wrap_future(writing)

    def _last_writes(self, connection: Connection) -> None:
        self._reader.close().result()
        _cut_log(connection)


@contextmanager
def opened(database: Path, keyring: Keyring | None = None) -> Iterator[Connection]:
    """Look into an existing database, also while a bot uses it: one snapshot, no lock, no change.

    Raises StorageError when there is none, or it is damaged.
    """
    engine = sqlalchemy_engine(existing(database), read_only=True, keyring=keyring)
    with plain_errors(), engine.connect() as connection:
        driver_of(connection).execute("BEGIN")
        yield connection


def _only_looking(database: Engine) -> Connection:
    connection = database.connect()
    driver_of(connection).execute("PRAGMA query_only = ON")
    return connection


def _cut_log(connection: Connection) -> None:
    """Copy the write-ahead log into the database and cut it to nothing: it still holds what rows once said."""
    busy, _pages, _copied = driver_of(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StorageBusy("Somebody still reads the database. Try again in a moment.")
