"""What is confirmed survives a kill at any point; a full disk confirms nothing and is got over."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection

import orchard_bot
from orchard_bot.errors import StorageFull
from orchard_bot.storage.backup import damage
from orchard_bot.storage.sqlite import SqliteEngine, opened
from orchard_bot.storage.sqlite_connection import driver_of
from orchard_bot.storage.upgrade import migrate

if TYPE_CHECKING:
    from tests.unit.storage.conftest import OpenEngine

Note = Callable[[str], Callable[[Connection], int]]
Notes = Callable[[Connection], list[str]]

WRITE_UNTIL_KILLED = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from orchard_bot.storage.sqlite import SqliteEngine

database, versions, point, hit, together = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:6]
hits_left = int(hit)

def failpoint(passed):
    global hits_left
    hits_left -= passed == point
    if hits_left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def unit(number):
    def run(connection):
        for half in "ab":
            connection.exec_driver_sql("INSERT INTO note (text) VALUES (?)", (f"{number}{half}",))
    return run

async def main():
    engine = SqliteEngine.open(database, now=datetime.fromtimestamp(0, UTC), versions=versions, failpoint=failpoint)
    for start in range(0, 1000, int(together)):
        numbers = range(start, start + int(together))
        await asyncio.gather(*(engine.write(unit(number)) for number in numbers))
        print(*numbers, sep="\\n", flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("together", [1, 8])
@pytest.mark.parametrize("hit", [1, 2, 5, 9])
@pytest.mark.parametrize("point", ["before commit", "after commit"])
def test_a_kill_at_the_commit_leaves_all_of_a_unit_or_nothing(
    database: Path, versions: Path, now: datetime, notes: Notes, point: str, hit: int, together: int
) -> None:
    migrate(database, now=now, versions=versions)
    killed = subprocess.run(
        [sys.executable, "-c", WRITE_UNTIL_KILLED, database, versions, point, str(hit), str(together)],
        env={**os.environ, "PYTHONPATH": str(Path(orchard_bot.__file__).parents[1])},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    confirmed = [int(line) for line in killed.stdout.split()]
    with opened(database) as connection:
        assert damage(driver_of(connection)) == []
        stored = notes(connection)
    count = len(stored) // 2
    assert stored == [f"{number}{half}" for number in range(count) for half in "ab"]
    assert count >= len(confirmed)
    if together == 1:
        assert count == len(confirmed) + (point == "after commit")


def fill(connection: Connection) -> None:
    """SQLite's own measure of a full disk: no page more than there are."""
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


def free_room(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA max_page_count = 100000")


async def test_a_full_database_confirms_nothing_and_goes_on_when_there_is_room(
    open_engine: OpenEngine, note: Note, notes: Notes
) -> None:
    engine = open_engine()
    await engine.write(note("before"))
    await engine.write(fill)
    refused = await asyncio.gather(
        *(engine.write(note(f"{n} " + "x" * 20_000)) for n in range(5)), return_exceptions=True
    )
    assert [type(error) for error in refused] == [StorageFull] * 5
    assert await engine.read(notes) == ["before"]
    await engine.write(free_room)
    await engine.write(note("after"))
    assert await engine.read(notes) == ["before", "after"]


async def test_on_a_full_disk_what_was_confirmed_is_there_and_the_rest_was_refused(
    small_disk: Path, versions: Path, now: datetime, note: Note, notes: Notes
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(200_000))
    engine = SqliteEngine.open(small_disk / "bot.db", now=now, versions=versions)
    texts = [f"{number} " + "x" * 3_000 for number in range(200)]
    confirmed = []
    for start in range(0, 200, 10):
        group = texts[start : start + 10]
        answers = await asyncio.gather(*(engine.write(note(text)) for text in group), return_exceptions=True)
        confirmed += [text for text, answer in zip(group, answers, strict=True) if isinstance(answer, int)]
        assert all(isinstance(answer, (int, StorageFull)) for answer in answers)
    assert 0 < len(confirmed) < 200
    assert await engine.read(notes) == confirmed
    ballast.unlink()
    await engine.write(note("after"))
    await engine.close()
    with opened(small_disk / "bot.db") as connection:
        assert notes(connection) == [*confirmed, "after"]


def test_a_start_on_a_full_disk_says_that_it_is_full(small_disk: Path, versions: Path, now: datetime) -> None:
    for free in (0, 8_000, 20_000, 40_000):
        (small_disk / "ballast").write_bytes(bytes(600 * 1024 - free // 4096 * 4096))
        with pytest.raises(StorageFull):
            SqliteEngine.open(small_disk / "bot.db", now=now, versions=versions)
        for leftover in small_disk.iterdir():
            leftover.unlink()
