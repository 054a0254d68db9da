"""Bring a database file to the schema this version needs: a backup first, then all steps or none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from orchard_bot.errors import StorageError
from orchard_bot.storage.backup import automatic_backup, orphans
from orchard_bot.storage.database_file import FileLock, create_for_owner, keep_to_owner, real_path
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.migrations import VERSIONS, head
from orchard_bot.storage.proof import prove
from orchard_bot.storage.revision import refuse_newer, stored_revision
from orchard_bot.storage.sqlite_connection import driver_of, in_our_words, sqlalchemy_engine


def migrate(database: Path, *, now: datetime, versions: Path = VERSIONS, keyring: Keyring | None = None) -> Path | None:
    """Take the lock and bring the database up to date; returns the backup, None when there was nothing to keep.

    Raises StorageBusy, SchemaTooNew, KeyMissing or StorageError.
    """
    path = real_path(database)
    with FileLock(path):
        return bring_up_to_date(path, now=now, keyring=keyring or Keyring.beside(path), versions=versions)


def bring_up_to_date(path: Path, *, now: datetime, keyring: Keyring, versions: Path = VERSIONS) -> Path | None:
    """What ``migrate`` does, for a caller who holds the lock. Nothing but a few reads when nothing is due."""
    create_for_owner(path)
    revision = stored_revision(path)
    refuse_newer(revision, versions)
    keep_to_owner(path)
    prove(path, keyring)
    if revision == head(versions):
        return None
    kept = automatic_backup(path, revision, now) if revision else None
    try:
        _run_migrations(path, versions, keyring)
    except Exception as error:
        if kept:  # the database is as it was: a bot that restarts again and again must not push out older backups
            kept.unlink()
        raise in_our_words(error) or StorageError(
            "The database could not be brought to this version's schema and was left as it was. "
            "Go back to the version before, and report this."
        ) from error
    return kept


def _run_migrations(path: Path, versions: Path, keyring: Keyring) -> None:
    # Alembic takes longer to load than the rest of a start: only here, where something is to be done.
    from orchard_bot.storage.migrations import alembic_steps  # noqa: PLC0415

    engine = sqlalchemy_engine(path, keyring=keyring)
    with engine.connect() as connection:
        driver = driver_of(connection)
        # A table that is rebuilt must not take its children's rows with it; they are checked at the end instead.
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("BEGIN IMMEDIATE")
        connection.begin()
        driver.guarded = True
        try:
            alembic_steps.upgrade(connection, versions, keyring)
            _refuse_orphans(connection)
        except BaseException:
            driver.guarded = False
            connection.rollback()
            raise
        driver.guarded = False
        connection.commit()


def _refuse_orphans(connection: Connection) -> None:
    if orphans(driver_of(connection)):
        raise StorageError("A step of the migration left rows that point nowhere. Nothing was changed.")
