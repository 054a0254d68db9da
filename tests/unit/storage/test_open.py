"""Opening the database: its folder, its rights, its lock, its schema, and what stands in the way."""

# ruff: noqa: ASYNC240 - nobody else waits for a test's loop

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from sqlalchemy import Connection

import orchard_bot
from orchard_bot.errors import SchemaTooNew, StorageBusy, StorageError
from orchard_bot.storage import sqlite
from orchard_bot.storage.database_file import FileLock
from orchard_bot.storage.sqlite import SqliteEngine, opened
from orchard_bot.storage.upgrade import migrate

if TYPE_CHECKING:
    from tests.unit.storage.conftest import OpenEngine

Note = Callable[[str], Callable[[Connection], int]]
Notes = Callable[[Connection], list[str]]
AddRevision = Callable[[str, str], None]

OPEN_IT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from orchard_bot.errors import StorageBusy
from orchard_bot.storage.sqlite import SqliteEngine
try:
    SqliteEngine.open(Path(sys.argv[1]), now=datetime.fromtimestamp(0, UTC), versions=Path(sys.argv[2]))
except StorageBusy as busy:
    sys.exit(str(busy))
"""


def in_another_process(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(Path(orchard_bot.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )


def backups(database: Path) -> list[str]:
    return sorted(path.name.removeprefix(database.name) for path in database.parent.glob("*.backup-*"))


async def test_a_second_process_is_refused_with_a_plain_sentence(
    open_engine: OpenEngine, database: Path, versions: Path
) -> None:
    engine = open_engine()
    refused = in_another_process(OPEN_IT, database, versions)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "Another Orchard Bot is using" in refused.stderr
    await engine.close()
    assert in_another_process(OPEN_IT, database, versions).returncode == 0


async def test_another_name_for_the_same_file_is_no_way_round_the_lock(
    open_engine: OpenEngine, database: Path, versions: Path, tmp_path: Path, now: datetime
) -> None:
    open_engine()
    (tmp_path / "alias.db").symlink_to(database)
    with pytest.raises(StorageBusy):
        SqliteEngine.open(tmp_path / "alias.db", now=now, versions=versions)


async def test_every_file_is_for_its_owner_only(open_engine: OpenEngine, database: Path, note: Note) -> None:
    engine = open_engine()
    await engine.write(note("one"))
    modes = {
        path.name.removeprefix(database.name): stat.S_IMODE(path.stat().st_mode) for path in database.parent.iterdir()
    }
    assert modes == dict.fromkeys(("", "-wal", "-shm", ".lock"), 0o600)
    assert stat.S_IMODE(database.parent.stat().st_mode) == 0o700


async def test_a_file_that_others_could_read_is_closed_to_them(
    open_engine: OpenEngine, database: Path, note: Note
) -> None:
    await open_engine().close()
    database.chmod(0o644)
    engine = open_engine()
    await engine.write(note("one"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in database.parent.iterdir()} == {0o600}


async def test_a_new_version_migrates_and_keeps_the_old_database_first(
    open_engine: OpenEngine, database: Path, add_revision: AddRevision, note: Note, notes: Notes
) -> None:
    engine = open_engine()
    await engine.write(note("from before"))
    await engine.close()
    add_revision("0002", 'op.add_column("note", sa.Column("colour", sa.Text))')
    engine = open_engine()
    assert backups(database) == [".backup-0001-20260302T073000Z"]
    (kept,) = database.parent.glob("*.backup-*")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with opened(kept) as connection:
        assert notes(connection) == ["from before"]
        assert [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(note)")] == ["id", "text"]
    assert await engine.read(notes) == ["from before"]
    assert await engine.read(lambda connection: connection.exec_driver_sql("SELECT colour FROM note").scalar()) is None


def test_the_three_newest_backups_are_kept(
    database: Path, versions: Path, add_revision: AddRevision, now: datetime
) -> None:
    assert migrate(database, now=now, versions=versions) is None
    for number in range(2, 7):
        add_revision(f"{number:04}", f'op.create_table("t{number}", sa.Column("id", sa.Integer))')
        assert migrate(database, now=now + timedelta(days=number), versions=versions)
    assert backups(database) == [
        ".backup-0003-20260306T073000Z", ".backup-0004-20260307T073000Z", ".backup-0005-20260308T073000Z",
    ]  # fmt: skip
    assert migrate(database, now=now, versions=versions) is None


def test_a_migration_that_fails_changes_nothing_and_leaves_no_second_copy(
    database: Path, versions: Path, add_revision: AddRevision, now: datetime
) -> None:
    migrate(database, now=now, versions=versions)
    add_revision("0002", 'op.create_table("half", sa.Column("id", sa.Integer))')
    add_revision("0003", 'op.drop_table("not_there")')
    with pytest.raises(StorageError, match="left as it was"):
        migrate(database, now=now, versions=versions)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchall() == []
    assert backups(database) == []


def test_a_migration_that_leaves_rows_pointing_nowhere_is_undone(
    database: Path, versions: Path, add_revision: AddRevision, now: datetime
) -> None:
    add_revision("0002", 'op.execute("CREATE TABLE child (parent INTEGER REFERENCES note (id))")')
    migrate(database, now=now, versions=versions)
    add_revision("0003", 'op.execute("INSERT INTO child VALUES (99)")')
    with pytest.raises(StorageError, match="point nowhere"):
        migrate(database, now=now, versions=versions)
    with opened(database) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM child").scalar() == 0


def test_a_table_that_is_rebuilt_keeps_its_childrens_rows(
    database: Path, versions: Path, add_revision: AddRevision, now: datetime
) -> None:
    add_revision("0002", 'op.execute("CREATE TABLE child (parent INTEGER REFERENCES note (id) ON DELETE CASCADE)")')
    migrate(database, now=now, versions=versions)
    with closing(sqlite3.connect(database)) as raw, raw:
        raw.execute("INSERT INTO note VALUES (1, 'parent')")
        raw.execute("INSERT INTO child VALUES (1)")
    add_revision(
        "0003",
        'exec(\'with op.batch_alter_table("note", recreate="always") as b: b.add_column(sa.Column("c", sa.Text))\')',
    )
    migrate(database, now=now, versions=versions)
    with opened(database) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM child").scalar() == 1


def test_a_database_of_a_newer_version_is_refused_and_left_alone(
    database: Path, versions: Path, add_revision: AddRevision, now: datetime
) -> None:
    add_revision("0002", "pass")
    migrate(database, now=now, versions=versions)
    (versions / "0002_step.py").unlink()
    before = database.read_bytes()
    with pytest.raises(SchemaTooNew, match="Install the newer version"):
        SqliteEngine.open(database, now=now, versions=versions)
    assert database.read_bytes() == before


def test_the_lock_is_free_again_after_a_refusal(database: Path, versions: Path, now: datetime) -> None:
    database.parent.mkdir()
    database.write_bytes(b"no database at all " * 100)
    for _ in range(2):
        with pytest.raises(StorageError) as caught:
            SqliteEngine.open(database, now=now, versions=versions)
        assert type(caught.value) is StorageError
    assert database.read_bytes() == b"no database at all " * 100


def test_the_database_of_another_program_is_not_touched(database: Path, versions: Path, now: datetime) -> None:
    database.parent.mkdir()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE recipes (apple TEXT)")
    before = database.read_bytes()
    with pytest.raises(StorageError, match="another program"):
        SqliteEngine.open(database, now=now, versions=versions)
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    "obstacle", ["a file for a folder", "a folder for a file", "a link to itself", "a locked lock"]
)
def test_a_path_that_cannot_be_used_is_named_with_a_way_out(
    tmp_path: Path, versions: Path, now: datetime, obstacle: str
) -> None:
    path = tmp_path / "bot.db"
    match obstacle:
        case "a file for a folder":
            (tmp_path / "file").touch()
            path = tmp_path / "file" / "bot.db"
        case "a folder for a file":
            path.mkdir()
        case "a link to itself":
            path.symlink_to(path)
        case _:
            (tmp_path / "bot.db.lock").mkdir()
    with pytest.raises(StorageError, match="set another path"):
        SqliteEngine.open(path, now=now, versions=versions)


async def test_a_start_with_nothing_to_migrate_does_not_load_alembic(
    open_engine: OpenEngine, database: Path, versions: Path
) -> None:
    await open_engine().close()
    loaded = in_another_process(OPEN_IT + "\nprint('alembic' in sys.modules)", database, versions)
    assert loaded.stdout == "False\n"


def test_a_connection_that_cannot_be_opened_gives_the_lock_back(
    database: Path, versions: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_descriptors(_engine: object) -> NoReturn:
        raise sqlite3.OperationalError("unable to open database file")

    with monkeypatch.context() as patched:
        patched.setattr(sqlite, "_only_looking", out_of_descriptors)
        with pytest.raises(StorageError):
            SqliteEngine.open(database, now=now, versions=versions)
    assert migrate(database, now=now, versions=versions) is None


def test_a_lock_may_be_released_twice(tmp_path: Path) -> None:
    with FileLock(tmp_path / "bot.db") as lock:
        with pytest.raises(StorageBusy):
            FileLock(tmp_path / "bot.db")
        lock.release()
        FileLock(tmp_path / "bot.db").release()


def test_looking_into_a_database_that_is_not_there_says_so(database: Path) -> None:
    with pytest.raises(StorageError, match="There is no database"), opened(database):
        pass
    assert not database.parent.exists()
