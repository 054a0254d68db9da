"""The audit trail keeps who did what, when, under which clause and version."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from orchard_bot.chat.refs import PersonRef
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.tables import audit

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
BEN = PersonRef("sandbox", "ben")


def test_a_line_is_kept_as_it_was_written(ledger: SqlLedger) -> None:
    ledger.audit.note(
        at=NOW, community="oak", actor=BEN, act="case.decided", subject="oak/1", clause="kindness", policy="0.1"
    )
    ledger.audit.note(
        at=NOW, community="oak", actor=None, act="case.closed", subject="oak/2", clause=None, policy="0.1"
    )
    kept = ledger.connection.execute(select(audit).order_by(audit.c.id)).all()
    assert [tuple(row)[1:] for row in kept] == [
        (NOW, "oak", BEN, "case.decided", "oak/1", "kindness", "0.1"),
        (NOW, "oak", None, "case.closed", "oak/2", None, "0.1"),
    ]
