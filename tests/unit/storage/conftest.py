"""A tiny schema of its own, an engine on it, and a gate that holds the writer still."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import Connection

from orchard_bot.storage.sqlite import SqliteEngine

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)

FIRST = """
from alembic import op
import sqlalchemy as sa
revision = "0001"
down_revision = None
def upgrade():
    op.create_table("note", sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text, unique=True))
"""


class OpenEngine(Protocol):
    def __call__(self, **options: Any) -> SqliteEngine: ...


class Gate:
    """A unit of work that stands still on the thread until the test lets it go on."""

    def __init__(self) -> None:
        self._reached, self._open = threading.Event(), threading.Event()

    def unit(self, _connection: Connection) -> None:
        self._reached.set()
        assert self._open.wait(30)

    async def reached(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, 30)

    async def open(self) -> None:
        self._open.set()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    folder = tmp_path / "100% odd: folder"
    folder.mkdir()
    (folder / "0001_start.py").write_text(FIRST)
    return folder


@pytest.fixture
def add_revision(versions: Path) -> Callable[[str, str], None]:
    """Write one more migration: its number and the statements of its ``upgrade``."""

    def add(number: str, body: str) -> None:
        before = f"{int(number) - 1:04}"
        (versions / f"{number}_step.py").write_text(
            f'from alembic import op\nimport sqlalchemy as sa\nrevision = "{number}"\ndown_revision = "{before}"\n'
            f"def upgrade():\n    {body}\n"
        )

    return add


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot's data.db"


@pytest.fixture
async def open_engine(database: Path, versions: Path) -> AsyncIterator[OpenEngine]:
    engines: list[SqliteEngine] = []

    def open_it(**options: Any) -> SqliteEngine:
        engines.append(SqliteEngine.open(database, now=NOW, versions=versions, **options))
        return engines[-1]

    yield open_it
    for engine in engines:
        await engine.close()


@pytest.fixture
def note() -> Callable[[str], Callable[[Connection], int]]:
    """A unit that writes one note and returns its number."""

    def of(text: str) -> Callable[[Connection], int]:
        def unit(connection: Connection) -> int:
            return int(connection.exec_driver_sql("INSERT INTO note (text) VALUES (?)", (text,)).lastrowid)

        return unit

    return of


@pytest.fixture
def notes() -> Callable[[Connection], list[str]]:
    """A unit that reads every note, oldest first."""
    return lambda connection: [row[0] for row in connection.exec_driver_sql("SELECT text FROM note ORDER BY id")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 600 KiB in memory."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount the small disk that is to be filled")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
