"""Backups are consistent, checked and private; restoring never loses what was there."""

# ruff: noqa: ASYNC240 - nobody else waits for a test's loop

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection

from orchard_bot.errors import SchemaTooNew, StorageBusy, StorageError, StorageFull
from orchard_bot.storage.backup import backup, orphans, restore
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.upgrade import migrate

if TYPE_CHECKING:
    from tests.unit.storage.conftest import OpenEngine

Note = Callable[[str], Callable[[Connection], int]]
Notes = Callable[[Connection], list[str]]


def spoil(database: Path) -> None:
    """Overwrite a page in the middle; the file still opens."""
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(4096))


async def test_a_backup_is_made_while_the_bot_writes(
    open_engine: OpenEngine, database: Path, tmp_path: Path, note: Note, notes: Notes
) -> None:
    engine = open_engine()
    await engine.write(note("one"))
    copy = tmp_path / "safe" / "copy.db"
    backup(database, copy)
    await engine.write(note("two"))
    assert {path.name for path in copy.parent.iterdir()} == {"copy.db"}, "one file, nothing beside it"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with opened(copy) as connection:
        assert notes(connection) == ["one"]


async def test_a_backup_replaces_no_file(open_engine: OpenEngine, database: Path, tmp_path: Path) -> None:
    open_engine()
    (tmp_path / "holiday.jpg").write_text("a picture")
    with pytest.raises(StorageError, match="exists already"):
        backup(database, tmp_path / "holiday.jpg")
    assert (tmp_path / "holiday.jpg").read_text() == "a picture"


async def test_a_damaged_database_gives_no_backup(
    open_engine: OpenEngine, database: Path, tmp_path: Path, note: Note
) -> None:
    engine = open_engine()
    await engine.write(note("x" * 50_000))
    await engine.close()
    spoil(database)
    with pytest.raises(StorageError, match="damaged"):
        backup(database, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


async def test_a_backup_that_does_not_fit_leaves_no_half_file(
    open_engine: OpenEngine, database: Path, note: Note, small_disk: Path
) -> None:
    engine = open_engine()
    await engine.write(note("x" * 1_000_000))
    with pytest.raises(StorageFull):
        backup(database, small_disk / "copy.db")
    assert list(small_disk.iterdir()) == []


async def test_restoring_brings_back_the_backup_and_keeps_what_was_there(
    open_engine: OpenEngine, database: Path, versions: Path, tmp_path: Path, now: datetime, note: Note, notes: Notes
) -> None:
    engine = open_engine()
    await engine.write(note("old"))
    backup(database, tmp_path / "copy.db")
    await engine.write(note("new"))
    await engine.close()
    kept = restore(tmp_path / "copy.db", database, now=now, versions=versions)
    assert kept is not None
    with opened(kept) as connection:
        assert notes(connection) == ["old", "new"]
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert await open_engine().read(notes) == ["old"]


async def test_restoring_under_a_running_bot_is_refused(
    open_engine: OpenEngine, database: Path, versions: Path, tmp_path: Path, now: datetime, note: Note, notes: Notes
) -> None:
    engine = open_engine()
    await engine.write(note("here"))
    backup(database, tmp_path / "copy.db")
    with pytest.raises(StorageBusy):
        restore(tmp_path / "copy.db", database, now=now, versions=versions)
    assert await engine.read(notes) == ["here"]


async def test_a_damaged_database_is_replaced_and_kept_for_whoever_can_mend_it(
    open_engine: OpenEngine, database: Path, versions: Path, tmp_path: Path, now: datetime, note: Note, notes: Notes
) -> None:
    engine = open_engine()
    await engine.write(note("good"))
    backup(database, tmp_path / "copy.db")
    await engine.close()
    database.write_bytes(b"scrambled" * 1000)
    database.with_name(database.name + "-wal").write_bytes(b"the last words")
    kept = restore(tmp_path / "copy.db", database, now=now, versions=versions)
    assert kept is not None
    assert kept.read_bytes() == b"scrambled" * 1000
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"the last words"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert await open_engine().read(notes) == ["good"]


async def test_a_backup_is_restored_where_there_was_nothing(
    open_engine: OpenEngine, database: Path, versions: Path, tmp_path: Path, now: datetime, note: Note, notes: Notes
) -> None:
    engine = open_engine()
    await engine.write(note("moved"))
    backup(database, tmp_path / "copy.db")
    assert restore(tmp_path / "copy.db", tmp_path / "elsewhere" / "bot.db", now=now, versions=versions) is None
    with opened(tmp_path / "elsewhere" / "bot.db") as connection:
        assert notes(connection) == ["moved"]


async def test_what_is_no_good_backup_is_not_put_in_place(
    open_engine: OpenEngine, database: Path, versions: Path, tmp_path: Path, now: datetime, note: Note, notes: Notes
) -> None:
    engine = open_engine()
    await engine.write(note("x" * 50_000))
    for name in ("spoilt.db", "newer.db"):
        backup(database, tmp_path / name)
    await engine.write(lambda connection: connection.exec_driver_sql("UPDATE note SET text = 'safe'") and None)
    await engine.close()
    spoil(tmp_path / "spoilt.db")
    (tmp_path / "empty.db").touch()
    with closing(sqlite3.connect(tmp_path / "newer.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    with closing(sqlite3.connect(tmp_path / "recipes.db")) as connection:
        connection.execute("CREATE TABLE recipes (apple TEXT)")
    for name, refusal in {
        "spoilt.db": StorageError, "newer.db": SchemaTooNew, "empty.db": StorageError, "recipes.db": StorageError,
        "missing.db": StorageError,
    }.items():  # fmt: skip
        with pytest.raises(refusal):
            restore(tmp_path / name, database, now=now, versions=versions)
    assert await open_engine().read(notes) == ["safe"]


async def test_no_room_to_keep_the_old_database_means_no_restore(
    open_engine: OpenEngine, versions: Path, database: Path, small_disk: Path, now: datetime, note: Note, notes: Notes
) -> None:
    await open_engine().close()
    backup(database, small_disk / "bot.db")
    with closing(sqlite3.connect(small_disk / "bot.db")) as raw, raw:
        raw.execute("INSERT INTO note (text) VALUES (?)", ("x" * 200_000,))
    with pytest.raises(StorageFull):
        restore(database, small_disk / "bot.db", now=now, versions=versions)
    with opened(small_disk / "bot.db") as connection:
        assert notes(connection) == ["x" * 200_000]


def test_a_database_with_a_broken_promise_gives_no_backup(
    database: Path, versions: Path, tmp_path: Path, now: datetime
) -> None:
    migrate(database, now=now, versions=versions)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO note (text) VALUES (NULL)")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, 'text TEXT', 'text TEXT NOT NULL')")
    with pytest.raises(StorageError, match="orchard-bot db check"):
        backup(database, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


def test_rows_that_point_nowhere_are_named_by_their_tables() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (p REFERENCES parent);"
            "INSERT INTO child VALUES (1);"
        )
        assert orphans(connection) == ["rows in child point to missing rows in parent"]
