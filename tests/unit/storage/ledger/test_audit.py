"""The audit trail keeps who did what, when, under which clause and version; no line can be changed unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from orchard_bot.chat.refs import PersonRef
from orchard_bot.storage.audit import broken_at
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.tables import audit
from tests.unit.storage.ledger.keys import KEYS

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
BEN = PersonRef("sandbox", "ben")


def fill(ledger: SqlLedger, count: int = 4) -> None:
    for number in range(count):
        ledger.audit.note(
            at=NOW + timedelta(days=number),
            community="oak",
            actor=BEN if number % 2 else None,
            act="case.decided",
            subject=f"oak/{number}",
            clause="kindness",
            policy="0.1",
        )


def test_a_line_is_kept_as_it_was_written_with_a_stand_in_for_who_did_it(ledger: SqlLedger) -> None:
    fill(ledger, 2)
    kept = ledger.connection.execute(select(audit).order_by(audit.c.id)).all()
    assert [tuple(row)[1:-1] for row in kept] == [
        (NOW, "oak", None, "case.decided", "oak/0", "kindness", "0.1"),
        (NOW + timedelta(days=1), "oak", KEYS.token(str(BEN)), "case.decided", "oak/1", "kindness", "0.1"),
    ]


def test_whom_a_moderator_let_in_is_a_stand_in_too(ledger: SqlLedger) -> None:
    subject = f"oak/join/{BEN}"
    ledger.audit.note(at=NOW, community="oak", actor=None, act="join", subject=subject, clause=None, policy="1")
    assert ledger.connection.execute(select(audit.c.subject)).scalars().all() == [f"oak/join/{KEYS.token(str(BEN))}"]


def test_an_untouched_trail_is_sound(ledger: SqlLedger) -> None:
    assert broken_at(ledger.connection) is None
    fill(ledger)
    assert broken_at(ledger.connection) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    line=st.integers(1, 4),
    column=st.sampled_from(["at", "community", "actor", "act", "subject", "clause", "policy", "hash"]),
)
def test_a_changed_line_is_found(ledger: SqlLedger, line: int, column: str) -> None:
    other = NOW - timedelta(days=9) if column == "at" else PersonRef("sandbox", "cat") if column == "actor" else "other"
    point = ledger.savepoint()
    with point:
        fill(ledger)
        first = ledger.connection.execute(select(audit.c.id).order_by(audit.c.id)).scalars().all()[-4]
        changed = first + line - 1
        ledger.connection.execute(update(audit).where(audit.c.id == changed).values({column: other}))
        assert f"Line {changed} of" in (broken_at(ledger.connection) or "")
        ledger.connection.execute(delete(audit).where(audit.c.id >= first))
        assert broken_at(ledger.connection) is not None, "the newest lines are missing"
        ledger.connection.exec_driver_sql("DELETE FROM audit")
        ledger.connection.exec_driver_sql("DELETE FROM audit_ends")


def test_a_line_taken_out_is_found_wherever_it_stood(ledger: SqlLedger) -> None:
    for line, says in ((1, "Line 2 of"), (2, "Line 3 of"), (4, "The newest lines are missing.")):
        ledger.connection.exec_driver_sql("DELETE FROM audit")
        ledger.connection.exec_driver_sql("DELETE FROM audit_ends")
        fill(ledger)
        ledger.connection.execute(delete(audit).where(audit.c.id == line))
        assert (broken_at(ledger.connection) or "").startswith(says)


def test_what_is_past_its_time_goes_and_the_trail_stays_sound(ledger: SqlLedger) -> None:
    fill(ledger)
    assert ledger.audit.forget(NOW + timedelta(days=2), 1) == 1
    assert ledger.audit.forget(NOW + timedelta(days=2), 5) == 1
    assert ledger.audit.forget(NOW + timedelta(days=2), 5) == 0
    assert broken_at(ledger.connection) is None
    fill(ledger, 1)
    assert broken_at(ledger.connection) is None
    assert ledger.audit.forget(NOW + timedelta(days=99), 500) == 3
    assert broken_at(ledger.connection) is None
    fill(ledger, 1)
    assert broken_at(ledger.connection) is None


def test_a_late_line_in_front_of_a_younger_one_waits_for_it(ledger: SqlLedger) -> None:
    """A clock that was set back must not cut the chain in the middle."""
    for days in (0, 5, 1):
        ledger.audit.note(
            at=NOW + timedelta(days=days), community="oak", actor=None, act="a", subject="s", clause=None, policy="1"
        )
    assert ledger.audit.forget(NOW + timedelta(days=3), 500) == 1
    assert broken_at(ledger.connection) is None
