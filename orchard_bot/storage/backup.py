"""Copies of the database file: made while the bot runs, checked, readable by their owner only, and put back."""

from __future__ import annotations

import glob
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from orchard_bot.errors import StorageError
from orchard_bot.storage.database_file import (
    FileLock,
    create_for_owner,
    existing,
    real_path,
    sync_folder,
    usable,
)
from orchard_bot.storage.migrations import VERSIONS
from orchard_bot.storage.revision import refuse_newer, stored_revision
from orchard_bot.storage.sqlite_connection import connect, plain_errors

KEPT = 3


def backup(source: Path, target: Path) -> None:
    """Write a consistent copy of a database, in use or not, to a new file.

    Raises StorageError when the source is missing or damaged, or the target exists already.
    """
    source, target = existing(source), real_path(target)
    if target.exists():
        raise StorageError(f"{target} exists already. Choose another name for the backup.")
    _replace_with_copy(source, target)


def restore(saved: Path, target: Path, *, now: datetime, versions: Path = VERSIONS) -> Path | None:
    """Put a backup in the database's place; what was there is kept in the file whose path is returned.

    Raises StorageBusy while a bot uses the database; StorageError or SchemaTooNew when the backup is of no use here.
    """
    saved, target = existing(saved), real_path(target)
    with FileLock(target):
        revision = stored_revision(saved)
        if revision is None:
            raise StorageError(f"{saved} is empty. Choose another backup.")
        refuse_newer(revision, versions)
        kept = _set_aside(target, now) if target.exists() else None
        _replace_with_copy(saved, target)
    return kept


def automatic_backup(database: Path, label: str, now: datetime) -> Path:
    """Copy the database beside itself as ``<database>.backup-<label>-<utc stamp>``; the newest three are kept."""
    copy = _automatic_name(database, label, now)
    _replace_with_copy(database, copy)
    _prune(database)
    return copy


def damage(connection: sqlite3.Connection) -> list[str]:
    """What is wrong with a database file, in SQLite's words; empty when it is sound. Reads the whole file."""
    return [str(line) for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]


def orphans(connection: sqlite3.Connection) -> list[str]:
    """Which tables have rows that point to missing rows of which others; empty when none has."""
    found = {(child, parent) for child, _row, parent, _key in connection.execute("PRAGMA foreign_key_check")}
    return [f"rows in {child} point to missing rows in {parent}" for child, parent in sorted(found)]


def _replace_with_copy(source: Path, target: Path) -> None:
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        with usable(target):
            create_for_owner(partial)
            _copy(source, partial)
            # An old write-ahead log beside a new file would be played into it.
            for side_file in ("-wal", "-shm"):
                target.with_name(target.name + side_file).unlink(missing_ok=True)
            partial.replace(target)
            sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    # A single file that needs no log beside it. The check of the copy is a check of the source, page for page.
    with (
        plain_errors(),
        closing(connect(source, read_only=True)) as reading,
        closing(connect(target, pragmas=("PRAGMA synchronous = FULL",))) as writing,
    ):
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")
        if damage(writing):
            raise StorageError(f"{source} is damaged. Run: orchard-bot db check")


def _set_aside(database: Path, now: datetime) -> Path:
    """Copy the database that is to be replaced, byte for byte: it may be damaged, and its log may hold the last words.

    The lock is ours, so nobody writes meanwhile.
    """
    kept = _automatic_name(database, "before-restore", now)
    try:
        with usable(kept):
            for side_file in ("-wal", ""):
                part, copy = (path.with_name(path.name + side_file) for path in (database, kept))
                if part.exists():
                    create_for_owner(copy)
                    shutil.copyfile(part, copy)
    except StorageError:
        _remove(kept)
        raise
    _prune(database)
    return kept


def _automatic_name(database: Path, label: str, now: datetime) -> Path:
    return database.with_name(f"{database.name}.backup-{label}-{now:%Y%m%dT%H%M%SZ}")


def _prune(database: Path) -> None:
    copies = database.parent.glob(f"{glob.escape(database.name)}.backup-*Z")
    for old in sorted(copies, key=lambda path: path.name.rpartition("-")[2])[:-KEPT]:
        _remove(old)


def _remove(copy: Path) -> None:
    for side_file in ("", "-wal"):
        copy.with_name(copy.name + side_file).unlink(missing_ok=True)
