"""``orchard-bot db`` answers in plain sentences, and a refusal is exit code 1."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import ColumnClause, Connection
from typer.testing import CliRunner, Result

from orchard_bot.cli.db import WAITING_FOR_A_PERSON, db_app
from orchard_bot.storage.migrations import head
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.tables import metadata
from orchard_bot.storage.upgrade import migrate

if TYPE_CHECKING:
    from tests.unit.storage.conftest import OpenEngine

Note = Callable[[str], Callable[[Connection], int]]
Notes = Callable[[Connection], list[str]]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(db_app, [str(argument) for argument in arguments])


async def test_status_works_beside_a_running_bot_and_counts_rows(
    open_engine: OpenEngine, database: Path, note: Note
) -> None:
    engine = open_engine()
    await engine.write(note("one"))
    await engine.write(note("two"))
    shown = run("status", "--database", database)
    assert shown.exit_code == 0
    assert "Schema: 0001" in shown.stdout
    assert [line.split()[1:4:2] for line in shown.stdout.splitlines() if "note" in line] == [["note", "2"]]
    assert "alembic" not in shown.stdout
    assert "Waiting" not in shown.stdout


def test_status_says_what_waits_for_a_person(database: Path, versions: Path, now: datetime) -> None:
    migrate(database, now=now, versions=versions)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(
            "CREATE TABLE queue (parked_at INTEGER); CREATE TABLE letters (state TEXT);"
            "INSERT INTO queue VALUES (NULL), (1), (2); INSERT INTO letters VALUES ('sent'), ('waiting');"
        )
    shown = run("status", "--database", database).stdout
    assert "Waiting for a person: 2 events that could not be handled." in shown
    assert "delivered" not in shown, "what does not wait is not mentioned"


def test_status_looks_where_the_bot_keeps_what_waits() -> None:
    for name, rows, _words in WAITING_FOR_A_PERSON:
        assert {child.name for child in rows.get_children() if isinstance(child, ColumnClause)} <= set(
            metadata.tables[name].columns.keys()
        )


def test_an_empty_database_has_no_schema_yet(tmp_path: Path) -> None:
    (tmp_path / "bot.db").touch()
    assert "Schema: none yet" in run("status", "--database", tmp_path / "bot.db").stdout


@pytest.mark.parametrize("command", ["status", "backup", "check"])
def test_a_database_that_is_not_there_is_refused_in_one_sentence(tmp_path: Path, command: str) -> None:
    refused = run(command, "--database", tmp_path / "bot.db")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("There is no database at")
    assert list(tmp_path.iterdir()) == []


async def test_backup_goes_where_it_is_told_or_beside_the_database(
    open_engine: OpenEngine, database: Path, tmp_path: Path, note: Note, notes: Notes
) -> None:
    engine = open_engine()
    await engine.write(note("one"))
    told = run("backup", tmp_path / "copy.db", "--database", database)
    beside = run("backup", "--database", database)
    assert (told.exit_code, beside.exit_code) == (0, 0)
    (copy_beside,) = database.parent.glob("bot's data-*.db")
    assert str(copy_beside) in beside.stdout
    for copy in (tmp_path / "copy.db", copy_beside):
        with opened(copy) as connection:
            assert notes(connection) == ["one"]


async def test_restore_and_migrate_are_refused_while_the_bot_runs(
    open_engine: OpenEngine, database: Path, tmp_path: Path
) -> None:
    open_engine()
    run("backup", tmp_path / "copy.db", "--database", database)
    for refused in (
        run("restore", tmp_path / "copy.db", "--database", database),
        run("migrate", "--database", database),
    ):
        assert refused.exit_code == 1
        assert "Another Orchard Bot" in refused.stderr


def test_migrate_makes_a_database_of_this_version(tmp_path: Path) -> None:
    made = run("migrate", "--database", tmp_path / "bot.db")
    assert made.exit_code == 0
    assert "up to date" in made.stdout
    assert (tmp_path / "bot.db").is_file()


@pytest.mark.skipif(head() is None, reason="there is no schema to restore before the first revision")
def test_restore_says_where_the_old_database_is_kept(tmp_path: Path) -> None:
    run("migrate", "--database", tmp_path / "bot.db")
    run("backup", tmp_path / "copy.db", "--database", tmp_path / "bot.db")
    restored = run("restore", tmp_path / "copy.db", "--database", tmp_path / "bot.db")
    assert restored.exit_code == 0
    (kept,) = tmp_path.glob("bot.db.backup-before-restore-*")
    assert str(kept) in restored.stdout


async def test_check_tells_a_sound_database_from_a_damaged_one(
    open_engine: OpenEngine, database: Path, note: Note
) -> None:
    engine = open_engine()
    await engine.write(note("x" * 50_000))
    sound = run("check", "--database", database)
    assert (sound.exit_code, sound.stdout) == (0, "The database is sound.\n")
    await engine.close()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE child (parent REFERENCES note (id))")
        connection.execute("INSERT INTO child VALUES (99)")
    damaged = run("check", "--database", database)
    assert damaged.exit_code == 1
    assert "rows in child point to missing rows in note" in damaged.stderr
    assert "Restore a backup" in damaged.stderr
