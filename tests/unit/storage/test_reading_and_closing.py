"""Reads beside the writer, erasure that leaves nothing behind, and a graceful end."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection

from orchard_bot.errors import StorageBusy, StorageError
from orchard_bot.storage import sqlite_connection
from orchard_bot.storage.engine import Engine
from orchard_bot.storage.sqlite import SqliteEngine, opened

if TYPE_CHECKING:
    from tests.unit.storage.conftest import Gate, OpenEngine

Note = Callable[[str], Callable[[Connection], int]]
Notes = Callable[[Connection], list[str]]


async def test_a_read_does_not_wait_for_the_writer(
    open_engine: OpenEngine, gate: Gate, note: Note, notes: Notes
) -> None:
    engine: Engine = open_engine()
    await engine.write(note("one"))
    async with asyncio.TaskGroup() as tasks:
        held = tasks.create_task(engine.write(gate.unit))
        await gate.reached()
        assert await engine.read(notes) == ["one"]
        assert not held.done()
        await gate.open()


async def test_a_read_sees_one_moment_only(open_engine: OpenEngine, gate: Gate, note: Note, notes: Notes) -> None:
    engine = open_engine()

    def twice(connection: Connection) -> tuple[list[str], list[str]]:
        before = notes(connection)
        gate.unit(connection)
        return before, notes(connection)

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(engine.read(twice))
        await gate.reached()
        await engine.write(note("meanwhile"))
        await gate.open()
    assert reading.result() == ([], [])
    assert await engine.read(notes) == ["meanwhile"]


async def test_a_read_that_writes_is_refused(open_engine: OpenEngine, note: Note, notes: Notes) -> None:
    engine = open_engine()
    with pytest.raises(StorageError, match="may not be written"):
        await engine.read(note("sneaked in"))
    assert await engine.read(notes) == []


async def test_after_a_scrub_no_file_holds_what_was_deleted(
    open_engine: OpenEngine, database: Path, note: Note
) -> None:
    engine = open_engine()
    canary = "canary-7F3K " * 2000
    await engine.write(note(canary))
    await engine.write(note("stays"))
    await engine.write(lambda connection: connection.exec_driver_sql("DELETE FROM note WHERE id = 1") and None)
    await engine.scrub()
    contents = [path.read_bytes() for path in database.parent.iterdir()]
    assert not any(b"canary" in content for content in contents)
    assert any(b"stays" in content for content in contents)


async def test_a_scrub_that_a_reader_holds_up_says_so(
    open_engine: OpenEngine, database: Path, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_connection, "BUSY_SECONDS", 0)
    engine = open_engine()
    await engine.write(note("one"))
    with opened(database) as reader:
        reader.exec_driver_sql("SELECT count(*) FROM note").scalar()
        await engine.write(note("two"))
        with pytest.raises(StorageBusy):
            await engine.scrub()
        assert await engine.write(note("three")) == 3
    await engine.scrub()


async def test_another_program_that_holds_the_file_makes_writes_busy_until_it_lets_go(
    open_engine: OpenEngine, database: Path, note: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_connection, "BUSY_SECONDS", 0)
    engine = open_engine()
    with closing(sqlite3.connect(database)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = await asyncio.gather(*(engine.write(note(str(n))) for n in range(3)), return_exceptions=True)
        assert [type(error) for error in refused] == [StorageBusy] * 3
        other.rollback()
    assert await engine.write(note("later")) == 1


async def test_closing_finishes_what_was_accepted(
    open_engine: OpenEngine, database: Path, gate: Gate, note: Note, notes: Notes
) -> None:
    engine = open_engine(queue_limit=5)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.write(gate.unit))
        await gate.reached()
        accepted = [tasks.create_task(engine.write(note(f"note {n}"))) for n in range(4)]
        late = asyncio.gather(engine.write(note("no room yet")), return_exceptions=True)
        reading = tasks.create_task(engine.read(notes))
        tasks.create_task(engine.close())
        tasks.create_task(gate.open())
    assert [task.result() for task in accepted] == [1, 2, 3, 4]
    seen = reading.result()  # by a thread of its own: before, between or after the writes
    assert seen == [f"note {n}" for n in range(len(seen))]
    (refused,) = await late
    assert isinstance(refused, StorageError)
    with opened(database) as connection:
        assert notes(connection) == [f"note {n}" for n in range(4)]


async def test_closing_twice_is_as_good_as_once_and_leaves_one_file(
    open_engine: OpenEngine, database: Path, note: Note
) -> None:
    engine = open_engine()
    await engine.write(note("one"))
    await asyncio.gather(engine.close(), engine.close())
    await engine.close()
    assert {path.name for path in database.parent.iterdir()} == {database.name, database.name + ".lock"}
    for refused in (engine.write(note("two")), engine.read(note("three")), engine.scrub()):
        with pytest.raises(StorageError, match="closed"):
            await refused


async def test_a_close_that_is_cancelled_still_closes(
    open_engine: OpenEngine, gate: Gate, note: Note, notes: Notes
) -> None:
    engine = open_engine()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.write(gate.unit))
        await gate.reached()
        closing_it = tasks.create_task(engine.close())
        written = asyncio.gather(engine.write(note("late")), return_exceptions=True)
        await asyncio.to_thread(lambda: None)
        closing_it.cancel()
        await gate.open()
    assert isinstance((await written)[0], StorageError)
    await engine.close()
    assert await open_engine().read(notes) == []


def test_a_loop_that_ends_first_takes_nothing_with_it(
    database: Path, versions: Path, now: datetime, gate: Gate, note: Note, notes: Notes
) -> None:
    engine = SqliteEngine.open(database, now=now, versions=versions)

    async def leave_early() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(engine.write(gate.unit))
            tasks.create_task(engine.write(note("accepted")))
            await gate.reached()
            raise LookupError

    with pytest.raises(ExceptionGroup):
        asyncio.run(leave_early())
    asyncio.run(gate.open())
    asyncio.run(engine.close())
    with opened(database) as connection:
        assert notes(connection) == ["accepted"]
