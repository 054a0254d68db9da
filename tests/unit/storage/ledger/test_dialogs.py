"""At most one open question for each person and account."""

from __future__ import annotations

from datetime import UTC, datetime

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.features.books import Dialog
from orchard_bot.storage.ledger import SqlLedger

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
US, OTHER = AccountRef("sandbox", "main"), AccountRef("sandbox", "other")
ANN = PersonRef("sandbox", "ann")
QUESTION = Dialog("report.note", {"case": "oak/1", "so far": [1, None, {"é": True}]}, 2, NOW)


def test_a_question_comes_back_as_it_was_asked(ledger: SqlLedger) -> None:
    ledger.dialogs.put(US, ANN, QUESTION)
    assert ledger.dialogs.get(US, ANN) == QUESTION
    assert ledger.dialogs.get(OTHER, ANN) is None


def test_a_new_question_takes_the_place_of_the_old_one(ledger: SqlLedger) -> None:
    ledger.dialogs.put(US, ANN, QUESTION)
    ledger.dialogs.put(US, ANN, Dialog("join.name", {}, 1, NOW))
    assert ledger.dialogs.get(US, ANN) == Dialog("join.name", {}, 1, NOW)


def test_a_question_ends_once(ledger: SqlLedger) -> None:
    ledger.dialogs.put(US, ANN, QUESTION)
    assert [ledger.dialogs.end(US, ANN), ledger.dialogs.end(US, ANN)] == [True, False]
    assert ledger.dialogs.get(US, ANN) is None
