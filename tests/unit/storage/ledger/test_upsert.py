"""Inserts that mind a row already there are said in each database's own words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from orchard_bot.storage.tables import moves
from orchard_bot.storage.upsert import Upsert, replacing, unless_there

SQLITE = sqlite.dialect()
POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("upsert", "ending"),
    [
        (unless_there(moves), "ON CONFLICT DO NOTHING"),
        (replacing(moves), "ON CONFLICT (community) DO UPDATE SET chat = excluded.chat"),
    ],
    ids=["unless there", "replacing"],
)
def test_both_databases_know_what_is_meant(dialect: Any, upsert: Upsert, ending: str) -> None:
    connection: Any = SimpleNamespace(dialect=dialect)
    assert str(upsert.on(connection).compile(dialect=dialect)).endswith(ending)
