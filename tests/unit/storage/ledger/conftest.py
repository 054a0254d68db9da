"""A ledger on a real SQLite file with the shipped migrations, inside a transaction that is open."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.sqlite_connection import driver_of, sqlalchemy_engine
from orchard_bot.storage.upgrade import migrate
from tests.unit.storage.ledger.keys import KEYS

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty database, migrated once."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    migrate(path, now=NOW, keyring=KEYS)
    return path.read_bytes()


@pytest.fixture
def ledger(template: bytes, tmp_path: Path) -> Iterator[SqlLedger]:
    path = tmp_path / "orchard.db"
    path.write_bytes(template)
    engine = sqlalchemy_engine(path, keyring=KEYS)
    with engine.connect() as connection:
        driver_of(connection).execute("BEGIN IMMEDIATE")
        yield SqlLedger(connection)
    engine.dispose()
